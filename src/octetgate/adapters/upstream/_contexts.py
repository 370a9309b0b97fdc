"""How origins are spoken to over TLS: whom we trust, and what we show."""

import asyncio
import ssl
from pathlib import Path

from octetgate.adapters.wire.pem import load_pair
from octetgate.core.ports.certificates import FindKeyPair
from octetgate.core.ports.upstream import Origin, UpstreamUntrusted

_MOST = 256
"""Contexts; beyond that all are made anew, as they are asked for."""


class Contexts:
    """TLS contexts by what distinguishes them; a client certificate never changes."""

    def __init__(self, authorities: Path | None, find: FindKeyPair | None) -> None:
        self._authorities = authorities
        self._find = find
        self._known: dict[tuple[bool, str | None], ssl.SSLContext] = {}

    async def context(self, origin: Origin) -> ssl.SSLContext:
        """Return the context for an origin; UpstreamUntrusted without what it is to be shown."""
        key = origin.verify, origin.shown
        known = self._known.get(key)
        if known is not None:
            return known
        # A certificate comes out of the store and has to pass through a file.
        made = (
            self._made(origin)
            if origin.shown is None
            else await asyncio.to_thread(self._made, origin)
        )
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = made
        return made

    def _made(self, origin: Origin) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._authorities)
        if not origin.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if origin.shown is not None:
            pair = self._find(origin.shown) if self._find else None
            if pair is None:
                raise UpstreamUntrusted(
                    f"{origin.host}:{origin.port} is to be shown the client certificate "
                    f"{origin.shown}; there is none of that id",
                    sent=False,
                )
            load_pair(context, pair.certificate, pair.private_key)
        return context
