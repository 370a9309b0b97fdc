"""Asynchronous calls: accepted at once, tried until they succeed or are given up.

Each function has a lane of its own, so that one with much to do holds no other up.  Payloads
are on the disk until their turn comes.
"""

import asyncio
import heapq
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from octetgate.adapters.runners._call import Call
from octetgate.adapters.runners._event_queue import Event, EventQueue, QueueFull
from octetgate.adapters.runners._known import Target
from octetgate.adapters.runners._pools import Pools
from octetgate.core.functions import events
from octetgate.core.functions.events import Answer, Condition, Delivery, Ended, target_service
from octetgate.core.functions.names import FunctionName, function_name
from octetgate.core.model.function import LATEST
from octetgate.core.ports.destinations import Destinations, Undeliverable
from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvokeError,
    Outcome,
    TooManyInvocations,
)

Run = Callable[[Target, Call], Awaitable[Outcome]]
"""Has a process work on a call."""

_log = logging.getLogger(__name__)

_AT_ONCE = 16
"""Calls of one function that are tried at the same time."""
_AFTER_A_BUG = 60.0
"""Seconds before a call is tried again that we, and not its function, failed at."""
_LEAST_PAUSE = 0.05
"""Seconds before a call that found no room is tried again, at least."""
_THROTTLE_SHARE = 60
"""AWS waits a second after a throttle where it waits a minute after an error."""


@dataclass(slots=True)
class _Lane:
    """One function's calls."""

    waiting: list[tuple[float, int]] = field(default_factory=list)
    """A heap of when a call is due, and its key."""
    at_work: int = 0


class Events:
    """The asynchronous calls that are under way."""

    def __init__(
        self,
        pools: Pools,
        run: Run,
        queue: EventQueue,
        destinations: Destinations | None,
        pauses: Sequence[float],
    ) -> None:
        """``pauses`` are the seconds before the second and the third attempt."""
        self._pools = pools
        self._run = run
        self._queue = queue
        self._destinations = destinations
        self._pauses = tuple(pauses)
        self._first_throttle = max(_LEAST_PAUSE, pauses[0] / _THROTTLE_SHARE if pauses else 0)
        self._lanes: dict[str, _Lane] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._closing = False

    async def start(self) -> None:
        """Go on with what was accepted before."""
        for key, function, due in await asyncio.to_thread(self._queue.open):
            self._line_up(function, due, key)
        self._go_on()

    async def accept(self, target: Target, call: Call) -> None:
        """Keep the call and run it later; raises TooManyInvocations."""
        now = time.time()
        await self._keep(
            Event(
                function=target.name.name,
                qualifier=target.name.qualifier,
                request_id=call.request_id,
                trace_id=call.trace_id,
                client_context=call.client_context,
                came=now,
                due=now,
                payload=call.payload,
            )
        )

    async def _keep(self, event: Event) -> None:
        if self._closing:
            raise TooManyInvocations("functions: the supervisor is closing")
        try:
            key = await asyncio.to_thread(self._queue.put, event)
        except QueueFull as error:
            raise TooManyInvocations(f"{event.function}: {error}") from None
        except sqlite3.Error as error:
            raise InvokeError(f"{event.function}: the event could not be kept: {error}") from error
        self._line_up(event.function, event.due, key)
        self._go_on()

    # --- Whose turn it is ---

    def _line_up(self, function: str, due: float, key: int) -> None:
        lane = self._lanes.setdefault(function, _Lane())
        heapq.heappush(lane.waiting, (due, key))

    def _go_on(self) -> None:
        """Start what is due, and come back when the next is."""
        if self._closing:
            return
        now, alarm = time.time(), None
        for function, lane in list(self._lanes.items()):
            while lane.waiting and lane.waiting[0][0] <= now and lane.at_work < _AT_ONCE:
                self._begin(function, lane, heapq.heappop(lane.waiting)[1])
            if lane.waiting and lane.at_work < _AT_ONCE:
                due = lane.waiting[0][0]
                alarm = due if alarm is None else min(alarm, due)
            elif not lane.waiting and not lane.at_work:
                del self._lanes[function]
        if self._alarm is not None:
            self._alarm.cancel()
        loop = asyncio.get_running_loop()
        self._alarm = None if alarm is None else loop.call_later(alarm - now, self._go_on)

    def _begin(self, function: str, lane: _Lane, key: int) -> None:
        lane.at_work += 1
        attempt = asyncio.get_running_loop().create_task(self._attempt(function, key))
        self._attempts.add(attempt)

        def over(attempt: asyncio.Task[None]) -> None:
            self._attempts.discard(attempt)
            lane.at_work -= 1
            if not attempt.cancelled() and (error := attempt.exception()) is not None:
                _log.error("an asynchronous call of %s: %r", function, error, exc_info=error)
                self._line_up(function, time.time() + _AFTER_A_BUG, key)
            self._go_on()

        attempt.add_done_callback(over)

    # --- One turn ---

    async def _attempt(self, function: str, key: int) -> None:
        event = await asyncio.to_thread(self._queue.get, key)
        if event.deliveries is None:
            await self._try(event)
        if event.deliveries:
            await self._tell(event)
        if event.deliveries is None or event.deliveries:
            await asyncio.to_thread(self._queue.keep, key, event)
            self._line_up(function, event.due, key)
        else:
            await asyncio.to_thread(self._queue.delete, key, event)

    async def _try(self, event: Event) -> None:
        """Run the function once; note when it is due again, or who is to hear how it ended."""
        name = FunctionName(event.function, event.qualifier)
        try:
            target = self._pools.find(name)
        except FunctionNotFound:
            event.deliveries = []  # deleted meanwhile, and whatever was set for it with it
            return
        config = target.function.event_invoke_configs.get(name.qualifier or LATEST)
        if events.is_too_old(config, time.time() - event.came):
            self._end(event, target, Condition.EVENT_AGE_EXCEEDED, None)
            return
        if target.function.reserved_concurrency == 0:
            # There will never be room: AWS gives such calls up without trying.
            self._end(event, target, Condition.RETRIES_EXHAUSTED, None)
            return
        try:
            outcome = await self._run(target, self._call(event, target))
        except InvokeError as error:
            if error.status in {429, 500}:
                event.throttles += 1
                pause = events.throttle_pause(event.throttles, self._first_throttle)
                event.due = time.time() + pause
                return
            told = {"errorType": error.code, "errorMessage": str(error)}
            outcome = Outcome(
                status=200, payload=msgspec.json.encode(told), function_error="Unhandled"
            )
        event.attempts += 1
        event.throttles = 0
        answer = Answer(
            payload=outcome.payload,
            function_error=outcome.function_error,
            executed_version=outcome.executed_version,
        )
        pauses = events.pauses(config, self._pauses)
        if outcome.function_error is None:
            self._end(event, target, Condition.SUCCESS, answer)
        elif event.attempts > len(pauses):
            self._end(event, target, Condition.RETRIES_EXHAUSTED, answer)
        else:
            event.due = time.time() + pauses[event.attempts - 1]

    @staticmethod
    def _call(event: Event, target: Target) -> Call:
        return Call(
            request_id=event.request_id,
            payload=event.payload,
            function_arn=target.arn,
            outcome=asyncio.get_running_loop().create_future(),
            trace_id=event.trace_id,
            client_context=event.client_context,
        )

    def _end(
        self, event: Event, target: Target, condition: Condition, answer: Answer | None
    ) -> None:
        """Note who is to hear how the call ended."""
        ended = Ended(
            request_id=event.request_id,
            function_arn=f"{target.function.arn}:{event.qualifier or LATEST}",
            condition=condition,
            attempts=event.attempts,
            payload=event.payload,
            answer=answer,
        )
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        config = target.function.event_invoke_configs.get(event.qualifier or LATEST)
        event.deliveries = events.deliveries(ended, config, target.version, now)
        event.throttles = 0
        if condition is not Condition.SUCCESS:
            self._log(event, f"The event was given up ({condition})")

    # --- Who hears of it ---

    async def _tell(self, event: Event) -> None:
        """Tell each once; those who do not take it are told again later, a few times."""
        left: list[Delivery] = []
        for delivery in event.deliveries or ():
            try:
                await self._deliver(delivery, event)
            except (Undeliverable, InvokeError) as error:
                self._log(event, f"Could not be delivered: {error}")
                left.append(delivery)
        event.deliveries = left
        if left and event.throttles >= len(self._pauses):
            self._log(event, "The record was given up")
            event.deliveries = []
        elif left:
            event.due = time.time() + self._pauses[event.throttles]
            event.throttles += 1

    async def _deliver(self, delivery: Delivery, event: Event) -> None:
        if target_service(delivery.target) == "lambda":
            await self._hand_on(delivery, event)
        elif self._destinations is None:
            raise Undeliverable(f"{delivery.target}: expected a way to AWS services; found none")
        else:
            await self._destinations.send(delivery)

    async def _hand_on(self, delivery: Delivery, event: Event) -> None:
        """Let another function have it, as an asynchronous call of its own."""
        name = function_name(delivery.target)
        if name is None:
            raise Undeliverable(f"{delivery.target}: expected a function's ARN")
        target = self._pools.find(name)
        now = time.time()
        await self._keep(
            Event(
                function=target.name.name,
                qualifier=target.name.qualifier,
                request_id=event.request_id,
                trace_id=event.trace_id,
                client_context=None,
                came=now,
                due=now,
                payload=delivery.text.encode(),
            )
        )

    def _log(self, event: Event, text: str) -> None:
        line = f"RequestId: {event.request_id} {text}\n"
        self._pools.log(event.function).write(line.encode("utf-8", "replace"))

    # --- The end ---

    def stop(self) -> None:
        """Accept no more, and begin no more."""
        self._closing = True
        if self._alarm is not None:
            self._alarm.cancel()

    async def close(self) -> None:
        """Leave what is under way to the next start."""
        for attempt in self._attempts:
            attempt.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)
        await asyncio.to_thread(self._queue.close)
