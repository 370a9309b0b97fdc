"""The watch looks at what works, and leaves an idle machine alone."""

import asyncio
from types import SimpleNamespace

import pytest
from tests.adapters.runners.waiting import until

from octetgate.adapters.runners import _watch
from octetgate.adapters.runners._watch import Watch


class Process:
    """One that has nothing too much, and counts the looks at it."""

    def __init__(self):
        self.is_active = False
        self.looks = 0
        self.child = SimpleNamespace(is_many=False, has_folder=False, pid=1, excess=self.excess)

    def excess(self):
        self.looks += 1

    def end_excess(self, excess):
        assert excess is None


@pytest.fixture
async def watched(monkeypatch):
    """One process, the event that says that one works, and the watch, which never looks at idle ones."""
    monkeypatch.setattr(_watch, "_SELDOM_SECONDS", 1000)
    process, activity = Process(), asyncio.Event()
    run = asyncio.get_running_loop().create_task(
        Watch({process}, activity, adopts_orphans=False).run()
    )
    yield process, activity
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_an_idle_process_is_watched_from_the_moment_it_works(watched):
    process, activity = watched
    await asyncio.sleep(0)  # the watch finds nothing to do
    process.is_active = True
    activity.set()
    await until(lambda: process.looks > 2)


async def test_a_process_that_works_no_more_is_left_alone(watched):
    process, activity = watched
    process.is_active = True
    activity.set()
    await until(lambda: process.looks)
    process.is_active = False
    await until(lambda: not activity.is_set())
    seen = process.looks
    activity.set()  # which is all that happens until the next look
    await until(lambda: not activity.is_set())
    assert process.looks == seen
