"""A gateway worker's calls of one function, and the processes that it has borrowed for them."""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from octetgate.adapters.runners._alarm import Alarm
from octetgate.adapters.runners._desk_call import DeskCall
from octetgate.adapters.runners._line import Line
from octetgate.adapters.runners._loans import (
    Busy,
    Channel,
    Claim,
    GaveUp,
    Lent,
    Returned,
    Terms,
    Unclaim,
    Unheard,
)
from octetgate.adapters.runners._stream import Sink
from octetgate.core.functions import reports
from octetgate.core.ports.functions import InvokeError, Outcome, TooManyInvocations
from octetgate.core.ports.metrics import FunctionTally

_KEEP_SECONDS = 0.5
"""How long a process without a call is kept before it is given back."""

_UNCLAIM_SECONDS = 0.05
"""After which claims are taken back for which there is no call any more: soon there may be."""


class Desk:
    """Gives calls to processes, latest first, in the order in which the calls came."""

    def __init__(
        self,
        terms: Terms,
        channel: Channel,
        tally: FunctionTally,
        pass_on: Callable[[DeskCall], None],
    ) -> None:
        """``pass_on`` is given the calls that no process here has seen, or will."""
        self.pass_on = pass_on
        self.terms = terms
        self.channel = channel
        self.tally = tally
        self.loop = asyncio.get_running_loop()
        self._waiting: deque[DeskCall] = deque()
        """In the order in which they came; some of them nobody wants any more."""
        self._held = 0
        """Bytes of those that wait."""
        self._patience: asyncio.TimerHandle | None = None
        self._idle: list[Borrowed] = []
        self.borrowed: dict[int, Borrowed] = {}
        """By the loan's number."""
        self._claims = 0
        self._unclaiming: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[None]] = set()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is borrowed and nobody waits."""
        return not self.borrowed and not self._waiting

    # --- Calls ---

    def take(self, call: DeskCall) -> None:
        """Have a process work on the call, as soon as one is free; raises InvokeError."""
        while self._idle:
            borrowed = self._idle.pop()
            if borrowed.line.is_open:
                borrowed.give(call)
                return
        self._queue(call)

    def _queue(self, call: DeskCall) -> None:
        terms = self.terms
        if not self._has_room(call):
            self._waiting = deque(waits for waits in self._waiting if waits.is_wanted)
            self._held = sum(len(waits.payload) for waits in self._waiting)
            if not self._has_room(call):
                self.tally.throttled()
                raise TooManyInvocations(
                    f"{terms.name}: every worker is busy; "
                    f"{len(self._waiting)} calls of {self._held} bytes wait"
                )
        call.until = self.loop.time() + terms.queue_seconds
        self._waiting.append(call)
        self._held += len(call.payload)
        if self._patience is None:
            self._patience = self.loop.call_at(call.until, self._lose_patience)
        if self._claims < terms.most:
            self._claim()

    def _has_room(self, call: DeskCall) -> bool:
        terms, held = self.terms, self._held + len(call.payload)
        return len(self._waiting) < terms.queue and held <= terms.queue_bytes

    def _next(self) -> DeskCall | None:
        """Return the call that waits longest, which then waits no more."""
        while self._waiting:
            call = self._first()
            if call.is_wanted:
                return call
        return None

    def _first(self) -> DeskCall:
        call = self._waiting.popleft()
        self._held -= len(call.payload)
        return call

    def _claim(self) -> None:
        """Ask for a process for each call that waits, up to as many as there may be."""
        while self._claims < min(len(self._waiting), self.terms.most):
            self._claims += 1
            self.channel.send(Claim(pool=self.terms.pool))

    def _lose_patience(self) -> None:
        """Refuse those that have waited too long; all may wait equally long."""
        self._patience = None
        seconds, now = self.terms.queue_seconds, self.loop.time()
        while self._waiting and self._waiting[0].until <= now:
            call = self._first()
            if call.is_wanted:
                self.tally.throttled()
                reason = f"functions: no process was free within {seconds:g} s"
                call.refuse(TooManyInvocations(reason))
        if self._waiting:
            self._patience = self.loop.call_at(self._waiting[0].until, self._lose_patience)

    # --- Processes ---

    def lent(self, lent: Lent, line: socket.socket) -> None:
        """Take a process."""
        self._claims = max(0, self._claims - 1)
        borrowed = self.borrowed[lent.loan] = Borrowed(self, lent)
        opening = self.loop.create_task(borrowed.open(line))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    def free(self, borrowed: "Borrowed") -> None:
        """Give the process another call; without one keep it for a moment."""
        if not borrowed.line.is_open:
            return  # its end will be heard of
        # One that has just come serves a call first, or it could be passed on for ever.
        call = None if borrowed.is_recalled and borrowed.has_served else self._next()
        if call is not None:
            borrowed.give(call)
        elif borrowed.is_recalled:
            self.give_back(borrowed)
            return
        else:
            borrowed.keep(_KEEP_SECONDS)
            self._idle.append(borrowed)
        if self._claims and not self._waiting and self._unclaiming is None:
            self._unclaiming = self.loop.call_later(_UNCLAIM_SECONDS, self._unclaim)

    def _unclaim(self) -> None:
        self._unclaiming = None
        if self._claims and not self._waiting:
            self._claims = 0
            self.channel.send(Unclaim(pool=self.terms.pool))

    def give_back(self, borrowed: "Borrowed") -> None:
        """Give the process back, which has no call."""
        self.forget(borrowed)
        self.channel.send(Returned(loan=borrowed.number))
        # It may come back in turn, as one of several who want it.
        self._claim()

    def lost(self, borrowed: "Borrowed") -> None:
        """Give the process no more calls; how it ended will be heard of."""
        if borrowed in self._idle:
            self._idle.remove(borrowed)

    def forget(self, borrowed: "Borrowed") -> None:
        """Have nothing more to do with the process."""
        borrowed.close()
        self.borrowed.pop(borrowed.number, None)
        self.lost(borrowed)

    def recall(self, loan: int) -> None:
        """Give the process back as soon as it has no call."""
        borrowed = self.borrowed.get(loan)
        if borrowed is None:
            return
        borrowed.is_recalled = True
        if borrowed in self._idle:
            self.give_back(borrowed)
        else:
            self.channel.send(Busy(loan=loan))

    def ended(self, loan: int, status: int) -> None:
        """Take notice that the process has ended."""
        borrowed = self.borrowed.get(loan)
        if borrowed is not None:
            borrowed.ended(status)
            self._claim()

    # --- The end ---

    def leave(self) -> None:
        """Leave the calls that wait to the supervisor."""
        self._claims = 0
        while self._waiting:
            call = self._first()
            if call.is_wanted:
                self.pass_on(call)

    def abandon(self) -> None:
        """The supervisor is gone, and its processes with it."""
        self.leave()
        for borrowed in list(self.borrowed.values()):
            borrowed.fail(left())
            self.forget(borrowed)


def left() -> InvokeError:
    """Return the error of a call whose supervisor is gone."""
    return InvokeError("functions: the supervisor left; the function may or may not have run")


class Borrowed:
    """One process, its line, and the call that it has."""

    def __init__(self, desk: Desk, lent: Lent) -> None:
        self.number = lent.loan
        self.is_recalled = False
        self._desk = desk
        self._init_seconds = lent.init_seconds
        self._timeout = desk.terms.timeout
        self._version = desk.terms.version
        self._tally = desk.tally
        self.line = Line(self, desk.terms.answer_limit)
        self._alarm = Alarm(self._ring)
        self._call: DeskCall | None = None
        self._given_at = 0.0

    @property
    def has_served(self) -> bool:
        """Whether it was given a call here."""
        return self._given_at > 0

    async def open(self, line: socket.socket) -> None:
        """Open the line, and take a call."""
        try:
            await self._desk.loop.create_unix_connection(lambda: self.line, sock=line)
        except OSError:
            self._desk.channel.send(Unheard(loan=self.number))
        else:
            if self.number in self._desk.borrowed:
                self._desk.free(self)
            else:
                self.line.close()  # it has ended meanwhile

    def give(self, call: DeskCall) -> None:
        """Hand the call to the process."""
        self._call = call
        self._given_at = time.monotonic()
        self._alarm.set(self._timeout)
        self._tally.began()
        init, self._init_seconds = self._init_seconds, None
        deadline_ms = int((time.time() + self._timeout) * 1000)
        self.line.give(call, deadline_ms, init)

    def keep(self, seconds: float) -> None:
        """Go back after so long without a call."""
        self._alarm.set(seconds)

    def _ring(self) -> None:
        if self._call is None:
            self._desk.give_back(self)
            return
        seconds = float(self._timeout)
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._give_up(reports.timed_out(self._call.request_id, now, seconds))

    def _give_up(self, error: bytes) -> None:
        """Tell the caller, and have the supervisor end the process and say so in the log."""
        if self._call is None:
            return
        request_id, seconds = self._call.request_id, time.monotonic() - self._given_at
        self._conclude(error, failed=True)
        self._desk.forget(self)
        self._desk.channel.send(GaveUp(loan=self.number, request_id=request_id, seconds=seconds))

    def _conclude(self, payload: bytes, *, failed: bool) -> None:
        call, self._call = self._call, None
        if call is None:
            return
        self._tally.ended(time.monotonic() - self._given_at, failed=failed)
        call.answer(
            Outcome(
                status=200,
                payload=payload,
                function_error="Unhandled" if failed else None,
                executed_version=self._version,
                request_id=call.request_id,
            )
        )

    def ended(self, status: int) -> None:
        """Take notice that the process has ended, and how."""
        if self._call is None:
            self._desk.give_back(self)
        else:
            self._give_up(reports.exited(self._call.request_id, status))

    def fail(self, error: InvokeError) -> None:
        """Tell the caller that nobody knows what became of the call."""
        call, self._call = self._call, None
        if call is not None:
            self._tally.ended(time.monotonic() - self._given_at, failed=True)
            call.refuse(error)

    def close(self) -> None:
        """Let go of the line."""
        self._alarm.cancel()
        self.line.close()

    # --- What the process says ---

    def ready(self) -> None:
        pass  # it was before it was lent

    def began(self, content_type: str) -> Sink | None:
        del content_type
        return None

    def answered(self, payload: bytes | None, *, failed: bool, is_last: bool) -> None:
        if self._call is None:
            return  # it speaks out of turn
        if payload is None:
            limit = self._desk.terms.answer_limit
            self._conclude(reports.answer_too_large(limit), failed=True)
        else:
            self._conclude(payload, failed=failed)
        if is_last:
            self._alarm.set(0)
            self._desk.channel.send(Unheard(loan=self.number))
        else:
            self._desk.free(self)

    def init_failed(self, payload: bytes) -> None:
        del payload  # it has started

    def line_closed(self, *, is_read: bool) -> None:
        if self.number not in self._desk.borrowed:
            return
        if not is_read:
            self._pass_on()
        if self._call is None:
            self._alarm.set(0)
            self._desk.lost(self)
        self._desk.channel.send(Unheard(loan=self.number))

    def _pass_on(self) -> None:
        """Leave the call to another process, as this one has ended before it knew of it."""
        call, self._call = self._call, None
        if call is not None:
            self._tally.taken_back()
            if call.is_wanted:
                self._desk.pass_on(call)
