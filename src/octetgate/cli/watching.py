"""Following files: a round at the start, and one after each edit.

By looking at the files' times, which sees what editors do (write in place, or move a new file
there) on every file system, containers' mounts among them.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_PAUSE = 0.2
"""Seconds between two looks."""


def edits(files: Sequence[Path]) -> Iterator[None]:
    """Yield at once, and again whenever one of the files has changed, without end."""
    while True:
        seen = [_state(each) for each in files]
        yield
        while [_state(each) for each in files] == seen:
            time.sleep(_PAUSE)


def _state(file: Path) -> tuple[int, int, int] | None:
    """Return what changes when a file does; None while there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
