"""Asynchronous calls: accepted at once, tried until they succeed or are given up."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from octetgate.adapters.runners._call import Call
from octetgate.adapters.runners._known import Target
from octetgate.adapters.runners._pools import Pools
from octetgate.core.functions import events
from octetgate.core.model.function import LATEST
from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvokeError,
    Outcome,
    TooManyInvocations,
)

Run = Callable[[Target, Call], Awaitable[Outcome]]
"""Has a process work on a call."""


class Events:
    """The asynchronous calls that are under way."""

    def __init__(self, pools: Pools, run: Run, *, most: int, pauses: Sequence[float]) -> None:
        self._pools = pools
        self._run = run
        self._most = most
        self._pauses = tuple(pauses)
        self._attempts: set[asyncio.Task[None]] = set()
        self._closing = False

    def accept(self, target: Target, call: Call) -> None:
        """Run the call later; raises TooManyInvocations."""
        if self._closing or len(self._attempts) >= self._most:
            raise TooManyInvocations(
                f"{target.function.name}: expected fewer than {self._most} "
                "asynchronous calls under way"
            )
        attempts = asyncio.get_running_loop().create_task(self._attempt(target, call))
        self._attempts.add(attempts)
        attempts.add_done_callback(self._attempts.discard)

    async def _attempt(self, target: Target, call: Call) -> None:
        """Run the call until it succeeds, as often and as long as is configured for it."""
        name = target.name
        config = target.function.event_invoke_configs.get(name.qualifier or LATEST)
        for pause in (0.0, *events.pauses(config, self._pauses)):
            await asyncio.sleep(pause)
            if events.is_too_old(config, time.monotonic() - call.came):
                break
            try:
                outcome = await self._run(self._pools.find(name), call.again())
            except FunctionNotFound:
                return  # deleted meanwhile
            except InvokeError:
                continue
            if outcome.function_error is None:
                return
        log = self._pools.log(name.name)
        log.write(f"RequestId: {call.request_id} The event was given up\n".encode())

    def stop(self) -> None:
        """Accept no more."""
        self._closing = True

    async def close(self) -> None:
        """Give up what is under way."""
        for attempt in self._attempts:
            attempt.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)
