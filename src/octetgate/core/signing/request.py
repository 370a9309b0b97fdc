"""A request as both sides of a signature write it down.

Paths are encoded once more than they came, as every service but S3 has it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_from_bytes, unquote, unquote_to_bytes

UNSIGNED = "UNSIGNED-PAYLOAD"
"""What stands for a body that is not signed."""
NOTHING = hashlib.sha256(b"").hexdigest()
"""The hash of no body."""
SIGNATURE = "X-Amz-Signature"
"""The parameter of a presigned URL that nothing signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it arrived."""

    method: str
    path: str
    """Escapes undecoded."""
    query: str
    """Without the question mark, escapes undecoded."""
    headers: Sequence[tuple[str, str]]
    body_hash: str
    """SHA-256 of the body in hex."""
    path_as_sent: bool = False
    """Whether the path is signed with its dots and repeated slashes.

    Where these are resolved first, as AWS has it, a signature holds for each of many paths; that
    is no harm where they all lead to one place.
    """

    def values(self, name: str) -> list[str]:
        """Return every value of a header, in order; names by lower case."""
        return [value for given, value in self.headers if given.lower() == name]

    @property
    def leaves_body_out(self) -> bool:
        """Whether the signature is said not to cover the body."""
        return self.header("x-amz-content-sha256") == UNSIGNED

    @property
    def session_token(self) -> str | None:
        """What temporary credentials of AWS send besides, or None."""
        sent = self.header("x-amz-security-token")
        return dict(pairs(self.query)).get("X-Amz-Security-Token") if sent is None else sent

    @property
    def is_presigned(self) -> bool:
        """Whether the signature is in the query."""
        return not self.values("authorization") and SIGNATURE in dict(pairs(self.query))

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next(iter(self.values(name)), None)


def canonical_request(request: Request, signed_headers: Sequence[str], query: str) -> str:
    """Return the request as both sides write it down."""
    headers = "".join(f"{name}:{_header(request, name)}\n" for name in signed_headers)
    return "\n".join(
        (
            request.method.upper(),
            _encoded_path(request.path) if request.path_as_sent else _path(request.path),
            query,
            headers,
            ";".join(signed_headers),
            _payload(request),
        )
    )


def _payload(request: Request) -> str:
    """Return what stands for the body: its hash, unless the signer left it out."""
    return UNSIGNED if request.leaves_body_out else request.body_hash


def _header(request: Request, name: str) -> str:
    return ",".join(" ".join(value.split()) for value in request.values(name))


def _path(path: str) -> str:
    """Return the path, dots and repeated slashes resolved, encoded once more than it came."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept[-1:] = []
        elif segment not in {"", "."}:
            kept.append(segment)
    last = "/" if path.endswith("/") and kept else ""
    return _encoded_path("/" + "/".join(kept) + last)


def _encoded_path(path: str) -> str:
    return quote(path, safe="/~", encoding="latin-1")


def queries(query: str) -> Iterator[str]:
    """Yield the query in the ways in which signers write it: as sent, and encoded afresh.

    AWS encodes it afresh; botocore signs what it sends.  Both say the same of each parameter.
    """
    pairs = [(name, value) for name, _, value in _parts(query) if name != SIGNATURE]
    sent = _joined(pairs)
    yield sent
    afresh = _joined([(_encoded(name), _encoded(value)) for name, value in pairs])
    if afresh != sent:
        yield afresh


def _joined(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(text: str) -> str:
    return quote_from_bytes(unquote_to_bytes(text), safe="-_.~")


def _parts(query: str) -> list[tuple[str, str, str]]:
    return [part.partition("=") for part in query.split("&")] if query else []


def pairs(query: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a query, decoded."""
    for name, _, value in _parts(query):
        yield unquote(name), unquote(value)
