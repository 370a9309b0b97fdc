"""Folders that functions run from as they are, and when what stands in them has changed.

A fingerprint is made of names, sizes and times, not of contents: it has to be quick enough to
be taken at every call.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from octetgate.core.ports.functions import InvalidPackage

MOST_ENTRIES = 50_000
SETTLED_SECONDS = 0.03
"""How long nothing may be written before new code is run."""
_LOOKS = 30
"""A folder that is written to all the time is run as it is, after a second or so."""
_PASSED_OVER = {"__pycache__", ".git"}
_DEPENDENCIES = {"node_modules", ".venv"}
"""Installing changes the folder itself; what is inside is not looked at."""


class Folders:
    """What the folders' fingerprints were when their code was run last."""

    def __init__(self) -> None:
        self._settled: dict[Path, str] = {}

    async def fingerprint(self, folder: Path) -> str:
        """Return the folder's fingerprint, once nobody is in the middle of writing it.

        Raises InvalidPackage if there is no such folder, or too much in it.
        """
        seen = await asyncio.to_thread(fingerprint, folder)
        if seen == self._settled.get(folder):
            return seen
        for _ in range(_LOOKS):
            await asyncio.sleep(SETTLED_SECONDS)
            before, seen = seen, await asyncio.to_thread(fingerprint, folder)
            if before == seen:
                break
        self._settled[folder] = seen
        return seen


def fingerprint(folder: Path) -> str:
    """Return what changes when something below the folder does; raises InvalidPackage."""
    digest = hashlib.blake2b(digest_size=16)
    count = 0
    try:
        for line in _lines(os.fspath(folder)):
            count += 1
            if count > MOST_ENTRIES:
                raise InvalidPackage(
                    f"folder {folder}: expected at most {MOST_ENTRIES} files; found more"
                )
            digest.update(line)
    except OSError as error:
        raise InvalidPackage(
            f"folder {folder}: expected a folder that can be read; {error.strerror}"
        ) from error
    return digest.hexdigest()


def _lines(folder: str) -> Iterator[bytes]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name in _PASSED_OVER:
            continue
        try:
            about = entry.stat()
        except FileNotFoundError:
            continue  # gone meanwhile, or a link to nowhere
        yield os.fsencode(f"{entry.path}\0{about.st_mtime_ns}\0{about.st_size}\0{about.st_ino}\n")
        if entry.is_dir(follow_symlinks=False) and entry.name not in _DEPENDENCIES:
            yield from _lines(entry.path)
