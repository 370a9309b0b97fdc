"""Which processes there are and how each is, in memory that all of them share.

Written by the master and by each process about itself; read by the management process for
``/_octetgate/health``.
"""

import mmap
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

_SLOT = struct.Struct("=BxxxIId")
_SPOKEN = struct.Struct("=d")

STALE_SECONDS = 5.0
"""A process that says nothing for so long is stuck; they speak every second."""


class State(IntEnum):
    """Where a process is in its life."""

    WAITING = 0
    """Not started yet."""
    STARTING = 1
    READY = 2
    LEAVING = 3
    """Told to finish what it does."""
    GONE = 4
    """Ended; the master starts it again, or has no reason to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the board says of one process."""

    name: str
    state: State
    pid: int
    restarts: int
    silent_seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the process is ready and has spoken lately."""
        return self.state is State.READY and self.silent_seconds < STALE_SECONDS


class Board:
    """One slot per process.  Make it before the fork; each slot has one writer at a time."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._memory = mmap.mmap(-1, max(1, len(names)) * _SLOT.size)

    def write(self, name: str, state: State, pid: int, restarts: int) -> None:
        """Say how a process is, now."""
        at = self.names.index(name) * _SLOT.size
        _SLOT.pack_into(self._memory, at, state, pid, restarts, time.monotonic())

    def beat(self, name: str) -> None:
        """Say that a process is still there."""
        at = self.names.index(name) * _SLOT.size + _SLOT.size - _SPOKEN.size
        _SPOKEN.pack_into(self._memory, at, time.monotonic())

    def read(self, name: str) -> Entry:
        """Return what is known of a process."""
        at = self.names.index(name) * _SLOT.size
        state, pid, restarts, spoken = _SLOT.unpack_from(self._memory, at)
        return Entry(name, State(state), pid, restarts, time.monotonic() - spoken)
