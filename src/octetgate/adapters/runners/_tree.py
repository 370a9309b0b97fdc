"""A process and all that it started, as the kernel tells of them: found, weighed and killed.

Everything here reads ``/proc``; where there is none, a process is all there is of its tree.
"""

import contextlib
import ctypes
import os
import re
import signal
from collections.abc import Collection, Iterator

MOST = 10_000
"""Processes that one may have started."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROPORTIONAL = re.compile(rb"^Pss:\s+(\d+)", re.MULTILINE)
_PEAK = re.compile(rb"^VmHWM:\s+(\d+)", re.MULTILINE)
_PIECE = 64 * 1024
_ROUNDS = 50
"""At most; a process that has been stopped starts no others, so each finds fewer."""
_PR_SET_CHILD_SUBREAPER = 36
_PF_EXITING = 0x4
"""The kernel's mark of a process that does nothing any more but end."""


def children(pid: int) -> list[int]:
    """Return the processes that this one has started and not yet buried."""
    found: list[int] = []
    with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/task") as threads:
        for thread in threads:
            if listed := _read(f"{thread.path}/children"):
                found += map(int, listed.split())
    return found


def tree(pid: int, most: int = MOST) -> list[int]:
    """Return the process, and below it what it started; nothing if it has ended.

    No more is looked for once there are ``most``, as there may be a thousand.
    """
    is_there = os.path.exists(f"/proc/{pid}")  # noqa: PTH110 - a Path takes several times as long
    found = dict.fromkeys([pid] if is_there else ())
    queue = list(found)
    for each in queue:
        if len(found) >= most:
            break
        fresh = [child for child in children(each) if child not in found]
        found.update(dict.fromkeys(fresh))
        queue += fresh
    return list(found)


def of_user(user: int) -> list[int]:
    """Return every process of the user."""
    return [pid for pid, owner in _processes() if owner == user]


def _processes() -> Iterator[tuple[int, int]]:
    with contextlib.suppress(FileNotFoundError), os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    yield int(entry.name), entry.stat().st_uid


def dead(pids: Collection[int]) -> int:
    """Return how many of them have ended, and wait for their parent to ask how."""
    return sum(_resident(pid) == 0 for pid in pids)


def is_ending(pid: int) -> bool:
    """Return whether the process has ended, or closes what it had open on its way there."""
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return not fields or fields[0] in (b"Z", b"X") or bool(int(fields[6]) & _PF_EXITING)


# --- Memory ---


def held_bytes(pids: Collection[int]) -> int:
    """Return how much memory they hold at most: what they share is counted for each."""
    return sum(_resident(pid) for pid in pids)


def _resident(pid: int) -> int:
    numbers = _read(f"/proc/{pid}/statm").split()
    return int(numbers[1]) * _PAGE if numbers else 0


def own_bytes(pids: Collection[int]) -> int:
    """Return how much memory is theirs, what they share being split; slower to find out."""
    return sum(_proportional(pid) for pid in pids)


def _proportional(pid: int) -> int:
    found = _PROPORTIONAL.search(_read(f"/proc/{pid}/smaps_rollup"))
    # It may not be ours to look at so closely.
    return int(found[1]) * 1024 if found else _resident(pid)


def peak_bytes(pid: int) -> int:
    """Return the most memory that the process has held; 0 if that cannot be known."""
    found = _PEAK.search(_read(f"/proc/{pid}/status"))
    return int(found[1]) * 1024 if found else 0


def _read(path: str) -> bytes:
    """Return what the kernel says there; nothing about a process that has ended."""
    # For each thread of a function ten times a second: a file object takes four times as long.
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    pieces = []
    try:
        while piece := os.read(file, _PIECE):
            pieces.append(piece)
    except OSError:
        return b""
    finally:
        os.close(file)
    return b"".join(pieces)


# --- The end ---


def end(pid: int, user: int | None) -> None:
    """Kill the process and all that it started, whatever session that is in.

    Stopped first, so that nothing is started while the others are looked for.
    """
    stopped = _stop_all(pid, user)
    for each in stopped:
        _signal(each, signal.SIGKILL)
    end_group(pid)


def _stop_all(pid: int, user: int | None) -> set[int]:
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        # All of a user's own processes are its, and quicker to find.
        found = set(tree(pid) if user is None else of_user(user)) - stopped
        if not found or found == {pid}:
            break
        for each in found:
            _signal(each, signal.SIGSTOP)
        stopped |= found
    return stopped


def end_user(user: int) -> None:
    """Kill whatever the user runs."""
    for each in _stop_all(0, user):
        _signal(each, signal.SIGKILL)


def end_group(pid: int) -> None:
    """Kill what is left of the process's group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    # Ended by itself, or another's by now.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


# --- What outlives its process ---


def adopt_orphans() -> None:
    """Become the parent of what a function started and did not outlive, so that it is found."""
    with contextlib.suppress(AttributeError):  # not Linux
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(known: Collection[int]) -> None:
    """Kill and bury every child of ours that is not among the known ones."""
    for pid in children(os.getpid()):
        if pid not in known:
            end(pid, None)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
