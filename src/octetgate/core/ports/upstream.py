"""Send an HTTP request to a backend and get its answer; both directions at once.

The answer is read while the request's body is still being written, so an upstream that
says 413 early is heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Field, Headers


class UpstreamError(Exception):
    """The upstream failed us.  ``sent`` says whether it may have seen any of the request."""

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class UpstreamTimeout(UpstreamError):
    """The upstream did not answer in the integration's time."""


class UpstreamRefused(UpstreamError):
    """Nobody listens there; nothing was sent."""


class UpstreamUnreachable(UpstreamError):
    """The name is unknown, or no way leads there; nothing was sent."""


class UpstreamUntrusted(UpstreamError):
    """TLS could not be agreed on or the certificate is not trusted; nothing was sent."""


class UpstreamBroken(UpstreamError):
    """The upstream closed early or does not speak HTTP/1.1."""


class Origin(NamedTuple):
    """Where to connect to; a tuple, for one is looked up at every call."""

    scheme: str
    """``http`` or ``https``."""
    host: str
    port: int
    verify: bool = True
    """Whether the certificate must be trusted (``tlsConfig.insecureSkipVerification`` off)."""
    shown: str | None = None
    """The id of the client certificate that is shown to it; None for none."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How long a response may take that the client gets as it comes."""

    idle_seconds: float
    """Without a byte of it, while somebody waits for one."""
    seconds: float
    """From the request to its end."""


@dataclass(slots=True)
class UpstreamRequest:
    """One request.  ``Host`` stands in the headers; framing headers do not."""

    origin: Origin
    method: str
    target: str
    """Path and query, ready for the request line."""
    headers: Headers
    body: Body
    timeout_ms: int
    """The longest wait for the response head without progress.

    Progress is a piece of the request's body taken by the upstream: a slow upload is not a
    slow upstream.
    """
    fresh: Sequence[Field] = ()
    """Fields of this request alone, behind the headers, which may be shared by many."""
    stream: StreamLimits | None = None
    """None: the upstream's own patience with a response's body, however long it takes."""


@dataclass(slots=True)
class UpstreamResponse:
    """The final response's head, and its body as it comes (raises UpstreamBroken if cut)."""

    status: int
    headers: Headers
    body: Body


class Upstream(Protocol):
    """The one way to HTTP backends."""

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        """Return the response once its head is here.

        Cancelling the call, or closing the response's body early, frees the connection.
        Errors of the request's own body (ClientGone) pass through.
        """
