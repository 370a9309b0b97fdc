"""One caller's connection to the supervisor: its calls, and their answers."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from octetgate.adapters.runners import _frames
from octetgate.adapters.runners._frames import (
    BadFrame,
    Begun,
    Cancel,
    Done,
    Invoke,
    Look,
    Piece,
    Refusal,
    Seen,
    Taken,
)
from octetgate.adapters.runners._wire import FrameWire
from octetgate.core.ports.functions import (
    InvokeError,
    LocalFunctions,
    Outcome,
    Stream,
    StreamBroken,
)

_log = logging.getLogger(__name__)

WINDOW_BYTES = 256 * 1024
"""How much of one stream may be under way to a caller who has not read it."""


class Window:
    """How much more of a stream may be sent now."""

    def __init__(self) -> None:
        self._room = WINDOW_BYTES
        self._open = asyncio.Event()
        self._open.set()

    async def take(self, size: int) -> None:
        """Wait until there is room, then use it; one piece may be larger than what is left."""
        await self._open.wait()
        self._room -= size
        if self._room <= 0:
            self._open.clear()

    def give(self, size: int) -> None:
        """Make room again."""
        self._room += size
        if self._room > 0:
            self._open.set()


class Conversation:
    """Carries out what one connection asks for."""

    def __init__(self, functions: LocalFunctions, left: "Callable[[Conversation], None]") -> None:
        """``left`` is told when the caller has gone."""
        self._functions = functions
        self._left = left
        self.wire = FrameWire(self)
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._windows: dict[int, Window] = {}

    def cancel(self) -> None:
        """End every call; those who wait for them see the connection end."""
        for call in self._calls.values():
            call.cancel()

    async def closed(self) -> None:
        """Wait until nothing of it is left, after it was cancelled."""
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        await self.wire.closed()

    def lost(self, error: BadFrame | None) -> None:
        if error is not None:
            _log.warning("supervisor: closed a connection: %s", error)
        self.cancel()
        self._left(self)

    def hear(self, head: _frames.Head, payload: bytes) -> None:
        match head:
            case Invoke():
                self._answer_soon(head.id, self._answer(head, payload))
            case Look():
                self._answer_soon(head.id, self._look(head))
            case Cancel(id=number) if number in self._calls:
                self._calls[number].cancel()
            case Taken(id=number, size=size) if number in self._windows:
                self._windows[number].give(size)
            case _:
                pass  # about a call that has ended meanwhile

    def _answer_soon(self, number: int, answering: Coroutine[Any, Any, None]) -> None:
        call = asyncio.get_running_loop().create_task(answering)
        self._calls[number] = call

        def ended(call: asyncio.Task[None]) -> None:
            del call
            del self._calls[number]

        call.add_done_callback(ended)

    async def _look(self, head: Look) -> None:
        answer: Seen | Refusal
        try:
            found = await self._functions.provision(head.function, head.qualifier)
            answer = Seen(
                id=head.id,
                allocated=found.allocated,
                available=found.available,
                reason=found.reason,
            )
        except InvokeError as error:
            answer = _refusal(head.id, error)
        with contextlib.suppress(ConnectionError):
            await self.wire.send(answer)

    async def _answer(self, head: Invoke, payload: bytes) -> None:
        answer: Done | Refusal
        result = b""
        try:
            invocation = _frames.invocation(head, payload)
            if head.streams:
                outcome = await self._forward(head.id, await self._functions.stream(invocation))
            else:
                outcome = await self._functions.invoke(invocation)
            answer, result = _frames.done(head.id, outcome), outcome.payload
        except InvokeError as error:
            answer = _refusal(head.id, error)
        except ConnectionError:
            return
        except Exception:  # noqa: BLE001 - a mistake of ours must not leave the caller waiting
            _log.exception("supervisor: a call of %s failed", head.function)
            answer = _refusal(head.id, InvokeError("functions: the supervisor failed"))
        # A caller that is gone needs no answer.
        with contextlib.suppress(ConnectionError):
            await self.wire.send(answer, result)

    async def _forward(self, number: int, stream: Stream) -> Outcome:
        """Send a stream on, as fast as it is read at the other end; return how it ended."""
        window = self._windows[number] = Window()
        error = None
        try:
            begun = Begun(
                id=number,
                content_type=stream.content_type,
                executed_version=stream.executed_version,
                request_id=stream.request_id,
            )
            await self.wire.send(begun)
            while piece := await stream.read():
                await window.take(len(piece))
                await self.wire.send(Piece(id=number), piece)
        except StreamBroken as broken:
            error = broken
        finally:
            del self._windows[number]
            stream.close()
        return Outcome(
            status=200,
            payload=b"" if error is None else error.payload,
            function_error=None if error is None else "Unhandled",
            log_tail=stream.log_tail,
            executed_version=stream.executed_version,
            request_id=stream.request_id,
        )


def _refusal(number: int, error: InvokeError) -> Refusal:
    return Refusal(
        id=number, code=error.code, status=error.status, message=str(error), reason=error.reason
    )
