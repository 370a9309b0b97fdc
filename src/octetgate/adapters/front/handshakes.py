"""What the connections of a TLS port share: how handshakes go, and how many there may be.

When there are more than that at once, the oldest is given up, which is most likely somebody's
who never meant to finish it.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from octetgate.adapters.front.tls import Contexts
from octetgate.adapters.front.tls_sessions import agreed
from octetgate.adapters.wire.listener import DescribeTls
from octetgate.adapters.wire.tls_server import BUFFER_BYTES, TlsConnection
from octetgate.core.ports.handshakes import Terms

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeSettings:
    """How much patience there is with clients before they speak HTTP."""

    seconds: float = 10
    """From connecting to the end of the handshake."""
    at_once: int = 1000


class Handshakes:
    """Keeps the promise of :class:`octetgate.adapters.wire.tls_server.Welcome`."""

    def __init__(
        self,
        contexts: Contexts,
        protocol: Callable[[DescribeTls], asyncio.Protocol],
        settings: HandshakeSettings,
        refused: Callable[[str, int, str], None],
    ) -> None:
        """``protocol`` makes what speaks to clients that came through.

        ``refused`` is told of the others: address, status (0) and why.
        """
        self.seconds = settings.seconds
        self.buffer = memoryview(bytearray(BUFFER_BYTES))
        self.agree = contexts.agree
        self._protocol = protocol
        self._refused = refused
        self._at_once = settings.at_once
        self._under_way: dict[TlsConnection, None] = {}
        """Oldest first."""

    @property
    def under_way(self) -> int:
        """Return how many clients have connected and do not speak HTTP yet."""
        return len(self._under_way)

    def serve(self, tls: ssl.SSLObject, terms: Terms) -> asyncio.Protocol:
        """Return what speaks to a client that came through."""
        return self._protocol(partial(agreed, terms=terms))

    def begun(self, connection: TlsConnection) -> None:
        """Count a client in, in place of the oldest if there are too many."""
        if len(self._under_way) >= self._at_once:
            oldest = next(iter(self._under_way))
            del self._under_way[oldest]
            oldest.abort()
        self._under_way[connection] = None

    def over(self, connection: TlsConnection) -> None:
        """Count a client out."""
        self._under_way.pop(connection, None)

    def failed(self, error: Exception, terms: Terms | None, peer: str) -> None:
        """Log a handshake that failed; one that asked for a certificate, so that it is seen.

        Whoever waits for a partner's first call looks here.
        """
        asked = terms is not None and terms.truststore is not None
        level = logging.INFO if asked and isinstance(error, ssl.SSLError) else logging.DEBUG
        why = f"TLS handshake for {terms.domain if terms else 'nobody'}: {error}"
        _log.log(level, "%s", why)
        self._refused(peer, 0, why)

    def give_up(self) -> None:
        """End every handshake that is under way."""
        for connection in list(self._under_way):
            connection.abort()
