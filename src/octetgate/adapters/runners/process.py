"""The supervisor: functions in processes of their own on this machine, without containers.

One supervisor serves every gateway worker (see :mod:`octetgate.adapters.runners.unix`).  It
follows the store: a call made after a function was changed is served by the change, while
calls at work end where they began.
"""

import asyncio
from pathlib import Path

from octetgate.adapters.runners import _admission
from octetgate.adapters.runners._call import Call
from octetgate.adapters.runners._event_queue import EventQueue
from octetgate.adapters.runners._events import Events
from octetgate.adapters.runners._known import Known, Target
from octetgate.adapters.runners._lending import Lending
from octetgate.adapters.runners._pools import Pools
from octetgate.adapters.runners._probe import Found, NoIsolation, describe, probe
from octetgate.adapters.runners._provisioning import Provisioning
from octetgate.adapters.runners._settings import SupervisorSettings
from octetgate.adapters.runners._stream import Stream
from octetgate.core.functions.names import function_name
from octetgate.core.ports.destinations import Destinations
from octetgate.core.ports.functions import (
    FunctionNotFound,
    Invocation,
    InvocationType,
    Outcome,
    Provision,
    TooManyInvocations,
)
from octetgate.core.ports.metrics import FunctionTallies, Uncounted
from octetgate.core.ports.store import Store

__all__ = ["Found", "NoIsolation", "Supervisor", "SupervisorSettings", "describe", "probe"]


class Supervisor:
    """Keeps the promise of :class:`octetgate.core.ports.functions.Functions`."""

    def __init__(
        self,
        store: Store,
        settings: SupervisorSettings,
        destinations: Destinations | None = None,
        tallies: FunctionTallies | None = None,
    ) -> None:
        """``destinations`` are told of asynchronous calls that have ended."""
        self._settings = settings
        self._tallies = tallies or Uncounted()
        known = Known(store, region=settings.region, account_id=settings.account_id)
        self._pools = Pools(store, known, settings, self._tallies)
        self._events = Events(
            self._pools,
            self._run,
            EventQueue(
                settings.data / "functions" / "events.db",
                most=settings.event_queue,
                most_bytes=settings.event_queue_bytes,
            ),
            destinations,
            settings.event_retry_seconds,
        )
        self._provisioning = Provisioning(store, self._pools)
        self._lending = Lending(self._pools, settings.payload_limit, settings.queue_seconds)
        self._calls: set[asyncio.Future[Outcome]] = set()

    async def start(self) -> None:
        """Make the folders; processes start when their function is called, or was before."""
        await self._pools.start()
        await self._events.start()
        self._provisioning.start()

    def lend(self, functions: Path) -> None:
        """Lend processes beside the socket for calls; raises OSError or NoPlaceForSocket."""
        self._lending.start(functions)

    # --- Invoking ---

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Return the outcome; raises InvokeError when the function did not run."""
        target, call = self._admitted(invocation)
        if invocation.type is InvocationType.DRY_RUN:
            return Outcome(status=204, request_id=call.request_id)
        if invocation.type is InvocationType.EVENT:
            await self._events.accept(target, call)
            return Outcome(status=202, request_id=call.request_id)
        return await self._run(target, call)

    async def stream(self, invocation: Invocation) -> Stream:
        """Return the answer as soon as it begins; raises InvokeError."""
        target, call = self._admitted(invocation)
        version = target.version.version
        call.stream = stream = Stream(call.outcome, call.request_id, version)
        try:
            await self._submit(target, call)
            await stream.begun()
        except BaseException:
            stream.close()
            raise
        return stream

    async def provision(self, function: str, qualifier: str) -> Provision:
        """Return how far the processes are that are to be kept warm; raises FunctionNotFound."""
        name = function_name(function, qualifier)
        if name is None:
            raise FunctionNotFound(f"Function not found: {function}")
        return self._provisioning.provision(name)

    def _admitted(self, invocation: Invocation) -> tuple[Target, Call]:
        name = function_name(invocation.function, invocation.qualifier)
        if name is None:
            raise FunctionNotFound(f"Function not found: {invocation.function}")
        target = self._pools.find(name)
        _admission.admit(target, invocation)
        return target, self._call(target, invocation)

    def _call(self, target: Target, invocation: Invocation) -> Call:
        return Call(
            request_id=_admission.request_id(invocation.request_id),
            payload=_admission.payload(invocation, self._settings.payload_limit),
            function_arn=target.arn,
            outcome=asyncio.get_running_loop().create_future(),
            trace_id=_admission.trace_id(invocation.trace_id),
            client_context=_admission.client_context(invocation.client_context),
            log_tail=invocation.log_tail,
        )

    async def _run(self, target: Target, call: Call) -> Outcome:
        """Have a process work on the call, and return what came of it."""
        await self._submit(target, call)
        outcome = await call.outcome
        outcome.executed_version = target.version.version
        return outcome

    async def _submit(self, target: Target, call: Call) -> None:
        """Have a process work on the call as soon as there is one.

        If the caller leaves, the outcome is cancelled with it: a call that still waits is
        forgotten, a function that runs keeps running, as on AWS.
        """
        self._calls.add(call.outcome)
        call.outcome.add_done_callback(self._calls.discard)
        try:
            await self._pools.submit(target, call)
        except BaseException as error:
            if isinstance(error, TooManyInvocations):
                self._tallies.of(target.function.name).throttled()
            call.outcome.cancel()
            raise
        if not call.given:
            seconds = self._settings.queue_seconds
            loop = asyncio.get_running_loop()
            patience = loop.call_later(seconds, self._lose_patience, target, call)
            call.outcome.add_done_callback(lambda _: patience.cancel())

    def _lose_patience(self, target: Target, call: Call) -> None:
        if call.wanted and not call.given:
            self._tallies.of(target.function.name).throttled()
            seconds = self._settings.queue_seconds
            error = TooManyInvocations(f"functions: no process was free within {seconds:g} s")
            call.outcome.set_exception(error)

    # --- The end ---

    async def close(self) -> None:
        """Let calls at work end, up to the grace; then end every process."""
        await self._provisioning.close()
        self._lending.close()
        self._pools.stop()
        self._events.stop()
        if self._calls:
            await asyncio.wait(self._calls, timeout=self._settings.grace_seconds)
        await self._events.close()
        await self._pools.close()
