"""A clock ticks while somebody needs the time, and stands still otherwise."""

import asyncio

import pytest
from tests.adapters.runners.waiting import until

from octetgate.adapters.wire.clock import Clock

TICK = 0.01


class Deadlines:
    """How many there are, and how often they were looked at."""

    def __init__(self):
        self.count = self.sweeps = 0

    def sweep(self, now):
        assert now <= asyncio.get_running_loop().time()
        self.sweeps += 1
        return self.count > 0


@pytest.fixture
async def deadlines():
    return Deadlines()


@pytest.fixture
async def clock(deadlines):
    clock = Clock(TICK, deadlines.sweep)
    yield clock
    clock.stop()


async def test_it_stands_still_when_nobody_needs_it(clock, deadlines):
    await until(lambda: deadlines.sweeps)
    for _ in range(5):
        await asyncio.sleep(TICK)
    assert deadlines.sweeps == 1


async def test_it_ticks_while_somebody_does(clock, deadlines):
    deadlines.count = 1
    await until(lambda: deadlines.sweeps > 2)
    deadlines.count = 0
    last = deadlines.sweeps + 1
    await until(lambda: deadlines.sweeps == last)


async def test_whoever_wakes_it_finds_the_present_time(clock, deadlines):
    await until(lambda: deadlines.sweeps)
    await asyncio.sleep(5 * TICK)
    woken = asyncio.get_running_loop().time()
    assert clock.now < woken
    clock.wake()
    assert clock.now >= woken
    await until(lambda: deadlines.sweeps == 2)


async def test_waking_it_twice_makes_it_tick_once(clock, deadlines):
    clock.wake()
    clock.wake()
    await until(lambda: deadlines.sweeps)
    await asyncio.sleep(5 * TICK)
    assert deadlines.sweeps == 1
