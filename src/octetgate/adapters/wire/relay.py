"""The straight way for long bodies: out of one socket and into the other through one buffer.

On the ordinary way each piece is copied into an object of its own and wakes a task.  Here the
kernel writes into a buffer and reads from the same buffer, and no task wakes before the end:
10 MiB take two thirds of the time.  Below some MiB the ordinary way is as good.
"""

import asyncio

from octetgate.adapters.wire.flow import Inlet, Wire
from octetgate.adapters.wire.framing import Counted
from octetgate.core.http.body import Body

_BUFFER_BYTES = 512 * 1024
_WORTH_BYTES = 2 * 1024 * 1024


async def relay(body: Body, sink: Wire) -> int:
    """Move what arrives for this body into the sink, all but its end; return how many bytes.

    Nothing is moved unless both are plain connections of ours and the body is long.  Whatever
    ends it (the end of the body, an error, cancellation), the connection is as it was before,
    and reading the body on tells the rest.
    """
    inlet = body.source
    if not isinstance(inlet, Inlet) or inlet.wire.secure or sink.secure:
        return 0
    reader = inlet.reader
    if not isinstance(reader, Counted) or reader.left < _WORTH_BYTES or inlet.over:
        return 0
    relaying = _Relay(inlet, reader, sink)
    try:
        await relaying.done
    finally:
        relaying.stop()
    return relaying.moved


class _Relay(asyncio.BufferedProtocol):
    """Stands in for the wire that a body arrives on."""

    def __init__(self, inlet: Inlet, reader: Counted, sink: Wire) -> None:
        self.done: asyncio.Future[None] = sink.loop.create_future()
        self.moved = 0
        self._inlet = inlet
        self._reader = reader
        self._source = inlet.wire
        self._sink = sink
        self._view = memoryview(bytearray(_BUFFER_BYTES))
        for piece in inlet.divert():
            sink.transport.write(piece)
            self.moved += len(piece)
        # Without slack, a sink that is not paused has let go of our buffer.
        sink.feed_from(self._source)
        self._source.transport.set_protocol(self)
        self._go_on()

    def stop(self) -> None:
        """Put the wire back into its place."""
        self._inlet.diverted = False
        self._sink.feed_from(None)
        if self._source.lost is None:
            self._source.transport.set_protocol(self._source)
            self._source.go_on_reading()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        if self.done.done() or nbytes >= self._reader.left:
            self._hand_back(bytes(self._view[:nbytes]))
            return
        self._reader.left -= nbytes
        self.moved += nbytes
        self._source.progress()
        self._sink.transport.write(self._view[:nbytes])
        self._go_on()

    def _go_on(self) -> None:
        if self._sink.paused:
            self._source.hold_reading()
        else:
            self._source.go_on_reading()

    def _hand_back(self, data: bytes) -> None:
        """Let the wire take this, and whatever comes."""
        self._source.transport.set_protocol(self._source)
        self._source.data_received(data)
        self._end()

    def _end(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def eof_received(self) -> bool | None:
        self._end()
        return self._source.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._source.connection_lost(exc)

    def pause_writing(self) -> None:
        self._source.pause_writing()

    def resume_writing(self) -> None:
        self._source.resume_writing()
