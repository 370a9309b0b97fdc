"""A client, the door, the upstream client and an upstream: bytes through all of it."""

import asyncio
import hashlib
import ssl

import pytest
from tests.adapters.certificates import shown_to_all
from tests.adapters.peers import (
    client,
    gateway,
    head,
    meanwhile,
    opened,
    passing,
    pooled,
    until,
    upstream,
)

BLOCK = bytes(range(256)) * 256


def length_of(head_):
    for line in head_.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


async def chunks(reader):
    """Yield the chunks of a body."""
    while size := int(await reader.readline(), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)


@pytest.mark.parametrize("size", [10, 70_000, 20_000_000])
async def test_an_echo_comes_back_as_it_was_sent_in_either_framing(size):
    async def echo(reader, writer):
        while True:
            asked = await head(reader)
            if b"Transfer-Encoding" not in asked:
                body = await reader.readexactly(length_of(asked))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
                continue
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            async for chunk in chunks(reader):
                writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                await writer.drain()
            writer.write(b"0\r\n\r\n")

    body = (BLOCK * (size // len(BLOCK) + 1))[:size]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (body[:7], body[7:])) + b"0\r\n\r\n"
    async with gateway(echo) as (_, port):
        for request in (
            b"Content-Length: %d\r\n\r\n%b" % (size, body),
            b"Transfer-Encoding: chunked\r\n\r\n" + framed,
        ):
            async with client(port) as sender:
                async with meanwhile(sender.say(b"POST / HTTP/1.1\r\nHost: x\r\n" + request)):
                    answer = await sender.answer()
                assert answer.complete
                assert hashlib.sha256(answer.body).digest() == hashlib.sha256(body).digest()


async def test_an_early_413_reaches_a_client_with_64_mib_to_send():
    async def refuse(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
        await writer.drain()
        await reader.read()

    size = 64 << 20
    async with gateway(refuse) as (_, port), client(port) as sender:
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // len(BLOCK)):
            await sender.say(BLOCK)
        answer = await sender.answer()
    assert (answer.status, answer.body) == (413, b"big")


@pytest.mark.parametrize(
    "half",
    [
        pytest.param(b"Content-Length: 100\r\n\r\nhalf", id="length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", id="chunked"),
    ],
)
async def test_an_upstream_that_dies_half_way_is_visible_to_the_client(half):
    release = asyncio.Event()

    async def dying(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n" + half)
        await writer.drain()
        await release.wait()

    async with gateway(dying) as (_, port), client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        async with meanwhile(sender.answer()) as listening:
            await asyncio.sleep(0.05)
            release.set()
        answer = listening.result()
    assert answer.status == 200
    assert answer.body == b"half"
    assert not answer.complete


@pytest.mark.parametrize("when", ["uploading", "waiting", "downloading"])
async def test_a_client_that_leaves_half_way_frees_the_upstream(when):
    reached, freed = asyncio.Event(), asyncio.Event()

    async def handler(reader, writer):
        await head(reader)
        if when == "downloading":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            await writer.drain()
        reached.set()
        try:
            while await reader.read(65536):
                pass
        finally:
            freed.set()

    async with gateway(handler) as (pool, port):
        async with client(port) as sender:
            length = 100 if when == "uploading" else 4
            await sender.say(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nhalf" % length
            )
            await reached.wait()
            if when == "downloading":
                await sender.reader.readuntil(b"half")
            sock = sender.writer.get_extra_info("socket")
            sock.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER: leave with a reset
            sender.writer.transport.abort()
            async with asyncio.timeout(5):
                await freed.wait()
        await until(lambda: "0 open" in repr(pool) or "empty" in repr(pool))


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_memory_per_connection_is_bounded_whatever_the_size(direction):
    """256 MiB are offered; what nobody takes stays where it is."""
    offered, size = 0, 256 << 20
    release = asyncio.Event()

    async def handler(reader, writer):
        nonlocal offered
        await head(reader)
        if direction == "up":
            await release.wait()
            left = size
            while left:
                left -= len(await reader.read(1 << 20))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while offered < size:
            writer.write(BLOCK)
            await writer.drain()
            offered += len(BLOCK)

    async with gateway(handler) as (_, port), client(port) as sender, asyncio.TaskGroup() as group:

        async def talk():
            nonlocal offered
            length = size if direction == "up" else 0
            await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % length)
            while direction == "up" and offered < size:
                await sender.say(BLOCK)
                offered += len(BLOCK)

        group.create_task(talk())
        before = -1
        while offered != before or not before:
            before = offered
            await asyncio.sleep(0.2)
        assert offered < 80 << 20
        release.set()
        answer = await sender.answer()
        assert answer.complete
        assert len(answer.body) == (2 if direction == "up" else size)


async def test_tls_on_both_sides(certificate):
    async def echo(reader, writer):
        asked = await head(reader)
        body = await reader.readexactly(length_of(asked))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()

    body = BLOCK * 40
    seen = []
    async with upstream(echo) as up, pooled() as pool:

        async def app(exchange):
            seen.append(exchange.secure)
            await passing(pool, up)(exchange)

        door = opened(app, contexts=shown_to_all(certificate))
        trusting = ssl.create_default_context(cafile=certificate)
        async with (
            door as (_, port),
            client(port, ssl=trusting, server_hostname="localhost") as sender,
        ):
            request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
            async with meanwhile(sender.say(request + body)):
                answer = await sender.answer()
    assert answer.body == body
    assert seen == [True]


async def test_a_door_with_tls_survives_a_client_without(certificate):
    async def app(exchange):
        raise AssertionError

    async with opened(app, contexts=shown_to_all(certificate)) as (_, port), client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await sender.answer()
    assert (answer.status, answer.complete) == (400, True)
    assert answer.body == b"this port speaks TLS: call it with https://\n"


# --- Long bodies, which go from socket to socket ---

LONG = 30_000_000


async def test_a_long_upload_and_a_long_download_are_whole_and_the_connections_stay():
    async def handler(reader, writer):
        while True:
            await head(reader)
            body = await reader.readexactly(LONG)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LONG)
            writer.write(body)
            await writer.drain()

    body = (BLOCK * (LONG // len(BLOCK) + 1))[:LONG]
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LONG
    async with gateway(handler) as (pool, port), client(port) as sender:
        for _ in range(3):
            async with meanwhile(sender.say(request + body)):
                answer = await sender.answer()
            assert answer.headers["connection"] == "keep-alive"
            assert answer.body == body
        assert "1 open, 1 idle" in repr(pool)


async def test_a_long_upload_is_asked_for_with_100_continue():
    async def handler(reader, writer):
        await head(reader)
        await reader.readexactly(LONG)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()

    request = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    async with gateway(handler) as (_, port), client(port) as sender:
        await sender.say(request % LONG)
        assert await head(sender.reader) == b"HTTP/1.1 100 Continue\r\n\r\n"
        await sender.say(bytes(LONG))
        assert (await sender.answer()).body == b"ok"


async def test_an_upstream_that_dies_in_a_long_response_is_visible_to_the_client():
    async def dying(reader, writer):
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LONG + bytes(LONG // 2))
        await writer.drain()

    async with gateway(dying) as (_, port), client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await sender.answer()
    assert answer.status == 200
    assert len(answer.body) == LONG // 2
    assert not answer.complete


@pytest.mark.parametrize("ending", ["reset", "half-close"])
async def test_a_client_that_ends_a_long_upload_early_frees_the_upstream(ending):
    got, ends = 0, []

    async def handler(reader, writer):
        nonlocal got
        await head(reader)
        try:
            while piece := await reader.read(1 << 20):
                got += len(piece)
            ends.append("end")
        except ConnectionError:
            ends.append("reset")

    async with gateway(handler) as (pool, port), client(port) as sender:
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LONG)
        await sender.say(bytes(LONG // 2))
        await until(lambda: got > LONG // 4)
        if ending == "reset":
            sender.writer.transport.abort()
        else:
            sender.writer.write_eof()
        await until(lambda: ends)
        assert got < LONG
        await until(lambda: "0 open" in repr(pool) or "empty" in repr(pool))


async def test_a_client_that_leaves_a_long_download_frees_the_upstream():
    freed = asyncio.Event()

    async def handler(reader, writer):
        await head(reader)
        try:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LONG * 100))
            while True:
                writer.write(BLOCK)
                await writer.drain()
        finally:
            freed.set()

    async with gateway(handler) as (pool, port), client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await sender.reader.readexactly(LONG)
        sender.writer.transport.abort()
        async with asyncio.timeout(5):
            await freed.wait()
        await until(lambda: "0 open" in repr(pool) or "empty" in repr(pool))


async def test_an_early_413_in_the_middle_of_a_long_upload_is_delivered():
    async def refuse(reader, writer):
        await head(reader)
        await reader.readexactly(LONG // 4)
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
        await writer.drain()
        await reader.read()

    async with gateway(refuse) as (_, port), client(port) as sender:
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LONG)
        async with meanwhile(sender.say(bytes(LONG))):
            answer = await sender.answer()
    assert (answer.status, answer.body) == (413, b"big")
