"""Read logs that others write: what functions have printed, what became of a stage's calls."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol


class KeptLogs(Protocol):
    """Logs by name: lines that each begin with the time at which they came."""

    def has(self, name: str) -> bool:
        """Say whether anything has ever been written under the name."""

    def read(self, name: str, *, since: str = "", follow: bool = False) -> AsyncIterator[bytes]:
        """Return the lines from ``since`` on, a time as lines have it, in pieces.

        With ``follow``, what is written from now on comes too, for as long as it is read.
        """


class CallLog(Protocol):
    """The line that each call leaves, looked through from the newest."""

    @property
    def where(self) -> str:
        """The file that lines go to; empty where none does."""

    def latest(
        self, words: str, most: int, wanted: Callable[[Mapping[str, Any]], bool]
    ) -> list[Mapping[str, Any]]:
        """Return the newest lines, as they were written, that hold every word; blocking.

        Words are compared without case.  Looks back as far as is quick, not to the beginning.
        """
