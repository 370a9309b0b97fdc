"""What every door promises (octetgate.core.ports.exchange), kept by each that we have."""

import asyncio
import importlib
import pkgutil

import pytest
from tests.adapters.peers import client, listening, until

from octetgate.adapters import front
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import ClientGone, Reply

DOORS = [
    module
    for module in (
        importlib.import_module(f"{front.__name__}.{found.name}")
        for found in pkgutil.iter_modules(front.__path__)
    )
    if hasattr(module, "serve")
]


@pytest.fixture(params=DOORS, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
async def opened(request):
    """Return a function that opens a door for an application and returns its port."""
    doors = []

    async def open_for(app):
        sock = listening()
        settings = request.param.DoorSettings(tick_seconds=0.02)
        doors.append(await request.param.serve(app, [sock], settings))
        return sock.getsockname()[1]

    yield open_for
    for door in doors:
        await door.close(0)


class Pieces:
    """A source of as many equal pieces as one likes; then an error, if there is one."""

    def __init__(self, piece, count, error=None):
        self.piece = piece
        self.left = count
        self.error = error
        self.given = 0

    async def read(self):
        await asyncio.sleep(0)
        if not self.left:
            if self.error is not None:
                raise self.error
            return b""
        self.left -= 1
        self.given += len(self.piece)
        return self.piece

    def close(self):
        self.left = 0


# --- 1. A body that ends early never looks complete ---


@pytest.mark.parametrize("ending", ["leaves", "half-closes"])
@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"Content-Length: 100\r\n\r\nhalf", id="length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", id="chunked"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n64\r\nhalf", id="in-a-chunk"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n", id="before-the-end"),
    ],
)
async def test_a_body_that_ends_early_raises_client_gone(opened, beginning, ending):
    got, ends = [], []

    async def app(exchange):
        try:
            while piece := await exchange.body.read():
                got.append(piece)
            ends.append("complete")
        except ClientGone:
            ends.append("gone")

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\n" + beginning)
        await until(lambda: got)
        if ending == "leaves":
            await sender.leave()
        else:
            sender.writer.write_eof()
        await until(lambda: ends)
    assert (b"".join(got), ends) == (b"half", ["gone"])


async def test_a_body_that_was_read_whole_is_complete_whatever_the_client_does_then(opened):
    ends = []

    async def app(exchange):
        size = 0
        while piece := await exchange.body.read():
            size += len(piece)
        ends.append(size)

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nfull")
        await sender.leave()
        await until(lambda: ends)
    assert ends == [4]


# --- 2. The reply is pulled only as fast as the client takes it ---


@pytest.mark.parametrize("length", [256 << 20, None], ids=["length", "chunked"])
async def test_a_client_that_does_not_read_holds_the_reply_back(opened, length):
    source = Pieces(b"x" * (1 << 16), 4096)

    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body(source, length=length)))

    port = await opened(app)
    async with client(port) as sender:
        sender.writer.transport.pause_reading()
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        before = -1
        while source.given != before or not before:
            before = source.given
            await asyncio.sleep(0.1)
        assert source.given < 64 << 20
        sender.writer.transport.resume_reading()
        answer = await sender.answer()
    assert answer.complete
    assert len(answer.body) == 256 << 20


async def test_an_application_that_does_not_read_holds_the_client_back(opened):
    release = asyncio.Event()
    size = 0

    async def app(exchange):
        nonlocal size
        await release.wait()
        while piece := await exchange.body.read():
            size += len(piece)
        await exchange.send(Reply(200, Headers(), Body()))

    port = await opened(app)
    said = 0
    async with client(port) as sender, asyncio.TaskGroup() as group:

        async def talk():
            nonlocal said
            await sender.say(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (256 << 20)
            )
            for _ in range(256):
                await sender.say(b"x" * (1 << 20))
                said += 1 << 20

        group.create_task(talk())
        before = -1
        while said != before or not before:
            before = said
            await asyncio.sleep(0.1)
        assert said < 64 << 20
        release.set()
        assert (await sender.answer()).status == 200
    assert size == 256 << 20


# --- 3. An abort can be seen ---


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
@pytest.mark.parametrize("length", [100, None], ids=["length", "unknown"])
async def test_a_reply_that_is_aborted_never_looks_complete(opened, length, version):
    async def app(exchange):
        source = Pieces(b"half", 1, error=OSError("the source broke"))
        try:
            await exchange.send(Reply(200, Headers(), Body(source, length=length)))
        except OSError:
            exchange.abort()

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"GET / HTTP/%b\r\nHost: x\r\n\r\n" % version)
        if version == b"1.0" and length is None:
            # Only the connection ends such a reply, so only a reset can say that it broke.
            with pytest.raises(ConnectionResetError):
                await sender.reader.read()
            return
        answer = await sender.answer()
    assert not answer.complete
    assert answer.body == b"half"


@pytest.mark.parametrize("count", [1, 3], ids=["fewer", "more"])
async def test_a_reply_of_another_length_than_promised_never_looks_complete(opened, count, caplog):
    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body(Pieces(b"half", count), length=9)))

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await sender.answer()
    assert not answer.complete
    assert len(answer.body) < 9


async def test_an_abort_before_the_reply_closes_the_connection(opened):
    async def app(exchange):
        exchange.abort()

    port = await opened(app)
    async with client(port) as sender:
        assert await sender.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""


# --- 4. Path and header names arrive as sent ---


async def test_path_and_header_names_arrive_as_sent(opened):
    heads = []

    async def app(exchange):
        heads.append(exchange.head)
        await exchange.send(Reply(200, Headers([("X-cAsE", "\xe4")]), Body()))

    port = await opened(app)
    target = b"//a%2Fb/../%7e/\xc3\xa4;x=1?q=%20&&q"
    async with client(port) as sender:
        said = await sender.ask(
            b"gEt " + target + b" HTTP/1.1\r\nhOST: x\r\nX-One: 1\r\nx-one:  2 \t\r\nX-Empty:\r\n"
            b"X-Raw: \xc3\xa4\r\nConnection: close\r\n\r\n"
        )
    (head,) = heads
    assert (head.method, head.target) == ("gEt", target.decode("latin-1"))
    assert list(head.headers) == [
        ("hOST", "x"),
        ("X-One", "1"),
        ("x-one", "2"),
        ("X-Empty", ""),
        ("X-Raw", "\xc3\xa4"),
        ("Connection", "close"),
    ]
    assert b"\r\nX-cAsE: \xe4\r\n" in said


# --- 5. One reply, and `started` tells the truth ---


async def test_started_and_sent_tell_the_truth(opened):
    seen = []

    async def app(exchange):
        seen.append((exchange.started, exchange.sent))
        await exchange.send(Reply(200, Headers(), Body(Pieces(b"abc", 4))))
        seen.append((exchange.started, exchange.sent))

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await sender.answer()).body == b"abc" * 4
    assert seen == [(False, 0), (True, 12)]


async def test_a_second_reply_is_refused_and_the_client_sees_one(opened):
    refusals = []

    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body.of(b"first")))
        try:
            await exchange.send(Reply(500, Headers(), Body.of(b"second")))
        except RuntimeError as error:
            refusals.append(error)

    port = await opened(app)
    async with client(port) as sender:
        for _ in range(2):
            await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await sender.answer()).body == b"first"
    assert len(refusals) == 2


async def test_a_reply_that_could_not_begin_has_not_started(opened):
    async def app(exchange):
        with pytest.raises(ValueError, match="expected"):
            await exchange.send(Reply(200, Headers([("X", "a\r\nb")]), Body()))
        assert not exchange.started
        await exchange.send(Reply(500, Headers(), Body.of(b"sorry")))

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await sender.answer()
    assert (answer.status, answer.body) == (500, b"sorry")


# --- When the client leaves ---


async def test_a_client_that_leaves_while_the_reply_is_sent_is_known_to_send(opened):
    ends = []

    async def app(exchange):
        try:
            await exchange.send(Reply(200, Headers(), Body(Pieces(b"x" * 65536, 1 << 20))))
        except ClientGone:
            ends.append("gone")

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await sender.reader.readexactly(100_000)
        await sender.leave()
        await until(lambda: ends)
    assert ends == ["gone"]


async def test_a_client_that_resets_while_the_application_waits_cancels_it(opened):
    entered, ends = asyncio.Event(), []

    async def app(exchange):
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await entered.wait()
        reset(sender)
        await until(lambda: ends)
    assert ends == ["cancelled"]


async def test_a_client_that_resets_while_the_reply_waits_for_its_source_is_known_to_send(opened):
    entered, ends = asyncio.Event(), []

    class Never:
        async def read(self):
            entered.set()
            await asyncio.Event().wait()

        def close(self):
            ends.append("closed")

    async def app(exchange):
        try:
            await exchange.send(Reply(200, Headers(), Body(Never())))
        except ClientGone:
            ends.append("gone")

    port = await opened(app)
    async with client(port) as sender:
        await sender.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await entered.wait()
        reset(sender)
        await until(lambda: len(ends) == 2)
    assert ends == ["closed", "gone"]


def reset(sender):
    """Leave with a reset, which nobody can take for a half-close."""
    sock = sender.writer.get_extra_info("socket")
    sock.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER of zero seconds
    sender.writer.transport.abort()
