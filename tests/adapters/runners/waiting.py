"""Waiting for what another process does."""

import asyncio
from collections.abc import Callable

import psutil


async def until(holds: Callable[[], object]) -> None:
    """Return once it holds; a test that waits for longer than ten seconds has failed."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nobody here could set an event
            await asyncio.sleep(0.01)


def ended(pid: int) -> bool:
    """Return whether the process has ended; one that nobody asked about stays as a zombie."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def sleeps(pid: int) -> bool:
    """Return whether the process waits for something: neither runs nor would if it could."""
    return psutil.Process(pid).status() == psutil.STATUS_SLEEPING
