"""What a process is started from, and what it is then given."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from octetgate.adapters.runners._isolation import Isolation
from octetgate.adapters.runners._log import FunctionLog
from octetgate.adapters.runners._output import Rounds
from octetgate.adapters.runners._stream import Stream
from octetgate.core.functions.runtime_api import Assignment
from octetgate.core.model.function import Function
from octetgate.core.ports.functions import InvokeError, Outcome
from octetgate.core.ports.metrics import FunctionTally


class Taker(Protocol):
    """A process that has asked for a call."""

    def give(self, call: "Call") -> None: ...


@dataclass(eq=False, slots=True, kw_only=True)
class Call:
    """One invocation that a process works on, or will."""

    request_id: str
    payload: bytes
    function_arn: str
    outcome: "asyncio.Future[Outcome]"
    stream: Stream | None = None
    """Where the answer goes as it arrives, if the caller wants it so."""
    trace_id: str | None = None
    client_context: str | None = None
    log_tail: bool = False
    came: float = field(default_factory=time.monotonic)
    given: bool = False
    """Whether a process has it."""
    was_unread: bool = False
    """Whether a process that had it ended before it knew; another has it once."""

    def assignment(self, attempt_id: str, deadline_ms: int) -> Assignment:
        """Return the call as the process is told of it."""
        return Assignment(
            request_id=self.request_id,
            attempt_id=attempt_id,
            deadline_ms=deadline_ms,
            function_arn=self.function_arn,
            payload=self.payload,
            trace_id=self.trace_id,
            client_context=self.client_context,
        )

    @property
    def wanted(self) -> bool:
        """Whether somebody still waits for the outcome."""
        return not self.outcome.done()

    # --- While it waits for a process of a pool ---

    @property
    def holder(self) -> None:
        """Nobody: who waits for an outcome borrows no process."""
        return

    @property
    def size(self) -> int:
        """How many bytes wait with it."""
        return len(self.payload)

    def take(self, worker: "Taker") -> bool:
        """Have the process work on it; say that it does."""
        worker.give(self)
        return True

    def start_failed(self, error: Callable[[str], bytes], tail: bytes) -> None:
        """Tell the caller that there is no process for it."""
        outcome = Outcome(
            status=200,
            payload=error(self.request_id),
            function_error="Unhandled",
            log_tail=tail if self.log_tail else None,
            request_id=self.request_id,
        )
        self.outcome.set_result(outcome)

    def refuse(self, error: InvokeError) -> None:
        """Tell the caller, if it still waits, that it will not get a process."""
        if self.wanted:
            self.outcome.set_exception(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a process is started from."""

    function: Function
    task_root: Path
    layers: Path | None = None
    """What takes the place of ``/opt``, if the function has layers."""
    fingerprint: str = ""
    """Of the task root, where that is a folder that changes."""
    calls: int
    """How many a process of our own runtimes answers before it ends."""
    node: str = "node"
    """Node.js, for functions that run in it."""
    scratch: Path
    """Where processes get their private folders, unless they have a /tmp of their own."""
    isolation: Isolation
    log: FunctionLog
    rounds: Rounds
    """In which what processes print is read."""
    activity: asyncio.Event
    """Set when a process begins to work."""
    tally: FunctionTally
    init_seconds: float
    idle_seconds: float
    answer_limit: int
    shared: Mapping[str, str] = field(default_factory=dict)
    initialization: str = "on-demand"
    """What the process is told of why it was started."""
