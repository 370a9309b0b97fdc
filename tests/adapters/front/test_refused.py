"""What never became a request is told of: who it was, what it was answered, and why."""

import pytest
from tests.adapters.certificates import shown_to_all
from tests.adapters.peers import client, opened, until

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import Reply


async def app(exchange):
    await exchange.send(Reply(200, Headers(), Body.of(b"ok")))


class Told:
    """What a door told of those that it refused."""

    def __init__(self):
        self.all = []

    def add(self, peer, status, why):
        self.all.append((peer, status, why))


@pytest.mark.parametrize(
    "said, status, why",
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400, "name"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n", 431, "at most"),
        (b"nonsense\r\n\r\n", 400, "expected"),
    ],
)
async def test_a_bad_head_is_told_with_its_reason(said, status, why):
    told = Told()
    async with opened(app, refused=told.add) as (_, port), client(port) as sender:
        answer = await sender.ask(said)
    ((peer, code, reason),) = told.all
    assert (peer, code) == ("127.0.0.1", status)
    assert why in reason
    assert reason.encode() in answer


async def test_a_head_that_never_ends_and_a_crowded_door_are_told():
    told = Told()
    async with (
        opened(app, refused=told.add, head_seconds=0.05, max_connections=1) as (_, port),
        client(port) as first,
    ):
        await first.say(b"GET / HTTP/1.1\r\n")
        async with client(port) as second:
            assert (await second.ask(b"")).startswith(b"HTTP/1.1 503 ")
        await until(lambda: len(told.all) == 2)
    assert sorted(status for _, status, _ in told.all) == [408, 503]


async def test_a_request_is_the_applications_to_tell_of():
    told = Told()
    async with opened(app, refused=told.add) as (_, port), client(port) as sender:
        await sender.ask(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert told.all == []


async def test_a_handshake_that_fails_is_told_without_a_status(certificate):
    told, contexts = Told(), shown_to_all(certificate)
    async with (
        opened(app, contexts=contexts, refused=told.add) as (_, port),
        client(port) as sender,
    ):
        await sender.say(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: told.all)
    ((peer, status, why),) = told.all
    assert (peer, status) == ("127.0.0.1", 0)
    assert why.startswith("TLS handshake for nobody: ")
