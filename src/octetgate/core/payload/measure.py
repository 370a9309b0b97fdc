"""What passed through a conversion: how many bytes, and how they began."""

import msgspec

from octetgate.core.http.body import Codec
from octetgate.core.payload.hints import SAMPLE_BYTES


class Measure(msgspec.Struct):
    """Bytes before and after, and the first of those before."""

    bytes_in: int = 0
    bytes_out: int = 0
    sample: bytes = b""


class Measured:
    """A codec whose bytes are counted."""

    __slots__ = ("_codec", "measure", "stride")

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self.stride = codec.stride
        self.measure = Measure()

    def feed(self, data: bytes) -> bytes:
        measure = self.measure
        if not measure.sample:
            measure.sample = bytes(data[:SAMPLE_BYTES])
        measure.bytes_in += len(data)
        made = self._codec.feed(data)
        measure.bytes_out += len(made)
        return made

    def finish(self) -> bytes:
        made = self._codec.finish()
        self.measure.bytes_out += len(made)
        return made

    def length(self, length: int) -> int | None:
        return self._codec.length(length)
