"""What keeps a function's process from the rest of the machine."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from octetgate.adapters.runners._users import Users


class View(Enum):
    """What a process sees of the file system."""

    SHARED = "shared"  # all that its user may see; its temporary folder is one among others
    OWN = "own"  # laid out for it by root: a /tmp of its own, the data folder hidden
    NAMESPACED = "namespaced"  # the same, without root
    BUBBLEWRAP = "bubblewrap"  # a system of its own: /var/task, /opt, no other processes


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """How far this machine lets a function's process be on its own."""

    view: View = View.SHARED
    users: Users | None = None
    """Users to run processes as; without them, they run as whoever runs octetgate."""
    data: Path | None = None
    """The folder that processes must not see, but for their code."""
    bubblewrap: str = "bwrap"
    """The program that makes the namespaces."""

    @property
    def has_own_temporary(self) -> bool:
        """Whether a process's /tmp is its own, bounded, and gone with it."""
        return self.view is not View.SHARED
