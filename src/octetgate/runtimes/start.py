"""Becomes a function's process: gives up what a function must not have, then runs its program.

Started as ``python -I -S runtimes/start.py`` with nothing in its environment but
``OCTETGATE_START``, the orders as JSON.  The function's own variables are among them and count
only for the program: what is done here may be done as root, and neither a ``PYTHONPATH`` nor an
``LD_PRELOAD`` of a function may have a say in it.

Imports nothing of octetgate.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

ORDERS = "OCTETGATE_START"

_LINE = 3
"""Where our runtimes look for the line on which calls come."""

_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38

_CLONE_NEWNS = 0x00020000
_CLONE_NEWIPC = 0x08000000
_CLONE_NEWUSER = 0x10000000

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18

_ANYBODY = "1777"
"""The mode of a folder in which everybody may write."""


def main(orders: dict[str, Any]) -> NoReturn:
    """Carry out the orders; each step leaves the rights that the next one needs."""
    if _LINUX:
        # Where memory runs out, a function goes before the gateway does.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500", "ascii")
        # And it does not push aside who has just given it a call and is giving others theirs.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    if orders["view"] is not None:
        seclude(**orders["view"])
    for name, amount in orders["limits"].items():
        limit(name, amount)
    if orders["user"] is not None:
        become(orders["user"])
    os.umask(0o022)
    if _LINUX:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        # What the function starts stays below this process, even when its own parent ends.
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    if orders["supervisor"] is not None:
        end_with(orders["supervisor"])
    if orders["line"] is not None:
        hand_down(orders["line"])
    os.chdir(orders["folder"])
    command = orders["command"]
    os.execve(command[0], command, orders["environment"])  # noqa: S606 - it is there to be run


def end_with(supervisor: int) -> None:
    """Have the kernel kill this process when its supervisor ends, even by ``kill -9``.

    A change of user takes that back, so it comes after.
    """
    if _LINUX:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The supervisor may have ended before the kernel was asked.
    if os.getppid() != supervisor:
        sys.exit("the supervisor is gone")


def hand_down(line: int) -> None:
    """Leave the descriptor to the program, where it looks for it."""
    if line == _LINE:
        os.set_inheritable(line, True)
    else:
        os.dup2(line, _LINE)
        os.close(line)


def limit(name: str, amount: int) -> None:
    """Lower a limit for good; one that is lower already stays."""
    kind = getattr(resource, name)
    if name == "RLIMIT_NPROC" and os.getuid() != 0:
        # It counts all that this user runs, not what this process starts.
        amount += _tasks_of(os.getuid())
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        amount = min(amount, most)
    resource.setrlimit(kind, (amount, amount))


def _tasks_of(user: int) -> int:
    """Return how many processes and threads the user has."""
    count = 0
    for each in os.scandir("/proc") if _LINUX else ():
        if each.name.isdigit():
            try:
                if each.stat().st_uid == user:
                    count += sum(1 for _ in Path(each.path, "task").iterdir())
            except OSError:
                pass  # ended meanwhile
    return count


def become(user: int) -> None:
    """Be nobody but this user, in its own group and no other, with no way back."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


# --- A view of its own on the file system ---


def seclude(*, user_namespace: bool, layout: list[list[Any]]) -> None:
    """See the file system laid out anew; what is done here ends with the process.

    The layout is worked through in order: ``["hide", path, bytes, mode]`` puts an empty folder
    over one, ``["keep", path]`` puts back what was at the path, to be read only, and
    ``["join", path, other]`` makes a path another name for a folder.
    """
    _unshare(user_namespace=user_namespace)
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    # Opened while they can be seen: behind what hides them, their paths lead nowhere.
    kept = {
        path: os.open(path, os.O_PATH | os.O_CLOEXEC)
        for order, path, *_ in layout
        if order == "keep"
    }
    sealed = []
    for order, path, *rest in layout:
        if order == "keep":
            _put_back(path, kept[path])
        elif Path(path).is_dir():  # else it is hidden already, or was never there
            if order == "join":
                _mount(rest[0], path, "", _MS_BIND)
                continue
            size, mode = rest
            flags = _MS_NOSUID | _MS_NODEV
            _mount("tmpfs", path, "tmpfs", flags, f"size={size},mode={mode}")
            if mode != _ANYBODY:
                sealed.append(path)
    for path in sealed:
        _mount("none", path, "", _MS_BIND | _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)
    for held in kept.values():
        os.close(held)


def _unshare(*, user_namespace: bool) -> None:
    user, group = os.getuid(), os.getgid()
    kinds = _CLONE_NEWNS | _CLONE_NEWIPC | (_CLONE_NEWUSER if user_namespace else 0)
    _check(_libc().unshare(kinds), "unshare")
    if user_namespace:
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")


def _put_back(path: str, held: int) -> None:
    Path(path).mkdir(mode=0o755, parents=True, exist_ok=True)
    _mount(f"/proc/self/fd/{held}", path, "", _MS_BIND | _MS_REC)
    # Flags that the folder's file system has already may not be taken away.
    flags = os.statvfs(path).f_flag & _MS_NOEXEC | _MS_RDONLY | _MS_NOSUID | _MS_NODEV
    _mount("none", path, "", _MS_BIND | _MS_REMOUNT | flags)


# --- The kernel ---


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    _check(_libc().prctl(option, value, 0, 0, 0), "prctl")


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    texts = [os.fsencode(text) for text in (source, target, kind)]
    done = _libc().mount(*texts, ctypes.c_ulong(flags), os.fsencode(options))
    _check(done, f"mount {target}")


def _check(done: int, what: str) -> None:
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    try:
        main(json.loads(os.environ[ORDERS]))
    except (OSError, ValueError) as error:
        sys.exit(f"The process could not be started: {error}")
