"""Where the supervisor's socket is, when its path is longer than the system allows."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

PATH_LIMIT = 100
"""Bytes of a socket's path; Linux takes 107, others a little less."""


class NoPlaceForSocket(Exception):
    """There is no path for the socket that is both short and private."""


def address(path: Path) -> Path:
    """Return the path itself, or a short one that only the same user and path lead to.

    Server and clients ask with the same path and find each other at the same address.
    """
    full = path.absolute()
    if _fits(full):
        return full
    name = hashlib.sha256(os.fsencode(full)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"octetgate-{os.getuid()}" / name
    if not _fits(short):
        raise NoPlaceForSocket(
            f"socket: expected a path of at most {PATH_LIMIT} bytes; found {full} and {short}; "
            "choose a shorter data folder or TMPDIR"
        )
    return short


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= PATH_LIMIT


def prepare(path: Path) -> None:
    """Make the socket's folder for its owner alone; raises NoPlaceForSocket."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    # In a folder of everybody, another user may have been there first.
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not mine or stat.S_IMODE(found.st_mode) & 0o022:
        raise NoPlaceForSocket(
            f"socket: expected {folder} to be a folder that only its owner may write to"
        )
