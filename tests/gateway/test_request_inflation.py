"""Compressed requests arrive plain (spec: payload-encodings 9, request-lifecycle 1)."""

import asyncio
import base64
import contextlib
import gzip
import random
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import pytest
from tests.core.payload.vectors import MANGLED, E, R
from tests.gateway.front import HOST, STAGE, Front, Message, receive

from octetgate.core.model.integration import ContentHandling
from octetgate.core.payload.inflation import RATIO

LIMIT = 10_485_760
OCTETS = "application/octet-stream"
GZIP = [("Content-Encoding", "gzip")]
UNSUPPORTED = (415, "Unsupported Media Type")


def packed(data: bytes, *codings: str) -> bytes:
    for coding in codings:
        data = gzip.compress(data, mtime=0) if coding == "gzip" else zlib.compress(data)
    return data


@pytest.mark.parametrize(
    "body, coding",
    [
        pytest.param(packed(R, "gzip"), "gzip", id="gzip"),
        pytest.param(packed(R, "deflate"), "deflate", id="deflate"),
        pytest.param(packed(R, "deflate")[2:-4], "deflate", id="deflate-bare"),
        pytest.param(R, "identity", id="identity"),
        pytest.param(packed(R, "deflate", "gzip"), "deflate, gzip", id="two"),
        pytest.param(packed(R, "gzip") + packed(b"", "gzip"), "GZIP", id="members"),
    ],
)
async def test_a_proxied_backend_gets_plain_bytes_without_a_label(front: Front, body, coding):
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",))
    front.backend.returns(b"{}", "application/json")
    answer = await front.ask(
        body=body, content_type="image/png", more=[("Content-Encoding", coding)]
    )
    assert answer.status == 200
    got = front.backend.got[0]
    assert (got.body, got.header("Content-Length")) == (R, str(len(R)))
    assert got.header("Content-Encoding") is None


async def test_codings_in_several_fields_come_off_in_order(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",))
    body = packed(R, "deflate", "gzip")
    fields = [("Content-Encoding", "deflate"), ("Content-Encoding", "gzip")]
    await front.ask(body=body, content_type="image/png", more=fields)
    assert front.backend.got[0].body == R


async def test_conversion_comes_after_inflation(front: Front):
    front.deploy(front.integration("HTTP_PROXY"))
    await front.ask(body=packed(R, "gzip"), content_type="image/png", more=GZIP)
    assert front.backend.got[0].body == MANGLED


async def test_a_template_sees_plain_text(front: Front):
    templates = {"application/json": '{"name": "$input.path(\'$.name\')"}'}
    front.deploy(front.integration("HTTP", request_templates=templates))
    await front.ask(body=packed(b'{"name": "x"}', "gzip"), more=GZIP)
    got = front.backend.got[0]
    assert (got.body, got.header("Content-Encoding")) == (b'{"name": "x"}', None)


async def test_an_http_backend_hears_of_the_coding_only_when_it_is_mapped(front: Front):
    mapped = {
        "integration.request.header.Content-Encoding": "method.request.header.Content-Encoding"
    }
    front.deploy(front.integration("HTTP", request_parameters=mapped))
    await front.ask(body=packed(b"{}", "gzip"), more=GZIP)
    got = front.backend.got[0]
    assert (got.body, got.header("Content-Encoding")) == (b"{}", "gzip")


async def test_a_function_behind_a_template_gets_plain_bytes(front: Front):
    templates = {OCTETS: '{"body": "$input.body"}'}
    front.deploy(front.integration("AWS", request_templates=templates), (OCTETS,))
    await front.ask(body=packed(R, "gzip"), content_type=OCTETS, more=GZIP)
    assert front.functions.event == {"body": E.decode()}


async def test_a_mock_reads_a_status_out_of_a_compressed_body(front: Front):
    templates = {"application/json": '{"statusCode": $input.path("$.code")}'}
    front.deploy(front.integration("MOCK", request_templates=templates))
    answer = await front.ask(
        body=packed(b'{"code": 200}', "deflate"), more=[("Content-Encoding", "deflate")]
    )
    assert answer.status == 200


async def test_base64_in_gzip_becomes_bytes(front: Front):
    handling = ContentHandling.CONVERT_TO_BINARY
    front.deploy(front.integration("HTTP_PROXY", content_handling=handling))
    await front.ask(body=packed(E, "gzip"), content_type="text/plain", more=GZIP)
    assert front.backend.got[0].body == R


@pytest.mark.parametrize(
    "media_types, body, flag",
    [
        pytest.param((), "plain", False, id="text-is-inflated"),
        pytest.param(
            (OCTETS,),
            base64.b64encode(packed(b"plain", "gzip")).decode(),
            True,
            id="binary-stays-compressed",
        ),
    ],
)
async def test_a_proxy_event_says_what_its_body_was_coded_in(front: Front, media_types, body, flag):
    front.deploy(front.integration("AWS_PROXY"), media_types)
    await front.ask(body=packed(b"plain", "gzip"), content_type=OCTETS, more=GZIP)
    event = front.functions.event
    assert (event["body"], event["isBase64Encoded"]) == (body, flag)
    assert event["headers"]["Content-Encoding"] == "gzip"


# --- What is refused


@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY", "MOCK"])
@pytest.mark.parametrize(
    "coding, body",
    [
        pytest.param("br", b"\x8b\x01\x80abc\x03", id="unsupported"),
        pytest.param("gzip, br", packed(R, "gzip"), id="unsupported-among-others"),
        pytest.param("gzip", b"plain text", id="not-gzip"),
        pytest.param("gzip", packed(R, "gzip")[:-1], id="cut"),
        pytest.param("gzip", packed(R, "gzip") + b"x", id="something-behind"),
        pytest.param("deflate", packed(R, "gzip"), id="gzip-for-deflate"),
        pytest.param("gzip, gzip", packed(b"plain", "gzip"), id="once-for-twice"),
        pytest.param("gzip,gzip,gzip,gzip,gzip", packed(R, *["gzip"] * 5), id="too-often"),
    ],
)
async def test_what_is_not_in_its_coding_is_unsupported_and_reaches_nobody(
    front: Front, kind, coding, body
):
    front.deploy(front.integration(kind))
    answer = await front.ask(body=body, more=[("Content-Encoding", coding)])
    assert answer.error == UNSUPPORTED
    assert answer.header("x-amzn-ErrorType") == "BadRequestException"
    assert (front.backend.got, front.functions.got) == ([], [])
    assert "Content-Encoding: expected" in front.lines[0]["error"]


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_without_a_body_there_is_nothing_to_inflate(front: Front, coding):
    front.deploy(front.integration("HTTP_PROXY"))
    front.backend.returns(b"{}", "application/json")
    answer = await front.ask("GET", more=[("Content-Encoding", coding)])
    assert answer.status == 200


def zeros(mebibytes: int) -> bytes:
    made = zlib.compressobj(wbits=31)
    return b"".join([*(made.compress(bytes(1 << 20)) for _ in range(mebibytes)), made.flush()])


@pytest.mark.parametrize("kind", ["HTTP", "AWS", "AWS_PROXY", "MOCK"])
async def test_what_has_to_be_held_is_bounded_after_inflation(front: Front, kind):
    templates = {"text/plain": '{"statusCode": 200, "n": $input.body.length()}'}
    members = {} if kind == "AWS_PROXY" else {"request_templates": templates}
    front.deploy(front.integration(kind, **members))
    front.backend.returns(b"{}", "application/json")
    fits = await front.ask(body=zeros(10), content_type="text/plain", more=GZIP)
    assert fits.status == 200
    body = packed(bytes(LIMIT + 1), "gzip")
    answer = await front.ask(body=body, content_type="text/plain", more=GZIP)
    assert answer.status == 413
    assert answer.body == b"HTTP content length exceeded 10485760 bytes."


# --- What streams


async def chunked(front: Front, *pieces: bytes) -> Message:
    """Send pieces of gzip, each when the one before has been taken, and return the answer."""
    head = (
        f"POST /{STAGE}/x HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {OCTETS}\r\n"
        "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(*front.address)
    try:
        writer.write(head.encode())
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
            writer.write(b"0\r\n\r\n")
        return await receive(reader)
    finally:
        writer.close()


async def test_a_body_beyond_the_limit_is_inflated_as_it_passes(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), (OCTETS,))
    front.backend.returns(b"{}", "application/json")
    rows = "".join(f"{n},{n * n % 9973},name of {n}\n" for n in range(450_000)).encode()
    body = gzip.compress(rows, 1)
    pieces = [body[at : at + 100_000] for at in range(0, len(body), 100_000)]
    answer = await chunked(front, *pieces)
    assert answer.status == 200
    got = front.backend.got[0]
    assert (got.body == rows, got.header("Transfer-Encoding")) == (True, "chunked")


@contextlib.asynccontextmanager
async def swallowing(front: Front) -> AsyncIterator[dict[str, int | bool]]:
    """Put a backend in place that counts the body's bytes and says whether it ended well."""
    seen: dict[str, int | bool] = {"bytes": 0, "ended": False}
    cut = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        tail = b""
        while data := await reader.read(1 << 16):
            seen["bytes"] += len(data)
            tail = (tail + data)[-5:]
            seen["ended"] = tail == b"0\r\n\r\n"
        cut.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    front.backend.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield seen
        async with asyncio.timeout(20):
            await cut.wait()
    finally:
        server.close()
        await server.wait_closed()


async def test_corruption_beyond_the_limit_cuts_the_backend_off_and_refuses(front: Front):
    async with swallowing(front) as seen:
        front.deploy(front.integration("HTTP_PROXY"), (OCTETS,))
        body = gzip.compress(random.Random(1).randbytes(12_500_000), 1)
        answer = await chunked(front, body[:-8], b"\0" * 8)
        assert answer.error == UNSUPPORTED
    assert LIMIT < seen["bytes"] < 13_000_000
    assert not seen["ended"]


async def test_a_bomb_is_cut_off_with_little_memory(front: Front):
    body = zeros(64)
    async with swallowing(front) as seen:
        front.deploy(front.integration("HTTP_PROXY"), (OCTETS,))
        tracemalloc.start()
        try:
            answer = await chunked(front, body)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert answer.status == 413
        assert answer.body == b"HTTP content length exceeded 10485760 bytes."
    assert not seen["ended"]
    assert seen["bytes"] < RATIO * len(body) * 1.01
    # What may be held whole is held before the backend is asked, and once more on its way.
    assert most < 3 * LIMIT
