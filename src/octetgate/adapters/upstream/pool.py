"""The upstream port over pooled HTTP/1.1 connections.

A request is retried in one case only: on a connection that had served before, closed by the
upstream before a byte of the request left us.
"""

import asyncio
import errno
import ssl
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from octetgate.adapters.upstream._contexts import Contexts
from octetgate.adapters.wire.clock import Clock
from octetgate.adapters.wire.h1_client import ClientConnection
from octetgate.core.ports.certificates import FindKeyPair
from octetgate.core.ports.upstream import (
    Origin,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamRequest,
    UpstreamResponse,
    UpstreamTimeout,
    UpstreamUnreachable,
    UpstreamUntrusted,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """What the pool keeps and for how long; seconds count in steps of ``tick_seconds``."""

    per_origin: int = 1024
    """Connections to one origin; a call that would need more waits its turn."""
    idle: int = 1024
    """Idle connections in all; the one that has been idle longest makes room."""
    idle_seconds: float = 50
    """Upstreams commonly close after 60 s; whoever closes first decides when."""
    age_seconds: float = 600
    """So that a changed address is noticed."""
    connect_seconds: float = 10
    body_seconds: float = 60
    """Without a byte of a response that somebody waits for."""
    write_buffer_bytes: int = 256 * 1024
    """Unsent bytes at which an upload waits."""
    certificates: Path | None = None
    """Certificate authorities to trust; None for the system's."""
    shown: FindKeyPair | None = None
    """Where the client certificates are that origins ask for."""
    tick_seconds: float = 0.5


class Pool:
    """Connections to every origin."""

    def __init__(self, settings: PoolSettings) -> None:
        self._settings = settings
        self._origins: dict[Origin, _Connections] = {}
        self._contexts = Contexts(settings.certificates, settings.shown)
        self._clock = Clock(settings.tick_seconds, self._sweep)

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        connections = self._origins.get(request.origin)
        if connections is None:
            connections = self._origins[request.origin] = _Connections()
            self._clock.wake()
        connection = connections.newest_idle() or await self._acquire(connections, request)
        used = connection.calls > 0
        # Not `connection.send`: every coroutine on the way costs each time it waits and goes on.
        answer = connection.ask(request)
        try:
            return await answer
        except BaseException as error:
            connection.give_up(answer)
            broken = isinstance(error, UpstreamBroken) and not error.sent
            if not broken or not used or request.body.ready is None:
                raise
        connection = await self._acquire(connections, request)
        return await connection.send(request)

    async def close(self) -> None:
        """Close every connection; calls in flight fail."""
        self._clock.stop()
        for connections in list(self._origins.values()):
            for connection in list(connections.all):
                connection.abort()
        await asyncio.sleep(0)

    def __repr__(self) -> str:
        known = [f"{o.host}:{o.port} {c!r}" for o, c in self._origins.items()]
        return f"<Pool {', '.join(known) or 'empty'}>"

    # --- Getting a connection ---

    async def _acquire(
        self, connections: "_Connections", request: UpstreamRequest
    ) -> ClientConnection:
        """Return a connection: a new one, or after a wait for one's turn a used one."""
        settings = self._settings
        seconds = min(settings.connect_seconds, request.timeout_ms / 1000)
        try:
            async with asyncio.timeout(seconds):
                if connections.reserved >= settings.per_origin:
                    connection = await connections.turn()
                    if connection is not None:
                        return connection
                else:
                    connections.reserved += 1
                return await self._connect(connections, request.origin)
        except TimeoutError:
            raise UpstreamTimeout(f"no connection within {seconds:g} s", sent=False) from None

    async def _connect(self, connections: "_Connections", origin: Origin) -> ClientConnection:
        secure = origin.scheme == "https"
        try:
            context = await self._contexts.context(origin) if secure else None
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: ClientConnection(
                    connections.idle, connections.gone, self._settings.write_buffer_bytes
                ),
                origin.host,
                origin.port,
                ssl=context,
            )
        except BaseException as error:
            connections.release()
            if isinstance(error, OSError):
                raise _translated(error, origin, secure=secure) from error
            raise
        connections.all.add(connection)
        return connection

    # --- Keeping them ---

    def _sweep(self, now: float) -> bool:
        settings = self._settings
        idle: list[ClientConnection] = []
        for origin, connections in list(self._origins.items()):
            for connection in list(connections.all):
                connection.sweep(now, settings.body_seconds)
            for connection in list(connections.waiting):
                old = now - connection.born > settings.age_seconds
                if old or now - connection.since > settings.idle_seconds:
                    connections.close(connection)
            idle += connections.waiting
            if not connections.reserved:
                del self._origins[origin]
        for connection in sorted(idle, key=lambda each: each.since)[: -settings.idle]:
            connection.abort()
        return bool(self._origins)


class _Connections:
    """The connections to one origin."""

    def __init__(self) -> None:
        self.all: set[ClientConnection] = set()
        self.waiting: list[ClientConnection] = []
        """Idle ones; the one used last is last, and is used first."""
        self.reserved = 0
        """Connections, and those being made."""
        self._turns: deque[asyncio.Future[ClientConnection | None]] = deque()

    def newest_idle(self) -> ClientConnection | None:
        """Return an idle connection that is still open, taken out of the idle ones."""
        while self.waiting:
            connection = self.waiting.pop()
            if connection.usable():
                return connection
            connection.abort()
        return None

    async def turn(self) -> ClientConnection | None:
        """Wait for a connection that becomes idle, or None for leave to make a new one."""
        turn: asyncio.Future[ClientConnection | None]
        turn = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise

    def idle(self, connection: ClientConnection) -> None:
        """Take a connection back."""
        if self._turns:
            self._pass_on(connection)
        else:
            self.waiting.append(connection)

    def gone(self, connection: ClientConnection) -> None:
        """Forget a connection that has closed."""
        if connection in self.waiting:
            self.waiting.remove(connection)
        if connection in self.all:
            self.all.remove(connection)
            self.release()

    def release(self) -> None:
        """Give back the right to one connection."""
        self.reserved -= 1
        self._pass_on(None)

    def close(self, connection: ClientConnection) -> None:
        """Close an idle connection."""
        self.waiting.remove(connection)
        connection.abort()

    def _pass_on(self, connection: ClientConnection | None) -> None:
        """Give a connection, or leave to make one, to whoever has waited longest."""
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                self.reserved += connection is None
                turn.set_result(connection)
                return
        if connection is not None:
            self.waiting.append(connection)

    def __repr__(self) -> str:
        return f"{self.reserved} open, {len(self.waiting)} idle"


def _translated(error: OSError, origin: Origin, *, secure: bool) -> UpstreamError:
    where = f"{origin.host}:{origin.port}"
    if isinstance(error, ssl.SSLError):
        return UpstreamUntrusted(f"no TLS with {where}: {error}", sent=False)
    if secure and isinstance(error, (ConnectionResetError, ConnectionAbortedError)):
        return UpstreamUntrusted(f"{where} ended the TLS handshake: {error}", sent=False)
    reason = f"no connection to {where}: {error}"
    if _refused(error):
        return UpstreamRefused(reason, sent=False)
    return UpstreamUnreachable(reason, sent=False)


def _refused(error: OSError) -> bool:
    # A name with several addresses fails with one error that quotes those of all of them.
    return isinstance(error, ConnectionRefusedError) or (
        error.errno is None and f"[Errno {errno.ECONNREFUSED}]" in str(error)
    )
