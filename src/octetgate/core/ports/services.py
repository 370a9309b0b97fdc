"""AWS services other than Lambda: where they answer, what they speak, and who may ask them.

The gateway asks them through the upstream port like any HTTP endpoint; this port says how such
a request has to look, and signs it.
"""

from dataclasses import dataclass
from typing import Protocol

from octetgate.core.ports.upstream import Origin, UpstreamRequest


class NoCredentials(Exception):
    """Nothing to sign with; says which settings are missing."""


class UnknownService(Exception):
    """No endpoint can be told for this service and region; says what was expected and found."""


@dataclass(frozen=True, slots=True)
class Operation:
    """How an action of a REST protocol looks on the wire."""

    method: str
    uri: str
    """Path, with ``{Member}`` and ``{Member+}``, and possibly a query."""
    queries: tuple[tuple[str, str], ...] = ()
    """Member → name in the query."""
    headers: tuple[tuple[str, str], ...] = ()
    """Member → header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service in a region, as requests to it need to know it."""

    name: str
    """As in integration URIs, without a sub-domain: ``s3``, ``states``."""
    origin: Origin
    authority: str
    """The value of ``Host``; a sub-domain of the URI stands in it."""
    base_path: str = ""
    """What a configured endpoint puts before every path."""
    signing_name: str
    signing_region: str
    protocol: str = ""
    """``json``, ``query``, ``rest-json``, …; empty where no model describes the service."""
    target_prefix: str = ""
    """What ``X-Amz-Target`` begins with, in the JSON protocol."""
    json_version: str = "1.0"
    unsigned_payload: bool = False
    """Whether a signature may leave the body out, so that it can stream (S3)."""


class Services(Protocol):
    """What there is to know about AWS services."""

    def find(self, name: str, region: str) -> Service:
        """Return the service that an integration URI names; raises UnknownService."""

    def operation(self, service: Service, action: str) -> Operation | None:
        """Return how a REST service's action is asked for; None for any other action."""

    def sign(self, service: Service, request: UpstreamRequest) -> None:
        """Add a signature to the request's headers; raises NoCredentials.

        It covers method, target and headers as they are, and the body if that is ready.
        """
