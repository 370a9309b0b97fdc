"""One process of a function and its Runtime API: given one call at a time.

What happens next is looked up in :mod:`octetgate.core.functions.lifecycle`; here it is done.
The process itself is the business of :mod:`octetgate.adapters.runners._child`.
"""

import asyncio
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from typing import Protocol
from uuid import uuid4

from octetgate.adapters.runners._call import Call, Plan
from octetgate.adapters.runners._child import Child
from octetgate.adapters.runners._entrypoint import NoEntrypoint
from octetgate.adapters.runners._link import Link, Sink
from octetgate.adapters.runners._stream import Pouring
from octetgate.core.functions import reports, runtime_api
from octetgate.core.functions.lifecycle import Event, Order, OutOfTurn, State, step
from octetgate.core.functions.runtime_api import Answer, Failure, InitFailure, Next
from octetgate.core.http.headers import Headers
from octetgate.core.ports.functions import Outcome

_LEAVE_SECONDS = 1.0
"""How long a process may take to end, once it is about to or told to."""

_EXIT_SECONDS = 0.05
"""How far apart the ends of a process and of its connections may be heard of."""


class Owner(Protocol):
    """The one who has calls for processes."""

    def offered(self, worker: "Worker") -> None:
        """Take notice that the process can take a call; may give one at once."""

    def withdrawn(self, worker: "Worker") -> None:
        """Take notice that it cannot any more."""

    def start_failed(self, error: Callable[[str], bytes], tail: bytes) -> None:
        """Tell a waiting caller; ``error`` makes the error from its request id."""

    def gone(self, worker: "Worker") -> None:
        """Forget the process."""


class Worker:
    """One process, and its Runtime API on a loopback port of its own."""

    def __init__(self, plan: Plan, owner: Owner) -> None:
        self._plan = plan
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._state = State.STARTING
        self._call: Call | None = None
        self._attempt_id = ""
        self._asking: Link | None = None
        self._streaming: Link | None = None
        """On which the answer to the call is arriving."""
        self._links: set[Link] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = inf
        self._child = Child(plan, self._process_exited)
        self._output = self._child.output
        self._born = time.monotonic()
        self._given_at = 0.0
        self._init_seconds: float | None = None
        self._server: asyncio.Server | None = None
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
        return self._state in (State.STARTING, State.BUSY, State.STREAMING)

    @property
    def pid(self) -> int | None:
        """The process, once it runs."""
        return self._child.pid

    # --- Starting ---

    async def start(self) -> None:
        """Start the process; the owner hears how it went."""
        if self._state is not State.STARTING:
            self._exited(0)  # told to end before there was anything to end
            return
        self._set_timer()
        try:
            server = await self._loop.create_server(self._accept, "127.0.0.1", 0)
            self._server = server
            await self._child.start(server.sockets[0].getsockname()[1])
        except NoEntrypoint as error:
            program = str(error)
            self._over(lambda request_id: reports.no_entrypoint(request_id, program))
        except (OSError, ValueError) as error:
            self._output.print(f"The process could not be started: {error}\n")
            self._exited(1)

    def _accept(self) -> Link:
        link = Link(self, self._plan.answer_limit, self._child.user)
        self._links.add(link)
        return link

    # --- What the process says ---

    def hear(
        self, link: Link, method: str, path: str, headers: Headers, body: bytes | None
    ) -> None:
        try:
            request = runtime_api.understand(method, path, headers, body or b"")
            match request:
                case Next():
                    self._asked(link)
                case InitFailure(payload=payload):
                    self._init_failed(link, payload)
                case Answer() | Failure():
                    self._answered(link, request, too_long=body is None)
        except runtime_api.Refused as refusal:
            link.reply(refusal.reply)
        except OutOfTurn as error:
            link.reply(runtime_api.out_of_turn(str(error)))

    def opened(self, link: Link, method: str, path: str, headers: Headers) -> Sink | None:
        """Return where an answer goes that streams to a caller who takes it so.

        Whatever else it may be is kept, and judged when it is whole.
        """
        beginning = runtime_api.beginning(method, path, headers)
        call = self._call
        if beginning is None or call is None or call.stream is None:
            return None
        try:
            runtime_api.check(beginning, call.assignment(self._attempt_id, 0))
            self._move(Event.BEGAN)
        except (runtime_api.Refused, OutOfTurn):
            return None
        self._streaming = link
        call.stream.begin(beginning.content_type)
        return Pouring(link, call.stream)

    def hung_up(self, link: Link) -> None:
        self._links.discard(link)
        if link is self._asking and self._state is State.IDLE:
            self._perform(self._move(Event.HUNG_UP))
        elif link is self._streaming and self._state is State.STREAMING:
            self._streaming = None
            # A process that has ended is heard of after its connections are.
            self._loop.call_later(_EXIT_SECONDS, self._break_off)

    def _break_off(self) -> None:
        """Give up an answer whose connection is closed, unless the process has ended with it."""
        if self._state is State.STREAMING and self._streaming is None:
            self._perform(self._move(Event.HUNG_UP), reports.broke_off)

    def _asked(self, link: Link) -> None:
        if self._state is State.STREAMING:
            # Its answer has no end and will get none; the connection may be heard of later.
            self._perform(self._move(Event.HUNG_UP), reports.broke_off)
        if self._child.is_cluttered and self._state is State.RESTING:
            self.retire()
            return
        order = self._move(Event.ASKED)
        self._asking = link
        if self._init_seconds is None:
            self._init_seconds = time.monotonic() - self._born
            self._plan.tally.started(self._init_seconds)
        self._perform(order)

    def _init_failed(self, link: Link, payload: bytes) -> None:
        order = self._move(Event.INIT_FAILED)
        link.reply(runtime_api.ACCEPTED)
        self._perform(order, lambda _: payload)

    def _answered(self, link: Link, request: Answer | Failure, *, too_long: bool) -> None:
        if self._call is not None:
            runtime_api.check(request, self._call.assignment(self._attempt_id, 0))
        if self._state is State.STREAMING and link is not self._streaming:
            raise OutOfTurn("another answer while one is arriving")
        failed = too_long or isinstance(request, Failure)
        self._move(Event.FAILED if failed else Event.ANSWERED)
        if too_long:
            link.reply(runtime_api.too_large(self._plan.answer_limit))
            self._conclude(reports.answer_too_large(self._plan.answer_limit), failed=True)
        else:
            link.reply(runtime_api.ACCEPTED)
            self._conclude(request.payload, failed=failed)

    # --- What happens to the process ---

    def give(self, call: Call) -> None:
        """Hand the call to the process, which has asked for one."""
        order = self._move(Event.GIVEN)
        self._call = call
        call.given = True
        self._perform(order)

    def retire(self) -> None:
        """End the process; a call in it fails."""
        if self._state is not State.GONE:
            self._perform(self._move(Event.RETIRED))

    def _process_exited(self, status: int) -> None:
        cut_off = self._state is State.STREAMING and self._streaming is None
        if self._state in (State.BUSY, State.STREAMING) and not cut_off:
            # What it wrote before it ended may not have been read yet.
            self._loop.call_later(_EXIT_SECONDS, self._exited, status)
        else:
            self._exited(status)

    def _exited(self, status: int) -> None:
        self._over(lambda request_id: reports.exited(request_id, status))

    def _over(self, error: Callable[[str], bytes]) -> None:
        """Leave nothing behind; ``error`` makes the error for a caller who waits."""
        order = self._move(Event.EXITED)
        self._child.kill()  # what it started may have outlived it
        self._output.read()
        self._perform(order, error)
        self._release()

    def _timed_out(self) -> None:
        timeout, streaming = self._plan.function.timeout, self._state is State.STREAMING
        seconds = timeout if streaming else self._allowed(self._state)
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        order = self._move(Event.TIMED_OUT)
        self._perform(order, lambda request_id: reports.timed_out(request_id, now, seconds))

    @property
    def is_many(self) -> bool:
        """Whether looking at it takes long."""
        return self._child.is_many

    def look(self) -> None:
        """Kill the process if it holds more memory than it may."""
        self._end_excess(self._child.excess())

    async def look_long(self) -> None:
        """Do the same, while others are served."""
        self._end_excess(await asyncio.to_thread(self._child.excess))

    async def look_at_folder(self) -> None:
        """Kill the process if its temporary files are more than they may be."""
        self._end_excess(await asyncio.to_thread(self._child.folder_excess))

    def _end_excess(self, excess: str | None) -> None:
        """Kill the process; what becomes of a call is what becomes of it at any other end."""
        if excess is not None and self._state is not State.GONE:
            self._output.print(f"{excess}; the process is killed\n")
            self._child.kill()

    # --- Doing it ---

    def _move(self, event: Event) -> Order:
        self._state, order = step(self._state, event)
        self._set_timer()
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
        # Before the process is killed: its memory is reported, and nobody can look afterwards.
        if order in (Order.FAIL_CALL, Order.FAIL_CALL_AND_KILL) and self._call is not None:
            self._conclude(error(self._call.request_id), failed=True)
        elif order in (Order.FAIL_INIT, Order.FAIL_INIT_AND_KILL):
            self._owner.start_failed(error, self._output.tail())
        if order in (Order.KILL, Order.FAIL_CALL_AND_KILL, Order.FAIL_INIT_AND_KILL):
            self._owner.withdrawn(self)
            self._child.kill()

    def _send(self) -> None:
        call, link = self._call, self._asking
        if call is None or link is None:
            raise OutOfTurn("expected a call and a process that asked for one")
        self._asking = None
        self._attempt_id = str(uuid4())
        self._output.begin(reports.start_line(call.request_id, self._plan.function.version))
        self._given_at = time.monotonic()
        self._plan.tally.began()
        deadline_ms = int((time.time() + self._plan.function.timeout) * 1000)
        link.reply(runtime_api.next_reply(call.assignment(self._attempt_id, deadline_ms)))

    def _conclude(self, payload: bytes, *, failed: bool) -> None:
        """Tell the caller what came of the call, if it still waits."""
        call, self._call = self._call, None
        self._streaming = None
        if call is None:
            return
        self._plan.tally.ended(time.monotonic() - self._given_at, failed=failed)
        # What the function printed is in the pipe already: it printed before it answered.
        self._output.read()
        self._output.print(self._end_lines(call.request_id, is_exact=failed))
        if call.wanted:
            outcome = Outcome(
                status=200,
                payload=payload,
                function_error="Unhandled" if failed else None,
                log_tail=self._output.tail() if call.log_tail else None,
                request_id=call.request_id,
            )
            call.outcome.set_result(outcome)

    def _end_lines(self, request_id: str, *, is_exact: bool) -> str:
        init, self._init_seconds = self._init_seconds or None, 0.0
        return reports.end_lines(
            request_id,
            seconds=time.monotonic() - self._given_at,
            memory_size=self._plan.function.memory_size,
            memory_used=self._child.peak_memory(is_exact=is_exact),
            init=init,
        )

    def _release(self) -> None:
        """Give back what the process had, once it is gone."""
        for link in list(self._links):
            link.close()
        if self._server is not None:
            self._server.close()
        if self._timer is not None:
            self._timer.cancel()
        self._child.release()
        self.ended.set()
        self._owner.gone(self)

    # --- Its time ---

    def _set_timer(self) -> None:
        """Wait for as long as the process may stay in its state.

        A timer that rings too early is left: setting another for each step of each call takes
        longer than looking again now and then.
        """
        seconds = self._allowed(self._state)
        if not seconds:
            self._deadline = inf
            return
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        # One that has run out rings at once.
        left = max(0, self._deadline - self._loop.time())
        self._timer = None if left == inf else self._loop.call_later(left, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            self._arm()
        else:
            self._timed_out()

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
            case State.GONE:
                return 0
