"""What a connection over TLS keeps of the door's promises, with OpenSSL on the client's side."""

import asyncio
import contextlib
import gc
import socket
import ssl
import subprocess
import weakref

import pytest
from tests.adapters.certificates import shown_to_all
from tests.adapters.peers import PATIENCE, client, opened, until

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import ClientGone, Reply

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
BLOCK = bytes(range(256)) * 256


class Secure:
    """A client over TLS that says exactly what it is told, in both of the layers."""

    def __init__(self, raw, tls, incoming, outgoing):
        self.raw = raw
        self.tls = tls
        self._incoming = incoming
        self._outgoing = outgoing
        self.loop = asyncio.get_running_loop()

    @classmethod
    async def to(cls, port, certificate, **versions):
        context = ssl.create_default_context(cafile=certificate)
        for name, value in versions.items():
            setattr(context, name, value)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        raw = socket.socket()
        raw.setblocking(False)
        made = cls(raw, tls, incoming, outgoing)
        await made.loop.sock_connect(raw, ("127.0.0.1", port))
        await made.done(tls.do_handshake)
        return made

    async def done(self, step):
        """Do a step of OpenSSL's, with as many bytes of the server's as it takes."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    result = step()
                except ssl.SSLWantReadError:
                    await self.flush()
                    data = await self.loop.sock_recv(self.raw, 1 << 16)
                    self._incoming.write(data) if data else self._incoming.write_eof()
                else:
                    await self.flush()
                    return result

    async def flush(self):
        if data := self._outgoing.read():
            await self.loop.sock_sendall(self.raw, data)

    def sealed(self):
        """Return what OpenSSL has made of what was written, instead of sending it."""
        return self._outgoing.read()

    async def say(self, data):
        self.tls.write(data)
        await self.flush()

    async def rest(self):
        """Return all that comes, and how it ends: with a goodbye, the connection, or a reset."""
        heard = b""
        while True:
            try:
                data = await self.done(lambda: self.tls.read(1 << 16))
            except ssl.SSLEOFError:
                return heard, "cut"
            except ConnectionResetError:
                return heard, "reset"
            except ssl.SSLZeroReturnError:
                data = b""
            if not data:
                return heard, "goodbye"
            heard += data

    async def goodbye(self):
        """Say that nothing more comes, in both layers, and go on listening."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        await self.flush()
        self.raw.shutdown(socket.SHUT_WR)


@contextlib.asynccontextmanager
async def secure(port, certificate, **versions):
    made = await Secure.to(port, certificate, **versions)
    try:
        yield made
    finally:
        made.raw.close()


class Pieces:
    """A body that never ends, and counts what was taken of it."""

    def __init__(self, ends=None):
        self.taken = 0
        self.ends = ends
        self.closed = False

    async def read(self):
        if self.ends is not None and self.taken >= self.ends:
            raise OSError("the backend broke")
        self.taken += len(BLOCK)
        return BLOCK

    def close(self):
        self.closed = True


async def test_a_client_that_ends_its_direction_gets_its_answer(certificate):
    answer_now = asyncio.Event()

    async def app(exchange):
        await answer_now.wait()
        await exchange.send(Reply(200, Headers(), Body.of(b"hello")))

    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        await sender.say(GET)
        await sender.goodbye()
        asyncio.get_running_loop().call_later(0.02, answer_now.set)
        heard, end = await sender.rest()
    assert heard.endswith(b"hello")
    assert end == "goodbye"


@pytest.mark.parametrize("ends", ["goodbye", "shutdown"])
async def test_an_upload_that_ends_early_never_looks_whole(certificate, ends):
    seen = []

    async def app(exchange):
        try:
            while await exchange.body.read():
                pass
        except ClientGone as gone:
            seen.append(str(gone))
            raise
        seen.append("whole")

    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        if ends == "goodbye":
            await sender.goodbye()
        else:
            sender.raw.shutdown(socket.SHUT_WR)
        await until(lambda: seen)
    assert seen == ["expected a whole body, found its beginning"]


@pytest.mark.parametrize("version, length", [("HTTP/1.1", None), ("HTTP/1.0", None)])
async def test_an_answer_that_breaks_off_does_not_look_whole(certificate, version, length):
    async def app(exchange):
        try:
            await exchange.send(Reply(200, Headers(), Body(Pieces(ends=3 * len(BLOCK)))))
        except OSError:
            exchange.abort()

    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        await sender.say(b"GET / %b\r\nHost: x\r\n\r\n" % version.encode())
        heard, end = await sender.rest()
    if version == "HTTP/1.1":
        assert not heard.endswith(b"0\r\n\r\n")
    else:
        # Nothing but the connection's end says where it ends, and a goodbye would confirm it.
        assert end in {"cut", "reset"}


async def test_a_client_that_does_not_read_holds_the_answer_back(certificate):
    body = Pieces()

    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body(body)))

    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        await sender.say(GET)
        before = -1
        while body.taken != before:
            before = body.taken
            await asyncio.sleep(0.1)
        assert body.taken < 32 << 20


async def test_an_upload_that_nobody_reads_is_held_back_and_then_whole(certificate):
    read_now, seen = asyncio.Event(), []
    size = 24 << 20

    async def app(exchange):
        await read_now.wait()
        got = 0
        while piece := await exchange.body.read():
            got += len(piece)
        seen.append(got)
        await exchange.send(Reply(200, Headers(), Body.of(b"ok")))

    async def send(sender):
        for _ in range(size // len(BLOCK)):
            await sender.say(BLOCK)
            offered.append(len(BLOCK))

    offered = []
    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(send(sender))
            before = -1
            while sum(offered) != before:
                before = sum(offered)
                await asyncio.sleep(0.1)
            assert not sending.done()
            read_now.set()
        await until(lambda: seen)
    assert seen == [size]


async def test_requests_in_one_piece_are_answered_in_order(certificate):
    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body.of(exchange.head.target.encode())))

    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        asked = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(50))
        await sender.say(asked + b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        heard, end = await sender.rest()
    bodies = [each.rpartition(b"\r\n\r\n")[2] for each in heard.split(b"HTTP/1.1 200")[1:]]
    assert bodies == [*(b"/%d" % number for number in range(50)), b"/last"]
    assert end == "goodbye"


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_records_may_come_in_any_pieces(certificate, size):
    async def app(exchange):
        body = await exchange.body.collect(1 << 20)
        await exchange.send(Reply(200, Headers(), Body.of(body)))

    body = BLOCK[: 40 * size]
    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        sender.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        sender.tls.write(head % len(body) + body)
        sent = sender.sealed()
        for at in range(0, len(sent), size):
            await sender.loop.sock_sendall(sender.raw, sent[at : at + size])
            await asyncio.sleep(0)
        heard, end = await sender.rest()
    assert heard.endswith(b"\r\n\r\n" + body)
    assert end == "goodbye"


async def test_bytes_that_were_changed_on_the_way_end_the_connection(certificate):
    gone = []

    async def app(exchange):
        try:
            await exchange.body.read()
        except ClientGone:
            gone.append(True)
            raise

    async with (
        opened(app, contexts=shown_to_all(certificate)) as (_, port),
        secure(port, certificate) as sender,
    ):
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        forged = b"\x17\x03\x03\x00\x20" + bytes(32)
        await sender.loop.sock_sendall(sender.raw, forged)
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            await sender.rest()
        await until(lambda: gone)


def openssl(port, version, *said):
    """Talk to the port with OpenSSL's own client; each step is said once the one before is heard.

    Lines that begin with ``R`` or ``K`` are commands of that client.
    """
    talk = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", version, "-crlf"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    heard = b""
    try:
        for words, waits_for in said:
            talk.stdin.write(words)
            talk.stdin.flush()
            while waits_for not in heard and (line := talk.stdout.readline()):
                heard += line
        talk.stdin.close()
        return heard + talk.stdout.read()
    finally:
        talk.kill()
        talk.wait()
        talk.stdout.close()


async def test_handshakes_are_not_begun_anew(certificate):
    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body.of(b"hello")))

    async with opened(app, contexts=shown_to_all(certificate)) as (_, port):
        heard = await asyncio.to_thread(openssl, port, "-tls1_2", (b"R\n", b"RENEGOTIATING"))
    assert b"no renegotiation" in heard


async def test_keys_may_be_changed_in_the_middle(certificate):
    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body.of(b"hello")))

    last = b"GET / HTTP/1.1\nHost: x\nConnection: close\n\n"
    said = (b"K\n", b"KEYUPDATE"), (last, b"hello")
    async with opened(app, contexts=shown_to_all(certificate)) as (_, port):
        heard = await asyncio.to_thread(openssl, port, "-tls1_3", *said)
    assert heard.count(b"hello") == 1


async def test_a_door_that_closes_says_goodbye_to_who_is_idle(certificate):
    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body.of(b"hello")))

    async with (
        opened(app, contexts=shown_to_all(certificate)) as (door, port),
        secure(port, certificate) as sender,
    ):
        await sender.say(GET)
        await sender.done(lambda: sender.tls.read(1 << 16))
        await door.close(1)
        assert await sender.rest() == (b"", "goodbye")


async def test_nothing_of_a_connection_stays_behind_or_waits_for_the_collector(certificate):
    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body.of(b"hello")))

    async with opened(app, contexts=shown_to_all(certificate)) as (door, port):
        known = []

        async def noted():
            await until(lambda: door.handshakes.under_way)
            known.extend(map(weakref.ref, door.handshakes._under_way))

        gc.disable()
        try:
            async with client(port) as sender:
                await noted()
                await sender.ask(b"no handshake")
            async with client(port) as raw:
                await noted()
                del raw
            async with client(port) as sender:
                await noted()
                # The handshake goes on over the same socket.
                context = ssl.create_default_context(cafile=certificate)
                await sender.writer.start_tls(context, server_hostname="localhost")
                assert (await sender.ask(GET.replace(b"x", b"x\r\nConnection: close"))).endswith(
                    b"hello"
                )
            await until(lambda: not door.connections and not door.handshakes.under_way)
            await until(lambda: not any(each() for each in known))
        finally:
            gc.enable()
        assert len(known) == 3
