"""Caches in files that all processes map: LMDB, with a budget and an order of forgetting.

Nothing is synced: after a crash of the machine the cache is empty, which is all that a cache
has to be.  Reading takes no lock; writers take turns for microseconds.

What is forgotten first was put first and not asked for since (the CLOCK rule): entries stand
in a queue, whoever reads one leaves a mark, and an entry with a mark that comes to the head
of the queue goes to its end once more.
"""

import contextlib
import mmap
import os
import struct
import time
from contextlib import AbstractAsyncContextManager
from hashlib import blake2b
from pathlib import Path

import lmdb

from octetgate.adapters.caches.turns import Turns

_HEAD = struct.Struct(">QdQ")
"""What is known of a value: its place in the queue, when its time is over, its length."""
_NUMBER = struct.Struct(">Q")
_PAGE = 4096
_USED, _NEXT = b"used", b"next"
_MARKS = 65_536
_SECOND_CHANCES = 16
"""How many marked entries one `put` passes over before it forgets even those."""
_SLACK = 64 * 1024 * 1024
"""Bytes of the file beyond the budget: for the tree's own pages, and for those that a slow
reader still holds."""


class DiskCaches:
    """Keeps the port `octetgate.core.ports.cache.Caches`, for one event loop.

    LMDB forbids to open one file twice in a process, and to use it across a fork: each process
    makes its own, after the fork.
    """

    def __init__(self, folder: Path, most: int) -> None:
        """``most`` is how many bytes any cache may have, whatever it asks for."""
        self._folder = folder
        self._most = most
        self._open: dict[str, DiskCache] = {}

    def open(self, name: str, budget: int) -> "DiskCache":
        """Return the cache of that name."""
        budget = min(budget, self._most)
        file = f"{name}-{budget}"
        cache = self._open.get(file)
        if cache is None:
            cache = self._open[file] = DiskCache(self._folder / file, budget)
        return cache

    def close(self) -> None:
        """Let go of every file."""
        for cache in self._open.values():
            cache.close()
        self._open.clear()


class DiskCache:
    """One stage's cache."""

    def __init__(self, folder: Path, budget: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._budget = budget
        self._env = lmdb.open(
            os.fspath(folder),
            map_size=budget + budget // 4 + _SLACK,
            max_dbs=4,
            max_readers=1024,
            sync=False,
            metasync=False,
            writemap=True,
            meminit=False,
        )
        # Readers that were killed would keep old pages for ever.
        self._env.reader_check()
        self._heads = self._env.open_db(b"heads")
        self._values = self._env.open_db(b"values")
        self._queue = self._env.open_db(b"queue")
        self._counts = self._env.open_db(b"counts")
        self._marks = _marks(folder / "marks")
        self._turns = Turns(folder / "turns")

    async def get(self, key: bytes) -> bytes | None:
        """Return the value, unless it is forgotten or its time is over."""
        name = _digest(key)
        with self._env.begin() as reading:
            head = reading.get(name, db=self._heads)
            if head is None or _HEAD.unpack(head)[1] <= time.time():
                return None
            value = reading.get(name, db=self._values)
        self._marks[_mark_of(name)] = 1
        return None if value is None else bytes(value)

    async def put(self, key: bytes, value: bytes, *, seconds: float) -> None:
        """Remember the value for so long; one that does not fit the budget is forgotten."""
        name = _digest(key)
        try:
            with self._env.begin(write=True) as writing:
                self._put(writing, name, value, time.time() + seconds)
        except lmdb.MapFullError:
            # Nothing was written.  Readers that are gone may hold pages, and so may the queue.
            self._env.reader_check()
            with contextlib.suppress(lmdb.MapFullError), self._env.begin(write=True) as writing:
                self._make_room(writing, self._budget // 2)

    def _put(self, writing: lmdb.Transaction, name: bytes, value: bytes, until: float) -> None:
        self._forget(writing, name)
        size = _size(len(value))
        if size > self._budget:
            return
        self._make_room(writing, size)
        place = self._count(writing, _NEXT)
        writing.put(name, _HEAD.pack(place, until, len(value)), db=self._heads)
        writing.put(name, value, db=self._values)
        writing.put(_NUMBER.pack(place), name, db=self._queue, append=True)
        self._set(writing, _NEXT, place + 1)
        self._set(writing, _USED, self._count(writing, _USED) + size)
        self._marks[_mark_of(name)] = 0

    def _make_room(self, writing: lmdb.Transaction, size: int) -> None:
        """Forget from the head of the queue until so many bytes more fit the budget."""
        chances = _SECOND_CHANCES
        with writing.cursor(self._queue) as queue:
            while self._count(writing, _USED) + size > self._budget and queue.first():
                name = bytes(queue.value())
                if chances and self._marks[_mark_of(name)] and self._again(writing, name):
                    chances -= 1
                else:
                    self._forget(writing, name)

    def _again(self, writing: lmdb.Transaction, name: bytes) -> bool:
        """Move an entry to the end of the queue, unless its time is over."""
        place, until, length = _HEAD.unpack(writing.get(name, db=self._heads) or b"")
        if until <= time.time():
            return False
        last = self._count(writing, _NEXT)
        writing.delete(_NUMBER.pack(place), db=self._queue)
        writing.put(_NUMBER.pack(last), name, db=self._queue, append=True)
        writing.put(name, _HEAD.pack(last, until, length), db=self._heads)
        self._set(writing, _NEXT, last + 1)
        self._marks[_mark_of(name)] = 0
        return True

    def _forget(self, writing: lmdb.Transaction, name: bytes) -> None:
        head = writing.pop(name, db=self._heads)
        if head is None:
            return
        place, _, length = _HEAD.unpack(head)
        writing.delete(name, db=self._values)
        writing.delete(_NUMBER.pack(place), db=self._queue)
        self._set(writing, _USED, self._count(writing, _USED) - _size(length))

    def turn(self, key: bytes) -> AbstractAsyncContextManager[None]:
        """Wait until no other process has the key's turn, and have it while the block runs."""
        return self._turns.take(key)

    @property
    def used(self) -> int:
        """Bytes of the budget that are taken."""
        with self._env.begin() as reading:
            return self._count(reading, _USED)

    def close(self) -> None:
        """Let go of the files."""
        self._turns.close()
        self._marks.close()
        self._env.close()

    def _count(self, reading: lmdb.Transaction, name: bytes) -> int:
        found = reading.get(name, db=self._counts)
        number: int = 0 if found is None else _NUMBER.unpack(found)[0]
        return number

    def _set(self, writing: lmdb.Transaction, name: bytes, number: int) -> None:
        writing.put(name, _NUMBER.pack(number), db=self._counts)


def _digest(key: bytes) -> bytes:
    # Keys are long and of any length; LMDB's are not.  256 bits do not collide.
    return blake2b(key, digest_size=32).digest()


def _size(length: int) -> int:
    """Return what a value takes of the file: whole pages, and some for its place in the trees."""
    return -(-length // _PAGE) * _PAGE + 512


def _mark_of(name: bytes) -> int:
    return int.from_bytes(name[:4]) % _MARKS


def _marks(path: Path) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(descriptor, _MARKS)
        return mmap.mmap(descriptor, _MARKS)
    finally:
        os.close(descriptor)
