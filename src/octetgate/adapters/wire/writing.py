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
    return _all_lines(headers, fresh, "reply lines", _REPLY_OWN)


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
    first = _request_lines[method, target]
    lines = _all_lines(headers, fresh, "request lines", _REQUEST_OWN)
    if length is None:
        return b"%b%bTransfer-Encoding: chunked\r\n\r\n" % (first, lines)
    if length or method in _BODY_USUAL or "content-length" in headers:
        return b"%b%bContent-Length: %d\r\n\r\n" % (first, lines, length)
    return b"%b%b\r\n" % (first, lines)


def _all_lines(headers: Headers, fresh: Sequence[Field], name: str, own: frozenset[str]) -> bytes:
    """Return the headers' lines, which shared ones keep under ``name``, and the fresh ones."""
    kept = headers.kept
    if kept is None:
        return _lines([*headers.fields, *fresh], own)
    block: bytes | None = kept.get(name)
    if block is None:
        block = kept[name] = _lines(headers.fields, own)
    return block + _lines(fresh, own) if fresh else block


def _lines(fields: Sequence[Field], own: frozenset[str]) -> bytes:
    """Return a line for each field but our own; ValueError when it would say something else."""
    lines = [
        f"{name}: {value}\r\n" for name, key, value in fields if key not in own and _names[name]
    ]
    block = "".join(lines).encode("latin-1")
    # Taking all controls out has to leave all but the ends of the lines.
    if len(block.translate(None, _CONTROLS)) != len(block) - 2 * len(lines):
        wrong = next(line for line in lines if not line[:-2].replace("\t", "").isprintable())
        raise ValueError(f"expected a header field without controls, found {wrong[:-2]!r}")
    return block


def _name(name: str) -> bool:
    if not match_name(name):
        raise ValueError(f"expected a token as a header's name, found {name!r}")
    return True


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
