"""A timer that is set for each step of each call, and rings only where a step takes too long."""

import asyncio
from collections.abc import Callable
from math import inf


class Alarm:
    """Rings once the time that was set last is up.

    A timer of the loop's that comes too early is left: setting another for each step of each
    call takes longer than looking again now and then.
    """

    __slots__ = ("_deadline", "_looks", "_loop", "_rings", "_timer")

    def __init__(self, rings: Callable[[], None]) -> None:
        self._rings = rings
        self._loop = asyncio.get_running_loop()
        self._deadline = inf
        self._timer: asyncio.TimerHandle | None = None
        self._looks = inf
        """When the timer runs out; never without one."""

    def set(self, seconds: float) -> None:
        """Ring in so many seconds, and not before; 0 is never."""
        if not seconds:
            self._deadline = inf
            return
        self._deadline = self._loop.time() + seconds
        if self._looks > self._deadline:
            self._arm()

    def cancel(self) -> None:
        """Never ring again, and hold nothing."""
        self._deadline = self._looks = inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._looks = None, self._deadline
        if self._looks < inf:
            self._timer = self._loop.call_at(self._looks, self._ring)

    def _ring(self) -> None:
        self._timer, self._looks = None, inf
        if self._loop.time() < self._deadline:
            self._arm()
        else:
            self._rings()
