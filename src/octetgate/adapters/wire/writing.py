"""Message heads that leave: fields to bytes, where every field stays on its own line.

The wire decides the framing alone, so fields that speak about it are left out here, whoever
put them in; and what could not stand on a line is a ValueError, never a second line.
"""

from collections.abc import Sequence
from http import HTTPStatus

from octetgate.adapters.wire.lines import Remembered, match_name, match_request
from octetgate.core.http.headers import Field, Headers

_REQUEST_OWN = frozenset({"content-length", "transfer-encoding"})
_REPLY_OWN = frozenset({"content-length", "transfer-encoding", "connection", "date"})
_BODY_USUAL = frozenset({"POST", "PUT", "PATCH"})
_CONTROLS = bytes(code for code in (*range(32), 127) if code != 9)


def status_line(status: int) -> bytes:
    """Return a final response's first line; ValueError for what is no final status."""
    return _status_lines[status]


def reply_lines(headers: Headers, fresh: Sequence[Field] = ()) -> bytes:
    """Return a reply's field lines, without those that the door writes itself."""
    kept = headers.kept
    block: bytes | None = None if kept is None else kept.get("reply lines")
    if block is None:
        block = _lines(headers.fields, _REPLY_OWN)
        if kept is not None:
            kept["reply lines"] = block
    return block + _fresh_lines(fresh, _REPLY_OWN) if fresh else block


def write_request(
    method: str,
    target: str,
    headers: Headers,
    length: int | None,
    fresh: Sequence[Field] = (),
) -> bytes:
    """Return a request's head; ``length`` is its body's, None for one to be sent in chunks.

    An empty body is announced where a body is usual, or where ``headers`` mention
    Content-Length (spec: request-lifecycle 6.2).
    """
    kept = headers.kept
    begun: _Begun | None = None if kept is None else kept.get("request begun")
    if begun is None or begun[0] != method or begun[1] != target:
        begun = _begin_request(method, target, headers)
        if kept is not None:
            kept["request begun"] = begun
    _, _, lines, announced = begun
    if fresh:
        lines += _fresh_lines(fresh, _REQUEST_OWN)
    if length is None:
        return lines + b"Transfer-Encoding: chunked\r\n\r\n"
    if length or announced:
        return b"%bContent-Length: %d\r\n\r\n" % (lines, length)
    return lines + b"\r\n"


_Begun = tuple[str, str, bytes, bool]
"""A method, a target, the head's lines so far, and whether an empty body is announced."""


def _begin_request(method: str, target: str, headers: Headers) -> _Begun:
    lines = _request_lines[method, target] + _lines(headers.fields, _REQUEST_OWN)
    return method, target, lines, method in _BODY_USUAL or "content-length" in headers


def _fresh_lines(fields: Sequence[Field], own: frozenset[str]) -> bytes:
    """Return what ``_lines`` does, in a way that is quick for a few short printable fields."""
    text = ""
    for name, key, value in fields:
        if key in own or not value.isprintable():
            return _lines(fields, own)
        text += f"{_names[name]}: {value}\r\n"
    return text.encode("latin-1")


def _lines(fields: Sequence[Field], own: frozenset[str]) -> bytes:
    """Return a line for each field but our own; ValueError when it would say something else."""
    lines = [f"{_names[name]}: {value}\r\n" for name, key, value in fields if key not in own]
    block = "".join(lines).encode("latin-1")
    # Taking all controls out has to leave all but the ends of the lines.
    if len(block.translate(None, _CONTROLS)) != len(block) - 2 * len(lines):
        wrong = next(line for line in lines if not line[:-2].replace("\t", "").isprintable())
        raise ValueError(f"expected a header field without controls, found {wrong[:-2]!r}")
    return block


def _name(name: str) -> str:
    """Return the name if it is one."""
    if not match_name(name):
        raise ValueError(f"expected a token as a header's name, found {name!r}")
    return name


def _request_line(parts: tuple[str, str]) -> bytes:
    line = f"{parts[0]} {parts[1]} HTTP/1.1".encode("latin-1")
    if not match_request(line):
        raise ValueError(f"expected a method and a target without blanks, found {parts!r}")
    return line + b"\r\n"


def _status_line(status: int) -> bytes:
    if not 200 <= status <= 999:
        raise ValueError(f"expected a final status of three digits, found {status}")
    known = {known.value: known.phrase for known in HTTPStatus}
    return f"HTTP/1.1 {status} {known.get(status, '')}\r\n".encode("ascii")


_request_lines = Remembered(_request_line, lambda parts: len(parts[1]))
_names = Remembered(_name, len)
_status_lines = Remembered(_status_line, lambda _: 0)
