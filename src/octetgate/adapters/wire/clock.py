"""One coarse clock for many connections, so that none needs timers of its own.

A deadline on a connection is a number that nobody looks at until the next tick.
"""

import asyncio
from collections.abc import Callable
from email.utils import formatdate


class Clock:
    """The time as of the last tick; calls ``sweep`` with it every ``seconds``.

    It stands still once a sweep finds that nobody has a deadline, until it is woken: an idle
    machine's battery pays for each tick.
    """

    __slots__ = ("_loop", "_seconds", "_sweep", "_timer", "date", "now")

    def __init__(self, seconds: float, sweep: Callable[[float], bool]) -> None:
        """``sweep`` says whether there is still somebody who needs the time."""
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._sweep = sweep
        self._timer: asyncio.TimerHandle | None = None
        self.wake()

    def wake(self) -> None:
        """Tick from now on; whoever needs the time calls this first."""
        if self._timer is None:
            self._look()

    def _tick(self) -> None:
        self._look()
        if not self._sweep(self.now):
            self.stop()

    def _look(self) -> None:
        self.now = self._loop.time()
        self.date = b"Date: %b\r\n" % formatdate(usegmt=True).encode()
        """The Date field of whatever is answered before the next tick."""
        self._timer = self._loop.call_later(self._seconds, self._tick)

    def stop(self) -> None:
        """Tick no more until woken."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
