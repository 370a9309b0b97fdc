"""Message heads that arrive: bytes to fields, with one reading only.

Whatever two parsers could read differently is refused: that is what request smuggling lives
on.  There is no lenient mode.  h11 is the oracle that the tests compare with; the differences
have names in ``tests/adapters/wire/test_heads_against_h11.py``.
"""

import re
from dataclasses import dataclass

from octetgate.adapters.wire.lines import (
    BadHead,
    Remembered,
    match_absolute,
    match_request,
    match_status,
    read_field,
)
from octetgate.core.http.headers import Field, Headers
from octetgate.core.http.message import RequestHead

__all__ = ["HEAD_END", "MAX_HEAD", "MAX_REQUEST_LINE", "BadHead", "Framing"]

MAX_REQUEST_LINE = 16 * 1024
MAX_HEAD = 64 * 1024
MAX_FIELDS = 200
HEAD_END = b"\r\n\r\n"

_KEPT_HEADS = 1024
_KEPT_HEAD_BYTES = 1024

_MAX_LENGTH = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,19}").fullmatch
_OUTSIDE_LINES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?=[^\n])").search
_FRAMING_NAMES = frozenset({"host", "connection", "content-length", "transfer-encoding", "expect"})


@dataclass(frozen=True, slots=True)
class Framing:
    """How a message's body is delimited, and what happens to the connection afterwards."""

    length: int | None = 0
    """Bytes of body; None when chunked, or when the end of the connection ends it."""
    chunked: bool = False
    keep_alive: bool = True
    expects_continue: bool = False

    @property
    def until_closed(self) -> bool:
        """Whether only the end of the connection ends the body."""
        return self.length is None and not self.chunked


def check_partial_head(data: bytes | bytearray, scanned: int, line_limit: int = MAX_HEAD) -> None:
    """Refuse a head that cannot become a good one, so that nobody waits for its end."""
    if _OUTSIDE_LINES(data, max(0, scanned - 1)):
        raise BadHead("expected lines ending in CRLF without control characters")
    if len(data) > line_limit and data.find(b"\r\n", 0, line_limit + 2) < 0:
        raise BadHead(f"expected a request line of at most {line_limit} bytes", 414)
    if len(data) > MAX_HEAD:
        raise BadHead(f"expected at most {MAX_HEAD} bytes of header", 431)


def read_request(raw: bytes) -> tuple[RequestHead, Framing]:
    """Return what a request's head says; ``raw`` ends before the empty line.

    A head that repeats is the same object again.
    """
    return _requests[raw]


def _request(raw: bytes) -> tuple[RequestHead, Framing]:
    first, *lines = raw.split(b"\r\n")
    method, target, version, authority = _request_lines[first]
    fields = _read_fields(lines)
    framing = _request_framings[version, *[f for f in fields if f[1] in _FRAMING_NAMES]]
    if authority is not None:
        fields = [(n, key, authority if key == "host" else v) for n, key, v in fields]
    return RequestHead(method, target, Headers.of_fields(fields).share(), version), framing


def read_response(raw: bytes, method: str) -> tuple[int, Headers, Framing]:
    """Return what a response's head says; how it is framed depends on the request's method.

    The headers of a head that repeats are the same object again.
    """
    status, headers, framing = found = _responses[raw]
    if method == "HEAD" or status < 200 or status in {204, 304}:
        return status, headers, Framing(0, keep_alive=framing.keep_alive)
    return found


def _response(raw: bytes) -> tuple[int, Headers, Framing]:
    first, *lines = raw.split(b"\r\n")
    version, status = _response_lines[first]
    fields = _read_fields(lines)
    framing = _response_framings[version, *[f for f in fields if f[1] in _FRAMING_NAMES]]
    return status, Headers.of_fields(fields).share(), framing


def stated_length(headers: Headers) -> int | None:
    """Return what Content-Length says, if it says anything; the head was read already."""
    value = headers.get("content-length")
    return None if value is None else int(value)


# --- Lines -------------------------------------------------------------------------------------


def _read_fields(lines: list[bytes]) -> list[Field]:
    if len(lines) > MAX_FIELDS:
        raise BadHead(f"expected at most {MAX_FIELDS} header fields, found {len(lines)}", 431)
    return [_fields[line] for line in lines]


def _request_line(line: bytes) -> tuple[str, str, str, str | None]:
    """Return method, target, version, and the authority if the target was absolute.

    An absolute target counts as its path, and its authority replaces Host (RFC 9112 3.2.2).
    The authority and asterisk forms ask for what a gateway does not do.
    """
    if len(line) > MAX_REQUEST_LINE:
        raise BadHead(f"expected a request line of at most {MAX_REQUEST_LINE} bytes", 414)
    match = match_request(line)
    if match is None:
        raise BadHead(f"expected 'METHOD target HTTP/1.1', found {line[:80]!r}")
    method, target, version = (part.decode("latin-1") for part in match.groups())
    if target[0] == "/" and method != "CONNECT":
        return method, target, version, None
    absolute = match_absolute(target)
    if absolute is None or method == "CONNECT":
        raise BadHead(f"expected a path as target, found {method} {target[:80]!r}")
    authority, path = absolute[1], absolute[2] or "/"
    return method, path if path[0] == "/" else "/" + path, version, authority


def _response_line(line: bytes) -> tuple[str, int]:
    match = match_status(line)
    if match is None:
        raise BadHead(f"expected 'HTTP/1.1 status reason', found {line[:80]!r}")
    return match[1].decode("ascii"), int(match[2])


# --- Framing -----------------------------------------------------------------------------------

_Special = tuple[str | Field, ...]
"""The version, then the fields that decide about framing."""


def _request_framing(special: _Special) -> Framing:
    version = special[0]
    hosts = len(_values(special, "host"))
    if hosts > 1 or (hosts == 0 and version == "HTTP/1.1"):
        raise BadHead(f"expected one Host, found {hosts}")
    length, chunked = _delimiters(special)
    expectations = [value.lower() for value in _values(special, "expect")]
    if version == "HTTP/1.1" and expectations not in ([], ["100-continue"]):
        raise BadHead(f"expected 'Expect: 100-continue', found {expectations!r}", 417)
    return Framing(
        length=None if chunked else length or 0,
        chunked=chunked,
        keep_alive=_keeps_alive(special),
        expects_continue=bool(expectations) and version == "HTTP/1.1",
    )


def _response_framing(special: _Special) -> Framing:
    length, chunked = _delimiters(special)
    return Framing(length, chunked, _keeps_alive(special))


def _delimiters(special: _Special) -> tuple[int | None, bool]:
    """Return the stated length, if any, and whether the body is chunked (RFC 9112 6.3)."""
    lengths = _values(special, "content-length")
    codings = _values(special, "transfer-encoding")
    if not codings:
        return _length(lengths), False
    if lengths:
        raise BadHead("expected Content-Length or Transfer-Encoding, found both")
    if special[0] == "HTTP/1.0":
        raise BadHead("expected no Transfer-Encoding in HTTP/1.0")
    if [coding.lower() for coding in codings] != ["chunked"]:
        raise BadHead(f"expected 'Transfer-Encoding: chunked', found {codings!r}")
    return None, True


def _length(values: list[str]) -> int | None:
    if not values:
        return None
    if len(values) > 1 or not _DIGITS(values[0]) or int(values[0]) > _MAX_LENGTH:
        raise BadHead(f"expected one Content-Length of plain digits, found {values!r}")
    return int(values[0])


def _keeps_alive(special: _Special) -> bool:
    tokens = {
        token.strip(" \t").lower()
        for value in _values(special, "connection")
        for token in value.split(",")
    }
    return "close" not in tokens and (special[0] == "HTTP/1.1" or "keep-alive" in tokens)


def _values(special: _Special, name: str) -> list[str]:
    return [field[2] for field in special[1:] if field[1] == name]


def _special_size(special: _Special) -> int:
    return sum(len(field[2]) for field in special[1:])


_fields = Remembered(read_field, len)
_request_lines = Remembered(_request_line, len)
_response_lines = Remembered(_response_line, len)
_request_framings = Remembered(_request_framing, _special_size)
_response_framings = Remembered(_response_framing, _special_size)
_requests = Remembered(_request, len, entries=_KEPT_HEADS, size_limit=_KEPT_HEAD_BYTES)
_responses = Remembered(_response, len, entries=_KEPT_HEADS, size_limit=_KEPT_HEAD_BYTES)
