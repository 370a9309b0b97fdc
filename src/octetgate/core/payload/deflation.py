"""Putting a content coding on a body as it passes."""

from isal import isal_zlib

from octetgate.core.payload.codings import Coding

_WRAPPERS = {Coding.GZIP: 31, Coding.DEFLATE: 15}
"""``wbits``; "deflate" is zlib's wrapper (RFC 9110, 8.4.1.2)."""


class Deflate:
    """Bytes to compressed bytes.

    ``flushing`` lets every piece out as it comes: whoever waits for the first bytes of an
    answer gets them, though no more may ever follow.
    """

    __slots__ = ("_compressor", "_flushing")

    stride = 256 * 1024

    def __init__(self, coding: Coding, *, flushing: bool) -> None:
        self._compressor = isal_zlib.compressobj(wbits=_WRAPPERS[coding])
        self._flushing = flushing

    def feed(self, data: bytes) -> bytes:
        made: bytes = self._compressor.compress(data)
        return made + self._compressor.flush(isal_zlib.Z_SYNC_FLUSH) if self._flushing else made

    def finish(self) -> bytes:
        made: bytes = self._compressor.flush()
        return made

    def length(self, length: int) -> None:
        """Return nothing: what compressed data comes to depends on the data."""
        del length
