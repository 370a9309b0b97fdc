"""The default door: connections, requests in order, deadlines, and its end."""

import asyncio
import ipaddress
import socket

import pytest
from tests.adapters.peers import client, meanwhile, opened, until

from octetgate.adapters.front.h1 import DoorSettings, serve
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import ClientGone, Reply

GET = b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n"


def post(body, *, host=b"x"):
    return b"POST / HTTP/1.1\r\nHost: %b\r\nContent-Length: %d\r\n\r\n%b" % (host, len(body), body)


def chunked(*pieces):
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"
    )


def said(text, status=200):
    return Reply(status, Headers(), Body.of(text.encode()))


class Pieces:
    """A source of the given pieces, then of an error if there is one."""

    def __init__(self, *pieces, error=None):
        self.pieces = list(pieces)
        self.error = error
        self.closed = False

    async def read(self):
        await asyncio.sleep(0)
        if self.pieces:
            return self.pieces.pop(0)
        if self.error:
            raise self.error
        return b""

    def close(self):
        self.closed = True


async def echo(exchange):
    await exchange.send(Reply(200, Headers(), exchange.body))


async def collected(exchange):
    await exchange.send(Reply(200, Headers(), Body.of(await exchange.body.collect(1 << 20))))


async def whole(exchange):
    """Answer with the length of the request's body, once all of it is here."""
    size = 0
    while piece := await exchange.body.read():
        size += len(piece)
    await exchange.send(said(str(size)))


async def path(exchange):
    await exchange.send(said(exchange.head.target))


# --- Requests and replies ---


async def test_requests_on_one_connection_are_answered_one_after_another():
    async with opened(path) as (_, port), client(port) as sender:
        for name in (b"a", b"b", b"c"):
            await sender.say(GET % name)
            answer = await sender.answer()
            assert (answer.status, answer.body) == (200, b"/" + name)
            assert answer.headers["connection"] == "keep-alive"


async def test_pipelined_requests_are_answered_in_order():
    async def slow_first(exchange):
        if exchange.head.target == "/0":
            await asyncio.sleep(0.05)
        await path(exchange)

    async with opened(slow_first) as (_, port), client(port) as sender:
        await sender.say(b"".join(GET % str(n).encode() for n in range(50)))
        assert [(await sender.answer()).body for _ in range(50)] == [
            f"/{n}".encode() for n in range(50)
        ]


async def test_pipelined_bodies_are_not_mixed_up():
    bodies = [b"a" * 10, b"", b"b" * 30_000, b"c"]
    requests = b"".join(
        post(body) + chunked(body[:5], body[5:]) if body else post(body) for body in bodies
    )
    async with (
        opened(collected) as (_, port),
        client(port) as sender,
        meanwhile(sender.say(requests)),
    ):
        for body in bodies:
            for _ in range(2 if body else 1):
                assert (await sender.answer()).body == body


async def test_more_pipelined_bytes_than_the_limit_wait_in_the_network():
    release = asyncio.Event()

    async def held(exchange):
        await release.wait()
        await path(exchange)

    async with opened(held) as (door, port), client(port) as sender:
        request = GET % (b"a" * 1000)
        async with meanwhile(sender.say(request * 4_000)):
            await until_still(lambda: held_bytes(door))
            assert held_bytes(door) < 1 << 20
            release.set()
            for _ in range(4_000):
                assert (await sender.answer()).complete


def held_bytes(door):
    return sum(len(connection._held) for connection in door.connections)


async def until_still(value):
    """Wait until a number has grown and grows no more."""
    before = 0
    while not (now := value()) or now != before:
        before = now
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("size", [0, 1, 1000, 65_536, 65_537, 3_000_000])
async def test_a_body_goes_through_whole_in_both_framings(size):
    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]
    for request in (post(body), chunked(*[body[n : n + 70_000] for n in range(0, size, 70_000)])):
        async with opened(echo) as (_, port), client(port) as sender:
            async with meanwhile(sender.say(request)):
                answer = await sender.answer()
            assert answer.complete
            assert answer.body == body


async def test_a_body_that_comes_byte_by_byte_is_whole():
    async with opened(whole) as (_, port), client(port) as sender:
        for byte in chunked(b"abc", b"de") + post(b"fghi"):
            await sender.say(bytes([byte]))
        assert (await sender.answer()).body == b"5"
        assert (await sender.answer()).body == b"4"


@pytest.mark.parametrize("size", [2, 3, 4, 5, 19])
async def test_a_head_that_comes_in_pieces_is_whole(size):
    request = GET % b"pieces"
    async with opened(path) as (_, port), client(port) as sender:
        for start in range(0, len(request), size):
            await sender.say(request[start : start + size])
            await asyncio.sleep(0.002)
        assert (await sender.answer()).body == b"/pieces"


async def test_trailers_are_taken_and_dropped():
    request = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Sum: 1\r\n\r\n"
    async with opened(whole) as (_, port), client(port) as sender:
        await sender.say(request + GET % b"next")
        assert (await sender.answer()).body == b"2"
        assert (await sender.answer()).body == b"0"


@pytest.mark.parametrize(
    "reply, length",
    [
        pytest.param(lambda: said("hello"), "5", id="ready"),
        pytest.param(
            lambda: Reply(200, Headers(), Body(Pieces(b"x" * 9), length=9)), "9", id="stream"
        ),
        pytest.param(lambda: Reply(200, Headers(), Body(Pieces(b"x"))), None, id="unknown"),
    ],
)
async def test_head_is_answered_with_the_length_and_no_body(reply, length):
    async def app(exchange):
        await exchange.send(reply())

    async with opened(app) as (_, port), client(port) as sender:
        for _ in range(2):
            await sender.say(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = await sender.answer("HEAD")
            assert answer.headers.get("content-length") == length
            assert answer.body == b""


@pytest.mark.parametrize("status", [204, 304])
async def test_a_status_without_body_has_no_body_and_no_length(status):
    async def app(exchange):
        await exchange.send(Reply(status, Headers(), Body()))

    async with opened(app) as (_, port), client(port) as sender:
        await sender.say((GET % b"") * 2)
        for _ in range(2):
            answer = await sender.answer()
            assert answer.status == status
            assert "content-length" not in answer.headers


async def test_an_unknown_length_is_chunked_for_1_1_and_ends_with_the_connection_for_1_0():
    async def app(exchange):
        await exchange.send(Reply(200, Headers(), Body(Pieces(b"ab", b"cd"))))

    async with opened(app) as (_, port), client(port) as new, client(port) as old:
        await new.say(GET % b"")
        answer = await new.answer()
        assert (answer.headers["transfer-encoding"], answer.body) == ("chunked", b"abcd")
        whole_answer = await old.ask(b"GET / HTTP/1.0\r\n\r\n")
        assert whole_answer.endswith(b"\r\nConnection: close\r\n\r\nabcd")
        assert b"chunked" not in whole_answer


@pytest.mark.parametrize(
    "request_, connection",
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"close"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n\r\n", b"close"),
        (b"GET / HTTP/1.0\r\n\r\n", b"close"),
    ],
)
async def test_connection_answers_the_clients(request_, connection):
    async with opened(path) as (_, port), client(port) as sender:
        assert b"\r\nConnection: " + connection + b"\r\n" in await sender.ask(request_)


async def test_http_1_0_keeps_alive_when_asked_to():
    request = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    async with opened(path) as (_, port), client(port) as sender:
        for _ in range(2):
            await sender.say(request)
            assert (await sender.answer()).headers["connection"] == "keep-alive"


async def test_an_absolute_target_counts_as_path_and_host():
    async def app(exchange):
        await exchange.send(said(exchange.head.target + " " + exchange.head.headers.get("host")))

    async with opened(app) as (_, port), client(port) as sender:
        await sender.say(b"GET http://api.example:81/a%2Fb?c HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await sender.answer()).body == b"/a%2Fb?c api.example:81"
        await sender.say(b"GET http://api.example?c HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await sender.answer()).body == b"/?c api.example"


async def test_a_client_that_half_closes_gets_its_whole_answer():
    body = b"x" * 5_000_000
    async with opened(echo) as (_, port), client(port) as sender:
        async with meanwhile(sender.answer()) as listening:
            await sender.say(post(body))
            sender.writer.write_eof()
        answer = listening.result()
        assert answer.complete
        assert answer.body == body


async def test_100_continue_is_said_when_the_body_is_asked_for():
    async with opened(whole) as (_, port), client(port) as sender:
        await sender.say(
            b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        assert await sender.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await sender.say(b"abc")
        assert (await sender.answer()).body == b"3"


async def test_a_refusal_instead_of_100_continue_ends_the_connection():
    async def refuse(exchange):
        await exchange.send(said("no", 403))

    async with opened(refuse) as (_, port), client(port) as sender:
        request = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        answer = await sender.ask(request)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"Connection: close" in answer


async def test_an_early_refusal_reaches_a_client_that_still_has_64_mib_to_send():
    async def refuse(exchange):
        await exchange.send(said("too large", 413))

    size = 64 << 20
    async with opened(refuse) as (_, port), client(port) as sender:
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
        block = b"x" * (1 << 20)
        for _ in range(size // len(block)):
            await sender.say(block)
        answer = await sender.answer()
    assert (answer.status, answer.body) == (413, b"too large")


async def test_a_short_body_that_nobody_wants_does_not_cost_the_connection():
    async def ignore(exchange):
        await exchange.send(said("done"))

    async with opened(ignore) as (_, port), client(port) as sender:
        for _ in range(2):
            await sender.say(post(b"x" * 1000)[:-500])
            assert (await sender.answer()).headers["connection"] == "keep-alive"
            await sender.say(b"x" * 500)


@pytest.mark.parametrize("mistake", [b"X: 1\r\nX: 2", b"X: \0"], ids=["two-lines", "nul"])
async def test_a_reply_cannot_bring_lines_of_its_own(mistake, caplog):
    name, value = mistake.decode().split(": ", 1)

    async def app(exchange):
        await exchange.send(Reply(200, Headers([(name, value)]), Body.of(b"ok")))

    async with opened(app) as (_, port), client(port) as sender:
        assert (await sender.ask(GET % b"")).startswith(b"HTTP/1.1 500 ")


async def test_framing_fields_in_a_reply_are_not_believed():
    fields = [
        ("Content-Length", "99"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close"),
        ("Date", "x"),
    ]

    async def app(exchange):
        await exchange.send(Reply(200, Headers(fields), Body.of(b"ok")))

    async with opened(app) as (_, port), client(port) as sender:
        for _ in range(2):
            await sender.say(GET % b"")
            assert (await sender.answer()).body == b"ok"


async def test_an_application_that_raises_is_logged_and_the_client_gets_500(caplog):
    async def app(exchange):
        raise LookupError("a bug")

    async with opened(app) as (_, port), client(port) as sender:
        assert (await sender.ask(GET % b"")).startswith(b"HTTP/1.1 500 ")
    assert "a bug" in caplog.text


# --- Deadlines ---


async def test_slow_heads_are_cut_off_while_others_are_served():
    async with (
        opened(path, head_seconds=0.2) as (_, port),
        client(port) as slow,
        client(port) as quick,
    ):
        await slow.say(b"GET / HTTP/1.1\r\nHos")
        served = 0
        async with meanwhile(slow.rest()) as cut:
            while not cut.done():
                await quick.say(GET % b"")
                served += (await quick.answer()).complete
        assert cut.result().startswith(b"HTTP/1.1 408 ")
        assert served > 0


async def test_a_head_that_drips_is_cut_off_all_the_same():
    async with (
        opened(path, head_seconds=0.2, linger_seconds=0.1) as (_, port),
        client(port) as slow,
    ):
        async with meanwhile(slow.rest()) as cut:
            while not cut.done():
                slow.writer.write(b"G")
                await asyncio.sleep(0.01)
        assert cut.result().startswith(b"HTTP/1.1 408 ")


async def test_slow_bodies_are_cut_off_while_others_are_served():
    seen = []

    async def app(exchange):
        try:
            await whole(exchange)
        except ClientGone:
            seen.append("gone")

    async with (
        opened(app, body_seconds=0.2) as (_, port),
        client(port) as slow,
        client(port) as quick,
    ):
        await slow.say(post(b"x" * 100)[:-50])
        served = 0
        async with meanwhile(slow.rest()) as cut:
            while not cut.done():
                await quick.say(post(b"abc"))
                served += (await quick.answer()).complete
        assert cut.result().startswith(b"HTTP/1.1 408 ")
        assert seen == ["gone"]
        assert served > 0


async def test_a_body_that_the_application_does_not_ask_for_yet_is_not_slow():
    all_is_sent = asyncio.Event()

    async def app(exchange):
        await all_is_sent.wait()
        await whole(exchange)

    async with opened(app, body_seconds=0.2) as (_, port), client(port) as sender:
        await sender.say(post(b"x" * 1000)[:-1])
        await asyncio.sleep(0.4)
        await sender.say(b"x")
        all_is_sent.set()
        assert (await sender.answer()).body == b"1000"


async def test_idle_connections_are_closed_after_their_time():
    async with (
        opened(path, idle_seconds=0.1) as (_, port),
        client(port) as fresh,
        client(port) as used,
    ):
        await used.say(GET % b"")
        await used.answer()
        assert await used.rest() == b""
        assert await fresh.rest() == b""


async def test_a_client_that_takes_nothing_is_cut_off():
    ended = asyncio.Event()

    async def app(exchange):
        try:
            await exchange.send(Reply(200, Headers(), Body.of(b"x" * (64 << 20))))
        except ClientGone:
            ended.set()

    async with opened(app, write_seconds=0.2) as (_, port), client(port, limit=1024) as sender:
        sender.writer.transport.pause_reading()
        await sender.say(GET % b"")
        async with asyncio.timeout(20):
            await ended.wait()


async def test_a_client_that_lingers_is_cut_off():
    async def refuse(exchange):
        await exchange.send(said("no", 413))

    async with opened(refuse, linger_seconds=0.2) as (door, port), client(port) as sender:
        await sender.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        assert (await sender.answer()).status == 413
        await until(lambda: not door.connections)


async def test_connections_beyond_the_limit_are_told_so():
    async with opened(path, max_connections=1) as (_, port), client(port) as first:
        await first.say(GET % b"")
        assert (await first.answer()).status == 200
        async with client(port) as second:
            assert (await second.rest()).startswith(b"HTTP/1.1 503 ")
        await first.say(GET % b"")
        assert (await first.answer()).status == 200


# --- Behind a proxy ---


@pytest.mark.parametrize(
    "trusted, found",
    [
        pytest.param("127.0.0.0/8", b"203.0.113.9 True", id="trusted"),
        pytest.param("10.0.0.0/8", b"127.0.0.1 False", id="a-stranger"),
    ],
)
async def test_a_proxy_is_believed_on_who_asks_if_it_is_trusted(trusted, found):
    async def app(exchange):
        await exchange.send(said(f"{exchange.peer} {exchange.secure}"))

    networks = (ipaddress.ip_network(trusted),)
    async with opened(app, trusted_proxies=networks) as (_, port), client(port) as proxy:
        forwarded = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
        await proxy.say(b"GET / HTTP/1.1\r\nHost: x\r\n" + forwarded + b"\r\n")
        assert (await proxy.answer()).body == found


# --- The end of a door ---


async def test_a_closing_door_finishes_what_it_has_begun_and_accepts_no_more():
    entered, release = asyncio.Event(), asyncio.Event()

    async def app(exchange):
        entered.set()
        await release.wait()
        await path(exchange)

    async with opened(app) as (door, port), client(port) as busy, client(port) as idle:
        await busy.say(GET % b"last")
        await entered.wait()
        async with meanwhile(door.close(20)):
            assert await idle.rest() == b""
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            release.set()
            answer = await busy.answer()
            assert (answer.body, answer.headers["connection"]) == (b"/last", "close")
        assert not door.connections


async def test_a_closing_door_cuts_what_outlasts_its_grace():
    entered, cancelled = asyncio.Event(), asyncio.Event()

    async def app(exchange):
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with opened(app) as (door, port), client(port) as busy:
        await busy.say(GET % b"")
        await entered.wait()
        await door.close(0.05)
        assert cancelled.is_set()
        await busy.rest()
        assert not door.connections


async def test_one_door_serves_several_sockets():
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    door = await serve(path, sockets, DoorSettings())
    for each in sockets:
        async with client(each.getsockname()[1]) as sender:
            await sender.say(GET % b"")
            assert (await sender.answer()).status == 200
    await door.close(1)
