"""The heads of a request and of a response, as they stood on the wire."""

from dataclasses import dataclass

from octetgate.core.http.headers import Headers


@dataclass(slots=True)
class RequestHead:
    """A request line and its header fields."""

    method: str
    target: str
    """Origin form (path and query), exactly as sent, Latin-1."""
    headers: Headers
    version: str = "HTTP/1.1"


@dataclass(slots=True)
class ResponseHead:
    """A status line and its header fields."""

    status: int
    headers: Headers
    reason: str = ""
