"""What the connections of one door share, and what the door allows its clients."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from octetgate.adapters.wire.clock import Clock
from octetgate.adapters.wire.handlers import Handlers
from octetgate.core.http.forwarded import Network
from octetgate.core.ports.exchange import Tls

if TYPE_CHECKING:
    from octetgate.adapters.wire.h1_server import ServerConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """What a door allows its clients; seconds are counted in steps of ``tick_seconds``."""

    idle_seconds: float = 310
    """Between two requests (spec: request-lifecycle 15)."""
    head_seconds: float = 10
    """From the first byte of a head to its last."""
    body_seconds: float = 30
    """Without a byte of a body that the application waits for."""
    write_seconds: float = 60
    """Without the client taking a byte of what is written."""
    linger_seconds: float = 10
    """For a client to hear the last reply while it is still sending."""
    max_connections: int = 10_000
    """More are answered 503."""
    write_buffer_bytes: int = 256 * 1024
    """Unsent bytes at which the application has to wait."""
    tick_seconds: float = 0.5
    trusted_proxies: tuple[Network, ...] = ()
    """Whose word is taken on who asks, and whether over TLS."""


DescribeTls = Callable[[ssl.SSLObject], Tls]
"""Returns what is known of a connection whose handshake is over."""


class Listener(Protocol):
    """What the connections of one door share."""

    handlers: Handlers
    settings: DoorSettings
    clock: Clock
    connections: set["ServerConnection"]
    refused: Callable[[str, int, str], None]
    """Told who was refused before there was an exchange, with which status, and why."""
    closing: bool
    """Whether every reply is to be the last on its connection."""

    def entered(self, connection: "ServerConnection") -> None: ...

    def left(self, connection: "ServerConnection") -> None:
        """Called once for each that entered, when it is closed and its handler has ended."""
