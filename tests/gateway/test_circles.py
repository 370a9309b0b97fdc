"""Failed calls leave no circles of references: what they held is free without the collector."""

import asyncio
import contextlib
import gc

import pytest
from tests.gateway.front import HOST, STAGE, running, written

from octetgate.adapters.wire.h1_exchange import ServerExchange
from octetgate.core.model.integration import ContentHandling
from octetgate.core.ports.upstream import UpstreamRequest
from octetgate.gateway.call import Arrival, Call

HELD = (Arrival, Call, ServerExchange, UpstreamRequest)
BODY = b"not Base64 at all"


async def breaks_off(reader, writer):
    """Answer half of what was promised."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await writer.drain()
    writer.transport.abort()


async def answered_or_cut(front, path="/x", body=BODY, length=None):
    """Send a request and read whatever comes, to the end."""
    reader, writer = await asyncio.open_connection(*front.address)
    declared = str(len(body) if length is None else length)
    head = written(
        f"POST /{STAGE}{path} HTTP/1.1",
        [("Host", HOST), ("Content-Length", declared), ("Connection", "close")],
        None,
    )
    writer.write(head + body)
    if length is not None:
        writer.close()
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()


async def no_route(front):
    front.deploy(front.integration("HTTP_PROXY"))
    await answered_or_cut(front, path="/nowhere")


async def a_refused_connection(front):
    server = await asyncio.start_server(breaks_off, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    front.deploy(front.integration("HTTP_PROXY", uri=f"http://127.0.0.1:{port}/"))
    await answered_or_cut(front)


async def an_undecodable_body(front):
    handling = ContentHandling.CONVERT_TO_BINARY
    front.deploy(front.integration("HTTP", content_handling=handling))
    await answered_or_cut(front)


async def an_answer_that_breaks_off(front):
    async with await asyncio.start_server(breaks_off, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        uri = f"http://127.0.0.1:{port}/"
        front.deploy(front.integration("HTTP_PROXY", uri=uri), ("*/*",))
        await answered_or_cut(front)


async def a_client_that_leaves(front):
    front.deploy(front.integration("HTTP_PROXY"), ("*/*",))
    await answered_or_cut(front, body=b"half", length=1000)


async def until(holds):
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0)


def held():
    """Return what is held of what came since the collector was told to look past all else."""
    return [each for each in gc.get_objects() if isinstance(each, HELD)]


@pytest.mark.parametrize(
    "fail",
    [
        no_route,
        a_refused_connection,
        an_undecodable_body,
        an_answer_that_breaks_off,
        a_client_that_leaves,
    ],
)
async def test_a_failed_call_is_freed_without_the_collector(fail):
    gc.collect()
    gc.freeze()  # what other tests hold is not this one's
    async with running() as front:
        await fail(front)
        await until(lambda: front.lines)
        gc.collect()
        gc.disable()
        try:
            for count in range(2, 6):
                await fail(front)
                await until(lambda: len(front.lines) >= count)  # noqa: B023  # waited for here
            await until(lambda: not held())
        finally:
            gc.enable()
