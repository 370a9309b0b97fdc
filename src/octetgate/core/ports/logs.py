"""Read logs that others write: what functions have printed, what became of a stage's calls."""

from collections.abc import AsyncIterator
from typing import Protocol


class KeptLogs(Protocol):
    """Logs by name: lines that each begin with the time at which they came."""

    def has(self, name: str) -> bool:
        """Say whether anything has ever been written under the name."""

    def read(self, name: str, *, since: str = "", follow: bool = False) -> AsyncIterator[bytes]:
        """Return the lines from ``since`` on, a time as lines have it, in pieces.

        With ``follow``, what is written from now on comes too, for as long as it is read.
        """
