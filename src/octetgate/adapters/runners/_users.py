"""Users of their own for functions' processes: numbers that nobody else on the machine has.

A process that is its user's only one cannot read what another left, signal another, or use up
what another may have; and all that it started can be found by its user.
"""

import socket
from collections.abc import Sequence

from octetgate.adapters.runners import _tree

_NAME = "\0octetgate-function-user-{}"
"""An abstract address: taken by one process of the machine, free again when that has ended."""


class NoUser(OSError):
    """Every user is taken."""


class Users:
    """Lends each user to one process at a time; other supervisors may lend from the same range."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers
        self._next = 0
        self._lent: dict[int, socket.socket] = {}
        self._seen: set[int] = set()

    def take(self) -> int:
        """Return a user that runs nothing; raises NoUser."""
        for _ in self.numbers:
            user = self.numbers[self._next % len(self.numbers)]
            self._next += 1
            if user not in self._lent and self._lock(user):
                if user not in self._seen:
                    # A supervisor that was killed may have left something behind.
                    _tree.end_user(user)
                    self._seen.add(user)
                return user
        raise NoUser(
            f"expected a free user among {self.numbers[0]} to {self.numbers[-1]}; found none"
        )

    def _lock(self, user: int) -> bool:
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(_NAME.format(user))
        except OSError:
            lock.close()
            return False
        self._lent[user] = lock
        return True

    def give_back(self, user: int) -> None:
        """Let another process have the user, which runs nothing any more."""
        self._lent.pop(user).close()
