"""What is not HTTP/1.1 is refused, the connection closed, and no application sees it."""

import pytest
from tests.adapters.front.malformed import BODIES, HEADS
from tests.adapters.peers import client, opened

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import ClientGone, Reply

MALFORMED = HEADS | BODIES


class Heard:
    """An application that answers everything and remembers what it was given."""

    def __init__(self):
        self.targets = []

    async def __call__(self, exchange):
        self.targets.append(exchange.head.target)
        await exchange.send(Reply(200, Headers(), Body.of(b"ok")))


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_request_is_refused_and_never_handed_on(name):
    app = Heard()
    async with opened(app) as (_, port), client(port) as sender:
        said = await sender.ask(MALFORMED[name])
    assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 417 "))
    assert said.count(b"\r\nDate: ") == 1
    assert b"\r\nConnection: close\r\n" in said
    assert app.targets == []


@pytest.mark.parametrize("name", HEADS)
async def test_a_malformed_head_is_refused_when_it_comes_in_two_parts(name):
    app = Heard()
    whole = HEADS[name]
    async with opened(app) as (_, port), client(port) as sender:
        await sender.say(whole[: len(whole) // 2])
        said = await sender.ask(whole[len(whole) // 2 :])
    assert said.startswith(b"HTTP/1.1 400 ")
    assert app.targets == []


@pytest.mark.parametrize("name", BODIES)
async def test_a_malformed_body_that_follows_its_head_never_looks_complete(name):
    ended = []

    async def app(exchange):
        try:
            while await exchange.body.read():
                pass
            ended.append("complete")
        except ClientGone:
            ended.append("gone")

    before, after = BODIES[name].split(b"\r\n\r\n", 1)
    async with opened(app) as (_, port), client(port) as sender:
        await sender.say(before + b"\r\n\r\n")
        said = await sender.ask(after)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert ended in ([], ["gone"])


@pytest.mark.parametrize(
    "status, request_",
    [
        pytest.param(414, b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="line"),
        pytest.param(414, b"GET /" + b"a" * 200000, id="line-without-end"),
        pytest.param(
            431, b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 70000 + b"\r\n\r\n", id="field"
        ),
        pytest.param(
            431, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", id="count"
        ),
        pytest.param(431, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 20000, id="no-end"),
        pytest.param(
            417,
            b"POST / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n",
            id="expect",
        ),
    ],
)
async def test_a_head_beyond_the_limits_is_told_which_limit(status, request_):
    app = Heard()
    async with opened(app) as (_, port), client(port) as sender:
        said = await sender.ask(request_)
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert app.targets == []


async def test_a_request_behind_a_malformed_one_is_not_read():
    app = Heard()
    async with opened(app) as (_, port), client(port) as sender:
        said = await sender.ask(HEADS["two lengths"] + b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
    assert said.count(b"\r\nDate: ") == 1
    assert app.targets == []


async def test_a_good_request_before_a_malformed_one_is_answered():
    app = Heard()
    async with opened(app) as (_, port), client(port) as sender:
        said = await sender.ask(b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n" + HEADS["two Hosts"])
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 400 " in said
    assert app.targets == ["/good"]
