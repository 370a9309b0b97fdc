"""Message heads: bytes to fields and back, one reading only.

Whatever two parsers could read differently is refused here, in both directions: that is what
request smuggling lives on.  There is no lenient mode.  h11 is the oracle that the tests
compare with; the named differences stand in ``tests/adapters/wire/test_heads_against_h11.py``.

Speed comes from remembering lines: clients and upstreams repeat themselves, so a field line
costs one dictionary look-up, both when it is read and when it is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from octetgate.core.http.headers import Field, Headers
from octetgate.core.http.message import RequestHead, ResponseHead

MAX_REQUEST_LINE = 16 * 1024
MAX_HEAD = 64 * 1024
MAX_FIELDS = 200
HEAD_END = b"\r\n\r\n"

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_FIELD_LINE = re.compile(rb"(%b):([\t\x20-\x7e\x80-\xff]*)" % _TOKEN).fullmatch
_REQUEST_LINE = re.compile(rb"(%b) ([\x21-\x7e\x80-\xff]+) (HTTP/1\.[01])" % _TOKEN).fullmatch
_STATUS_LINE = re.compile(
    rb"(HTTP/1\.[01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?"
).fullmatch
_AUTHORITY = r"(?:[A-Za-z0-9\-._~%!$&'()*+,;=]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?"
_HOST = re.compile(_AUTHORITY).fullmatch
_ABSOLUTE = re.compile(rf"(?i:https?)://({_AUTHORITY})([/?].*)?").fullmatch
_LENGTH = re.compile(r"[0-9]{1,19}", re.ASCII).fullmatch
_MAX_LENGTH = 2**63 - 1
_NOT_IN_A_HEAD = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?=[^\n])").search

_FRAMING = frozenset({"host", "connection", "content-length", "transfer-encoding", "expect"})
_REMEMBERED_LINES = 4096
_REMEMBERED_BYTES = 256


class BadHead(Exception):
    """A head, or a chunk, that is not HTTP/1.1 as we read it; ``status`` answers it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Framing:
    """How a message's body is delimited, and what happens to the connection afterwards."""

    length: int | None = 0
    """Bytes of body; None when chunked, or when the end of the connection ends it."""
    chunked: bool = False
    keep_alive: bool = True
    expects_continue: bool = False


_PLAIN = Framing()


class _ReadLines(dict[bytes, Field]):
    """Field lines as they came, and what they say."""

    def __missing__(self, line: bytes) -> Field:
        match = _FIELD_LINE(line)
        if match is None:
            raise BadHead(f"expected 'name: value' as header field, found {line[:80]!r}")
        name = match[1].decode("ascii")
        field = (name, name.lower(), match[2].strip(b" \t").decode("latin-1"))
        if field[1] == "host" and not _HOST(field[2]):
            raise BadHead(f"expected host and port in Host, found {field[2][:80]!r}")
        if len(line) <= _REMEMBERED_BYTES:
            if len(self) >= _REMEMBERED_LINES:
                self.clear()
            self[line] = field
        return field


class _WrittenLines(dict[Field, bytes]):
    """Fields, and the lines that say them; empty for those that the wire writes itself."""

    def __init__(self, *own: str) -> None:
        super().__init__()
        self._own = frozenset(own)

    def __missing__(self, field: Field) -> bytes:
        name, _, value = field
        line = f"{name}: {value}".encode("latin-1")
        match = _FIELD_LINE(line)
        # The first colon must be ours, or the name could bring a value of its own.
        if match is None or len(match[1]) != len(name):
            raise ValueError(f"expected a header field without controls, found {field!r}")
        line = b"" if name.lower() in self._own else line + b"\r\n"
        if len(line) <= _REMEMBERED_BYTES:
            if len(self) >= _REMEMBERED_LINES:
                self.clear()
            self[field] = line
        return line


_read = _ReadLines()
_reply_lines = _WrittenLines("content-length", "transfer-encoding", "connection", "date")
_request_lines = _WrittenLines("content-length", "transfer-encoding")
_status_lines: dict[int, bytes] = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


# --- Reading -----------------------------------------------------------------------------------


def check_partial_head(data: bytes | bytearray, scanned: int, line_limit: int = MAX_HEAD) -> None:
    """Refuse a head that cannot become a good one, so that nobody waits for its end."""
    if _NOT_IN_A_HEAD(data, max(0, scanned - 1)):
        raise BadHead("expected lines ending in CRLF without control characters")
    if len(data) > line_limit and data.find(b"\r\n", 0, line_limit + 2) < 0:
        raise BadHead(f"expected a request line of at most {line_limit} bytes", 414)
    if len(data) > MAX_HEAD:
        raise BadHead(f"expected at most {MAX_HEAD} bytes of header", 431)


def read_request(raw: bytes) -> tuple[RequestHead, Framing]:
    """Return what a request's head says; ``raw`` ends before the empty line."""
    first, *lines = raw.split(b"\r\n")
    if len(first) > MAX_REQUEST_LINE:
        raise BadHead(f"expected a request line of at most {MAX_REQUEST_LINE} bytes", 414)
    match = _REQUEST_LINE(first)
    if match is None:
        raise BadHead(f"expected 'METHOD target HTTP/1.1', found {first[:80]!r}")
    fields = _fields(lines)
    version = match[3].decode()
    framing = _request_framing(version, fields)
    method, target = match[1].decode("ascii"), match[2].decode("latin-1")
    if target[0] != "/" or method == "CONNECT":
        target = _reduce(method, target, fields)
    return RequestHead(method, target, Headers.of_fields(fields), version), framing


def read_response(raw: bytes, method: str) -> tuple[ResponseHead, Framing]:
    """Return what a response's head says; its framing depends on the request's method."""
    first, *lines = raw.split(b"\r\n")
    match = _STATUS_LINE(first)
    if match is None:
        raise BadHead(f"expected 'HTTP/1.1 status reason', found {first[:80]!r}")
    fields = _fields(lines)
    status = int(match[2])
    framing = _response_framing(match[1].decode(), fields)
    if method == "HEAD" or status < 200 or status in {204, 304}:
        framing = Framing(0, keep_alive=framing.keep_alive)
    reason = (match[3] or b"").decode("latin-1")
    return ResponseHead(status, Headers.of_fields(fields), reason), framing


def stated_length(headers: Headers) -> int | None:
    """Return what Content-Length says, if it says anything; the head was read already."""
    value = headers.get("content-length")
    return None if value is None else int(value)


def check_trailer(line: bytes) -> None:
    """Refuse a trailer that is no header field."""
    if not _FIELD_LINE(line):
        raise BadHead(f"expected 'name: value' as trailer field, found {line[:80]!r}")


def _fields(lines: list[bytes]) -> list[Field]:
    if len(lines) > MAX_FIELDS:
        raise BadHead(f"expected at most {MAX_FIELDS} header fields, found {len(lines)}", 431)
    return [_read[line] for line in lines]


def _reduce(method: str, target: str, fields: list[Field]) -> str:
    """Return the origin form of an absolute target, whose authority replaces Host (RFC 9112 3.2.2).

    The authority and asterisk forms ask for what a gateway does not do.
    """
    match = _ABSOLUTE(target)
    if match is None or method == "CONNECT":
        raise BadHead(f"expected a path as target, found {method} {target[:80]!r}")
    authority, path = match.groups()
    fields[:] = [(n, key, authority if key == "host" else v) for n, key, v in fields]
    if path is None:
        return "/"
    return path if path[0] == "/" else "/" + path


def _request_framing(version: str, fields: list[Field]) -> Framing:
    special = [field for field in fields if field[1] in _FRAMING]
    if len(special) == 1 and special[0][1] == "host" and version == "HTTP/1.1":
        return _PLAIN
    hosts = len(_values(special, "host"))
    if hosts > 1 or (hosts == 0 and version == "HTTP/1.1"):
        raise BadHead(f"expected one Host, found {hosts}")
    length, chunked = _delimiters(version, special)
    expectations = [value.lower() for value in _values(special, "expect")]
    if version == "HTTP/1.1" and expectations not in ([], ["100-continue"]):
        raise BadHead(f"expected 'Expect: 100-continue', found {expectations!r}", 417)
    return Framing(
        length=None if chunked else length or 0,
        chunked=chunked,
        keep_alive=_keeps_alive(version, special),
        expects_continue=bool(expectations) and version == "HTTP/1.1",
    )


def _response_framing(version: str, fields: list[Field]) -> Framing:
    special = [field for field in fields if field[1] in _FRAMING]
    length, chunked = _delimiters(version, special)
    delimited = chunked or length is not None
    return Framing(length, chunked, delimited and _keeps_alive(version, special))


def _delimiters(version: str, special: list[Field]) -> tuple[int | None, bool]:
    """Return the stated length, if any, and whether the body is chunked (RFC 9112 6.3)."""
    lengths = _values(special, "content-length")
    codings = _values(special, "transfer-encoding")
    if not codings:
        return _length(lengths), False
    if lengths:
        raise BadHead("expected Content-Length or Transfer-Encoding, found both")
    if version == "HTTP/1.0":
        raise BadHead("expected no Transfer-Encoding in HTTP/1.0")
    if [coding.lower() for coding in codings] != ["chunked"]:
        raise BadHead(f"expected 'Transfer-Encoding: chunked', found {codings!r}")
    return None, True


def _length(values: list[str]) -> int | None:
    if not values:
        return None
    if len(values) > 1 or not _LENGTH(values[0]) or int(values[0]) > _MAX_LENGTH:
        raise BadHead(f"expected one Content-Length of plain digits, found {values!r}")
    return int(values[0])


def _keeps_alive(version: str, special: list[Field]) -> bool:
    tokens = {
        token.strip(" \t").lower()
        for value in _values(special, "connection")
        for token in value.split(",")
    }
    return "close" not in tokens and (version == "HTTP/1.1" or "keep-alive" in tokens)


def _values(fields: list[Field], key: str) -> list[str]:
    return [value for _, known, value in fields if known == key]


# --- Writing -----------------------------------------------------------------------------------


def status_line(status: int) -> bytes:
    """Return a final response's first line; ValueError for what is no final status."""
    line = _status_lines.get(status)
    if line is None:
        line = b"HTTP/1.1 %d \r\n" % status
    if not 200 <= status <= 999:
        raise ValueError(f"expected a final status of three digits, found {status}")
    return line


def reply_lines(fields: Sequence[Field]) -> list[bytes]:
    """Return a reply's field lines, without those that the door writes itself.

    ValueError when one could not stand on a line of its own.
    """
    return [_reply_lines[field] for field in fields]


def write_request(method: str, target: str, fields: Sequence[Field], length: int | None) -> bytes:
    """Return a request's head with its framing.

    An empty body is announced where a body is usual, or where ``fields`` mention
    Content-Length (spec: request-lifecycle 6.2).  ValueError when a part could not stand in
    its place.
    """
    first = f"{method} {target} HTTP/1.1".encode("latin-1")
    if not _REQUEST_LINE(first):
        raise ValueError(f"expected a method and a target without blanks, found {first[:80]!r}")
    lines = [_request_lines[field] for field in fields]
    if length is None:
        framing = b"Transfer-Encoding: chunked\r\n\r\n"
    elif length or method in {"POST", "PUT", "PATCH"} or b"" in lines:
        framing = b"Content-Length: %d\r\n\r\n" % length
    else:
        framing = b"\r\n"
    return b"".join((first, b"\r\n", *lines, framing))
