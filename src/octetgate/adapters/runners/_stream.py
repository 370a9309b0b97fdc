"""A function's answer as it arrives: fed at one end, read at the other.

The supervisor feeds it from a process's connection, a gateway worker from the supervisor's
socket.  Whoever feeds is told how much was read, so that it never feeds much more than that.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from octetgate.core.ports.functions import InvokeError, Outcome, StreamBroken

HELD_BYTES = 256 * 1024
"""How much may wait to be read before whoever feeds has to stop; one piece may exceed it."""


def _nobody(size: int) -> None:
    """Take no notice."""


class Stream:
    """Keeps the promise of :class:`octetgate.core.ports.functions.Stream`."""

    def __init__(
        self,
        outcome: "asyncio.Future[Outcome]",
        request_id: str = "",
        executed_version: str = "",
    ) -> None:
        """``outcome`` is how the call ends; closing the stream cancels it."""
        self.content_type: str | None = None
        self.executed_version = executed_version
        self.request_id = request_id
        self.log_tail: bytes | None = None
        self.on_read: Callable[[int], None] = _nobody
        """Told how many bytes were read, or thrown away."""
        self.held = 0
        """Bytes that wait to be read."""
        self.closed = False
        self._outcome = outcome
        self._pieces: deque[bytes] = deque()
        self._begun = False
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        outcome.add_done_callback(self._settle)

    # --- The feeding end ---

    def begin(self, content_type: str | None) -> None:
        """Say that the answer has begun."""
        self.content_type = content_type
        self._begun = True
        self._wake()

    def feed(self, piece: bytes) -> None:
        """Take what has arrived."""
        if self.closed or self._ended:
            self.on_read(len(piece))
            return
        self._pieces.append(piece)
        self.held += len(piece)
        self._wake()

    def _settle(self, outcome: "asyncio.Future[Outcome]") -> None:
        """Take how the call ended, which ends the stream."""
        if outcome.cancelled():
            self._error = StreamBroken("the stream was closed")
        elif (error := outcome.exception()) is not None:
            self._error = error if isinstance(error, Exception) else StreamBroken(repr(error))
        else:
            self._end(outcome.result())
        self._ended = True
        self._wake()

    def _end(self, outcome: Outcome) -> None:
        self.log_tail = outcome.log_tail
        if outcome.function_error is not None:
            shown = outcome.payload[:500].decode(errors="replace")
            self._error = StreamBroken(f"function error: {shown}", payload=outcome.payload)
        elif outcome.payload:
            self.feed(outcome.payload)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- The reading end ---

    async def begun(self) -> None:
        """Wait until the answer begins or fails; raises InvokeError if the function did not run."""
        while not self._begun and not self._ended:
            await self._wait()
        if not self._begun and isinstance(self._error, InvokeError):
            raise self._error

    async def read(self) -> bytes:
        """Return the next piece, ``b""`` at the end; raises StreamBroken."""
        while not self._pieces:
            if isinstance(self._error, InvokeError):
                raise StreamBroken(str(self._error)) from self._error
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            await self._wait()
        piece = self._pieces.popleft()
        self.held -= len(piece)
        self.on_read(len(piece))
        return piece

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def close(self) -> None:
        """Want no more; what is still fed is thrown away."""
        if self.closed:
            return
        self.closed = True
        self._pieces.clear()
        held, self.held = self.held, 0
        self._outcome.cancel()
        if held:
            self.on_read(held)


class Sink(Protocol):
    """The one who takes an answer as it arrives."""

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""


class Tap(Protocol):
    """A connection that can be told to wait."""

    def hold_reading(self) -> None: ...

    def go_on_reading(self) -> None: ...


class Pouring:
    """Lets a process write as fast as its answer is read."""

    def __init__(self, tap: Tap, stream: Stream) -> None:
        self._tap = tap
        self._stream = stream
        stream.on_read = self._room

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        self._stream.feed(piece)
        if self._stream.held > HELD_BYTES:
            self._tap.hold_reading()

    def _room(self, size: int) -> None:
        del size
        if self._stream.held <= HELD_BYTES // 2:
            self._tap.go_on_reading()
