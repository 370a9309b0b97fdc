"""Certificates by which backends can tell that a call came through this gateway."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate and the key that proves it; PEM both."""

    certificate: str
    private_key: str = field(repr=False)
    expires: float
    """Epoch seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A certificate to be shown and the key that proves it; PEM both."""

    certificate: str
    private_key: str = field(repr=False)


FindKeyPair = Callable[[str], KeyPair | None]
"""Returns the client certificate of an id, or None if there is none; blocking, and quick."""

IssueCertificate = Callable[[float], Issued]
"""Makes a client certificate that is good from that moment (epoch seconds) on.

Takes tens of milliseconds: it is for outside a transaction.
"""
