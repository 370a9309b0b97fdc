"""Messages of ``application/vnd.amazon.eventstream``, the framing of answers that are events.

A message is two lengths and their checksum, headers, the payload, and a checksum of it all.
botocore reads this format and has nothing that writes it.
"""

import struct
import zlib
from collections.abc import Mapping

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_LENGTHS = struct.Struct(">II")
_CHECKSUM = struct.Struct(">I")
_TEXT = struct.Struct(">BH")
_TEXT_TYPE = 7
_AROUND = _LENGTHS.size + 2 * _CHECKSUM.size
"""Bytes of a message besides its headers and its payload."""


def event(name: str, content_type: str, payload: bytes) -> bytes:
    """Return the message that tells of one event."""
    headers = {":event-type": name, ":content-type": content_type, ":message-type": "event"}
    return message(headers, payload)


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Return one message, whole."""
    fields = b"".join(_field(name.encode(), value.encode()) for name, value in headers.items())
    lengths = _LENGTHS.pack(_AROUND + len(fields) + len(payload), len(fields))
    prelude = lengths + _CHECKSUM.pack(zlib.crc32(lengths))
    checksum = zlib.crc32(payload, zlib.crc32(fields, zlib.crc32(prelude)))
    return b"".join((prelude, fields, payload, _CHECKSUM.pack(checksum)))


def _field(name: bytes, value: bytes) -> bytes:
    return b"".join((bytes([len(name)]), name, _TEXT.pack(_TEXT_TYPE, len(value)), value))
