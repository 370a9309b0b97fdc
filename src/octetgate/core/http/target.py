"""A request target's two halves: the path as it was sent, the query decoded once.

The path is never decoded for matching or for events; the query always is, and exactly once
(spec: request-lifecycle 3).  What goes out to a backend is encoded anew.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

_SEPARATOR = re.compile("[&;]")
_PATH_SAFE = "!$&'()*+,;=:@"
"""What may stand in a path segment beside letters, digits and ``-._~`` (RFC 3986, pchar)."""
_QUERY_SAFE = "/?:@!$'()*,"
"""What may stand in a query's value and means nothing there."""
_PLAIN_SEGMENTS = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/]*")

Pairs = list[tuple[str, str]]


def split(target: str) -> tuple[str, str]:
    """Return the path and the query of an origin-form target, both as sent."""
    path, _, query = target.partition("?")
    return path, query


def as_read(path: str) -> tuple[str, bool]:
    """Return the path as whoever decodes and resolves it reads it, and whether dots lead it on.

    The gateway does neither; the backend behind a greedy parameter may do both.
    """
    plain = "%" not in path and "//" not in path and "/." not in path
    if plain and not path.endswith("/"):
        return path, False
    kept: list[str] = []
    led = False
    for segment in unquote_to_bytes(octets(path)).decode("utf-8", "replace").split("/"):
        if segment in {".", ".."}:
            led = True
            kept[-1:] = [] if segment == ".." else kept[-1:]
        elif segment:
            kept.append(segment)
    return "/" + "/".join(kept), led


def parse_query(query: str) -> Pairs:
    """Return the query's (name, value) pairs in order, decoded once.

    ``+`` is a space, ``;`` separates like ``&``, a name without ``=`` has the empty value.
    """
    if not query:
        return []
    return [_pair(piece) for piece in _SEPARATOR.split(query) if piece]


def _pair(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return _decoded(name), _decoded(value)


def _decoded(text: str) -> str:
    if "%" not in text and text.isascii():
        return text.replace("+", " ")
    # Targets are Latin-1 text, one character a byte; the bytes are UTF-8.
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("utf-8", "replace")


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the pairs as a query, UTF-8, a space as ``%20``."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def encode_path_value(value: str) -> str:
    """Return a path parameter's value as it goes to the backend: decoded, then encoded.

    Each segment is treated for itself, so that the slashes of a greedy value stay slashes and
    an encoded one stays encoded.
    """
    if _PLAIN_SEGMENTS.fullmatch(value):
        return value
    return "/".join(_encoded_again(segment) for segment in value.split("/"))


def encode_placeholder_in_query(value: str) -> str:
    """Return a path parameter's value as it stands in a query: no part of it begins another."""
    return _encoded_again(value, _QUERY_SAFE)


def _encoded_again(segment: str, safe: str = _PATH_SAFE) -> str:
    return quote_from_bytes(unquote_to_bytes(octets(segment)), safe=safe)


def encode_strictly(value: str, *, one_segment: bool = False) -> str:
    """Return a path's or a path value's text with all but RFC 3986's unreserved encoded.

    Signatures of AWS are computed over this form (SigV4, canonical URI).  Slashes stay; what
    was encoded is decoded first, slashes too where the service takes the path as one key
    (``one_segment``: S3, where a signature with an encoded slash is not accepted).
    """
    if one_segment:
        return quote_from_bytes(unquote_to_bytes(octets(value)), safe="/")
    segments = value.split("/")
    return "/".join(quote_from_bytes(unquote_to_bytes(octets(each)), safe="") for each in segments)


def octets(value: str) -> bytes:
    """Return the bytes that a value stands for, whether it is wire text or text.

    Values from the wire are Latin-1 text of UTF-8 bytes; values from a template or a decoded
    query are text already.  Bytes that are not UTF-8 were never on the wire as text.
    """
    try:
        octets = value.encode("latin-1")
        octets.decode()
    except UnicodeError:
        return value.encode("utf-8", "surrogatepass")
    return octets
