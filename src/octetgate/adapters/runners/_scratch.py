"""A supervisor's folder for its processes' private ones; removed with it, or by the next."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path


class Scratch:
    """One folder below ``root``, locked for as long as its supervisor lives.

    The lock ends with its owner even by ``kill -9``, so a folder that nobody locks is
    abandoned.
    """

    def __init__(self, root: Path, *, other_users: bool = False) -> None:
        """``other_users`` may pass through it, to folders of their own."""
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in root.iterdir():
            _remove_if_abandoned(folder)
        self.folder = Path(tempfile.mkdtemp(dir=root))
        self._lock: int | None = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        if other_users:
            root.chmod(0o711)
            self.folder.chmod(0o711)

    def close(self) -> None:
        """Remove the folder; once more does nothing."""
        if self._lock is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


def _remove_if_abandoned(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
