"""Which server a TLS client wants to talk to: read from its first message, before the handshake.

OpenSSL would tell it in the middle of the handshake, when it is too late to decide whether the
client has to show a certificate.  Only the way to the name is checked here; whatever else is
wrong with the message, OpenSSL finds (RFC 8446 4.1.2, RFC 6066 3).
"""

import re

MOST_BYTES = 16 * 1024
"""Real ones have some hundred bytes, or two thousand with keys for after the quantum computer."""

_RECORD, _HANDSHAKE, _CLIENT_HELLO = 5, 22, 1
_SERVER_NAME, _HOST_NAME = 0, 0
_HOST = re.compile(rb"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")


class NotTls(Exception):
    """What a client began with is no TLS handshake; says what was found."""


class Unfinished(Exception):
    """The message goes on; ``needed`` is how many bytes there have to be to look again."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"expected {needed} bytes")
        self.needed = needed


def server_name(data: bytes) -> str | None:
    """Return the host that the client names, in lower case, or None if it names none.

    Raises NotTls, or Unfinished when ``data`` is only the beginning.
    """
    hello = _Reader(_message(data))
    hello.take(2 + 32)  # version, random
    for width in (1, 2, 1):  # session id, cipher suites, compression methods
        hello.vector(width)
    if hello.ended:
        return None
    extensions = hello.vector(2)
    while not extensions.ended:
        kind, content = extensions.number(2), extensions.vector(2)
        if kind == _SERVER_NAME:
            return _host(content.vector(2))
    return None


def _message(data: bytes) -> bytes:
    """Return the ClientHello, put together from the records that it came in."""
    message, at, length = b"", 0, 4
    while len(message) < length:
        if len(data) < at + _RECORD:
            _check_start(data[at:])
            raise Unfinished(at + _RECORD)
        _check_start(data[at : at + _RECORD])
        end = at + _RECORD + int.from_bytes(data[at + 3 : at + 5])
        if end > MOST_BYTES:
            raise NotTls(f"expected at most {MOST_BYTES} bytes of ClientHello")
        if len(data) < end:
            raise Unfinished(end)
        message += data[at + _RECORD : end]
        at = end
        if len(message) >= 4:
            if message[0] != _CLIENT_HELLO:
                raise NotTls("expected a ClientHello; found another message")
            length = 4 + int.from_bytes(message[1:4])
    return message[4:length]


def _check_start(record: bytes) -> None:
    """Refuse what does not begin as a record of a handshake, however little of it there is."""
    wrong_type = record[:1] not in {b"", bytes([_HANDSHAKE])}
    empty = len(record) == _RECORD and not any(record[3:5])
    if wrong_type or record[1:2] not in {b"", b"\x03"} or empty:
        raise NotTls(f"expected a TLS handshake; found {record!r}")


def _host(names: "_Reader") -> str | None:
    while not names.ended:
        kind, name = names.number(1), names.vector(2).rest
        if kind == _HOST_NAME:
            if not _HOST.fullmatch(name):
                raise NotTls(f"expected a host name; found {name[:80]!r}")
            return name.decode().lower()
    return None


class _Reader:
    """Bytes that are taken from the front; NotTls where there are too few."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    @property
    def ended(self) -> bool:
        return not self.rest

    def take(self, size: int) -> bytes:
        if len(self.rest) < size:
            raise NotTls("expected a whole ClientHello; found one that is cut short")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width))

    def vector(self, width: int) -> "_Reader":
        return _Reader(self.take(self.number(width)))
