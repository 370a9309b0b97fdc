"""The upstream client: one call at a time on pooled connections, both directions at once."""

import asyncio
import contextlib
import socket
import ssl
import threading
import time

import pytest
from tests.adapters.peers import head, meanwhile, pooled, until, upstream

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import ClientGone
from octetgate.core.ports.upstream import (
    Origin,
    StreamLimits,
    UpstreamBroken,
    UpstreamRefused,
    UpstreamRequest,
    UpstreamTimeout,
    UpstreamUnreachable,
    UpstreamUntrusted,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def to(port, method="GET", *, target="/", headers=(), body=None, timeout_ms=5000, **origin):
    origin = Origin(origin.pop("scheme", "http"), origin.pop("host", "127.0.0.1"), port, **origin)
    fields = Headers([("Host", "up"), *headers])
    return UpstreamRequest(origin, method, target, fields, body or Body(), timeout_ms)


def answering(*answers):
    """Return a handler that answers one request after another; bytes, then nothing more."""
    heads = []

    async def handler(reader, writer):
        for answer in answers:
            heads.append(await head(reader))
            writer.write(answer)
            await writer.drain()
        await reader.read()

    handler.heads = heads
    return handler


class Slow:
    """A source whose pieces come when the test says so."""

    def __init__(self):
        self.pieces = asyncio.Queue()
        self.closed = False

    async def read(self):
        piece = await self.pieces.get()
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self):
        self.closed = True


class Endless:
    """A source that never ends, and counts what was taken."""

    def __init__(self):
        self.taken = 0
        self.closed = False

    async def read(self):
        await asyncio.sleep(0)
        self.taken += 65536
        return b"x" * 65536

    def close(self):
        self.closed = True


# --- What is said ---


@pytest.mark.parametrize(
    "method, headers, body, framing",
    [
        pytest.param("GET", [], None, b"", id="get"),
        pytest.param(
            "GET", [("Content-Length", "0")], None, b"Content-Length: 0\r\n", id="get-announced"
        ),
        pytest.param("DELETE", [], None, b"", id="delete"),
        pytest.param("POST", [], None, b"Content-Length: 0\r\n", id="post-empty"),
        pytest.param("PUT", [], None, b"Content-Length: 0\r\n", id="put-empty"),
        pytest.param(
            "POST", [("content-length", "9")], b"abc", b"Content-Length: 3\r\n", id="post"
        ),
        pytest.param(
            "GET", [("Transfer-Encoding", "x")], b"abc", b"Content-Length: 3\r\n", id="get-body"
        ),
    ],
)
async def test_the_body_decides_the_framing(method, headers, body, framing):
    handler = answering(OK)
    async with upstream(handler) as port, pooled() as pool:
        await pool.send(to(port, method, headers=headers, body=Body.of(body) if body else None))
    assert handler.heads == [method.encode() + b" / HTTP/1.1\r\nHost: up\r\n" + framing + b"\r\n"]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"target": "/ HTTP/1.1\r\nX: 1"}, id="target"),
        pytest.param({"target": "/a b"}, id="blank"),
        pytest.param({"target": ""}, id="no-target"),
        pytest.param({"method": "GET /x"}, id="method"),
        pytest.param({"headers": [("X", "1\r\nY: 2")]}, id="value"),
        pytest.param({"headers": [("X", "1\n")]}, id="lf"),
        pytest.param({"headers": [("X", "\0")]}, id="nul"),
        pytest.param({"headers": [("X: 1\r\nY", "2")]}, id="name"),
        pytest.param({"headers": [("X: Y", "2")]}, id="colon"),
        pytest.param({"headers": [("", "2")]}, id="no-name"),
        pytest.param({"headers": [("X", "\u20ac")]}, id="not-latin-1"),
    ],
)
async def test_what_would_be_another_request_is_never_sent(bad):
    handler = answering(OK)
    async with upstream(handler) as port, pooled() as pool:
        with pytest.raises(ValueError, match=r"expected|encode"):
            await pool.send(to(port, **bad))
    assert handler.heads == []


async def test_a_stream_of_unknown_length_is_sent_in_chunks():
    async def handler(reader, writer):
        assert b"Transfer-Encoding: chunked\r\n" in await head(reader)
        writer.write(OK[:-2] + (await reader.readuntil(b"0\r\n\r\n"))[1:3])

    source = Slow()
    for piece in (b"ab", b"c", b""):
        source.pieces.put_nowait(piece)
    async with upstream(handler) as port, pooled() as pool:
        response = await pool.send(to(port, "POST", body=Body(source)))
        assert await response.body.collect(10) == b"\r\n"


@pytest.mark.parametrize("length", [2, 4], ids=["more", "fewer"])
async def test_a_body_that_is_not_as_long_as_it_says_breaks_the_call(length):
    source = Slow()
    for piece in (b"abc", b""):
        source.pieces.put_nowait(piece)

    async def handler(reader, writer):
        await reader.read()

    async with upstream(handler) as port, pooled() as pool:
        with pytest.raises(ValueError, match=f"expected {length} bytes"):
            await pool.send(to(port, "POST", body=Body(source, length=length)))


# --- What is heard ---


@pytest.mark.parametrize(
    "answer, body",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", id="length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: 1\r\n\r\n",
            b"hello",
            id="chunked",
        ),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", b"", id="204"),
        pytest.param(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b"", id="304"),
        pytest.param(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b"", id="no-reason"),
        pytest.param(
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK,
            b"ok",
            id="interim",
        ),
    ],
)
async def test_every_framing_is_understood_and_the_connection_used_again(answer, body):
    handler = answering(answer, answer)
    async with upstream(handler) as port, pooled() as pool:
        for _ in range(2):
            response = await pool.send(to(port))
            assert await response.body.collect(100) == body
        assert repr(pool) == f"<Pool 127.0.0.1:{port} 1 open, 1 idle>"


@pytest.mark.parametrize("size", [1, 5, 70_000, 2_000_000])
async def test_a_response_in_pieces_is_whole(size):
    body = bytes(range(256)) * (size // 256 + 1)

    async def handler(reader, writer):
        for framed in (b"Content-Length: %d\r\n\r\n%b" % (len(body), body), chunks(body, 999)):
            await head(reader)
            answer = b"HTTP/1.1 200 OK\r\n" + framed
            for start in range(0, len(answer), max(size // 3, 7)):
                writer.write(answer[start : start + max(size // 3, 7)])
                await writer.drain()
                await asyncio.sleep(0)

    async with upstream(handler) as port, pooled() as pool:
        for _ in range(2):
            response = await pool.send(to(port))
            assert await response.body.collect(1 << 22) == body


def chunks(body, size):
    parts = [body[n : n + size] for n in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return b"Transfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"


async def test_a_response_without_framing_lasts_until_the_connection_ends():
    async def handler(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello, ")
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(b"world")

    async with upstream(handler) as port, pooled() as pool:
        response = await pool.send(to(port))
        assert response.body.length is None
        assert await response.body.collect(100) == b"hello, world"
        await until(lambda: "0 open" in repr(pool) or repr(pool) == "<Pool empty>")


async def test_the_answer_to_head_has_a_length_and_no_bytes():
    handler = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", OK)
    async with upstream(handler) as port, pooled() as pool:
        response = await pool.send(to(port, "HEAD"))
        assert response.body.length == 1000
        assert await response.body.read() == b""
        assert await (await pool.send(to(port))).body.collect(9) == b"ok"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="half-a-head"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", id="another-protocol"),
        pytest.param(b"HTTP/2.0 200 OK\r\n\r\n", id="version"),
        pytest.param(b"HTTP/1.1 20 OK\r\n\r\n", id="status"),
        pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", id="lf"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="both",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", id="lengths"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab", id="length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", id="coding"),
        pytest.param(
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="chunked-1.0"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", id="nul"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n", id="fold"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", id="upgrade"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", id="long"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 300 + b"\r\n", id="many"),
    ],
)
async def test_what_is_no_response_breaks_the_call(answer):
    async def handler(reader, writer):
        await head(reader)
        writer.write(answer)
        await writer.drain()

    async with upstream(handler) as port, pooled() as pool:
        with pytest.raises(UpstreamBroken) as caught:
            await pool.send(to(port))
        assert caught.value.sent
        await until(lambda: "0 idle" in repr(pool) or "empty" in repr(pool))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"Content-Length: 10\r\n\r\nhalf", id="length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", id="chunked"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf", id="in-a-chunk"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n", id="before-the-end"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n", id="bad-chunk"),
    ],
)
async def test_a_response_that_breaks_off_never_looks_complete(answer):
    async def handler(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n" + answer)
        await writer.drain()

    async with upstream(handler) as port, pooled() as pool:
        got = b""
        with pytest.raises(UpstreamBroken):  # noqa: PT012
            response = await pool.send(to(port))
            while piece := await response.body.read():
                got += piece
        assert got in (b"half", b"")


async def test_bytes_that_nobody_asked_for_are_not_taken_for_an_answer():
    poisoned = OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
    handler = answering(poisoned)
    async with upstream(handler) as port, pooled() as pool:
        assert await (await pool.send(to(port))).body.collect(9) == b"ok"
        assert await (await pool.send(to(port))).body.collect(9) == b"ok"
    assert len(handler.heads) == 2


# --- Both directions at once ---


async def test_an_early_refusal_is_heard_and_stops_the_upload():
    async def handler(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
        await writer.drain()
        await reader.read()

    source = Endless()
    async with upstream(handler) as port, pooled() as pool:
        response = await pool.send(to(port, "POST", body=Body(source, length=64 << 30)))
        assert (response.status, await response.body.collect(9)) == (413, b"big")
        assert source.closed
        await until(lambda: "0 idle" in repr(pool) or "empty" in repr(pool))


async def test_a_response_streams_while_the_request_does():
    async def echo(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        for _ in range(3):
            writer.write(await reader.readexactly(1))
            await writer.drain()

    source = Slow()
    async with upstream(echo) as port, pooled() as pool:
        response = await pool.send(to(port, "POST", body=Body(source, length=3)))
        for byte in (b"a", b"b", b"c"):
            source.pieces.put_nowait(byte)
            assert await response.body.read() == byte
        source.pieces.put_nowait(b"")
        assert await response.body.read() == b""


async def test_a_request_body_that_breaks_off_passes_its_error_through():
    async def handler(reader, writer):
        await reader.read()

    source = Slow()
    source.pieces.put_nowait(b"half")
    source.pieces.put_nowait(ClientGone("left"))
    async with upstream(handler) as port, pooled() as pool:
        with pytest.raises(ClientGone):
            await pool.send(to(port, "POST", body=Body(source, length=8)))
        await until(lambda: "0 open" in repr(pool) or "empty" in repr(pool))


async def test_an_upload_waits_for_an_upstream_that_does_not_read():
    async def handler(reader, writer):
        writer.transport.pause_reading()
        await asyncio.Event().wait()

    source = Endless()
    async with upstream(handler) as port, pooled() as pool:
        with pytest.raises(UpstreamTimeout):
            await pool.send(to(port, "POST", body=Body(source), timeout_ms=500))
        assert source.taken < 64 << 20


async def test_a_response_waits_for_a_reader_that_does_not_read():
    written = 0

    async def handler(reader, writer):
        nonlocal written
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (256 << 20))
        while written < 256 << 20:
            writer.write(b"x" * (1 << 20))
            await writer.drain()
            written += 1 << 20

    async with upstream(handler) as port, pooled() as pool:
        response = await pool.send(to(port))
        before = -1
        while written != before:
            before = written
            await asyncio.sleep(0.1)
        assert written < 64 << 20
        size = 0
        while piece := await response.body.read():
            size += len(piece)
        assert size == 256 << 20


# --- Freeing connections ---


@pytest.mark.parametrize("when", ["before the head", "in the body", "closed body"])
async def test_a_call_that_is_given_up_frees_the_upstream(when):
    reached, freed = asyncio.Event(), asyncio.Event()

    async def handler(reader, writer):
        await head(reader)
        if when == "before the head":
            reached.set()
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        freed.set()

    async with upstream(handler) as port, pooled() as pool:

        async def call():
            response = await pool.send(to(port))
            reached.set()
            if when == "closed body":
                response.body.close()
                return
            try:
                await response.body.collect(1000)
            finally:
                response.body.close()

        async with asyncio.TaskGroup() as group:
            task = group.create_task(call())
            await reached.wait()
            task.cancel()
            async with asyncio.timeout(5):
                await freed.wait()
        await until(lambda: "0 open" in repr(pool) or "empty" in repr(pool))


# --- Deadlines ---


async def test_no_answer_in_time_is_a_timeout():
    async def handler(reader, writer):
        await reader.read()

    async with upstream(handler) as port, pooled() as pool:
        with pytest.raises(UpstreamTimeout) as caught:
            await pool.send(to(port, timeout_ms=100))
        assert caught.value.sent


async def test_each_call_has_its_own_timeout_on_a_used_connection():
    async def handler(reader, writer):
        await head(reader)
        writer.write(OK)
        await reader.read()

    async with upstream(handler) as port, pooled() as pool:
        await pool.send(to(port, timeout_ms=60_000))
        async with asyncio.timeout(5):
            with pytest.raises(UpstreamTimeout):
                await pool.send(to(port, timeout_ms=100))


async def test_a_slow_upload_is_not_a_slow_upstream():
    async def handler(reader, writer):
        await head(reader)
        await reader.readexactly(4)
        writer.write(OK)

    source = Slow()

    async def drip():
        for byte in (b"a", b"b", b"c", b"d", b""):
            await asyncio.sleep(0.2)
            source.pieces.put_nowait(byte)

    async with upstream(handler) as port, pooled() as pool, meanwhile(drip()):
        request = to(port, "POST", body=Body(source, length=4), timeout_ms=700)
        assert (await pool.send(request)).status == 200


async def test_a_body_that_stops_coming_is_broken_off():
    async def handler(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        await reader.read()

    async with upstream(handler) as port, pooled(body_seconds=0.1) as pool:
        response = await pool.send(to(port))
        assert await response.body.read() == b"half"
        with pytest.raises(UpstreamBroken, match="no byte"):
            await response.body.read()


# --- The pool ---


async def test_calls_at_once_have_connections_of_their_own_and_leave_them_to_later_ones():
    connections = 0

    async def handler(reader, writer):
        nonlocal connections
        connections += 1
        while True:
            await head(reader)
            await asyncio.sleep(0.01)
            writer.write(OK)

    async with upstream(handler) as port, pooled() as pool:
        for _ in range(3):
            await asyncio.gather(*[pool.send(to(port)) for _ in range(5)])
        assert connections == 5


async def test_calls_beyond_the_limit_wait_their_turn():
    working = most = 0

    async def handler(reader, writer):
        nonlocal working, most
        while True:
            await head(reader)
            working += 1
            most = max(most, working)
            await asyncio.sleep(0.01)
            working -= 1
            writer.write(OK)

    async with upstream(handler) as port, pooled(per_origin=2) as pool:
        answers = await asyncio.gather(*[pool.send(to(port)) for _ in range(10)])
        assert [answer.status for answer in answers] == [200] * 10
    assert most == 2


async def test_a_turn_passes_on_when_the_one_before_breaks():
    calls = 0

    async def handler(reader, writer):
        nonlocal calls
        await head(reader)
        calls += 1
        if calls > 1:
            writer.write(OK)

    async with upstream(handler) as port, pooled(per_origin=1) as pool:
        first, second = await asyncio.gather(
            *[pool.send(to(port)) for _ in range(2)], return_exceptions=True
        )
        assert isinstance(first, UpstreamBroken)
        assert second.status == 200


async def test_a_turn_that_does_not_come_in_time_is_a_timeout():
    async def handler(reader, writer):
        await reader.read()

    async with upstream(handler) as port, pooled(per_origin=1) as pool:
        both = [pool.send(to(port, timeout_ms=ms)) for ms in (400, 100)]
        _, late = await asyncio.gather(*both, return_exceptions=True)
        assert isinstance(late, UpstreamTimeout)
        assert not late.sent


async def test_a_connection_that_the_upstream_closed_is_not_used_again():
    handler = answering(OK)

    async def once(reader, writer):
        await head(reader)
        writer.write(OK)

    async with upstream(once) as port, pooled() as pool:
        for _ in range(3):
            assert (await pool.send(to(port))).status == 200
            await until(lambda: "0 idle" in repr(pool) or "empty" in repr(pool))
    assert handler.heads == []


async def test_an_end_that_the_loop_has_not_got_to_is_noticed_all_the_same():
    ended = threading.Event()

    def serve(listening):
        for _ in range(2):
            with listening.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(OK)
                time.sleep(0.6)
            ended.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        async with pooled() as pool:
            port = listening.getsockname()[1]
            await pool.send(to(port))
            ended.wait()  # On purpose: while the loop stands still, the upstream closes.
            assert (await pool.send(to(port))).status == 200
        thread.join()


@pytest.mark.parametrize("setting", ["idle_seconds", "age_seconds"])
async def test_idle_connections_are_closed_after_their_time(setting):
    async with upstream(answering(OK)) as port, pooled(**{setting: 0.05}) as pool:
        await pool.send(to(port))
        assert "1 idle" in repr(pool)
        await until(lambda: repr(pool) == "<Pool empty>")


async def test_no_more_connections_idle_than_allowed():
    async def handler(reader, writer):
        while True:
            await head(reader)
            await asyncio.sleep(0.02)
            writer.write(OK)

    async with upstream(handler) as port, pooled(idle=2) as pool:
        await asyncio.gather(*[pool.send(to(port)) for _ in range(6)])
        await until(lambda: repr(pool) == f"<Pool 127.0.0.1:{port} 2 open, 2 idle>")


async def test_nobody_listening_is_a_refusal():
    async with upstream(answering()) as port:
        pass
    async with pooled() as pool:
        with pytest.raises(UpstreamRefused) as caught:
            await pool.send(to(port))
        assert not caught.value.sent


async def test_an_unknown_name_is_unreachable():
    async with pooled() as pool:
        with pytest.raises(UpstreamUnreachable):
            await pool.send(to(80, host="no-such-host.invalid"))


# --- TLS ---


async def test_a_trusted_certificate_is_spoken_to(certificate, server_tls):
    async with (
        upstream(answering(OK), server_tls) as port,
        pooled(certificates=certificate) as pool,
    ):
        response = await pool.send(to(port, scheme="https", host="localhost"))
        assert await response.body.collect(9) == b"ok"


@pytest.mark.parametrize(
    "trusted, host", [(False, "localhost"), (True, "127.0.0.2")], ids=["unknown", "other-name"]
)
async def test_an_untrusted_certificate_is_not(certificate, server_tls, trusted, host):
    handler = answering(OK)
    settings = {"certificates": certificate} if trusted else {}
    async with upstream(handler, server_tls) as port, pooled(**settings) as pool:
        address = "localhost" if host == "localhost" else "127.0.0.1"
        with pytest.raises(UpstreamUntrusted) as caught:
            await pool.send(to(port, scheme="https", host=address))
        assert not caught.value.sent
        trusting = to(port, scheme="https", host=address, verify=False)
        assert (await pool.send(trusting)).status == 200


async def test_an_upstream_without_tls_is_not_trusted_either():
    async def handler(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with upstream(handler) as port, pooled() as pool:
        with pytest.raises(UpstreamUntrusted):
            await pool.send(to(port, scheme="https", host="localhost"))


@pytest.fixture
def server_tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


@pytest.mark.parametrize(
    "limits, own, says",
    [
        pytest.param(StreamLimits(0.1, 60), 60, "no byte of the response for 0.1 s", id="idle"),
        pytest.param(StreamLimits(60, 0.1), 60, "no end after 0.1 s", id="in-all"),
        pytest.param(None, 0.1, "no byte of the response for 0.1 s", id="the-pools-own"),
    ],
)
async def test_a_response_that_streams_is_given_up_after_its_own_times(limits, own, says):
    async def half(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        await reader.read()

    async with upstream(half) as port, pooled(body_seconds=own) as pool:
        asked = to(port)
        asked.stream = limits
        response = await pool.send(asked)
        assert await response.body.read() == b"half"
        with pytest.raises(UpstreamBroken, match=says):
            await response.body.read()
