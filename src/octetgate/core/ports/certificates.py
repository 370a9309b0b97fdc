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


IssueCertificate = Callable[[float], Issued]
"""Makes a client certificate that is good from that moment (epoch seconds) on.

Takes tens of milliseconds: it is for outside a transaction.
"""
