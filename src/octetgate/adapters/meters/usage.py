"""What API keys have used, in a file that all processes map.

The file is the kernel's to write: counts outlive every process, killed or not; a machine that
loses power may lose the last seconds of them.
"""

import struct
from pathlib import Path

from octetgate.adapters.meters.slots import Slots, TableFull
from octetgate.core.limits.quota import Quota, window_of
from octetgate.core.ports.meters import DAYS_KEPT, Holder, MetersFull

_HEAD = struct.Struct("=qqqq")
"""First window, present window, used in it, last day counted; days are 0 while unknown."""
_DAY = struct.Struct("=Q")
_SETS = 512


class KeptUsage:
    """Keeps the port `octetgate.core.ports.meters.Usage`."""

    def __init__(self, path: Path, *, sets: int = _SETS) -> None:
        size = _HEAD.size + _DAY.size * DAYS_KEPT
        self._slots = Slots.in_file(path, size=size, sets=sets)

    def spend(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        """Count a call of that day; False, and nothing counted, when the quota is used up."""
        memory = self._slots.memory
        try:
            with self._slots.record(_name(holder)) as at:
                first, window, used, last = _HEAD.unpack_from(memory, at)
                if quota is not None:
                    first, window, used = _in_window(first, window, used, quota, day)
                    if used >= quota.allowance(is_first=window == first):
                        return False
                    used += 1
                self._forget_between(at, last, day)
                slot = _day_at(at, day)
                _DAY.pack_into(memory, slot, _DAY.unpack_from(memory, slot)[0] + 1)
                _HEAD.pack_into(memory, at, first, window, used, max(last, day))
                return True
        except TableFull:
            raise MetersFull(f"usage: expected room for {holder}") from None

    def is_spent(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        """Whether the quota of that day's window is used up."""
        return quota is not None and self.remaining(holder, quota, day) == 0

    def used(self, holder: Holder, first: int, last: int) -> list[int]:
        """Return how many calls were counted on each day; 0 for what is not kept."""
        days = range(first, last + 1)
        with self._slots.existing(_name(holder)) as at:
            if at is None:
                return [0] * len(days)
            memory = self._slots.memory
            counted: int = _HEAD.unpack_from(memory, at)[3]
            return [
                _DAY.unpack_from(memory, _day_at(at, day))[0]
                if counted - DAYS_KEPT < day <= counted
                else 0
                for day in days
            ]

    def remaining(self, holder: Holder, quota: Quota, day: int) -> int:
        """Return how many calls the window of that day still has."""
        with self._slots.existing(_name(holder)) as at:
            first, window, used, _ = (
                (0, 0, 0, 0) if at is None else _HEAD.unpack_from(self._slots.memory, at)
            )
            first, window, used = _in_window(first, window, used, quota, day)
            return max(0, quota.allowance(is_first=window == first) - used)

    def grant(self, holder: Holder, quota: Quota, day: int, remaining: int) -> None:
        """Let the window of that day have so many calls from now on."""
        try:
            with self._slots.record(_name(holder)) as at:
                first, window, used, last = _HEAD.unpack_from(self._slots.memory, at)
                first, window, used = _in_window(first, window, used, quota, day)
                used = quota.allowance(is_first=window == first) - remaining
                _HEAD.pack_into(self._slots.memory, at, first, window, used, last)
        except TableFull:
            raise MetersFull(f"usage: expected room for {holder}") from None

    def close(self) -> None:
        """Let go of the file; what it holds stays."""
        self._slots.close()

    def _forget_between(self, at: int, last: int, day: int) -> None:
        """Make zeros of the days since the last one: their places hold days long gone."""
        for gone in range(max(last + 1, day - DAYS_KEPT + 1), day + 1):
            _DAY.pack_into(self._slots.memory, _day_at(at, gone), 0)


def _in_window(first: int, window: int, used: int, quota: Quota, day: int) -> tuple[int, int, int]:
    """Return the first window, the window of that day, and what was used in it."""
    now = window_of(day, quota.period)
    return first or now, now, used if now == window else 0


def _name(holder: Holder) -> str:
    return f"{holder.usage_plan_id}/{holder.api_key_id}"


def _day_at(at: int, day: int) -> int:
    return at + _HEAD.size + day % DAYS_KEPT * _DAY.size
