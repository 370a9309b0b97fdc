"""Numbers under names, in a file that one process writes and any may read.

A row is a name and so many doubles, which count exactly up to 2**53.  A process finds the
rows of its predecessor and goes on, so numbers only grow.  Adding is an item of a memory view
read and written: there is one writer, and a reader sees either number.
"""

import json
import mmap
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

NAME_BYTES = 1016
_LENGTH = struct.Struct("=Q")
ROWS = 4096

Numbers: TypeAlias = "memoryview[float]"


class Rows:
    """One process's rows, ``width`` numbers each."""

    def __init__(self, path: Path, width: int, *, rows: int = ROWS) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._width = width
        self._most = rows
        self._memory = _mapped(path, rows * _stride(width), writes=True)
        self._known = {name: at for at, name in enumerate(_names(self._memory, width))}

    def row(self, name: Mapping[str, str]) -> "Numbers | None":
        """Return the numbers under a name, zeros at first; None when there is no room."""
        text = _text(name)
        at = self._known.get(text)
        if at is None:
            at = len(self._known)
            if at >= self._most or len(text) > NAME_BYTES:
                return None
            self._name(at, text)
            self._known[text] = at
        begins = at * _stride(self._width) + _LENGTH.size + NAME_BYTES
        return memoryview(self._memory)[begins : begins + self._width * 8].cast("d")

    def _name(self, at: int, text: bytes) -> None:
        begins = at * _stride(self._width)
        self._memory[begins + _LENGTH.size : begins + _LENGTH.size + len(text)] = text
        # The length last: whoever reads meanwhile finds no row yet.
        _LENGTH.pack_into(self._memory, begins, len(text))


def read_rows(path: Path, width: int) -> Iterator[tuple[dict[str, str], tuple[float, ...]]]:
    """Yield each row of a file: its name and its numbers."""
    memory = _mapped(path, path.stat().st_size, writes=False)
    numbers = struct.Struct(f"={width}d")
    for at, text in enumerate(_names(memory, width)):
        begins = at * _stride(width) + _LENGTH.size + NAME_BYTES
        yield json.loads(text), numbers.unpack_from(memory, begins)
    memory.close()


def _names(memory: mmap.mmap, width: int) -> Iterator[bytes]:
    for begins in range(0, len(memory), _stride(width)):
        length: int = _LENGTH.unpack_from(memory, begins)[0]
        if not length:
            return
        yield memory[begins + _LENGTH.size : begins + _LENGTH.size + length]


def _text(name: Mapping[str, str]) -> bytes:
    return json.dumps(name, sort_keys=True).encode()


def _stride(width: int) -> int:
    return _LENGTH.size + NAME_BYTES + width * 8


def _mapped(path: Path, size: int, *, writes: bool) -> mmap.mmap:
    descriptor = os.open(path, (os.O_RDWR | os.O_CREAT if writes else os.O_RDONLY), 0o600)
    try:
        if writes:
            os.ftruncate(descriptor, size)
        access = mmap.ACCESS_WRITE if writes else mmap.ACCESS_READ
        return mmap.mmap(descriptor, size, access=access)
    finally:
        os.close(descriptor)
