"""The access log's newest lines, for people who look at them while calls come in."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

_LOOKED_BACK = 2 * 1024 * 1024
"""Bytes from the file's end: some thousand calls, read in a few milliseconds."""


class CallLogFile:
    """Keeps the port `octetgate.core.ports.logs.CallLog`, over a file that workers append to."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @property
    def where(self) -> str:
        return "" if self._path is None else str(self._path)

    def latest(
        self, words: str, most: int, wanted: Callable[[Mapping[str, Any]], bool]
    ) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        sought = [word.encode() for word in words.lower().split()]
        for line in reversed(list(self._lines())):
            if len(found) >= most:
                break
            lower = line.lower()
            if all(word in lower for word in sought):
                said = _said(line)
                if said is not None and wanted(said):
                    found.append(said)
        return found

    def _lines(self) -> Iterator[bytes]:
        """Return whole lines, oldest first."""
        if self._path is None or not self._path.exists():
            return
        with self._path.open("rb") as file:
            size = file.seek(0, 2)
            begins = max(0, size - _LOOKED_BACK)
            file.seek(begins)
            lines = file.read().split(b"\n")
        # The last is not ended yet, or empty; the first may have begun before what was read.
        yield from lines[1 if begins else 0 : -1]


def _said(line: bytes) -> Mapping[str, Any] | None:
    """Return a line's members; None for one that is not a call's, such as that of lost lines."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
