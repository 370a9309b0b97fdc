"""The other ends of our connections, for tests: a client, an upstream, and a door between."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import h11

from octetgate.adapters.front.h1 import Door, DoorSettings, HandshakeSettings, SecurePort, serve
from octetgate.adapters.front.tls import Contexts
from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import ClientGone, Exchange, Reply
from octetgate.core.ports.upstream import Origin, UpstreamBroken, UpstreamError, UpstreamRequest

PATIENCE = 20
"""Seconds after which a test that waits has failed."""


def listening() -> socket.socket:
    """Return a socket that listens on a free port of loopback."""
    made = socket.create_server(("127.0.0.1", 0))
    made.setblocking(False)
    return made


@contextlib.asynccontextmanager
async def opened(
    app: Callable[[Exchange], Awaitable[None]],
    *,
    contexts: Contexts | None = None,
    handshakes: Mapping[str, Any] | None = None,
    refused: Callable[[str, int, str], None] = lambda *_: None,
    **settings: Any,
) -> AsyncIterator[tuple[Door, int]]:
    """Serve an application, over TLS when there are contexts; yields the door and its port."""
    sock = listening()
    port = sock.getsockname()[1]
    settings.setdefault("tick_seconds", 0.02)
    if contexts is None:
        door = await serve(app, [sock], DoorSettings(**settings), refused=refused)
    else:
        secure = SecurePort(
            sockets=[sock], contexts=contexts, settings=HandshakeSettings(**(handshakes or {}))
        )
        door = await serve(app, [], DoorSettings(**settings), secure, refused)
    try:
        yield door, port
    finally:
        await door.close(0)


@contextlib.asynccontextmanager
async def pooled(**settings: Any) -> AsyncIterator[Pool]:
    settings.setdefault("tick_seconds", 0.02)
    pool = Pool(PoolSettings(**settings))
    try:
        yield pool
    finally:
        await pool.close()


def passing(pool: Pool, port: int) -> Callable[[Exchange], Awaitable[None]]:
    """Return an application that passes everything on, as HTTP_PROXY does."""

    async def app(exchange: Exchange) -> None:
        dropped = {"connection", "content-length", "transfer-encoding", "expect", "date"}
        sent = [f for f in exchange.head.headers.fields if f[1] not in dropped]
        request = UpstreamRequest(
            Origin("http", "127.0.0.1", port),
            exchange.head.method,
            exchange.head.target,
            Headers.of_fields(sent),
            exchange.body,
            5000,
        )
        try:
            response = await pool.send(request)
            got = [f for f in response.headers.fields if f[1] not in dropped]
            await exchange.send(Reply(response.status, Headers.of_fields(got), response.body))
        except UpstreamBroken as error:
            if exchange.started:
                exchange.abort()
            else:
                await exchange.send(Reply(502, Headers(), Body.of(str(error).encode())))
        except UpstreamError as error:
            await exchange.send(Reply(504, Headers(), Body.of(str(error).encode())))
        except ClientGone:
            pass

    return app


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False


class Client:
    """A client that says exactly what it is told, and listens with h11."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._heard = h11.Connection(h11.CLIENT)
        self._fresh()

    @classmethod
    async def to(cls, port: int, **more: Any) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", port, **more))

    def _fresh(self, method: str = "GET") -> None:
        trailing = self._heard.trailing_data[0]
        self._heard = h11.Connection(h11.CLIENT)
        self._heard.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        self._heard.send(h11.EndOfMessage())
        if trailing:
            self._heard.receive_data(trailing)

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, method: str = "GET") -> Answer:
        """Return the next reply; incomplete if the connection ended in its middle."""
        self._fresh(method)
        answer, pieces = Answer(), []
        async with asyncio.timeout(PATIENCE):
            while not answer.complete:
                try:
                    event = self._heard.next_event()
                except h11.RemoteProtocolError:
                    break
                if event is h11.NEED_DATA:
                    self._heard.receive_data(await self._read())
                elif isinstance(event, h11.Response):
                    answer.status = event.status_code
                    answer.headers = {
                        k.decode().lower(): v.decode("latin-1") for k, v in event.headers
                    }
                elif isinstance(event, h11.Data):
                    pieces.append(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    answer.complete = True
                elif isinstance(event, h11.ConnectionClosed):
                    break
        answer.body = b"".join(pieces)
        return answer

    async def _read(self) -> bytes:
        try:
            return await self.reader.read(1 << 16)
        except ConnectionError:
            return b""

    async def rest(self) -> bytes:
        """Return everything up to the end of the connection."""
        out = b""
        async with asyncio.timeout(PATIENCE):
            while data := await self._read():
                out += data
        return out

    async def ask(self, data: bytes) -> bytes:
        """Say this and return everything up to the end of the connection."""
        with contextlib.suppress(ConnectionError):
            await self.say(data)
        return await self.rest()

    async def leave(self) -> None:
        self.writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@contextlib.asynccontextmanager
async def client(port: int, **more: Any) -> AsyncIterator[Client]:
    made = await Client.to(port, **more)
    try:
        yield made
    finally:
        await made.leave()


@contextlib.asynccontextmanager
async def meanwhile(doing: Coroutine[Any, Any, Any]) -> AsyncIterator[asyncio.Task[Any]]:
    """Do something beside the block, and wait for it at the block's end."""
    async with asyncio.TaskGroup() as group:
        yield group.create_task(doing)


async def until(condition: Callable[[], Any]) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def upstream(
    handler: Handler, ssl_context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve each connection with ``handler``; yields the port."""
    tasks = set()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # Streams complain about a handler that was cancelled.
        finally:
            writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0, ssl=ssl_context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def head(reader: asyncio.StreamReader) -> bytes:
    """Return a message's head as it stood on the wire."""
    async with asyncio.timeout(PATIENCE):
        return await reader.readuntil(b"\r\n\r\n")


@contextlib.asynccontextmanager
async def gateway(handler: Handler) -> AsyncIterator[tuple[Pool, int]]:
    """Serve ``handler`` as the upstream behind a door; yields the pool between and the port."""
    async with (
        upstream(handler) as behind,
        pooled() as pool,
        opened(passing(pool, behind)) as (_, port),
    ):
        yield pool, port
