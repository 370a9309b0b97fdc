"""Calls to our own stages, over real sockets, and to nowhere else."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from octetgate.adapters.telemetry.call_log import CallLogFile
from octetgate.adapters.telemetry.log_files import LogFiles
from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.console.operations import Refusal, Signer, Trial
from octetgate.control.errors import BadRequestException
from octetgate.core.http.body import Body
from octetgate.core.signing import sigv4
from octetgate.core.signing.request import NOTHING, Request
from octetgate.server.trying import Stages, draft_call

ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\nX-Y: z\r\nx-amzn-RequestId: i-1\r\n\r\ndone"


def trial(**given):
    asked = {
        "api": "abc",
        "stage": "prod",
        "resource": "",
        "method": "POST",
        "verb": "POST",
        "target": "/pets?a=b",
        "headers": (),
        "variables": {},
        "body": Body.of(b"bytes"),
    }
    return Trial(**(asked | given))


@contextlib.asynccontextmanager
async def gateway(scheme="http", context=None, log=None):
    """Give what calls a gateway, which answers each request, and the heads that it got."""
    heads = []

    async def answer(reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    pool = Pool(PoolSettings())
    try:
        async with server:
            where = f"{scheme}://127.0.0.1:{port}"
            yield (
                Stages(pool, where, CallLogFile(log), "us-east-1", LogFiles(Path("nowhere"))),
                heads,
            )
    finally:
        await pool.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_stage_is_called_at_the_gateways_port_whatever_that_speaks(scheme, certificate):
    """The certificate is for a name, and the console comes by an address."""
    context = None
    if scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    async with gateway(scheme, context) as (stages, heads):
        answer = await stages.call(trial(headers=(("X-Name", "ä"), ("X-Name", "b"))))
        assert answer.status == 201
        assert ("X-Y", "z") in answer.headers
        assert await answer.body.collect(10) == b"done"
        assert (await answer.told()).line == {}
    (head,) = heads
    assert head.startswith(b"POST /restapis/abc/prod/_user_request_/pets?a=b HTTP/1.1\r\n")
    assert b"X-Name: \xc3\xa4\r\nX-Name: b\r\n" in head


@pytest.mark.parametrize(
    "given, names",
    [
        ({"headers": (("Host", "evil.example"),)}, "Host"),
        ({"headers": (("Transfer-Encoding", "chunked"),)}, "Transfer-Encoding"),
        ({"headers": (("X", "a\r\nHost: b"),)}, "headers"),
        ({"headers": (("X Y", "a"),)}, "headers"),
        ({"target": "/ HTTP/1.1\r\nX: y"}, "pathWithQueryString"),
        ({"verb": "GET / HTTP/1.1\r\nX:"}, "httpMethod"),
    ],
)
async def test_what_would_lead_elsewhere_is_refused_by_name(given, names):
    async with gateway() as (stages, heads):
        with pytest.raises(BadRequestException, match=names):
            await stages.call(trial(**given))
        assert heads == []


@pytest.mark.parametrize("target", ["//evil.example/", "http://evil.example/", "@evil.example/"])
async def test_every_target_stays_below_the_stage(target):
    async with gateway() as (stages, heads):
        await stages.call(trial(target=target))
    assert heads[0].startswith(b"POST /restapis/abc/prod/_user_request_/")


async def test_a_gateway_that_does_not_answer_is_a_readable_refusal():
    async with gateway() as (stages, _):
        pass
    with pytest.raises(Refusal, match=r"the gateway at http://127\.0\.0\.1:\d+ did not answer"):
        await stages.call(trial())


async def test_a_calls_line_is_found_once_it_is_written(tmp_path):
    log = tmp_path / "access.log"
    log.write_text('{"requestId":"other","path":"/i-1"}\n')
    async with gateway(log=log) as (stages, _):
        answer = await stages.call(trial())
        async with asyncio.TaskGroup() as group:
            told = group.create_task(answer.told())
            await asyncio.sleep(0)
            with log.open("a") as lines:
                lines.write('{"requestId":"i-1","status":201}\n')
        assert told.result().line["status"] == 201


def test_a_draft_call_has_the_members_of_test_invoke_method():
    asked = draft_call(trial(resource="r", headers=(("A", "1"), ("B", "2"), ("A", "3"))))
    assert asked == {
        "restApiId": "abc",
        "resourceId": "r",
        "httpMethod": "POST",
        "pathWithQueryString": "/pets?a=b",
        "multiValueHeaders": {"A": ["1", "3"], "B": ["2"]},
        "stageVariables": {},
    }


async def test_a_signed_call_carries_a_signature_that_holds_and_leaves_the_body_out():
    signer = Signer("OCTGKEY", "secret")
    async with gateway() as (stages, heads):
        await stages.call(trial(signer=signer, headers=(("Content-Type", "image/png"),)))
    first, *lines = heads[0].decode().split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines if line]
    path, _, query = first.split(" ")[1].partition("?")
    request = Request(
        method="POST", path=path, query=query, headers=headers, body_hash=NOTHING, path_as_sent=True
    )
    claim = sigv4.claimed(request)
    assert request.leaves_body_out
    assert claim.region == "us-east-1"
    sigv4.check(request, claim, "secret", datetime.now(UTC))
    with pytest.raises(sigv4.Invalid):
        sigv4.check(request, claim, "another", datetime.now(UTC))
