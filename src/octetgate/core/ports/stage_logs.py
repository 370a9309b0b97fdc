"""Where the access logs go that stages word themselves."""

from collections.abc import Callable
from typing import Protocol


class BadDestination(ValueError):
    """Nothing that lines can be written to; says what was expected and what was found."""


class StageLogs(Protocol):
    """Destinations by the name that a stage's ``accessLogSettings`` have for them."""

    def open(self, destination: str) -> Callable[[str], None]:
        """Return what takes lines for a destination, the same for all who name it.

        A line is taken at once and written soon, whatever the destination does.  Raises
        BadDestination.
        """
