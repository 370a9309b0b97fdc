"""The processes of one function as it is now, and the calls that wait for one of them."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from signal import SIGKILL
from typing import Protocol

from octetgate.adapters.runners._call import Call, Plan
from octetgate.adapters.runners._lent import Borrower, Lent
from octetgate.adapters.runners._worker import Worker
from octetgate.core.functions import reports
from octetgate.core.functions.lifecycle import State
from octetgate.core.ports.functions import InvokeError, TooManyInvocations

_COMING = (State.STARTING, State.RESTING)
_AT_WORK = (State.BUSY, State.STREAMING, State.LENT)
_STARTS_AT_ONCE = 2
"""Provisioned processes of a pool that are started at the same time."""
_FAILED_SECONDS = (1.0, 60.0)
"""Before another is started after one that failed to; doubled each time, up to the second."""


_numbers = itertools.count(1)


class Waiting(Protocol):
    """A call that waits for a process, or somebody who has calls for one."""

    came: float

    @property
    def holder(self) -> Borrower | None:
        """Who waits, if it may have borrowed processes already."""

    @property
    def wanted(self) -> bool:
        """Whether anybody still wants it."""

    @property
    def size(self) -> int:
        """How many bytes wait with it."""

    def take(self, worker: Worker) -> bool:
        """Take the process; say whether it could be used."""

    def start_failed(self, error: Callable[[str], bytes], tail: bytes) -> None:
        """Take notice that a process could not start; ``error`` makes the error of a call."""

    def refuse(self, error: InvokeError) -> None:
        """Take notice that there will be no process."""


class Room(Protocol):
    """How many processes there may be on this machine, and who starts them."""

    def start_worker(self, worker: Worker, *, provisioned: bool = False) -> None:
        """Start the process; it takes a place until it is gone, unless it is provisioned."""

    def has_place(self) -> bool:
        """Return whether one more process may be started."""

    def share(self) -> None:
        """See that every pool with waiting calls gets a process."""

    def free(self, worker: Worker) -> None:
        """Take notice that the process is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much there may be of a pool."""

    workers: int
    queue: int
    queue_bytes: int


class Pool:
    """Warm processes, used latest first, so that surplus ones grow idle and end."""

    def __init__(self, plan: Plan, room: Room, bounds: Bounds) -> None:
        self.number = next(_numbers)
        self.plan = plan
        self.bounds = bounds
        self._room = room
        self._idle: list[Worker] = []
        self._draining = False
        self._least = 0
        self._failed_starts = 0
        self._pause: asyncio.TimerHandle | None = None
        self._ready: set[Worker] = set()
        """Provisioned ones that have been able to take a call."""
        self.provisioned: set[Worker] = set()
        """Those that are kept warm, whatever there is to do."""
        self.workers: set[Worker] = set()
        self.waiting: deque[Waiting] = deque()
        self.lent = Lent()

    # --- Calls ---

    def submit(self, call: Waiting) -> None:
        """Give the call to a process, or let it wait for one; raises TooManyInvocations."""
        if self._idle and self._given(self._idle.pop(), call):
            return
        self._forget_unwanted()
        held = sum(waiting.size for waiting in self.waiting)
        if len(self.waiting) >= self.bounds.queue or held + call.size > self.bounds.queue_bytes:
            raise TooManyInvocations(
                f"{self.plan.function.name}: every worker is busy; "
                f"{len(self.waiting)} calls of {held} bytes wait"
            )
        self.waiting.append(call)
        self.grow()

    def _given(self, worker: Worker, call: Waiting) -> bool:
        """Give the call to an idle process; say whether that could be."""
        taken = call.take(worker)
        if not taken:
            self._idle.append(worker)
        return taken

    def adopt(self, waiting: "deque[Waiting]") -> None:
        """Take over the calls that wait for an older configuration of the function."""
        for each in waiting:
            if isinstance(each, Call):
                self.waiting.append(each)
            else:
                each.refuse(TooManyInvocations("the function has changed"))
        waiting.clear()
        self.grow()

    def _forget_unwanted(self) -> None:
        if any(not call.wanted for call in self.waiting):
            self.waiting = deque(call for call in self.waiting if call.wanted)

    def _next_call(self) -> Waiting | None:
        self._forget_unwanted()
        return self.waiting.popleft() if self.waiting else None

    # --- Processes ---

    @property
    def starved(self) -> bool:
        """Whether calls wait and no process will come for them."""
        self._forget_unwanted()
        return bool(self.waiting) and not self.workers

    @property
    def at_work(self) -> int:
        """How many calls run or wait to."""
        self._forget_unwanted()
        return len(self.waiting) + sum(w.state in _AT_WORK for w in self.workers)

    @property
    def waits_since(self) -> float:
        """When the first waiting call came."""
        return self.waiting[0].came if self.waiting else inf

    def grow(self) -> None:
        """Start processes while more calls wait than processes are about to ask for one.

        One that has just answered asks again in a moment; another beside it would be too many.
        """
        self.lent.recall_for(self.waiting)
        coming = self.lent.coming + sum(worker.state in _COMING for worker in self.workers)
        while (
            len(self.waiting) > coming
            and len(self.workers) - len(self.provisioned) < self.bounds.workers
            and self._room.has_place()
        ):
            worker = Worker(self.plan, self)
            self.workers.add(worker)
            self._room.start_worker(worker)
            coming += 1
        if self.starved:
            self._room.share()

    def shrink(self) -> bool:
        """End the process that has been idle longest; say whether there was one."""
        surplus = next((worker for worker in self._idle if worker not in self.provisioned), None)
        if surplus is not None:
            surplus.retire()
        return surplus is not None

    def forget_claims(self, holder: Borrower) -> None:
        """Let the holder wait for no process any longer."""
        self.waiting = deque(each for each in self.waiting if each.holder is not holder)

    # --- Processes that are kept warm ---

    @property
    def ready(self) -> int:
        """How many provisioned processes have started."""
        return len(self._ready)

    @property
    def cannot_start(self) -> bool:
        """Whether the provisioned process that was started last failed to."""
        return self._failed_starts > 0

    def provide(self, least: int) -> None:
        """Keep so many processes warm from now on; surplus ones end when they are idle."""
        self._least = least
        for worker in list(self._idle):
            if len(self.provisioned) > least and worker in self.provisioned:
                self._let_go(worker)
        self._fill()

    def _let_go(self, worker: Worker) -> None:
        """End a provisioned process that is not wanted any more."""
        self.provisioned.discard(worker)
        self._ready.discard(worker)
        worker.retire()

    def _fill(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        plan = replace(self.plan, idle_seconds=0, initialization="provisioned-concurrency")
        while (
            not self._draining
            and len(self.provisioned) < self._least
            and len(self.provisioned) - len(self._ready) < _STARTS_AT_ONCE
        ):
            worker = Worker(plan, self)
            self.provisioned.add(worker)
            self.workers.add(worker)
            self._room.start_worker(worker, provisioned=True)

    def _refill(self, worker: Worker) -> None:
        """Replace a provisioned process that is gone; one that never started later than others."""
        self.provisioned.discard(worker)
        if worker in self._ready:
            self._ready.discard(worker)
            self._fill()
        elif self._least and not self._draining and self._pause is None:
            first, most = _FAILED_SECONDS
            seconds = min(most, first * 2.0**self._failed_starts)
            self._failed_starts = min(self._failed_starts + 1, 10)
            self._pause = asyncio.get_running_loop().call_later(seconds, self._fill)

    def drain(self) -> None:
        """Let no process take another call; those at work finish the one they have."""
        self._draining = True
        self.provide(0)
        self.lent.recall_all()
        for worker in list(self.workers):
            if worker.state not in _AT_WORK:
                worker.retire()

    def end(self) -> None:
        """End every process now; calls fail."""
        self._draining = True
        self.provide(0)
        for call in self.waiting:
            call.refuse(TooManyInvocations(f"{self.plan.function.name}: the supervisor closes"))
        for worker in list(self.workers):
            worker.retire()

    # --- What processes say ---

    def offered(self, worker: Worker) -> None:
        if self._draining:
            worker.retire()
            return
        if worker in self.provisioned:
            if len(self.provisioned) > self._least:
                self._let_go(worker)
                return
            self._ready.add(worker)
            self._failed_starts = 0
            self._fill()
        self._idle.append(worker)
        if worker.has_served:
            # Another function may need the place more.  A process that was just started works
            # first, or two functions could end each other's processes for ever.
            self._room.share()
        if worker in self._idle and (call := self._next_call()) is not None:
            self._idle.remove(worker)
            self._given(worker, call)
        self.lent.recall_for(self.waiting)

    def withdrawn(self, worker: Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)

    def unread(self, call: Call) -> None:
        call.given, call.was_unread = False, True
        if not call.wanted:
            return
        if self._draining:
            self.plan.tally.never_began()
            call.start_failed(lambda request_id: reports.exited(request_id, -SIGKILL), b"")
        elif not (self._idle and self._given(self._idle.pop(), call)):
            self.waiting.appendleft(call)
            self.grow()

    def start_failed(self, error: Callable[[str], bytes], tail: bytes) -> None:
        call = self._next_call()
        if call is not None:
            if isinstance(call, Call):
                self.plan.tally.never_began()
            call.start_failed(error, tail)

    def gone(self, worker: Worker) -> None:
        self.workers.discard(worker)
        self._room.free(worker)
        if worker in self.provisioned:
            self._refill(worker)
        self._room.share()
        if not self._draining:
            self.grow()
