"""Where the logs of stages go: the access logs that they word themselves, the execution logs."""

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


class ExecutionLogs(Protocol):
    """The logs of what became of calls, one for each stage, as the service groups them."""

    def execution(self, group: str) -> Callable[[str], None]:
        """Return what takes lines of a log; see `octetgate.core.model.stage.log_group`."""
