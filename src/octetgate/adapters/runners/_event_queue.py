"""Asynchronous calls on the disk: what was accepted is not forgotten, whoever is killed.

One SQLite file, written by the supervisor alone.  A call is deleted when it has ended and
whoever is to hear of it has; a supervisor that is killed before finds it again.
"""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from octetgate.core.functions.events import Delivery

_TABLE = """
create table if not exists events (
    key integer primary key,
    function text not null,
    qualifier text,
    request_id text not null,
    trace_id text,
    client_context text,
    came real not null,
    due real not null,
    attempts integer not null default 0,
    throttles integer not null default 0,
    payload blob not null,
    deliveries blob
)
"""
_COLUMNS = (
    "function, qualifier, request_id, trace_id, client_context, came, due, attempts, throttles, "
    "payload"
)


class QueueFull(Exception):
    """There is no room for another call; says what there is room for."""


@dataclass(slots=True, kw_only=True)
class Event:
    """One asynchronous call."""

    function: str
    qualifier: str | None
    request_id: str
    trace_id: str | None
    client_context: str | None
    came: float
    """Epoch seconds."""
    due: float
    """When it is to be tried next, or told."""
    attempts: int = 0
    """How often the function ran, to its end."""
    throttles: int = 0
    """How often there was no room, or nobody took what was to be told, since."""
    payload: bytes
    deliveries: Sequence[Delivery] | None = None
    """Who is still to hear how it ended, once it has."""


class EventQueue:
    """Blocking, and safe to use from several threads."""

    def __init__(self, path: Path, *, most: int, most_bytes: int) -> None:
        self._path = path
        self._most = most
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._count = 0
        self._bytes = 0

    def open(self) -> list[tuple[int, str, float]]:
        """Return key, function and due time of every call that was left."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in ("auto_vacuum=full", "journal_mode=wal", "synchronous=normal"):
            self._database.execute(f"pragma {pragma}")
        self._database.execute(_TABLE)
        sums = "select count(*), coalesce(sum(length(payload)), 0) from events"
        self._count, self._bytes = self._database.execute(sums).fetchone()
        return self._database.execute("select key, function, due from events").fetchall()

    def put(self, event: Event) -> int:
        """Keep a call and return its key; raises QueueFull."""
        size = len(event.payload)
        with self._lock:
            if self._count >= self._most or self._bytes + size > self._most_bytes:
                raise QueueFull(
                    f"expected fewer than {self._most} asynchronous calls with at most "
                    f"{self._most_bytes} bytes under way; found {self._count} with {self._bytes}"
                )
            key = self._database.execute(
                f"insert into events ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (
                    event.function,
                    event.qualifier,
                    event.request_id,
                    event.trace_id,
                    event.client_context,
                    event.came,
                    event.due,
                    event.attempts,
                    event.throttles,
                    event.payload,
                ),
            ).lastrowid
            self._count += 1
            self._bytes += size
        return key or 0

    def get(self, key: int) -> Event:
        """Return a call."""
        with self._lock:
            row = self._database.execute(
                f"select {_COLUMNS}, deliveries from events where key = ?",  # noqa: S608
                (key,),
            ).fetchone()
        told = None if row[-1] is None else msgspec.msgpack.decode(row[-1], type=list[Delivery])
        names = _COLUMNS.split(", ")
        return Event(**dict(zip(names, row[:-1], strict=True)), deliveries=told)

    def keep(self, key: int, event: Event) -> None:
        """Keep how far a call has come."""
        told = None if event.deliveries is None else msgspec.msgpack.encode(event.deliveries)
        with self._lock:
            self._database.execute(
                "update events set due = ?, attempts = ?, throttles = ?, deliveries = ? "
                "where key = ?",
                (event.due, event.attempts, event.throttles, told, key),
            )

    def delete(self, key: int, event: Event) -> None:
        """Forget a call that is over."""
        with self._lock:
            self._database.execute("delete from events where key = ?", (key,))
            self._count -= 1
            self._bytes -= len(event.payload)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()
