"""One process of a function, given one call at a time: over its line, or its Runtime API.

What happens next is looked up in :mod:`octetgate.core.functions.lifecycle`; here it is done.
The process itself is the business of :mod:`octetgate.adapters.runners._child`.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from octetgate.adapters.runners._alarm import Alarm
from octetgate.adapters.runners._api import Api
from octetgate.adapters.runners._call import Call, Plan
from octetgate.adapters.runners._child import Child
from octetgate.adapters.runners._entrypoint import NoEntrypoint
from octetgate.adapters.runners._lent import Loan
from octetgate.adapters.runners._line import Line
from octetgate.adapters.runners._link import Link
from octetgate.adapters.runners._owner import Owner
from octetgate.adapters.runners._stream import Pouring, Sink
from octetgate.core.functions import reports, runtime_api
from octetgate.core.functions.lifecycle import Event, Order, OutOfTurn, State, step
from octetgate.core.functions.runtime_api import Assignment, Reply
from octetgate.core.ports.functions import Outcome

_LEAVE_SECONDS = 1.0
"""How long a process may take to end, once it is about to or told to."""
_EXIT_SECONDS = 0.05
"""How far apart the ends of a process and of its connections may be heard of."""


class Worker:
    """One process, the line to it, and its Runtime API on a loopback port of its own."""

    def __init__(self, plan: Plan, owner: Owner) -> None:
        self._plan = plan
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._state = State.STARTING
        self._call: Call | None = None
        self._attempt_id = ""
        self._asking: Link | Line | None = None
        self._streaming: Link | Line | None = None
        """On which the answer to the call is arriving."""
        self._api = Api(self, plan.answer_limit, lambda: self.child.user)
        self._line = Line(self, plan.answer_limit)
        self._loan: Loan | None = None
        self._alarm = Alarm(self._timed_out)
        self.child = Child(plan, self._process_exited)
        self._output = self.child.output
        self._born = time.monotonic()
        self._given_at = 0.0
        self._init_seconds: float | None = None
        """How long its start took, until the first call is told."""
        self._init_of_call: float | None = None
        self.ended = asyncio.Event()

    @property
    def state(self) -> State:
        return self._state

    @property
    def has_served(self) -> bool:
        """Whether it was given a call before."""
        return self._given_at > 0

    @property
    def leaving(self) -> bool:
        """Whether its place will soon be free."""
        return self._state is State.LEAVING

    @property
    def is_active(self) -> bool:
        """Whether code of the function runs."""
        return self._state in (State.STARTING, State.BUSY, State.STREAMING, State.LENT)

    # --- Starting ---

    async def start(self) -> None:
        """Start the process; the owner hears how it went."""
        if self._state is not State.STARTING:
            self._exited(0)  # told to end before there was anything to end
            return
        self._alarm.set(self._allowed(self._state))
        try:
            await self.child.start(await self._api.open(), self._line)
        except NoEntrypoint as error:
            program = str(error)
            self._over(lambda request_id: reports.no_entrypoint(request_id, program))
        except (OSError, ValueError) as error:
            self._output.print(f"The process could not be started: {error}\n")
            self._exited(1)

    # --- What the process says over its line ---

    def ready(self) -> None:
        self.asked(self._line)

    def began(self, content_type: str) -> Sink | None:
        return self.begin(self._line, content_type)

    def answered(self, payload: bytes | None, *, failed: bool, is_last: bool) -> None:
        # Out of turn if somebody has answered over the Runtime API, or the time was up.
        with contextlib.suppress(OutOfTurn):
            self.take(self._line, payload, failed=failed)
        if not is_last:
            self.ready()

    def line_closed(self, *, is_read: bool = True) -> None:
        call = self._call
        if self.can_be_lent:
            self._perform(self._move(Event.HUNG_UP))
        elif not is_read and self._state is State.BUSY and call and not call.was_unread:
            self._perform(self._move(Event.UNREAD))
        # A process that has ended is heard of after its line is.
        self._loop.call_later(_EXIT_SECONDS, self.end_unheard)

    # --- What it says over its Runtime API, or its line ---

    def asked(self, asking: Link | Line) -> None:
        if asking is not self._line and not self._plan.function.brings_runtime:
            # Its runtime does not ask so; on loopback, another function could.
            raise OutOfTurn("asked, while calls come another way")
        if self._state is State.STREAMING:
            # Its answer has no end and will get none; the connection may be heard of later.
            self._perform(self._move(Event.HUNG_UP), reports.broke_off)
        if self.child.is_cluttered and self._state is State.RESTING:
            self.retire()
            return
        order = self._move(Event.ASKED)
        self._asking = asking
        if self._init_seconds is None:
            self._init_seconds = time.monotonic() - self._born
            self._plan.tally.started(self._init_seconds)
        self._perform(order)

    def init_failed(self, payload: bytes) -> None:
        self._perform(self._move(Event.INIT_FAILED), lambda _: payload)

    def assignment(self) -> Assignment | None:
        return None if self._call is None else self._call.assignment(self._attempt_id, 0)

    def begin(self, answering: Link | Line, content_type: str | None) -> Sink | None:
        call = self._call
        if call is None or call.stream is None:
            return None
        self._move(Event.BEGAN)
        self._streaming = answering
        call.stream.begin(content_type)
        return Pouring(answering, call.stream)

    def take(self, answering: Link | Line, payload: bytes | None, *, failed: bool) -> Reply:
        if self._state is State.STREAMING and answering is not self._streaming:
            raise OutOfTurn("another answer while one is arriving")
        failed = failed or payload is None
        self._move(Event.FAILED if failed else Event.ANSWERED)
        is_logged = answering is self._line
        if payload is None:
            limit = self._plan.answer_limit
            self._conclude(reports.answer_too_large(limit), failed=True, is_logged=is_logged)
            return runtime_api.too_large(limit)
        self._conclude(payload, failed=failed, is_logged=is_logged)
        return runtime_api.ACCEPTED

    def hung_up(self, link: Link) -> None:
        if link is self._asking and self._state is State.IDLE:
            self._perform(self._move(Event.HUNG_UP))
        elif link is self._streaming and self._state is State.STREAMING:
            self._streaming = None
            # A process that has ended is heard of after its connections are.
            self._loop.call_later(_EXIT_SECONDS, self._break_off)

    def _break_off(self) -> None:
        """Give up an answer whose connection is closed, unless the process has ended with it."""
        if self._state is not State.STREAMING or self._streaming is not None:
            return
        if self.child.is_ending and not self.child.has_exited:
            self._loop.call_later(_EXIT_SECONDS, self._break_off)
        else:
            self._perform(self._move(Event.HUNG_UP), reports.broke_off)

    # --- What happens to the process ---

    def give(self, call: Call) -> None:
        """Hand the call to the process, which has asked for one."""
        order = self._move(Event.GIVEN)
        self._call, call.given = call, True
        self._perform(order)

    @property
    def can_be_lent(self) -> bool:
        """Whether somebody else could give the process its calls."""
        return self._state is State.IDLE and self._asking is self._line

    def lend(self, loan: Loan) -> tuple[int, float | None]:
        """Let somebody else give the process its calls; return the line's descriptor.

        It belongs to us.  With it comes how long the start took, if nobody was told yet.
        """
        self._move(Event.LENT)
        self._loan, self._init_of_call = loan, None
        self._line.hold_reading()
        return self._line.fileno(), self._told_init()

    def take_back(self) -> None:
        """Give the process its calls ourselves again; it has none now."""
        order = self._move(Event.RETURNED)
        self._loan = None
        if self.child.is_cluttered:
            self.retire()
            return
        self._line.go_on_reading()
        self._perform(order)

    def give_up(self, request_id: str, seconds: float) -> None:
        """End the process whose holder could not wait for its answer any longer."""
        self._output.read()
        self._output.print(self._end_lines(request_id, seconds, is_exact=True))
        self._loan = None
        self.retire()

    def end_unheard(self) -> None:
        """End the process if it lives without its line: nothing more would be heard of it."""
        if not self.child.is_ending:
            self.retire()
        elif not self.child.has_exited:
            self._loop.call_later(_EXIT_SECONDS, self.end_unheard)

    def retire(self) -> None:
        """End the process; a call in it fails."""
        if self._state is not State.GONE:
            self._perform(self._move(Event.RETIRED))

    def _process_exited(self, status: int) -> None:
        cut_off = self._state is State.STREAMING and self._streaming is None
        if self._state in (State.BUSY, State.STREAMING, State.LENT) and not cut_off:
            # What it wrote before it ended may not have been read yet.
            self._loop.call_later(_EXIT_SECONDS, self._exited, status)
        else:
            self._exited(status)

    def _exited(self, status: int) -> None:
        loan, self._loan = self._loan, None
        self._over(lambda request_id: reports.exited(request_id, status))
        if loan is not None:
            loan.ended(status)

    def _over(self, error: Callable[[str], bytes]) -> None:
        """Leave nothing behind; ``error`` makes the error for a caller who waits."""
        order = self._move(Event.EXITED)
        self.child.kill()  # what it started may have outlived it
        self._output.read()
        self._perform(order, error)
        self._release()

    def _timed_out(self) -> None:
        timeout, streaming = self._plan.function.timeout, self._state is State.STREAMING
        seconds = timeout if streaming else self._allowed(self._state)
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        order = self._move(Event.TIMED_OUT)
        self._perform(order, lambda request_id: reports.timed_out(request_id, now, seconds))

    def end_excess(self, excess: str | None) -> None:
        """Kill the process if it has too much; a call in it ends as at any other end."""
        if excess is not None and self._state is not State.GONE:
            self._output.print(f"{excess}; the process is killed\n")
            self.child.kill()
        elif self.child.is_cluttered and self._loan is not None:
            self._loan.recall()

    # --- Doing it ---

    def _move(self, event: Event) -> Order:
        self._state, order = step(self._state, event)
        if self.is_active:
            self._plan.activity.set()
        self._alarm.set(self._allowed(self._state))
        return order

    def _perform(self, order: Order, error: Callable[[str], bytes] | None = None) -> None:
        """Do what the table says; ``error`` makes the error for the caller, if one must be told."""
        error = error or (lambda request_id: reports.exited(request_id, -signal.SIGKILL))
        if order is Order.OFFER:
            self._owner.offered(self)
        elif order is Order.WITHDRAW:
            self._asking = None
            self._owner.withdrawn(self)
        elif order is Order.SEND:
            self._send()
        elif order is Order.GIVE_AGAIN:
            self._give_again()
        # Before the process is killed: its memory is reported, and nobody can look afterwards.
        if order in (Order.FAIL_CALL, Order.FAIL_CALL_AND_KILL) and self._call is not None:
            self._conclude(error(self._call.request_id), failed=True)
        elif order in (Order.FAIL_INIT, Order.FAIL_INIT_AND_KILL):
            self._owner.start_failed(error, self._output.tail())
        if order in (Order.KILL, Order.FAIL_CALL_AND_KILL, Order.FAIL_INIT_AND_KILL):
            self._owner.withdrawn(self)
            self.child.kill()

    def _send(self) -> None:
        call, asking = self._call, self._asking
        if call is None or asking is None:
            raise OutOfTurn("expected a call and a process that asked for one")
        self._asking = None
        self._attempt_id = str(uuid4())
        deadline_ms = int((time.time() + self._plan.function.timeout) * 1000)
        self._init_of_call = self._told_init()
        self._plan.tally.began()
        if isinstance(asking, Line):
            # Its runtime writes what is said around a call itself.
            self._output.begin_tail()
            self._given_at = time.monotonic()
            asking.give(call, deadline_ms, self._init_of_call)
        else:
            self._output.begin(reports.start_line(call.request_id, self._plan.function.version))
            self._given_at = time.monotonic()
            assignment = call.assignment(self._attempt_id, deadline_ms)
            asking.reply(runtime_api.next_reply(assignment))

    def _give_again(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            self._plan.tally.taken_back()
            self._owner.unread(call)

    def _told_init(self) -> float | None:
        """Return how long the start took, once."""
        self._given_at = self._given_at or time.monotonic()
        told, self._init_seconds = self._init_seconds or None, 0.0
        return told

    def _conclude(self, payload: bytes, *, failed: bool, is_logged: bool = False) -> None:
        """Tell the caller what came of the call, if it still waits.

        ``is_logged`` says that the process has written so itself.
        """
        call, self._call = self._call, None
        self._streaming = None
        if call is None:
            return
        self._plan.tally.ended(time.monotonic() - self._given_at, failed=failed)
        # What the function printed is in the pipe already: it printed before it answered.
        self._output.read()
        if not is_logged:
            seconds = time.monotonic() - self._given_at
            self._output.print(self._end_lines(call.request_id, seconds, is_exact=failed))
        if call.wanted:
            outcome = Outcome(
                status=200,
                payload=payload,
                function_error="Unhandled" if failed else None,
                log_tail=self._output.tail() if call.log_tail else None,
                request_id=call.request_id,
            )
            call.outcome.set_result(outcome)

    def _end_lines(self, request_id: str, seconds: float, *, is_exact: bool) -> str:
        return reports.end_lines(
            request_id,
            seconds=seconds,
            memory_size=self._plan.function.memory_size,
            memory_used=self.child.peak_memory(is_exact=is_exact),
            init=self._init_of_call,
        )

    def _release(self) -> None:
        """Give back what the process had, once it is gone."""
        self._api.close()
        self._line.close()
        self._alarm.cancel()
        self.child.release()
        self.ended.set()
        self._owner.gone(self)

    def _allowed(self, state: State) -> float:
        """Return the seconds that a process may stay in the state; 0 for ever."""
        match state:
            case State.BUSY:
                return self._plan.function.timeout
            case State.IDLE:
                return self._plan.idle_seconds
            case State.STARTING | State.RESTING:
                return self._plan.init_seconds
            case State.STREAMING:
                # The call's time has begun when it was given.
                return self._given_at + self._plan.function.timeout - time.monotonic()
            case State.LEAVING:
                return _LEAVE_SECONDS
            case State.LENT | State.GONE:
                return 0
