"""``memory://``: a store that lives as long as its process; each ``open`` makes a new one.

What is committed is one immutable value behind one reference: a reader takes the reference, a
writer works on a copy of what it touches and puts the new value in its place.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import TypeVar

from octetgate.adapters.stores import KEPT_CHANGES
from octetgate.adapters.stores._documents import understood, written
from octetgate.adapters.stores._location import located
from octetgate.core.ports.store import (
    Change,
    Collection,
    Reading,
    Store,
    StoreConflict,
    StoreUnusable,
    Writing,
)

T = TypeVar("T")


def open(url: str) -> Store:  # noqa: A001 - every store's module is opened by this name
    """Return a new, empty store; ``?wait=`` is how many seconds a writer waits for another."""
    location = located(url)
    if location.path:
        raise StoreUnusable(f"store {url}: expected memory:// alone, found {location.path!r}")
    return MemoryStore(location.wait)


@dataclass(frozen=True, slots=True)
class _Kept:
    """All that is committed.  Nobody edits it."""

    revision: int = 0
    documents: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """By collection, then by key in the order of creation."""
    changes: tuple[Change, ...] = ()


class _View:
    """Reading, of one committed value."""

    def __init__(self, kept: _Kept) -> None:
        self._documents = dict(kept.documents)

    def get(self, collection: Collection[T], key: str) -> T | None:
        kept = self._documents.get(collection.name, {}).get(key)
        return None if kept is None else understood(collection, key, kept)

    def list(self, collection: Collection[T], prefix: str = "") -> list[tuple[str, T]]:
        return [
            (key, understood(collection, key, kept))
            for key, kept in self._documents.get(collection.name, {}).items()
            if key.startswith(prefix)
        ]

    def keys(self, collection: Collection[T], prefix: str = "") -> Sequence[str]:
        kept = self._documents.get(collection.name, {})
        return [key for key in kept if key.startswith(prefix)]


class _Draft(_View):
    """Writing: a view whose collections are copied when they are first written."""

    def __init__(self, kept: _Kept) -> None:
        super().__init__(kept)
        self._before = kept
        self._copied: set[str] = set()
        self._touched: list[tuple[str, str]] = []

    def put(self, collection: Collection[T], key: str, document: T) -> None:
        self._own(collection.name)[key] = written(collection, document)
        self._touched.append((collection.name, key))

    def delete(self, collection: Collection[T], key: str) -> bool:
        if key not in self._documents.get(collection.name, {}):
            return False
        del self._own(collection.name)[key]
        self._touched.append((collection.name, key))
        return True

    def _own(self, name: str) -> dict[str, bytes]:
        if name not in self._copied:
            self._documents[name] = dict(self._documents.get(name, {}))
            self._copied.add(name)
        return self._documents[name]

    def finished(self) -> _Kept:
        """Return what is committed when this draft is."""
        before = self._before
        new = tuple(
            Change(revision, collection, key)
            for revision, (collection, key) in enumerate(self._touched, before.revision + 1)
        )
        changes = (before.changes + new)[-KEPT_CHANGES:]
        # A draft that is written after its block must not reach what is committed.
        self._copied.clear()
        return _Kept(before.revision + len(new), dict(self._documents), changes)


class MemoryStore:
    """Store, in this process."""

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._turn = threading.Lock()
        self._kept = _Kept()

    @contextmanager
    def read(self) -> Iterator[Reading]:
        yield _View(self._kept)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        if not self._turn.acquire(timeout=self._wait):
            raise StoreConflict(f"another writer held memory:// for {self._wait:g} s")
        try:
            draft = _Draft(self._kept)
            yield draft
            self._kept = draft.finished()
        finally:
            self._turn.release()

    def revision(self) -> int:
        return self._kept.revision

    def changes(self, since: int) -> list[Change] | None:
        kept = self._kept
        if not kept.revision - len(kept.changes) <= since <= kept.revision:
            return None
        return list(dropwhile(lambda change: change.revision <= since, kept.changes))

    def close(self) -> None:
        self._kept = _Kept()
