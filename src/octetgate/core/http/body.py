"""One body: bytes that pass once, at the pace of whoever reads them.

A body is either *ready* (every byte is here) or a *stream* over a source.  Readers that need
it whole say so with :meth:`Body.collect` and a limit, so that a reviewer sees where memory
can grow; everybody else reads piece by piece.
"""

from collections.abc import Generator
from typing import Protocol


class BodyTooLarge(Exception):
    """More bytes than the reader's limit; the rest was not read."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"expected at most {limit} bytes of body, found more")
        self.limit = limit


class Source(Protocol):
    """Where a stream's bytes come from."""

    async def read(self) -> bytes:
        """Return the next piece, or ``b""`` once and for ever at the end.

        Raises the error of the port it belongs to (``ClientGone``, ``UpstreamBroken``, …)
        when the bytes stop before the end: a broken body never looks complete.
        """

    def close(self) -> None:
        """Say that nobody wants the rest; may be called at any time, more than once."""


class Codec(Protocol):
    """A conversion that works on pieces."""

    @property
    def stride(self) -> int:
        """How many bytes of a ready body are converted before others get their turn."""

    def feed(self, data: bytes) -> bytes:
        """Return the converted bytes that this piece completes."""

    def finish(self) -> bytes:
        """Return what is left when the input has ended."""

    def length(self, length: int) -> int | None:
        """Return the output's length for an input of this length, if that alone decides it."""


class Body:
    """A one-shot stream of bytes with a known or unknown length."""

    __slots__ = ("_source", "length", "ready")

    def __init__(self, source: Source | None = None, *, length: int | None = None) -> None:
        self._source = source
        self.length = 0 if source is None else length
        """Bytes in all, or None while that is unknown."""
        self.ready: bytes | None = b"" if source is None else None
        """The whole body when it is here, else None."""

    @property
    def source(self) -> Source | None:
        """Where the bytes come from, for who knows a straighter way than reading them."""
        return self._source

    @classmethod
    def of(cls, data: bytes) -> "Body":
        """Return a body whose bytes are all here."""
        body = cls.__new__(cls)
        body._source, body.length, body.ready = None, len(data), data  # noqa: SLF001
        return body

    async def read(self) -> bytes:
        """Return the next piece, ``b""`` at the end."""
        if self._source is not None:
            return await self._source.read()
        data, self.ready = self.ready, b""
        return data or b""

    async def collect(self, limit: int) -> bytes:
        """Return all of it; BodyTooLarge when it is longer than ``limit`` bytes."""
        if self.ready is None:
            await self.gather(limit)
        if self.ready is None or len(self.ready) > limit:
            self.close()
            raise BodyTooLarge(limit)
        return self.ready

    async def gather(self, limit: int) -> None:
        """Make it ready if it ends within ``limit`` bytes; else it stays a stream, whole."""
        if self.ready is not None or self._source is None:
            return
        if self.length is not None and self.length > limit:
            return
        source, pieces, size = self._source, [], 0
        while piece := await source.read():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                self._source = _Resumed(pieces, source)
                return
        self._source = None
        self.ready = b"".join(pieces)
        self.length = size

    async def through(self, codec: Codec) -> "Body":
        """Return this body converted; one that is ready is converted at once."""
        if self.ready is not None or self._source is None:
            return Body.of(await _converted(self.ready or b"", codec))
        length = None if self.length is None else codec.length(self.length)
        return Body(_Converted(self._source, codec), length=length)

    def close(self) -> None:
        """Say that nobody wants the rest."""
        if self._source is not None:
            self._source.close()


class _Turn:
    def __await__(self) -> Generator[None]:
        yield


async def turn() -> None:
    """Let everybody else have a turn of the event loop: long work is owed that."""
    await _Turn()


async def _converted(data: bytes, codec: Codec) -> bytes:
    if len(data) <= codec.stride:
        return codec.feed(data) + codec.finish()
    pieces = []
    for at in range(0, len(data), codec.stride):
        pieces.append(codec.feed(data[at : at + codec.stride]))
        await turn()
    pieces.append(codec.finish())
    return b"".join(pieces)


class _Resumed:
    """Pieces that were read ahead, then the rest."""

    __slots__ = ("_pieces", "_rest")

    def __init__(self, pieces: list[bytes], rest: Source) -> None:
        self._pieces = pieces
        self._rest = rest

    async def read(self) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        return await self._rest.read()

    def close(self) -> None:
        self._pieces.clear()
        self._rest.close()


class _Converted:
    """A source whose pieces pass through a codec."""

    __slots__ = ("_codec", "_ended", "_source")

    def __init__(self, source: Source, codec: Codec) -> None:
        self._source = source
        self._codec = codec
        self._ended = False

    async def read(self) -> bytes:
        while not self._ended:
            piece = await self._source.read()
            self._ended = not piece
            made = self._codec.feed(piece) if piece else self._codec.finish()
            if made:
                return made
        return b""

    def close(self) -> None:
        self._source.close()
