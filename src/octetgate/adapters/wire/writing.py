"""Message heads that leave: fields to bytes, where every field stays on its own line.

The wire decides the framing alone, so fields that speak about it are left out here, whoever
put them in; and what could not stand on a line is a ValueError, never a second line.
"""

from collections.abc import Sequence
from http import HTTPStatus

from octetgate.adapters.wire.lines import Remembered, field_size, match_request, write_field
from octetgate.core.http.headers import Field

_REQUEST_OWN = frozenset({"content-length", "transfer-encoding"})
_REPLY_OWN = frozenset({"content-length", "transfer-encoding", "connection", "date"})
_BODY_USUAL = frozenset({"POST", "PUT", "PATCH"})


def status_line(status: int) -> bytes:
    """Return a final response's first line; ValueError for what is no final status."""
    return _status_lines[status]


def reply_lines(fields: Sequence[Field]) -> list[bytes]:
    """Return a reply's field lines, without those that the door writes itself."""
    return [_reply_fields[field] for field in fields]


def write_request(method: str, target: str, fields: Sequence[Field], length: int | None) -> bytes:
    """Return a request's head; ``length`` is its body's, None for one to be sent in chunks.

    An empty body is announced where a body is usual, or where ``fields`` mention
    Content-Length (spec: request-lifecycle 6.2).
    """
    lines = [_request_fields[field] for field in fields]
    if length is None:
        framing = b"Transfer-Encoding: chunked\r\n\r\n"
    elif length or method in _BODY_USUAL or b"" in lines:
        framing = b"Content-Length: %d\r\n\r\n" % length
    else:
        framing = b"\r\n"
    return b"".join((_request_lines[method, target], *lines, framing))


def _request_line(parts: tuple[str, str]) -> bytes:
    line = f"{parts[0]} {parts[1]} HTTP/1.1".encode("latin-1")
    if not match_request(line):
        raise ValueError(f"expected a method and a target without blanks, found {parts!r}")
    return line + b"\r\n"


def _request_field(field: Field) -> bytes:
    line = write_field(field)
    return b"" if field[0].lower() in _REQUEST_OWN else line


def _reply_field(field: Field) -> bytes:
    line = write_field(field)
    return b"" if field[0].lower() in _REPLY_OWN else line


def _status_line(status: int) -> bytes:
    if not 200 <= status <= 999:
        raise ValueError(f"expected a final status of three digits, found {status}")
    known = {known.value: known.phrase for known in HTTPStatus}
    return f"HTTP/1.1 {status} {known.get(status, '')}\r\n".encode("ascii")


_request_lines = Remembered(_request_line, lambda parts: len(parts[1]))
_request_fields = Remembered(_request_field, field_size)
_reply_fields = Remembered(_reply_field, field_size)
_status_lines = Remembered(_status_line, lambda _: 0)
