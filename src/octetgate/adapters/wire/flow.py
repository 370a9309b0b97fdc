"""Both directions of a connection, each with a brake.

What arrives waits in an :class:`Inlet` until somebody reads it; when too much waits, the
transport stops reading, so the sender feels it.  What leaves goes to the transport, which
tells the :class:`Wire` when too much waits there.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from octetgate.adapters.wire.framing import Reader
from octetgate.adapters.wire.outbox import outbox_of
from octetgate.core.ports.exchange import Tls

INLET_BYTES = 256 * 1024
"""How much may wait unread before the transport stops reading; one piece may exceed it."""


class Wire(asyncio.Protocol):
    """A protocol that knows whether its peer is there and whether it takes what is written."""

    transport: asyncio.Transport

    def __init__(self, write_buffer_bytes: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.lost: Exception | None = None
        """Why nothing can be written any more, once that is so."""
        self.paused = False
        """Whether a writer has to :meth:`drain` before it writes on."""
        self.secure = False
        """Whether there is TLS on it."""
        self.tls: Tls | None = None
        """What is known of that, where somebody asks."""
        self._write_buffer_bytes = write_buffer_bytes
        self._outbox = outbox_of(self.loop)
        self.unpushed = b""
        """What :meth:`write_soon` has taken and the transport has not got yet."""
        self._feeding: Wire | None = None
        self._drained: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=self._write_buffer_bytes)
        self.secure = transport.get_extra_info("sslcontext") is not None

    def write_soon(self, data: bytes) -> None:
        """Write a whole short message at the end of this turn of the loop.

        Before anything else is written, or the transport is closed, :meth:`push` is due.
        """
        if not self.unpushed:
            self._outbox.add(self.push)
        self.unpushed += data

    def push(self) -> None:
        """Hand the transport what was to be written soon."""
        data, self.unpushed = self.unpushed, b""
        if data and self.lost is None and not self.transport.is_closing():
            self.transport.write(data)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self._feeding is not None:
            self._feeding.go_on_reading()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    async def drain(self) -> None:
        """Wait until the peer has taken enough; raises ``lost`` when it never will."""
        if self.lost is not None:
            raise self.lost
        if self.paused:
            self._drained = self.loop.create_future()
            try:
                await self._drained
            finally:
                self._drained = None

    def feed_from(self, source: "Wire | None") -> None:
        """Take what is written from a wire that is to stop whenever anything is left unsent.

        None ends that.
        """
        self._feeding = source
        if not self.transport.is_closing():
            high = self._write_buffer_bytes if source is None else 0
            self.transport.set_write_buffer_limits(high=high)

    def progress(self) -> None:
        """Note that bytes of a body have arrived."""

    def lose(self, error: Exception) -> bool:
        """Say why the peer is gone; returns whether a writer was waiting, and now knows."""
        self.lost = error
        if self._drained is None or self._drained.done():
            return False
        self._drained.set_exception(error)
        return True

    def hold_reading(self) -> None:
        """Stop reading until :meth:`go_on_reading`; may be called more than once."""
        # Neither transport, asyncio's nor uvloop's, minds a second call, or one after the end.
        self.transport.pause_reading()

    def go_on_reading(self) -> None:
        """Read again; may be called more than once."""
        self.transport.resume_reading()


class Inlet:
    """A body's bytes that have arrived and wait to be read: a source, and its feeding end."""

    __slots__ = (
        "_begin",
        "_closed",
        "_ended",
        "_error",
        "_pieces",
        "_size",
        "_waiter",
        "diverted",
        "reader",
        "wire",
    )

    def __init__(self, wire: Wire, reader: Reader, begin: Callable[[], None] | None = None) -> None:
        self.wire = wire
        self.reader = reader
        self.diverted = False
        """Whether somebody takes what arrives before it gets here."""
        self._begin = begin
        """Called once, before the first read: the moment for ``100 Continue``."""
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._closed = False
        self._error: Exception | None = None

    async def read(self) -> bytes:
        self._ask()
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            self._waiter = self.wire.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        piece = self._pieces.popleft()
        self._size -= len(piece)
        if self._size < INLET_BYTES:
            self.wire.go_on_reading()
        return piece

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._pieces.clear()
        self._size = 0
        if not self._ended:
            self.fail(RuntimeError("a body was read after it had been closed"))
            self.wire.go_on_reading()

    def divert(self) -> list[bytes]:
        """Return what waits to be read; what comes goes past this inlet until it is told."""
        self._ask()
        self.diverted = True
        pieces = list(self._pieces)
        self._pieces.clear()
        self._size = 0
        return pieces

    def _ask(self) -> None:
        if self._begin is not None:
            begin, self._begin = self._begin, None
            begin()

    @property
    def over(self) -> bool:
        """Whether nothing more will come: all of it has, or it broke."""
        return self._ended or self._error is not None

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for the next piece."""
        return self._waiter is not None or self.diverted

    @property
    def unbegun(self) -> bool:
        """Whether the body was never asked for, and so a ``100 Continue`` never sent."""
        return self._begin is not None

    def feed(self, data: bytes) -> bool:
        """Take what has arrived and return whether the body is complete.

        BadHead when it is not HTTP; what came after the body is the reader's ``rest``.
        """
        piece = self.reader.feed(data)
        if piece:
            self.put(piece)
        if self.reader.ended:
            self.end()
            return True
        return False

    def put(self, piece: bytes) -> None:
        """Take a piece that has arrived; nothing is kept once the body is closed."""
        if self._closed:
            return
        self._pieces.append(piece)
        self._size += len(piece)
        if self._waiter is not None:
            self._wake()
        elif self._size > INLET_BYTES:
            self.wire.hold_reading()

    def end(self) -> None:
        """Say that the body is complete."""
        self._ended = True
        self._wake()

    def fail(self, error: Exception) -> bool:
        """Say why the body will never be complete; returns whether somebody was waiting."""
        if not self._ended and self._error is None:
            self._error = error
        return self._wake() or self.diverted

    def _wake(self) -> bool:
        if self._waiter is None or self._waiter.done():
            return False
        self._waiter.set_result(None)
        return True
