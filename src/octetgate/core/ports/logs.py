"""Read what functions have printed; the way to it for whoever does not run them."""

from collections.abc import AsyncIterator
from typing import Protocol


class FunctionLogs(Protocol):
    """The functions' logs: lines that each begin with the time at which they came."""

    def has(self, name: str) -> bool:
        """Say whether the function has ever printed anything."""

    def read(self, name: str, *, since: str = "", follow: bool = False) -> AsyncIterator[bytes]:
        """Return the lines from ``since`` on, a time as lines have it, in pieces.

        With ``follow``, what is printed from now on comes too, for as long as it is read.
        """
