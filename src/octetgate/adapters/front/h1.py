"""The default door: HTTP/1.1 on our own protocol, over listening sockets it is given."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from octetgate.adapters.front.handshakes import Handshakes, HandshakeSettings
from octetgate.adapters.front.tls import Contexts
from octetgate.adapters.wire.clock import Clock
from octetgate.adapters.wire.h1_server import ServerConnection
from octetgate.adapters.wire.handlers import Handlers
from octetgate.adapters.wire.listener import DoorSettings
from octetgate.adapters.wire.memory import keep_body_memory
from octetgate.adapters.wire.tls_server import TlsConnection
from octetgate.core.ports.exchange import Application

__all__ = ["Door", "DoorSettings", "HandshakeSettings", "SecurePort", "serve"]

_BACKLOG = 2048


Refused = Callable[[str, int, str], None]
"""Told the client's address, the status that it got, 0 for none, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurePort:
    """Sockets on which clients speak TLS, and how handshakes go."""

    sockets: Sequence[socket.socket]
    contexts: Contexts
    settings: HandshakeSettings = field(default_factory=HandshakeSettings)


class Door:
    """Listeners, and the connections that came through them."""

    def __init__(
        self, app: Application, settings: DoorSettings, refused: Refused = lambda *_: None
    ) -> None:
        """``refused`` is told of what never became an exchange."""
        self.handlers = Handlers(app)
        self.refused = refused
        self.settings = settings
        self.connections: set[ServerConnection] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self.closing = False
        self.servers: list[asyncio.Server] = []
        self.handshakes: Handshakes | None = None
        self.clock = Clock(settings.tick_seconds, self._sweep)

    async def close(self, grace_seconds: float) -> None:
        """Accept no more, let calls in flight finish for so long, then cut what is left."""
        self.closing = True
        for server in self.servers:
            server.close()
        if self.handshakes is not None:
            self.handshakes.give_up()
        for connection in list(self.connections):
            connection.end_if_idle()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                await self._empty.wait()
        await asyncio.gather(*[connection.end() for connection in list(self.connections)])
        await self.handlers.close()
        self.clock.stop()

    def entered(self, connection: ServerConnection) -> None:
        self.connections.add(connection)
        self.clock.wake()
        self._empty.clear()

    def left(self, connection: ServerConnection) -> None:
        self.connections.discard(connection)
        if not self.connections:
            self._empty.set()

    def _sweep(self, now: float) -> bool:
        for connection in list(self.connections):
            connection.sweep(now)
        return bool(self.connections)


async def serve(
    app: Application,
    sockets: Sequence[socket.socket],
    settings: DoorSettings,
    secure: SecurePort | None = None,
    refused: Refused = lambda *_: None,
) -> Door:
    """Answer what comes in on these sockets with ``app``, until the door is closed."""
    keep_body_memory()
    door = Door(app, settings, refused)
    loop = asyncio.get_running_loop()
    for listening in sockets:
        door.servers.append(
            await loop.create_server(
                lambda: ServerConnection(door), sock=listening, backlog=_BACKLOG
            )
        )
    if secure is not None:
        welcome = door.handshakes = Handshakes(
            secure.contexts, partial(ServerConnection, door), secure.settings, refused
        )
        for listening in secure.sockets:
            door.servers.append(
                await loop.create_server(
                    lambda: TlsConnection(welcome), sock=listening, backlog=_BACKLOG
                )
            )
    return door
