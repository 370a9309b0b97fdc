"""The revision of a database's last commit, where every process can read it without a query.

Eight bytes in a file next to the database, mapped into memory by everyone.  They hold twice the
revision, plus one while a commit is under way:

- A writer takes the file's lock, makes the word odd, commits, writes twice the new revision and
  lets go.  The database's own lock is taken before the file's, never after, and a second writer
  cannot commit before the first has written, so the word only grows.
- An even word is the revision of the last commit: whoever has seen a write block end sees it.
- An odd word with the lock taken belongs to a commit whose write block has not ended, so the
  revision before it is a true answer.  An odd word with the lock free was left by a writer that
  was killed, or failed, somewhere around its commit: whoever meets it asks the database.
- Opening asks the database under the lock, whatever the word says: the database may have been
  restored, or the machine may have lost power before the word reached the disk.

The word is one aligned machine word and memoryview copies it in one piece (``memcpy`` of eight
bytes known when CPython is compiled is a single move), so a reader never meets half of one.
"""

import fcntl
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from octetgate.core.ports.store import StoreConflict

_SIZE = 8


class RevisionWord:
    """The word of one database, opened by one store.  ``ask`` queries the database."""

    def __init__(self, path: Path, wait: float, ask: Callable[[], int]) -> None:
        self._wait = wait
        self._ask = ask
        # flock tells open files apart, not the threads that share one.
        self._mine = threading.Lock()
        self._file = path.open("a+b", buffering=0)
        with self.lock():
            if os.fstat(self._file.fileno()).st_size != _SIZE:
                os.ftruncate(self._file.fileno(), _SIZE)
        self._map = mmap.mmap(self._file.fileno(), _SIZE)
        self._word = memoryview(self._map).cast("Q")

    def read(self) -> int:
        """Return the revision."""
        word = self._word[0]
        return self._left_open(word) if word & 1 else word >> 1

    def settle(self) -> None:
        """Write down what the database says."""
        with self.lock():
            self._word[0] = self._ask() << 1

    def commit(self, commit: Callable[[], None], revision: int) -> None:
        """Commit to the database, and write down the revision that it then has."""
        with self.lock():
            self._word[0] |= 1
            commit()
            self._word[0] = revision << 1

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other writer from committing; StoreConflict after waiting too long."""
        give_up = time.monotonic() + self._wait
        while not self._taken():
            if time.monotonic() > give_up:
                raise StoreConflict(f"another process held the revision for {self._wait:g} s")
            time.sleep(0.001)
        try:
            yield
        finally:
            self._let_go()

    def close(self) -> None:
        """Let go of the file."""
        self._word.release()
        self._map.close()
        self._file.close()

    def _left_open(self, word: int) -> int:
        if not self._taken():
            return word >> 1
        try:
            revision = self._ask()
            self._word[0] = revision << 1
            return revision
        finally:
            self._let_go()

    def _taken(self) -> bool:
        """Take the lock if it is free; say whether it was."""
        if not self._mine.acquire(blocking=False):
            return False
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._mine.release()
            return False
        return True

    def _let_go(self) -> None:
        fcntl.flock(self._file.fileno(), fcntl.LOCK_UN)
        self._mine.release()
