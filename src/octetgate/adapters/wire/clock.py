"""One coarse clock for many connections, so that none needs timers of its own.

A deadline on a connection is a number that nobody looks at until the next tick.
"""

import asyncio
from collections.abc import Callable
from email.utils import formatdate


class Clock:
    """The time as of the last tick; calls ``sweep`` with it every ``seconds``."""

    __slots__ = ("_loop", "_seconds", "_sweep", "_timer", "date", "now")

    def __init__(self, seconds: float, sweep: Callable[[float], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._sweep = sweep
        self._tick()

    def _tick(self) -> None:
        self.now = self._loop.time()
        self.date = b"Date: %b\r\n" % formatdate(usegmt=True).encode()
        """The Date field of whatever is answered before the next tick."""
        self._timer = self._loop.call_later(self._seconds, self._tick)
        self._sweep(self.now)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.cancel()
