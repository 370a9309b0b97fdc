"""The beginning of a streamed proxy response: metadata, eight NUL bytes, then the body's bytes.

Spec: payload-encodings 10.2.  JSON never contains a NUL, so the first eight of them end the
metadata whatever the body begins with.
"""

CONTENT_TYPE = "application/vnd.awslambda.http-integration-response"
"""What a function's process calls a stream that begins so."""
DELIMITER = bytes(8)
PRELUDE_LIMIT = 16 * 1024
"""The delimiter has to end within so many bytes of the stream."""


class MalformedPrelude(Exception):
    """The stream does not begin with metadata and the delimiter."""


class Prelude:
    """Splits what arrives into the metadata and the first bytes of the body."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = b""

    def feed(self, piece: bytes) -> tuple[bytes, bytes] | None:
        """Return metadata and the body's beginning, or None while that is not known.

        Raises MalformedPrelude once no more bytes could make it one.
        """
        searched = max(0, len(self._held) - len(DELIMITER) + 1)
        held = self._held = self._held + piece if self._held else piece
        at = held.find(DELIMITER, searched, PRELUDE_LIMIT)
        if at >= 0:
            return held[:at], held[at + len(DELIMITER) :]
        if len(held) >= PRELUDE_LIMIT:
            raise MalformedPrelude(
                f"stream: expected eight NUL bytes within its first {PRELUDE_LIMIT} bytes; "
                f"found {held[:60]!r}..."
            )
        return None

    def end(self) -> MalformedPrelude:
        """Return what is wrong with a stream that ended before its delimiter."""
        return MalformedPrelude(
            f"stream: expected metadata and eight NUL bytes; found {self._held[:60]!r} and its end"
        )


def metadata_of(payload: bytes) -> bytes | None:
    """Return the metadata of a stream that is here as a whole, or None if it is no such stream."""
    at = payload.find(DELIMITER, 0, PRELUDE_LIMIT)
    return payload[:at] if at >= 0 else None
