"""Two functions that answer with a PNG, which has to arrive byte by byte."""

import base64
import struct
import zlib
from typing import Any

Event = dict[str, Any]


def draw(event: Event, _context: object) -> Event:
    """Answer with a square picture of as many pixels as the path says."""
    size = int(event["pathParameters"]["size"])
    return _answer(_png(size))


def mirror(event: Event, _context: object) -> Event:
    """Answer with the picture that was sent."""
    if not event["isBase64Encoded"]:
        return {"statusCode": 415, "body": "expected a PNG, sent as image/png"}
    return _answer(base64.b64decode(event["body"]))


def _answer(picture: bytes) -> Event:
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "image/png"},
        "isBase64Encoded": True,
        "body": base64.b64encode(picture).decode(),
    }


def _png(size: int) -> bytes:
    """Return a picture that gets red to the right and green to the bottom."""
    shades = [255 * step // size for step in range(size)]
    rows = (b"\0" + b"".join(bytes((x, y, 128)) for x in shades) for y in shades)
    head = struct.pack(">2I5B", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
