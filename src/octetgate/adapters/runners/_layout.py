"""What a function's process sees of the file system, as orders for those who lay it out.

Two lay it out: ``runtimes/start.py`` puts empty folders over what is to be hidden, bubblewrap
makes a new system and puts into it what is to be seen.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

RUNTIMES = Path(__file__).parents[2] / "runtimes"

TASK_ROOT, LAYERS, TEMPORARY = "/var/task", "/opt", "/tmp"  # noqa: S108 - AWS's own paths
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - made anew for each
_SHARED_MEMORY_BYTES = 64 * 2**20
_HIDDEN_BYTES = 2**20
_SYSTEM = ("/bin", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/sbin", "/usr")
_RESOLVER = Path("/etc/resolv.conf")


def homes(program: str) -> tuple[Path, ...]:
    """Return the folders without which the program, and the Python that starts it, do not run."""
    path = Path(program).resolve()
    folder = path.parent.parent if path.parent.name == "bin" else path.parent
    found = {Path(home) for home in (sys.prefix, sys.base_prefix, RUNTIMES)}
    return tuple({folder, *found, *(home.resolve() for home in found)} - {Path("/")})


def layout(
    kept: Iterable[Path], *, data: Path | None, temporary_bytes: int, other_user: bool
) -> list[list[object]]:
    """Return the orders for ``runtimes/start.py``.

    ``kept`` is seen wherever it is; for another user also below folders that are closed to it.
    """
    hidden: dict[Path, tuple[int, str]] = {
        Path(TEMPORARY): (temporary_bytes, "1777"),
        Path(_SHARED_MEMORY): (_SHARED_MEMORY_BYTES, "1777"),
    }
    places = set(kept)
    closed = [_closed(path) for path in places] if other_user else []
    for path in (data, *closed):
        if path is not None:
            hidden[path] = (_HIDDEN_BYTES, "755")
    orders: list[tuple[int, list[object]]] = [
        (len(path.parts), ["hide", str(path), *how]) for path, how in hidden.items()
    ]
    orders += [
        (len(path.parts), ["keep", str(path)])
        for path in places
        if any(path.is_relative_to(folder) for folder in hidden)
    ]
    # From the outside in: what is below a folder is decided after it.  Hidden before kept.
    orders.sort(key=lambda order: order[0])
    join: list[object] = ["join", "/var/tmp", TEMPORARY]  # noqa: S108 - made anew for each
    return [*(order for _, order in orders), join]


def _closed(path: Path) -> Path | None:
    """Return the first folder above the path that others may not pass through."""
    for folder in reversed(path.parents):
        if folder.is_dir() and not folder.stat().st_mode & 0o001:
            return folder
    return None


def bubblewrap(
    program: str,
    kept: Iterable[Path],
    *,
    task_root: Path,
    layers: Path | None,
    temporary_bytes: int,
    user_namespace: bool,
) -> Sequence[str]:
    """Return the command that runs what follows it in a system of its own."""
    command = [program, "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", *(["--unshare-user"] if user_namespace else [])]
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += _empty(_SHARED_MEMORY, _SHARED_MEMORY_BYTES) + _empty(TEMPORARY, temporary_bytes)
    command += ["--dir", "/var", "--symlink", TEMPORARY, "/var/tmp", "--dir", LAYERS]  # noqa: S108
    resolver = _RESOLVER.resolve()
    if not resolver.is_relative_to("/etc") and resolver.is_file():
        command += _shown(resolver, str(resolver))
    for path in sorted(kept, key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(system) for system in _SYSTEM):
            command += _shown(path, str(path))
    command += _shown(task_root, TASK_ROOT)
    # One by one: beside them may be something that the system needs.
    for path in sorted(layers.iterdir()) if layers else ():
        command += _shown(path, f"{LAYERS}/{path.name}")
    return (*command, "--remount-ro", "/", "--remount-ro", "/dev", "--")


def _empty(path: str, size: int) -> list[str]:
    return ["--perms", "1777", "--size", str(size), "--tmpfs", path]


def _shown(path: Path, where: str) -> list[str]:
    # Made before, or bubblewrap makes them for its own user alone.
    above = [str(folder) for folder in reversed(Path(where).parents[:-1])]
    folders = [part for folder in above for part in ("--dir", folder)]
    return [*folders, "--ro-bind", str(path), where]
