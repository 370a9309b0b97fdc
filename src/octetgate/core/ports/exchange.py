"""One HTTP request to be answered: what a front door hands to the gateway.

A door promises: a body that ends early raises :class:`ClientGone` and never looks complete;
``send`` pulls the reply only as fast as the client takes it; ``abort`` leaves a mark the
client can see; path and header names arrive as sent; exactly one reply, and ``started``
tells the truth.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Field, Headers
from octetgate.core.http.message import RequestHead


class ClientGone(Exception):
    """The client left, or stopped being HTTP, before the exchange was over."""


@dataclass(slots=True)
class Reply:
    """What the client gets.

    The door writes the status line, ``Date``, ``Connection`` and the framing
    (``Content-Length`` from the body's length, else chunked); none of these stands here.
    """

    status: int
    headers: Headers
    body: Body
    fresh: Sequence[Field] = ()
    """Fields of this reply alone, behind the headers, which may be shared by many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """What a client proved itself with, as ``$context.identity.clientCert`` tells it."""

    pem: str
    subject_dn: str
    """As RFC 4514 writes it: the common name first."""
    issuer_dn: str
    serial_number: str
    """Pairs of hexadecimal digits with colons between."""
    not_before: str
    """As in ``May 28 12:30:02 2019 GMT``."""
    not_after: str
    ends: float
    """``not_after`` in epoch seconds."""
    issuer_is_trusted: bool
    """Whether the trust store has its issuer itself, and not only one further up."""


class Tls(NamedTuple):
    """How a client's connection is encrypted, and what was agreed in the handshake."""

    version: str
    """``TLSv1.3``."""
    cipher: str
    """OpenSSL's name for it."""
    domain: str | None = None
    """The custom domain that the handshake was for."""
    truststore: str | None = None
    """The id of the trust store that the client was held against."""
    client: ClientCertificate | None = None
    """None where the client was not asked."""


class Exchange(Protocol):
    """A request, and the one reply that it is owed."""

    head: RequestHead
    body: Body
    """Empty and ready when the request has none."""
    peer: str
    """The client's address without the port."""
    secure: bool
    """Whether the client came over TLS."""
    tls: Tls | None
    """How the connection is encrypted, if it is."""
    started: bool
    """Whether any byte of the reply has been handed to the transport."""
    sent: int
    """Body bytes handed to the transport so far."""

    @property
    def received(self) -> int:
        """Return how many bytes of body have come from the client so far."""

    async def send(self, reply: Reply) -> None:
        """Write the reply, at the client's pace.

        Raises ClientGone when the client left; whatever the body raises passes through,
        and the caller then calls :meth:`abort`.
        """

    def abort(self) -> None:
        """Cut the connection without a clean end, so that the client sees the truncation."""


Application = Callable[[Exchange], Awaitable[None]]
"""What a door serves: answers one exchange and never raises."""
