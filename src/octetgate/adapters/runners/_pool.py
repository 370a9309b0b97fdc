"""The processes of one function as it is now, and the calls that wait for one of them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

from octetgate.adapters.runners._call import Call, Plan
from octetgate.adapters.runners._worker import Worker
from octetgate.core.functions.lifecycle import State
from octetgate.core.ports.functions import Outcome, TooManyInvocations

_COMING = (State.STARTING, State.RESTING)
_AT_WORK = (State.BUSY, State.STREAMING)


class Room(Protocol):
    """How many processes there may be on this machine, and who starts them."""

    def start_worker(self, worker: Worker) -> None:
        """Start the process; it takes a place until it is gone."""

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
        self.plan = plan
        self._room = room
        self._bounds = bounds
        self._idle: list[Worker] = []
        self._draining = False
        self.workers: set[Worker] = set()
        self.waiting: deque[Call] = deque()

    # --- Calls ---

    def submit(self, call: Call) -> None:
        """Give the call to a process, or let it wait for one; raises TooManyInvocations."""
        if self._idle:
            self._idle.pop().give(call)
            return
        self._forget_unwanted()
        held = sum(len(waiting.payload) for waiting in self.waiting)
        if (
            len(self.waiting) >= self._bounds.queue
            or held + len(call.payload) > self._bounds.queue_bytes
        ):
            raise TooManyInvocations(
                f"{self.plan.function.name}: every worker is busy; "
                f"{len(self.waiting)} calls of {held} bytes wait"
            )
        self.waiting.append(call)
        self.grow()

    def adopt(self, calls: "deque[Call]") -> None:
        """Take over the calls that wait for an older configuration of the function."""
        self.waiting.extend(calls)
        calls.clear()
        self.grow()

    def _forget_unwanted(self) -> None:
        if any(not call.wanted for call in self.waiting):
            self.waiting = deque(call for call in self.waiting if call.wanted)

    def _next_call(self) -> Call | None:
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
        coming = sum(worker.state in _COMING for worker in self.workers)
        while (
            len(self.waiting) > coming
            and len(self.workers) < self._bounds.workers
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
        if not self._idle:
            return False
        self._idle[0].retire()
        return True

    def drain(self) -> None:
        """Let no process take another call; those at work finish the one they have."""
        self._draining = True
        for worker in list(self.workers):
            if worker.state not in _AT_WORK:
                worker.retire()

    def end(self) -> None:
        """End every process now; calls fail."""
        self._draining = True
        for call in self.waiting:
            if call.wanted:
                closing = TooManyInvocations(f"{self.plan.function.name}: the supervisor closes")
                call.outcome.set_exception(closing)
        for worker in list(self.workers):
            worker.retire()

    # --- What processes say ---

    def offered(self, worker: Worker) -> None:
        if self._draining:
            worker.retire()
            return
        self._idle.append(worker)
        if worker.has_served:
            # Another function may need the place more.  A process that was just started works
            # first, or two functions could end each other's processes for ever.
            self._room.share()
        if worker in self._idle and (call := self._next_call()) is not None:
            self._idle.remove(worker)
            worker.give(call)

    def withdrawn(self, worker: Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)

    def start_failed(self, error: Callable[[str], bytes], tail: bytes) -> None:
        call = self._next_call()
        if call is not None:
            outcome = Outcome(
                status=200,
                payload=error(call.request_id),
                function_error="Unhandled",
                log_tail=tail if call.log_tail else None,
                request_id=call.request_id,
            )
            call.outcome.set_result(outcome)

    def gone(self, worker: Worker) -> None:
        self.workers.discard(worker)
        self._room.free(worker)
        self._room.share()
        if not self._draining:
            self.grow()
