"""What functions print: a file per function, bounded, and the end of each call's part of it."""

import contextlib
import time
from functools import lru_cache
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
    """One function's log file, and the one before it; together at most twice ``limit`` bytes.

    Each line begins with the time at which it came, as it has in CloudWatch; a reader finds
    its place by it (see :mod:`octetgate.adapters.telemetry.log_files`).
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()
        self._unfinished: object = None
        """Whose line has no end yet."""

    def write(
        self,
        data: bytes,
        *,
        by: object = None,
        stamp: bytes = b"",
        behind: tuple[bytes, bytes] | None = None,
    ) -> None:
        """Write what one process printed, or what is said about it.

        ``stamp`` is when that was, if not now; ``behind`` are a stamp and what comes before.
        """
        lines = self._stamped(behind[1], behind[0], by) if behind else b""
        lines += self._stamped(data, stamp or now(), by)
        # A full disk costs the log, not the calls.
        with contextlib.suppress(OSError):
            if self._size + len(lines) > self._limit:
                self._turn()
            self._file.write(lines)
            self._size += len(lines)

    def _stamped(self, data: bytes, stamp: bytes, by: object) -> bytes:
        begin = stamp
        if self._unfinished is not None:
            # A line goes on only where the same process goes on with it.
            begin = b"" if self._unfinished is by else b"\n" + stamp
        ended = data.endswith(b"\n")
        self._unfinished = None if ended else by or self
        inner = data[:-1] if ended else data
        return begin + inner.replace(b"\n", b"\n" + stamp) + (b"\n" if ended else b"")

    def _turn(self) -> None:
        """Start a new file; the old one replaces the one before."""
        self._file.close()
        self._path.replace(self._path.with_suffix(self._path.suffix + ".1"))
        self._file = self._path.open("ab", buffering=0)
        self._size = 0

    def close(self) -> None:
        self._file.close()


def now() -> bytes:
    """Return the time as a line of the log begins with it, and a space."""
    seconds = time.time()
    return b"%b.%03dZ " % (_second(int(seconds)), seconds % 1 * 1000)


@lru_cache(maxsize=1)
def _second(seconds: int) -> bytes:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)).encode()
