"""Where one running octetgate is: its folders and the lock on them, its store, its two ports."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from octetgate.server.settings import Settings

_LONGEST_SOCKET_PATH = 107
_MEMORY = Path("/dev/shm")  # noqa: S108  # Ours is made inside it by mkdtemp.


class PlaceTaken(Exception):
    """Another octetgate works in this data folder, or the folder cannot be written."""


@dataclass(frozen=True, slots=True)
class Place:
    """The paths that the processes share."""

    store_url: str
    functions_socket: Path
    """Where the functions supervisor takes invocations."""
    logs: Path
    usage: Path
    """What API keys have used."""
    caches: Path
    """Folder of the stages' caches; empty at the start."""
    metrics: Path
    """Folder of what each process counts; empty at the start."""


@dataclass(frozen=True, slots=True)
class Running:
    """What is known once the ports are ours."""

    settings: Settings
    """With the ports that were really bound."""
    place: Place

    @property
    def gateway_url(self) -> str:
        """Where deployed APIs are called."""
        scheme = "https" if self.settings.has_only_tls else "http"
        return f"{scheme}://{_reachable(self.settings.host)}:{self.settings.port}"

    @property
    def secure_url(self) -> str | None:
        """Where they are called over TLS besides; None where there is no port for that alone."""
        port = self.settings.tls_port
        return None if port is None else f"https://{_reachable(self.settings.host)}:{port}"

    @property
    def management_url(self) -> str:
        """What boto3 takes as ``endpoint_url``."""
        return f"http://{_reachable(self.settings.admin_host)}:{self.settings.admin_port}"


@contextlib.contextmanager
def occupy(settings: Settings) -> Iterator[Place]:
    """Make the folders and keep other octetgates out of them while the block runs.

    Configuration that is to be kept nowhere (``memory://``) still has to be seen by several
    processes: it goes to a SQLite file in a private folder, in memory where the machine has
    such a place, that is removed at the end.
    """
    data = settings.data.absolute()
    with contextlib.ExitStack() as held:
        try:
            for folder in (data, data / "run", data / "logs"):
                folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(_locked(data / "run" / "lock"))
        except OSError as error:
            raise PlaceTaken(
                f"data: expected a folder that can be written; found {data} ({error.strerror}); "
                "choose another with --data"
            ) from error
        socket_path = data / "run" / "functions.sock"
        if len(os.fsencode(socket_path)) > _LONGEST_SOCKET_PATH:
            socket_path = held.enter_context(_private_folder()) / "functions.sock"
        url = settings.store_url
        kept = data
        if url.startswith("memory://"):
            kept = held.enter_context(_private_folder())
            url = f"sqlite:///{kept / 'octetgate.db'}"
        # A cache may forget, and one that a crash of the machine left half-written must.
        # Metrics count from the start, as whoever reads them expects.
        caches, metrics = kept / "cache", kept / "metrics"
        for folder in (caches, metrics):
            shutil.rmtree(folder, ignore_errors=True)
        yield Place(url, socket_path, data / "logs", kept / "usage", caches, metrics)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a+", encoding="ascii") as file:
        try:
            # Held by this open file, which the children share: it is free again when the
            # last of them has ended, however that happened.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise PlaceTaken(
                f"data: {path.parent.parent} is in use by another octetgate "
                f"(process {file.read().strip() or 'unknown'}); stop it, or choose another "
                "folder with --data"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    parent = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    made = Path(tempfile.mkdtemp(prefix="octetgate-", dir=parent))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _reachable(host: str) -> str:
    """Return the host as a client on this machine writes it in a URL."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104  # Read, not bound.
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
