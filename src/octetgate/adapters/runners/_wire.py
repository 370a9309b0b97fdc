"""One end of the supervisor's socket: frames in, frames out.

Heads are read from a small buffer, as many as have arrived at once.  A payload that has not
arrived with its head is received in the place where it stays: a payload may be six megabytes.
"""

import asyncio
from typing import Protocol, cast

from octetgate.adapters.runners import _frames
from octetgate.adapters.runners._frames import LENGTHS, BadFrame, Head

_BUFFER = 64 * 1024
_JOINED = 32 * 1024
"""A payload up to this size leaves in one piece with its head."""


class Hearer(Protocol):
    """The one who acts on frames."""

    def hear(self, head: Head, payload: bytes) -> None:
        """Act on one frame."""

    def lost(self, error: BadFrame | None) -> None:
        """Take notice that there will be no more; the error is why, if the frames are."""


class FrameWire(asyncio.BufferedProtocol):
    """A connection that carries frames."""

    def __init__(self, hearer: Hearer) -> None:
        self._hearer = hearer
        self._buffer = bytearray(_BUFFER)
        self._filled = 0
        self._payload: bytearray | None = None
        """What is arriving, if a payload is longer than what came with its head."""
        self._arrived = 0
        self._head: Head | None = None
        self._error: BadFrame | None = None
        self._transport: asyncio.Transport
        self._is_made = self._is_unwanted = False
        self._ended = asyncio.get_running_loop().create_future()
        self._room: asyncio.Future[None] | None = None
        """Set when there is room again, while there is none."""

    # --- Reading; the loop calls these ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._is_made = True
        if self._is_unwanted:
            self.close()

    def get_buffer(self, sizehint: int) -> memoryview:
        del sizehint
        if self._payload is not None:
            return memoryview(self._payload)[self._arrived :]
        return memoryview(self._buffer)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        try:
            if self._payload is None:
                self._filled += nbytes
                self._read_frames()
            else:
                self._arrived += nbytes
                if self._arrived == len(self._payload):
                    payload, self._payload = bytes(self._payload), None
                    self._hearer.hear(cast("Head", self._head), payload)
        except BadFrame as error:
            self._error = error
            self._transport.abort()

    def _read_frames(self) -> None:
        """Hand over what is whole in the buffer; keep the rest at its beginning."""
        buffer, at = self._buffer, 0
        while self._filled - at >= LENGTHS.size and self._payload is None:
            head_size, payload_size = _frames.lengths(buffer, at)
            begin = at + LENGTHS.size
            if self._filled - begin < head_size:
                self._grow(LENGTHS.size + head_size)
                break
            with memoryview(buffer) as seen:
                head = _frames.head(seen[begin : begin + head_size])
                begin += head_size
                at = min(begin + payload_size, self._filled)
                if at - begin < payload_size:
                    self._payload = bytearray(payload_size)
                    self._payload[: at - begin] = seen[begin:at]
                    self._head, self._arrived = head, at - begin
                    break
                payload = bytes(seen[begin:at])
            self._hearer.hear(head, payload)
        self._filled -= at
        if at and self._filled:
            buffer[: self._filled] = buffer[at : at + self._filled]

    def _grow(self, needed: int) -> None:
        """Have room for a head of this size."""
        if len(self._buffer) < needed:
            self._buffer += bytes(needed - len(self._buffer))

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._ended.set_result(None)
        self.resume_writing()
        self._hearer.lost(self._error)

    # --- Writing ---

    def pause_writing(self) -> None:
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def write(self, head: Head, payload: bytes = b"") -> None:
        """Write one frame, whole; into a lost connection nothing."""
        encoded = _frames.encoded(head, len(payload))
        if len(payload) <= _JOINED:
            self._transport.write(encoded + payload)
        else:
            self._transport.writelines((encoded, payload))

    async def send(self, head: Head, payload: bytes = b"") -> None:
        """Write one frame, and wait for the other end to keep up; raises ConnectionError."""
        self._refuse_if_lost()
        self.write(head, payload)
        while self._room is not None:
            await asyncio.shield(self._room)
            self._refuse_if_lost()

    def _refuse_if_lost(self) -> None:
        if self._ended.done() or self._transport.is_closing():
            raise ConnectionResetError("the connection is lost")

    # --- The end ---

    def close(self) -> None:
        """Close, once what was written is gone."""
        if self._is_made:
            self._transport.close()
        else:
            self._is_unwanted = True  # it was accepted, and is told of only in a moment

    async def closed(self) -> None:
        """Close, and wait until it is."""
        self.close()
        if self._is_made:
            await asyncio.shield(self._ended)
