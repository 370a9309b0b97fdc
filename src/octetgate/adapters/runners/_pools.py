"""The pools of every version that was called, and the room that their processes share.

A version has one pool.  When its code or configuration changes it gets another, and the old
one's processes end as they finish.
"""

import asyncio
import contextlib
import stat
from pathlib import Path
from typing import NamedTuple

from octetgate.adapters.runners._call import Call, Plan
from octetgate.adapters.runners._entrypoint import node_for
from octetgate.adapters.runners._folders import Folders
from octetgate.adapters.runners._known import Known, Target
from octetgate.adapters.runners._log import FunctionLog
from octetgate.adapters.runners._output import Rounds
from octetgate.adapters.runners._packages import Packages
from octetgate.adapters.runners._pool import Bounds, Pool
from octetgate.adapters.runners._scratch import Scratch
from octetgate.adapters.runners._settings import SupervisorSettings
from octetgate.adapters.runners._watch import Watch
from octetgate.adapters.runners._worker import Worker
from octetgate.core.functions.names import FunctionName
from octetgate.core.model.function import LATEST, Function
from octetgate.core.ports.functions import (
    RESERVED_LIMIT,
    InvalidPackage,
    Provision,
    TooManyInvocations,
)
from octetgate.core.ports.metrics import FunctionTallies
from octetgate.core.ports.store import Store

_NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
_SETTLE_SECONDS = 1.0
"""How long whoever has borrowed a process may take to say whether it has a call."""
_END_SECONDS = 5.0
"""How long killed processes may take to be gone."""


class _Code(NamedTuple):
    """What a process runs, on the disk."""

    folder: Path
    layers: Path | None
    fingerprint: str
    """Of a folder that changes."""


class Pools:
    """Keeps as many processes as there is room for, and gives calls to them."""

    def __init__(
        self, store: Store, known: Known, settings: SupervisorSettings, tallies: FunctionTallies
    ) -> None:
        self._settings = settings
        self._tallies = tallies
        self._known = known
        self._packages = Packages(store, settings.data / "functions" / "code")
        self._folders = Folders()
        self._pools: dict[tuple[str, str], Pool] = {}
        self._replaced: set[Pool] = set()
        self._logs: dict[str, FunctionLog] = {}
        self._rounds = Rounds()
        self._activity = asyncio.Event()
        self._workers: set[Worker] = set()
        self._provisioned: set[Worker] = set()
        self._starts: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self) -> None:
        """Make the folders, and begin to watch; processes start when they are needed."""
        await asyncio.to_thread(self._make_folders)
        adopts_orphans = self._settings.adopts_orphans
        watch = Watch(self._workers, self._activity, adopts_orphans=adopts_orphans)
        self._watching = asyncio.get_running_loop().create_task(watch.run())

    def _make_folders(self) -> None:
        self._packages.start()
        isolation, data = self._settings.isolation, self._settings.data.absolute()
        other_users = isolation.users is not None and not isolation.has_own_temporary
        if other_users:
            _close(data)
        self._scratch = Scratch(data / "functions" / "scratch", other_users=other_users)

    # --- Calls ---

    def find(self, name: FunctionName) -> Target:
        """Return what the name leads to now; raises FunctionNotFound.

        The processes of versions that were deleted end as they finish.
        """
        if self._known.has_changed():
            for key in list(self._pools):
                if self._known.version(*key) is None:
                    self._replace(key, None)
        return self._known.find(name)

    @property
    def revision(self) -> int:
        """The store's, as of when something was looked for last."""
        return self._known.revision

    def numbered(self, number: int) -> Pool | None:
        """Return the pool with the number, if it serves still."""
        return next((pool for pool in self._pools.values() if pool.number == number), None)

    async def submit(self, target: Target, call: Call) -> None:
        """Give the call to a process, or let it wait for one; raises TooManyInvocations."""
        pool = await self.pool(target)
        if self._closing:
            raise TooManyInvocations("functions: the supervisor is closing")
        if target.function.reserved_concurrency is not None:
            await self._settle(target.function.name)
        self._hold_to_reserved(target.function)
        pool.submit(call)

    async def provide(self, target: Target, least: int) -> None:
        """Keep so many processes of the target's version warm; raises InvokeError."""
        pool = await self.pool(target)
        if not self._closing:
            pool.provide(least)

    def provision(self, name: str, version: str) -> Provision:
        """Return how far the processes are that are kept warm."""
        pool = self._pools.get((name, version))
        if pool is None:
            return Provision(allocated=0, available=0)
        reason = "FUNCTION_ERROR_INIT_FAILURE" if pool.cannot_start else ""
        return Provision(len(pool.provisioned), pool.ready, reason)

    async def _settle(self, name: str) -> None:
        """Know which of the function's processes have a call, though some may be lent still."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_SECONDS):
                for pool in self._of(name):
                    await pool.lent.settled()

    def _of(self, name: str) -> list[Pool]:
        pools = {*self._pools.values(), *self._replaced}
        return [pool for pool in pools if pool.plan.function.name == name]

    def _hold_to_reserved(self, function: Function) -> None:
        """Raise TooManyInvocations if as many calls run as the function may have at once.

        AWS does not let them wait.
        """
        limit = function.reserved_concurrency
        if limit is None:
            return
        at_work = sum(pool.at_work for pool in self._of(function.name))
        if at_work >= limit:
            throttled = TooManyInvocations("Rate Exceeded.")
            throttled.reason = RESERVED_LIMIT
            raise throttled

    # --- Versions as they are now ---

    async def pool(self, target: Target) -> Pool:
        """Return the pool of the target's version as it is now, its package unpacked."""
        version = target.version
        key = (version.name, version.version)
        while True:
            code = await self._code(version)
            # A published version stays what it is; another may have been given to a name.
            now = self.find(FunctionName(version.name, _qualifier(version))).version
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
            if self._settings.isolation.users is not None:
                _check_open(folder)
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
        return Plan(
            function=function,
            task_root=code.folder,
            layers=code.layers,
            fingerprint=code.fingerprint,
            calls=self._settings.calls_per_process,
            node=node_for(function, self._settings.node),
            scratch=self._scratch.folder,
            isolation=self._settings.isolation,
            log=self.log(function.name),
            rounds=self._rounds,
            activity=self._activity,
            tally=self._tallies.of(function.name),
            init_seconds=self._settings.init_seconds,
            idle_seconds=self._settings.idle_seconds,
            answer_limit=self._settings.answer_limit,
            # Python tells compiled files by whole seconds, which is too coarse for such edits,
            # and they have no place among somebody's sources.
            shared={**self._settings.environment, **(_NO_BYTECODE if code.fingerprint else {})},
        )

    def log(self, name: str) -> FunctionLog:
        """Return the function's log."""
        log = self._logs.get(name)
        if log is None:
            path = self._settings.data / "logs" / "functions" / f"{name}.log"
            log = self._logs[name] = FunctionLog(path, self._settings.log_bytes)
        return log

    # --- The room that pools share ---

    def start_worker(self, worker: Worker, *, provisioned: bool = False) -> None:
        self._workers.add(worker)
        self._activity.set()
        if provisioned:
            self._provisioned.add(worker)
        start = asyncio.get_running_loop().create_task(worker.start())
        self._starts.add(start)
        start.add_done_callback(self._starts.discard)

    def has_place(self) -> bool:
        taken = len(self._workers) - len(self._provisioned)
        return not self._closing and taken < self._settings.workers_total

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
        pools = [*self._pools.values()]
        if not any(pool.shrink() for pool in pools):
            # What is lent comes back first.
            any(pool.lent.recall_one() for pool in pools)

    def free(self, worker: Worker) -> None:
        self._workers.discard(worker)
        self._provisioned.discard(worker)

    # --- The end ---

    def stop(self) -> None:
        """Take no more calls, and start no more processes."""
        self._closing = True

    async def close(self) -> None:
        """End every process."""
        for pool in {*self._pools.values(), *self._replaced}:
            pool.end()
        ends = [worker.ended.wait() for worker in self._workers]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await asyncio.gather(*self._starts, *ends)
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        for log in self._logs.values():
            log.close()
        await asyncio.to_thread(self._scratch.close)


def _check_open(folder: Path) -> None:
    """Raise InvalidPackage if other users may not read the folder."""
    mode = folder.stat().st_mode if folder.is_dir() else 0o005
    if mode & 0o005 != 0o005:
        raise InvalidPackage(
            f"folder {folder}: expected one that everybody may read, since functions run as users "
            f"of their own; found mode {stat.S_IMODE(mode):o}; run `chmod -R o+rX` on it, or serve "
            "with --function-users off"
        )


def _close(data: Path) -> None:
    """Leave other users nothing of the data folder but the way to functions' code."""
    for path in data.iterdir():
        if path.name != "functions":
            path.chmod(path.stat().st_mode & 0o700)


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
        function.ephemeral_storage,
        function.environment,
    )
