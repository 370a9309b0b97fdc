"""What functions print: a file per function, bounded, and the end of each call's part of it."""

import contextlib
from pathlib import Path

TAIL = 4096
"""How much of a call's log Invoke hands back."""


class Tail:
    """The last 4 KiB of what was fed."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> None:
        self._kept += data
        del self._kept[:-TAIL]

    def end(self) -> bytes:
        """Return what is kept."""
        return bytes(self._kept)


class FunctionLog:
    """One function's log file, and the one before it; together at most twice ``limit`` bytes."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()

    def write(self, data: bytes) -> None:
        # A full disk costs the log, not the calls.
        with contextlib.suppress(OSError):
            if self._size + len(data) > self._limit:
                self._turn()
            self._file.write(data)
            self._size += len(data)

    def _turn(self) -> None:
        """Start a new file; the old one replaces the one before."""
        self._file.close()
        self._path.replace(self._path.with_suffix(self._path.suffix + ".1"))
        self._file = self._path.open("ab", buffering=0)
        self._size = 0

    def close(self) -> None:
        self._file.close()
