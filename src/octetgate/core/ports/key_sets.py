"""The public keys of those who issue tokens."""

from typing import Protocol

from octetgate.core.signing.jwt import Jwk


class KeysUnreachable(Exception):
    """An issuer's keys cannot be had; says where they were looked for and what was found."""


class KeySets(Protocol):
    """Keys by issuer and id; remembered, and asked for again when a new id turns up."""

    async def key(self, issuer: str, key_id: str) -> Jwk | None:
        """Return the issuer's key of that id, or None if it has none; raises KeysUnreachable.

        ``issuer`` is the URL that tokens name as ``iss``.
        """
