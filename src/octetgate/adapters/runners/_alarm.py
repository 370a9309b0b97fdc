"""A timer that is set for each step of each call, and rings only where a step takes too long."""

import asyncio
from collections.abc import Callable
from math import inf


class Alarm:
    """Rings once the time that was set last is up.

    A timer of the loop's that comes too early is left: setting another for each step of each
    call takes longer than looking again now and then.
    """

    __slots__ = ("_deadline", "_loop", "_rings", "_timer")

    def __init__(self, rings: Callable[[], None]) -> None:
        self._rings = rings
        self._loop = asyncio.get_running_loop()
        self._deadline = inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Ring in so many seconds, and not before; 0 is never."""
        if not seconds:
            self._deadline = inf
            return
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._arm()

    def cancel(self) -> None:
        """Never ring again, and hold nothing."""
        self._deadline = inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        # One that has run out rings at once.
        left = max(0, self._deadline - self._loop.time())
        self._timer = None if left == inf else self._loop.call_later(left, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            self._arm()
        else:
            self._rings()
