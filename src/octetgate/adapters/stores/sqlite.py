"""``sqlite:///file.db``: a store in one file, shared by every process of the machine.

Four slashes name an absolute path; ``?wait=`` is how many seconds a writer waits for another.
The journal is a write-ahead log, so that readers and the writer do not wait for each other, and
every commit is synced to the disk (``synchronous=FULL``): what a finished block has written
survives ``kill -9`` and a power cut.

A store belongs to the process that opened it: open after a fork, not before.
"""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError

from octetgate.adapters.stores import KEPT_CHANGES
from octetgate.adapters.stores._documents import understood, written
from octetgate.adapters.stores._location import located
from octetgate.adapters.stores._revision import RevisionWord
from octetgate.adapters.stores.schema import migrations
from octetgate.adapters.stores.schema.tables import changes, documents
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

_REVISION = select(func.coalesce(func.max(changes.c.revision), 0))
_OLDEST = select(func.coalesce(func.min(changes.c.revision), 1))
_CHANGES = (
    select(changes).where(changes.c.revision > bindparam("since")).order_by(changes.c.revision)
)
_CHANGE = insert(changes)
_TRIM = delete(changes).where(changes.c.revision <= bindparam("last"))

_IS_IT = (documents.c.collection == bindparam("in_")) & (documents.c.key == bindparam("key_"))
_GET = select(documents.c.document).where(_IS_IT)
_DELETE = delete(documents).where(_IS_IT)
_PREFIXED = (
    documents.c.collection == bindparam("in_"),
    # The first lets the index skip what lies before, the second is the rule.
    documents.c.key >= bindparam("prefix"),
    func.substr(documents.c.key, 1, func.length(bindparam("prefix"))) == bindparam("prefix"),
)
_LIST = (
    select(documents.c.key, documents.c.document).where(*_PREFIXED).order_by(documents.c.position)
)
_KEYS = select(documents.c.key).where(*_PREFIXED).order_by(documents.c.position)
# Lets the index skip what lies after as well, where there is an end.
_ENDS = documents.c.key < bindparam("end")
_LIST_ENDS, _KEYS_ENDS = _LIST.where(_ENDS), _KEYS.where(_ENDS)
_NEW = upsert(documents)
_PUT = _NEW.on_conflict_do_update(
    index_elements=[documents.c.collection, documents.c.key],
    set_={"document": _NEW.excluded.document, "revision": _NEW.excluded.revision},
)

_EXPECTED = {
    "SQLITE_NOTADB": "an SQLite database",
    "SQLITE_CORRUPT": "a sound SQLite database",
    "SQLITE_CANTOPEN": "a file that can be opened, in a folder that exists",
    "SQLITE_READONLY": "a file and a folder that can be written",
    "SQLITE_PERM": "a file and a folder that can be written",
    "SQLITE_FULL": "room on the disk",
    "SQLITE_IOERR": "a disk that reads and writes",
}


def open(url: str) -> Store:  # noqa: A001 - every store's module is opened by this name
    """Return the store in that file; makes the file, or brings it to the present schema."""
    location = located(url)
    if len(location.path) < 2 or not location.path.startswith("/"):
        raise StoreUnusable(f"store {url}: expected sqlite:/// and a path, found no path")
    path = Path(location.path[1:]).resolve()
    try:
        _keep_private(path)
        return SqliteStore(path, location.wait)
    except OSError as error:
        reason = f"expected {_EXPECTED['SQLITE_CANTOPEN']}, found: {error.strerror}"
        raise StoreUnusable(f"store {path}: {reason}") from error


def _keep_private(path: Path) -> None:
    """Let nobody but its owner open the file: there are keys and their secrets in it.

    SQLite makes the files beside it with the same mode.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    mode = path.stat().st_mode
    if mode & 0o077:
        with contextlib.suppress(PermissionError):
            path.chmod(mode & 0o700)


class _View:
    """Reading, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, collection: Collection[T], key: str) -> T | None:
        row = self._connection.execute(_GET, {"in_": collection.name, "key_": key}).first()
        return None if row is None else understood(collection, key, row.document)

    def list(self, collection: Collection[T], prefix: str = "") -> list[tuple[str, T]]:
        rows = self._prefixed(_LIST, _LIST_ENDS, collection.name, prefix)
        return [(key, understood(collection, key, kept)) for key, kept in rows]

    def keys(self, collection: Collection[T], prefix: str = "") -> Sequence[str]:
        return [key for (key,) in self._prefixed(_KEYS, _KEYS_ENDS, collection.name, prefix)]

    def _prefixed(self, query: Any, ends: Any, collection: str, prefix: str) -> Any:
        given = {"in_": collection, "prefix": prefix}
        end = _after(prefix)
        if end is None:
            return self._connection.execute(query, given)
        return self._connection.execute(ends, {**given, "end": end})


class _Draft(_View):
    """Writing, in one transaction."""

    revision = 0
    """Of the last change; 0 before the first."""

    def put(self, collection: Collection[T], key: str, document: T) -> None:
        kept = written(collection, document)
        self._touch(collection.name, key)
        self._connection.execute(
            _PUT,
            {
                "collection": collection.name,
                "key": key,
                "document": kept,
                "revision": self.revision,
            },
        )

    def delete(self, collection: Collection[T], key: str) -> bool:
        gone = self._connection.execute(_DELETE, {"in_": collection.name, "key_": key})
        if gone.rowcount:
            self._touch(collection.name, key)
        return bool(gone.rowcount)

    def _touch(self, collection: str, key: str) -> None:
        added = self._connection.execute(_CHANGE, {"collection": collection, "key": key})
        self.revision = added.lastrowid


class SqliteStore:
    """Store, in one SQLite file."""

    def __init__(self, path: Path, wait: float) -> None:
        self._path = path
        self._wait = wait
        # SQLite lets waiting writers try again now and then; threads can do better.
        self._turn = threading.Lock()
        self._word = RevisionWord(path.with_name(f"{path.name}-revision"), wait, self._asked)
        self._readers = _engine(path, wait)
        self._writers = self._readers.execution_options(begin="BEGIN IMMEDIATE")
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Reading]:
        with self._explained(), self._readers.connect() as connection:
            # The view is that of the first query.
            connection.execute(_REVISION)
            yield _View(connection)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        if not self._turn.acquire(timeout=self._wait):
            raise StoreConflict(f"another writer held {self._path} for {self._wait:g} s")
        try:
            with self._explained(), self._writers.connect() as connection, connection.begin():
                draft = _Draft(connection)
                yield draft
                self._commit(connection, draft.revision)
        finally:
            self._turn.release()

    def revision(self) -> int:
        return self._word.read()

    def changes(self, since: int) -> list[Change] | None:
        with self._explained(), self._readers.connect() as connection:
            oldest = connection.execute(_OLDEST).scalar_one()
            newest = connection.execute(_REVISION).scalar_one()
            if not oldest - 1 <= since <= newest:
                return None
            return [Change(*row) for row in connection.execute(_CHANGES, {"since": since})]

    def close(self) -> None:
        self._readers.dispose()
        self._word.close()

    def _prepare(self) -> None:
        with self._explained():
            # Two processes that leave the first journal mode together get in each other's way.
            with self._word.lock(), self._readers.connect() as connection:
                current = migrations.is_current(connection)
                connection.rollback()
                connection.connection.execute("PRAGMA journal_mode = WAL")
            if not current:
                with self._writers.connect() as connection, connection.begin():
                    migrations.bring_up(connection)
            self._word.settle()

    def _commit(self, connection: Connection, revision: int) -> None:
        if revision:
            connection.execute(_TRIM, {"last": revision - KEPT_CHANGES})
            self._word.commit(connection.commit, revision)

    def _asked(self) -> int:
        with self._explained(), self._readers.connect() as connection:
            return int(connection.execute(_REVISION).scalar_one())

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            explanation = self._explanation(error)
            if explanation is None:
                raise
            raise explanation from error
        except migrations.WrongSchema as error:
            raise StoreUnusable(f"store {self._path}: {error}") from error

    def _explanation(self, error: DBAPIError) -> Exception | None:
        """Return the port's error for the database's; None for a fault of our own."""
        # An extended name, like SQLITE_READONLY_DIRECTORY, starts with the plain one.
        name = "_".join(getattr(error.orig, "sqlite_errorname", "").split("_")[:2])
        if name in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
            return StoreConflict(f"another writer held {self._path} for {self._wait:g} s")
        if name not in _EXPECTED:
            return None
        reason = f"expected {_EXPECTED[name]}, found: {error.orig}"
        return StoreUnusable(f"store {self._path}: {reason}")


def _after(prefix: str) -> str | None:
    """Return the first text that comes after all that have the prefix; None if there is no end.

    SQLite compares UTF-8, whose order is that of the code points.
    """
    kept = prefix.rstrip("\U0010ffff")
    if not kept:
        return None
    last = ord(kept[-1])
    # Surrogates are no characters.
    return kept[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)


def _engine(path: Path, wait: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # The driver would begin transactions by rules of its own; `begin` below does instead.
        connect_args={"timeout": wait, "isolation_level": None},
        max_overflow=-1,
    )
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def _connected(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = FULL")


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
