"""The supervisor: functions in processes of their own on this machine, without containers.

One supervisor serves every gateway worker (see :mod:`octetgate.adapters.runners.unix`).  It
follows the store: a call made after a function was changed is served by the change, while
calls at work end where they began.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from octetgate.adapters.runners import _admission
from octetgate.adapters.runners._call import Call, Plan
from octetgate.adapters.runners._folders import Folders
from octetgate.adapters.runners._known import Known, Target
from octetgate.adapters.runners._log import FunctionLog
from octetgate.adapters.runners._packages import Packages
from octetgate.adapters.runners._pool import Bounds, Pool
from octetgate.adapters.runners._scratch import Scratch
from octetgate.adapters.runners._stream import Stream
from octetgate.adapters.runners._worker import ANSWER_LIMIT, Worker
from octetgate.core.functions import events
from octetgate.core.functions.names import FunctionName, function_name
from octetgate.core.model.function import LATEST, Function
from octetgate.core.ports.functions import (
    RESERVED_LIMIT,
    FunctionNotFound,
    Invocation,
    InvocationType,
    InvokeError,
    Outcome,
    TooManyInvocations,
)
from octetgate.core.ports.store import Store

_CORES = os.cpu_count() or 1
_NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
_END_SECONDS = 5.0
"""How long killed processes may take to be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSettings:
    """What can be chosen for running functions."""

    data: Path
    """Code is unpacked to ``functions/code/`` below it; logs go to ``logs/functions/``."""
    workers_per_function: int = _CORES * 2
    workers_total: int = _CORES * 8
    queue: int = 256
    """Calls of one function that may wait for a process."""
    queue_bytes: int = 256 * 2**20
    """Bytes that they may hold together."""
    queue_seconds: float = 60.0
    """How long a call may wait for a process."""
    idle_seconds: float = 600.0
    """How long a process without work is kept warm."""
    init_seconds: float = 10.0
    """How long a process may take to load its handler; AWS's own limit."""
    grace_seconds: float = 10.0
    """How long calls at work may take to end when the supervisor closes."""
    event_queue: int = 1000
    """Asynchronous calls that may be under way."""
    event_retry_seconds: tuple[float, ...] = (60.0, 120.0)
    """Pauses before the second and the third attempt of an asynchronous call; AWS's own."""
    log_bytes: int = 10 * 2**20
    """Size of a function's log file before a new one is begun."""
    payload_limit: int = _admission.PAYLOAD_LIMIT
    """Bytes of an event that is waited for; AWS's own, or up to 16 MiB."""
    answer_limit: int = ANSWER_LIMIT
    """Bytes of an answer; AWS's own, or up to 16 MiB."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of every function, such as credentials and ``AWS_ENDPOINT_URL``."""
    region: str = "us-east-1"
    """In the ARN of a function that is not found."""
    account_id: str = "000000000000"
    """In the ARN of a function that is not found."""


class _Code(NamedTuple):
    """What a process runs, on the disk."""

    folder: Path
    layers: Path | None
    fingerprint: str
    """Of a folder that changes."""


class Supervisor:
    """Keeps the promise of :class:`octetgate.core.ports.functions.Functions`."""

    def __init__(self, store: Store, settings: SupervisorSettings) -> None:
        self._settings = settings
        self._known = Known(store, region=settings.region, account_id=settings.account_id)
        self._packages = Packages(store, settings.data / "functions" / "code")
        self._folders = Folders()
        self._pools: dict[tuple[str, str], Pool] = {}
        self._replaced: set[Pool] = set()
        self._logs: dict[str, FunctionLog] = {}
        self._workers: set[Worker] = set()
        self._calls: set[asyncio.Future[Outcome]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._events: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self) -> None:
        """Make the folders; processes start when their function is called."""
        await asyncio.to_thread(self._make_folders)

    def _make_folders(self) -> None:
        self._packages.start()
        self._scratch = Scratch(self._settings.data.absolute() / "functions" / "scratch")

    # --- Invoking ---

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Return the outcome; raises InvokeError when the function did not run."""
        target, call = self._admitted(invocation)
        if invocation.type is InvocationType.DRY_RUN:
            return Outcome(status=204, request_id=call.request_id)
        if invocation.type is InvocationType.EVENT:
            self._invoke_later(target, call)
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

    def _admitted(self, invocation: Invocation) -> tuple[Target, Call]:
        name = function_name(invocation.function, invocation.qualifier)
        if name is None:
            raise FunctionNotFound(f"Function not found: {invocation.function}")
        target = self._target(name)
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
        pool = await self._pool(target)
        if self._closing:
            raise TooManyInvocations("functions: the supervisor is closing")
        patience = asyncio.get_running_loop().call_later(
            self._settings.queue_seconds, _lose_patience, call, self._settings.queue_seconds
        )
        self._calls.add(call.outcome)

        def ended(outcome: asyncio.Future[Outcome]) -> None:
            patience.cancel()
            self._calls.discard(outcome)

        call.outcome.add_done_callback(ended)
        try:
            self._hold_to_reserved(target.function)
            pool.submit(call)
        except TooManyInvocations:
            call.outcome.cancel()
            raise

    def _hold_to_reserved(self, function: Function) -> None:
        """Raise TooManyInvocations if as many calls run as the function may have at once.

        AWS does not let them wait.
        """
        limit = function.reserved_concurrency
        if limit is None:
            return
        pools = {*self._pools.values(), *self._replaced}
        at_work = sum(pool.at_work for pool in pools if pool.plan.function.name == function.name)
        if at_work >= limit:
            throttled = TooManyInvocations("Rate Exceeded.")
            throttled.reason = RESERVED_LIMIT
            raise throttled

    # --- Functions as they are now ---

    def _target(self, name: FunctionName) -> Target:
        """Return what the name leads to now; raises FunctionNotFound.

        The processes of versions that were deleted end as they finish.
        """
        if self._known.has_changed():
            for key in list(self._pools):
                if self._known.version(*key) is None:
                    self._replace(key, None)
        return self._known.find(name)

    async def _pool(self, target: Target) -> Pool:
        """Return the pool of the target's version as it is now, its package unpacked."""
        version = target.version
        key = (version.name, version.version)
        while True:
            code = await self._code(version)
            # A published version stays what it is; another may have been given to a name.
            now = self._target(FunctionName(version.name, _qualifier(version))).version
            if now == version:
                break
            # It changed while its package was being unpacked.
            version = now
        pool = self._pools.get(key)
        if pool is None or not _serves(pool.plan, version, code.fingerprint):
            bounds = Bounds(
                workers=self._settings.workers_per_function,
                queue=self._settings.queue,
                queue_bytes=self._settings.queue_bytes,
            )
            pool = Pool(self._plan(version, code), self, bounds)
            self._replace(key, pool)
        return pool

    async def _code(self, version: Function) -> _Code:
        """Return where the version's code and layers are, unpacked."""
        layers = await self._packages.layers(version)
        if version.folder:
            folder = Path(version.folder)
            return _Code(folder, layers, await self._folders.fingerprint(folder))
        return _Code(await self._packages.folder(version.code_key), layers, "")

    def _replace(self, key: tuple[str, str], pool: Pool | None) -> None:
        """Serve a version from another pool; the old one's processes end as they finish."""
        old = self._pools.pop(key, None)
        if pool is not None:
            self._pools[key] = pool
        if old is not None:
            self._replaced = {pool for pool in self._replaced if pool.workers} | {old}
            if pool is not None:
                pool.adopt(old.waiting)
            old.drain()

    def _plan(self, function: Function, code: _Code) -> Plan:
        log = self._logs.get(function.name)
        if log is None:
            path = self._settings.data / "logs" / "functions" / f"{function.name}.log"
            log = self._logs[function.name] = FunctionLog(path, self._settings.log_bytes)
        return Plan(
            function=function,
            task_root=code.folder,
            layers=code.layers,
            fingerprint=code.fingerprint,
            scratch=self._scratch.folder,
            log=log,
            init_seconds=self._settings.init_seconds,
            idle_seconds=self._settings.idle_seconds,
            answer_limit=self._settings.answer_limit,
            # Python tells compiled files by whole seconds, which is too coarse for such edits,
            # and they have no place among somebody's sources.
            shared={**self._settings.environment, **(_NO_BYTECODE if code.fingerprint else {})},
        )

    # --- The room that pools share ---

    def start_worker(self, worker: Worker) -> None:
        self._workers.add(worker)
        self._own(self._tasks, asyncio.get_running_loop().create_task(worker.start()))

    def has_place(self) -> bool:
        return not self._closing and len(self._workers) < self._settings.workers_total

    def share(self) -> None:
        starved = [pool for pool in self._pools.values() if pool.starved]
        for pool in sorted(starved, key=lambda pool: pool.waits_since):
            if not self.has_place():
                self._make_place()
                return  # the pool grows when the place is free
            pool.grow()

    def _make_place(self) -> None:
        """End one idle process, unless one is about to end already."""
        if any(worker.leaving for worker in self._workers):
            return
        for pool in self._pools.values():
            if pool.shrink():
                return

    def free(self, worker: Worker) -> None:
        self._workers.discard(worker)

    @staticmethod
    def _own(owned: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        owned.add(task)
        task.add_done_callback(owned.discard)

    # --- Asynchronous calls ---

    def _invoke_later(self, target: Target, call: Call) -> None:
        if self._closing or len(self._events) >= self._settings.event_queue:
            raise TooManyInvocations(
                f"{target.function.name}: expected fewer than {self._settings.event_queue} "
                "asynchronous calls under way"
            )
        self._own(self._events, asyncio.get_running_loop().create_task(self._attempt(target, call)))

    async def _attempt(self, target: Target, call: Call) -> None:
        """Run the call until it succeeds, as often and as long as is configured for it."""
        name = target.name
        config = target.function.event_invoke_configs.get(name.qualifier or LATEST)
        for pause in (0.0, *events.pauses(config, self._settings.event_retry_seconds)):
            await asyncio.sleep(pause)
            if events.is_too_old(config, time.monotonic() - call.came):
                break
            try:
                outcome = await self._run(self._target(name), call.again())
            except FunctionNotFound:
                return  # deleted meanwhile
            except InvokeError:
                continue
            if outcome.function_error is None:
                return
        log = self._logs.get(name.name)
        if log is not None:
            log.write(f"RequestId: {call.request_id} The event was given up\n".encode())

    # --- The end ---

    async def close(self) -> None:
        """Let calls at work end, up to the grace; then end every process."""
        self._closing = True
        if self._calls:
            await asyncio.wait(self._calls, timeout=self._settings.grace_seconds)
        for task in self._events:
            task.cancel()
        await asyncio.gather(*self._events, return_exceptions=True)
        for pool in {*self._pools.values(), *self._replaced}:
            pool.end()
        ends = [worker.ended.wait() for worker in self._workers]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await asyncio.gather(*self._tasks, *ends)
        for log in self._logs.values():
            log.close()
        await asyncio.to_thread(self._scratch.close)


def _qualifier(function: Function) -> str | None:
    return None if function.version == LATEST else function.version


def _serves(plan: Plan, version: Function, fingerprint: str) -> bool:
    return plan.fingerprint == fingerprint and _essence(plan.function) == _essence(version)


def _essence(function: Function) -> tuple[object, ...]:
    """Return what a process is started from; a change of anything else leaves it running."""
    return (
        function.arn,
        function.version,
        function.code_key,
        function.folder,
        function.layers,
        function.handler,
        function.runtime,
        function.timeout,
        function.memory_size,
        function.environment,
    )


def _lose_patience(call: Call, seconds: float) -> None:
    if call.wanted and not call.given:
        error = TooManyInvocations(f"functions: no process was free within {seconds:g} s")
        call.outcome.set_exception(error)
