"""Reads log files while others write them, and turn to new ones.

There is one that grows, and the one before it with ``.1`` at its end, both bounded.  Functions'
are written by :mod:`octetgate.adapters.runners`, stages' execution logs by
:mod:`octetgate.adapters.telemetry.stage_logs`.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

LOOK_SECONDS = 0.2
"""How often a file that somebody follows is looked at."""
_PIECE = 256 * 1024
_STAMP = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.MULTILINE)


class LogFiles:
    """Keeps the promise of :class:`octetgate.core.ports.logs.KeptLogs`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._closing = asyncio.Event()

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    async def read(
        self, name: str, *, since: str = "", follow: bool = False
    ) -> AsyncIterator[bytes]:
        growing = _Growing(self._path(name))
        with contextlib.closing(growing):
            lines = await asyncio.to_thread(_kept, growing, since.removesuffix("Z").encode())
            for at in range(0, len(lines), _PIECE):
                yield lines[at : at + _PIECE]
            while follow and not self._closing.is_set():
                if piece := await asyncio.to_thread(growing.read):
                    yield piece
                else:
                    await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._closing.wait()

    def close(self) -> None:
        """End what is followed."""
        self._closing.set()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.log"


class _Growing:
    """A file that is read as it grows, and whose place another takes when it is full."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _opened(path)

    def read(self) -> bytes:
        """Return what has come; nothing if nothing has."""
        if self._file is None:
            self._file = _opened(self.path)
        if self._file is None:
            return b""
        if piece := self._file.read(_PIECE):
            return piece
        if self.is_at(self.path):
            return b""
        # It has turned; what was written before that may have come since we read.
        if piece := self._file.read(_PIECE):
            return piece
        self.close()
        self._file = _opened(self.path)
        return self._file.read(_PIECE) if self._file else b""

    def is_at(self, path: Path) -> bool:
        """Say whether this is the file at the path."""
        if self._file is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), path.stat())
        except OSError:
            return False

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _opened(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _kept(growing: _Growing, since: bytes) -> bytes:
    """Return the lines that are there from that time on."""
    before = growing.path.with_suffix(growing.path.suffix + ".1")
    # If it has turned meanwhile, the one before is the one that is read anyhow.
    parts = [] if growing.is_at(before) or not before.exists() else [before.read_bytes()]
    while piece := growing.read():
        parts.append(piece)
    lines = b"".join(parts)
    return lines[_place(lines, since) :] if since else lines


def _place(lines: bytes, since: bytes) -> int:
    """Return where the first line begins that is not older."""
    for stamp in _STAMP.finditer(lines):
        if stamp[0] >= since:
            return stamp.start()
    return len(lines)
