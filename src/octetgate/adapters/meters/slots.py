"""A table of small records in memory that several processes share, each under a name.

Names are kept as digests, and records stand in sets: a name's digest says in which set it is,
and any place of the set will do.  So nothing ever moves, and who has found a record may
remember where it is, as long as it looks whether the name is still there.

Locks are the file's own (POSIX record locks, one byte for each record): the kernel frees
those of a process that dies, so a killed process blocks nobody.  They tell processes apart,
not threads, so each process has a lock of its own besides.
"""

import contextlib
import fcntl
import mmap
import os
import threading
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

NAME_BYTES = 16
SET_SLOTS = 64
_NOBODY = bytes(NAME_BYTES)
_REMEMBERED = 65_536
_TABLE_LOCK = 1 << 50  # a byte no record has


class TableFull(Exception):
    """Every place that the name may have is taken."""


class Slots:
    """Records of ``size`` bytes each, zeros at first; ``sets`` times `SET_SLOTS` of them."""

    def __init__(self, descriptor: int, *, size: int, sets: int) -> None:
        """Map the file, which must have been made by `in_memory` or `in_file` as large."""
        self._descriptor = descriptor
        self._stride = NAME_BYTES + size
        self._sets = sets
        self.memory = mmap.mmap(descriptor, self._stride * sets * SET_SLOTS)
        self._known: dict[str, int] = {}
        self._threads = threading.RLock()

    @classmethod
    def in_memory(cls, *, size: int, sets: int) -> "Slots":
        """Return a table that this process and those it forks share, and that ends with them."""
        descriptor = os.memfd_create("octetgate-meters")
        os.ftruncate(descriptor, (NAME_BYTES + size) * sets * SET_SLOTS)
        return cls(descriptor, size=size, sets=sets)

    @classmethod
    def in_file(cls, path: Path, *, size: int, sets: int) -> "Slots":
        """Return a table that is kept in a file; a new one has holes where nothing was written."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        length = (NAME_BYTES + size) * sets * SET_SLOTS
        found = os.fstat(descriptor).st_size
        if found not in (0, length):
            os.close(descriptor)
            raise ValueError(f"{path}: expected {length} bytes, found {found}")
        os.ftruncate(descriptor, length)
        return cls(descriptor, size=size, sets=sets)

    def close(self) -> None:
        """Let go of it; what a file holds stays."""
        self.memory.close()
        os.close(self._descriptor)

    @contextlib.contextmanager
    def existing(self, name: str) -> Iterator[int | None]:
        """Give where the name's record begins in `memory`, locked; None if there is none."""
        digest = _digest(name)
        at = self._find(name, digest)
        if at is None:
            yield None
            return
        with self._locked(at):
            yield at + NAME_BYTES if self.memory[at : at + NAME_BYTES] == digest else None

    @contextlib.contextmanager
    def record(self, name: str, idle: Callable[[int], bool] | None = None) -> Iterator[int]:
        """Give where the name's record begins in `memory`, locked; a new one is zeros.

        ``idle`` says of the record at a place whether another name may have it.  Raises
        TableFull.
        """
        digest = _digest(name)
        while True:
            at = self._find(name, digest)
            if at is None:
                at = self._remember(name, self._place(digest, idle))
            with self._locked(at):
                # Another process may have given it away since it was found.
                if self.memory[at : at + NAME_BYTES] == digest:
                    yield at + NAME_BYTES
                    return
            del self._known[name]

    def _find(self, name: str, digest: bytes) -> int | None:
        at = self._known.get(name)
        if at is not None:
            return at
        for at in self._places(digest):
            if self.memory[at : at + NAME_BYTES] == digest:
                return self._remember(name, at)
        return None

    def _remember(self, name: str, at: int) -> int:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[name] = at
        return at

    def _place(self, digest: bytes, idle: Callable[[int], bool] | None) -> int:
        """Return a place that has been given to the name."""
        with self._locked(_TABLE_LOCK):
            free = None
            for at in self._places(digest):
                held = self.memory[at : at + NAME_BYTES]
                if held == digest:
                    return at
                if free is None and held == _NOBODY:
                    free = at
            for at in (free,) if free is not None else self._places(digest):
                with self._locked(at):
                    if free is not None or (idle is not None and idle(at + NAME_BYTES)):
                        # The name last: a process that dies in between leaves a free place.
                        self.memory[at : at + self._stride] = bytes(self._stride)
                        self.memory[at : at + NAME_BYTES] = digest
                        return at
        raise TableFull

    def _places(self, digest: bytes) -> range:
        first = int.from_bytes(digest[:8]) % self._sets * SET_SLOTS * self._stride
        return range(first, first + SET_SLOTS * self._stride, self._stride)

    @contextlib.contextmanager
    def _locked(self, byte: int) -> Iterator[None]:
        with self._threads:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, byte)
            try:
                yield
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, byte)


def _digest(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=NAME_BYTES).digest()
