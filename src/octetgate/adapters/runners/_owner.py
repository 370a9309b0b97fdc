"""The one who has calls for processes, as a process sees it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from octetgate.adapters.runners._call import Call

if TYPE_CHECKING:
    from octetgate.adapters.runners._worker import Worker


class Owner(Protocol):
    """The one who has calls for processes."""

    def offered(self, worker: "Worker") -> None:
        """Take notice that the process can take a call; may give one at once."""

    def withdrawn(self, worker: "Worker") -> None:
        """Take notice that it cannot any more."""

    def unread(self, call: Call) -> None:
        """Give the call to another process: the one that it was given to ended before it knew."""

    def start_failed(self, error: Callable[[str], bytes], tail: bytes) -> None:
        """Tell a waiting caller; ``error`` makes the error from its request id."""

    def gone(self, worker: "Worker") -> None:
        """Forget the process."""
