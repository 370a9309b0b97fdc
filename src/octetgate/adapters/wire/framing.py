"""Where a body ends: three readers that take bytes as they come, and know nothing of sockets.

``feed`` returns the body bytes that a piece holds.  Once ``ended`` is true, ``rest`` holds what
came after the body.  A piece that is all body is handed on as it is, never copied.
"""

import re
from typing import Protocol

from octetgate.adapters.wire.lines import BadHead, read_field

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?").fullmatch
_MAX_SIZE = 2**63 - 1
_MAX_LINE = 1024
_MAX_TRAILERS = 16 * 1024


class Reader(Protocol):
    """A body being received."""

    ended: bool
    rest: bytes

    @property
    def received(self) -> int:
        """Return how many bytes of body have come so far."""

    def feed(self, data: bytes) -> bytes:
        """Return the body bytes in this piece; BadHead when it is not HTTP."""


class Counted:
    """A body of a stated length."""

    __slots__ = ("_length", "ended", "left", "rest")

    def __init__(self, length: int) -> None:
        self._length = length
        self.left = length
        self.ended = length == 0
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        size = len(data)
        if size < self.left:
            self.left -= size
            return data
        self.ended = True
        if size > self.left:
            data, self.rest = data[: self.left], data[self.left :]
        self.left = 0
        return data

    @property
    def received(self) -> int:
        return self._length - self.left


class UntilClosed:
    """A response's body that lasts as long as the connection."""

    __slots__ = ("ended", "received", "rest")

    def __init__(self) -> None:
        self.ended = False
        self.rest = b""
        self.received = 0

    def feed(self, data: bytes) -> bytes:
        self.received += len(data)
        return data


class Chunked:
    """A body in chunks; trailers are checked and dropped."""

    __slots__ = ("_held", "_left", "_pieces", "_trailers", "ended", "received", "rest")

    def __init__(self) -> None:
        self.ended = False
        self.rest = b""
        self.received = 0
        self._held = b""
        """The beginning of a line whose end has not come."""
        self._left = 0
        """Bytes to come of this chunk and the CRLF that ends it."""
        self._trailers = -1
        """Bytes of trailers so far, or -1 before them."""
        self._pieces: list[bytes | memoryview] = []

    def feed(self, data: bytes) -> bytes:
        if len(data) < self._left - 1:
            self._left -= len(data)
            self.received += len(data)
            return data
        pieces = self._pieces = []
        if self._held:
            data, self._held = self._held + data, b""
        at, end = 0, len(data)
        while at < end and not self.ended:
            at = self._chunk(data, at) if self._left else self._line(data, at)
        self.rest = data[at:] if self.ended else b""
        return b"".join(pieces)

    def _chunk(self, data: bytes, at: int) -> int:
        """Take what there is of the chunk and its CRLF; return where that ends."""
        inside = self._left - 2
        if inside > 0:
            piece = memoryview(data)[at : at + inside]
            self._pieces.append(piece)
            self.received += len(piece)
            self._left -= len(piece)
            at += len(piece)
        if self._left > 2 or at == len(data):
            return at
        found = data[at : at + self._left]
        if not b"\r\n"[-self._left :].startswith(found):
            raise BadHead(f"expected CRLF after a chunk, found {found!r}")
        self._left -= len(found)
        return at + len(found)

    def _line(self, data: bytes, at: int) -> int:
        """Take one line, of a size or of a trailer; return where it ends."""
        end = data.find(b"\r\n", at, at + _MAX_LINE + 2)
        if end < 0:
            if len(data) - at > _MAX_LINE:
                raise BadHead(f"expected at most {_MAX_LINE} bytes of chunk line")
            self._held = data[at:]
            if b"\n" in self._held:
                raise BadHead("expected a chunk line that ends in CRLF")
            return len(data)
        line = data[at:end]
        if self._trailers >= 0:
            self._trailer(line)
        else:
            self._size(line)
        return end + 2

    def _size(self, line: bytes) -> None:
        match = _SIZE_LINE(line)
        size = int(match[1], 16) if match else -1
        if not 0 <= size <= _MAX_SIZE:
            raise BadHead(f"expected a chunk size in hexadecimal, found {line[:80]!r}")
        if size:
            self._left = size + 2
        else:
            self._trailers = 0

    def _trailer(self, line: bytes) -> None:
        if not line:
            self.ended = True
            return
        read_field(line)
        self._trailers += len(line)
        if self._trailers > _MAX_TRAILERS:
            raise BadHead(f"expected at most {_MAX_TRAILERS} bytes of trailers")
