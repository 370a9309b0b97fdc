"""Carrying a conversion step out, piece by piece; deciding is convert's business.

Each codec is a :class:`octetgate.core.http.body.Codec`: feeding a payload in any pieces gives
the bytes that feeding it whole would give (spec: payload-encodings 5).
"""

import codecs
import re
from collections.abc import Callable, Mapping

import pybase64

from octetgate.core.http.body import Codec
from octetgate.core.payload.convert import Step

_FOREIGN = re.compile(rb"[^A-Za-z0-9+/]")
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|([\"\\/bfnrt]))")
_OPEN_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*(\\(?:u[0-9A-Fa-f]{0,3})?)\Z")
_PADDING = ord("=")
_WHOLE = 16 << 20
"""Base64 passes at gigabytes a second: what may be held at all is converted in one go."""
_ESCAPED = dict(zip(b'"\\/bfnrt', b'"\\/\b\f\n\r\t', strict=True))


class BadPayload(ValueError):
    """A payload that is not what its conversion needs."""

    def __init__(self, expected: str, found: str, offset: int) -> None:
        super().__init__(f"expected {expected}, found {found} at offset {offset}")
        self.expected = expected
        self.found = found
        self.offset = offset
        """Characters of Base64 before the fault, enclosing quotes and escapes taken off."""


class Utf8:
    """Bytes to well-formed UTF-8; each malformed sequence becomes U+FFFD."""

    __slots__ = ("_held",)

    stride = 64 * 1024
    """Random bytes pass at 45 MB/s: so much takes a millisecond and a half."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        if self._held:
            data = self._held + data
        return self._convert(data, final=False)

    def finish(self) -> bytes:
        return self._convert(self._held, final=True) if self._held else b""

    def length(self, length: int) -> int | None:
        return None if length else 0

    def _convert(self, data: bytes, *, final: bool) -> bytes:
        if data.isascii():
            self._held = b""
            return data
        try:
            _, used = codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "replace", final)
            self._held = data[used:]
            return text.encode()
        # A character cut in two waits for its other half.
        self._held = data[used:]
        return data if used == len(data) else data[:used]


class Encode:
    """Binary to Base64 text: standard alphabet, padded, one line."""

    __slots__ = ("_held",)

    stride = _WHOLE

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        # Base64 turns three bytes into four characters; a remainder waits, or padding
        # would land in the middle of the text.  Only what completes it is copied.
        view, first = memoryview(data), b""
        if self._held:
            missing = 3 - len(self._held)
            first = self._held + view[:missing]
            view = view[missing:]
            if len(first) < 3:
                self._held = first
                return b""
        whole = len(view) - len(view) % 3
        self._held = bytes(view[whole:])
        encoded: bytes = pybase64.b64encode(view[:whole])
        return pybase64.b64encode(first) + encoded if first else encoded

    def finish(self) -> bytes:
        held, self._held = self._held, b""
        encoded: bytes = pybase64.b64encode(held)
        return encoded

    def length(self, length: int) -> int | None:
        return (length + 2) // 3 * 4


class Decode:
    """Strict Base64 text to binary; raises BadPayload at the first character that is not it.

    Padding may be missing, nothing may follow it.  One enclosing pair of double quotes makes
    the text a JSON string, which is what a Lambda function that returns Base64 yields
    (spec: payload-encodings 4.4 and 5.3).
    """

    __slots__ = ("_done", "_ended", "_held", "_quotes", "_started")

    stride = _WHOLE

    def __init__(self) -> None:
        self._started = False
        self._quotes: _Quotes | None = None
        self._held = b""
        self._done = 0
        self._ended = False

    def feed(self, data: bytes) -> bytes:
        start = 0
        if data and not self._started:
            self._started = True
            if data.startswith(b'"'):
                self._quotes, start = _Quotes(), 1
        if self._quotes is None:
            return self._decode(data)
        decoded = self._decode(self._quotes.take_off(data, start))
        if self._quotes.excess:
            found = _shown(self._quotes.excess)
            raise BadPayload("nothing after the closing quote", found, self._position())
        return decoded

    def finish(self) -> bytes:
        if self._quotes is not None and not self._quotes.closed:
            raise BadPayload("a closing quote", "the end", self._position())
        held, self._held = self._held, b""
        if len(held) == 1 or _FOREIGN.search(held):
            raise _fault(held, self._done)
        decoded: bytes = pybase64.b64decode(held + b"=" * (-len(held) % 4))
        return decoded

    def length(self, length: int) -> int | None:
        return None if length else 0

    def _decode(self, data: bytes | memoryview) -> bytes:
        if not data:
            return b""
        if self._ended:
            raise BadPayload("nothing after the padding", _shown(data), self._done)
        if self._held:
            data = self._held + data
        view = memoryview(data)
        whole = len(view) - len(view) % 4
        self._held = bytes(view[whole:])
        try:
            decoded: bytes = pybase64.b64decode(view[:whole], validate=True)
        except ValueError:
            raise _fault(bytes(view), self._done) from None
        self._done += whole
        self._ended = whole > 0 and view[whole - 1] == _PADDING
        if self._ended and self._held:
            raise BadPayload("nothing after the padding", _shown(self._held), self._done)
        return decoded

    def _position(self) -> int:
        return self._done + len(self._held)


class _Quotes:
    """Takes the quotes and escapes of a JSON string off; what follows it is ``excess``."""

    __slots__ = ("_open", "closed", "excess")

    def __init__(self) -> None:
        self.closed = False
        self.excess = b""
        self._open = b""

    def take_off(self, data: bytes, start: int) -> bytes | memoryview:
        """Return the string's next characters, which begin at ``start``; not a copy if it can."""
        if self.closed:
            self.excess = data[start:]
            return b""
        if self._open:
            data, start, self._open = self._open + data[start:], 0, b""
        # No escaped quote is Base64: taking it for the closing one leaves its backslash,
        # which the decoder refuses.
        end = data.find(b'"', start)
        self.closed = end >= 0
        end = end if self.closed else len(data)
        self.excess = data[end + 1 :]
        if data.find(b"\\", start, end) < 0:
            return memoryview(data)[start:end]
        text = data[start:end]
        if not self.closed and (cut := _OPEN_ESCAPE.search(text)):
            text, self._open = text[: cut.start(1)], cut[1]
        return _ESCAPE.sub(_unescaped, text)


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return chr(int(escape[1], 16)).encode("utf-8", "replace")
    return bytes([_ESCAPED[escape[2][0]]])


def _fault(data: bytes, offset: int) -> BadPayload:
    """Return the complaint about the first character out of place; ``data`` starts a group."""
    foreign = _FOREIGN.search(data)
    if foreign is None:
        return BadPayload("at least two characters in the last group", "one", offset)
    at = foreign.start()
    if data[at] != _PADDING or at % 4 < 2:
        return BadPayload("Base64", _shown(data[at:]), offset + at)
    end = at - at % 4 + 4
    for place in range(at + 1, end):
        if data[place : place + 1] != b"=":
            return BadPayload("'='", _shown(data[place:]), offset + place)
    return BadPayload("nothing after the padding", _shown(data[end:]), offset + end)


def _shown(data: bytes | memoryview) -> str:
    return repr(bytes(data[:1]))[1:] if data else "the end"


_CODECS: Mapping[Step, Callable[[], Codec]] = {
    Step.UTF8: Utf8,
    Step.ENCODE: Encode,
    Step.DECODE: Decode,
}


def codec(step: Step) -> Codec | None:
    """Return a fresh codec that carries the step out, or None when bytes stay as they are."""
    return None if step is Step.KEEP else _CODECS[step]()
