"""How handshakes go on the gateway's TLS port: what a door asks before it begins one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from octetgate.core.model.domain import ServerCertificate, Truststore


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one handshake is to be like."""

    domain: str | None = None
    """The custom domain that it is for."""
    certificate: ServerCertificate | None = None
    """None for the gateway's own."""
    truststore: Truststore | None = None
    """Whose certificates the client has to show one of; None: it is not asked."""
    least: str = "TLSv1.2"
    """The oldest version, as ``TLSv1.2`` or ``TLSv1.3``."""


FindTerms = Callable[[str], Terms | None]
"""Returns the terms for a server name, in lower case; None for a name that nobody set any for."""


class CertificateFiles(Protocol):
    """Certificates with their keys that lie beside the store, by name."""

    def find(self, name: str) -> ServerCertificate | None:
        """Return what is there now under a name; quick, for it is asked at each handshake."""
