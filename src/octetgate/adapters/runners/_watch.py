"""Sees to it that no process takes more than it may, and that none is left without a parent."""

import asyncio
import contextlib
import logging
from collections.abc import Set as AbstractSet

from octetgate.adapters.runners import _tree
from octetgate.adapters.runners._worker import Worker

_log = logging.getLogger(__name__)

_SECONDS = 0.1
"""Between two looks at a process that works; in that time it can take some 200 MB too much."""
_SELDOM_SECONDS = 1.0
"""Between two looks at what is idle, or takes long."""


class Watch:
    """Looks at every process again and again."""

    def __init__(
        self, workers: AbstractSet[Worker], activity: asyncio.Event, *, adopts_orphans: bool
    ) -> None:
        """``activity`` is set when a process begins to work."""
        self._workers = workers
        self._activity = activity
        self._adopts_orphans = adopts_orphans
        self._looks: dict[Worker, asyncio.Task[None]] = {}
        if adopts_orphans:
            _tree.adopt_orphans()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await self._run()
        finally:
            for look in self._looks.values():
                look.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        looked_at = loop.time()
        while True:
            await self._pause()
            seldom = loop.time() - looked_at >= _SELDOM_SECONDS
            looked_at = loop.time() if seldom else looked_at
            try:
                await self._look(seldom=seldom)
            except Exception:  # noqa: BLE001 - a mistake of ours must not leave everything unwatched
                _log.exception("supervisor: could not look at the processes")

    async def _pause(self) -> None:
        """Wait until it is time to look; who wakes an idle machine costs its battery."""
        if not any(worker.is_active or worker.child.is_many for worker in self._workers):
            self._activity.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SELDOM_SECONDS):
                    await self._activity.wait()
            if not self._activity.is_set():
                return
        await asyncio.sleep(_SECONDS)

    async def _look(self, *, seldom: bool) -> None:
        for worker in list(self._workers):
            if worker.child.is_many:
                self._look_long(worker)
            elif seldom or worker.is_active:
                worker.end_excess(worker.child.excess())
        if seldom:
            for worker in list(self._workers):
                if worker.child.has_folder:
                    worker.end_excess(await asyncio.to_thread(worker.child.folder_excess))
            self._end_orphans()

    def _look_long(self, worker: Worker) -> None:
        """Look at one that has started very much, without keeping the others waiting."""
        if worker not in self._looks:
            look = asyncio.get_running_loop().create_task(self._look_aside(worker))
            self._looks[worker] = look
            look.add_done_callback(lambda _: self._looks.pop(worker))

    @staticmethod
    async def _look_aside(worker: Worker) -> None:
        worker.end_excess(await asyncio.to_thread(worker.child.excess))

    def _end_orphans(self) -> None:
        known = [worker.child.pid for worker in self._workers]
        # One that is being started is a child already whose number nobody knows.
        if self._adopts_orphans and None not in known:
            _tree.end_orphans([pid for pid in known if pid is not None])
