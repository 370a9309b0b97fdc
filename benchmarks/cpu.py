"""Processor time by process: what a call costs, also where others keep the machine busy."""

import contextlib
import ctypes
import json
import os
import socket
import time
import urllib.request
from collections import Counter
from multiprocessing import Process
from pathlib import Path

_libc = ctypes.CDLL(None)

RUNTIMES = ("runtimes/python.py", "runtimes/nodejs/main.cjs")


def tree(pid: int) -> list[int]:
    """Return the process and all below it."""
    found = [pid]
    for each in found:
        for listed in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, listed.read_text().split())
            except OSError:
                continue  # ended meanwhile
    return found


def seconds(pid: int) -> dict[int, float]:
    """Return what the process and each below it have used so far, all their threads together.

    Threads that have ended count too: libvips makes some for each image.  ``/proc/PID/task``
    forgets them, and ``/proc/PID/stat`` counts in hundredths of a second.
    """
    used = {}
    for each in tree(pid):
        with contextlib.suppress(OSError):  # ended meanwhile
            used[each] = time.clock_gettime(_clock(each))
    return used


def _clock(pid: int) -> int:
    """Return the kernel's clock of what the process uses; raises OSError if there is none."""
    clock = ctypes.c_int()
    if error := _libc.clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(error, os.strerror(error))
    return clock.value


def roles(admin_port: int) -> dict[int, str]:
    """Return what the processes of a running octetgate are; functions' own are not among them."""
    url = f"http://127.0.0.1:{admin_port}/_octetgate/health"
    with urllib.request.urlopen(url, timeout=30) as answer:
        report = json.load(answer)
    return {each["pid"]: each["name"].split()[0] for each in report["processes"]}


def role(pid: int, known: dict[int, str]) -> str:
    """Return what a process is for."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        command = ""
    if any(runtime in command for runtime in RUNTIMES):
        return "function"
    return {"functions": "supervisor", "worker": "gateway"}.get(known.get(pid, ""), "other")


def by_role(
    before: dict[int, float], after: dict[int, float], known: dict[int, str]
) -> dict[str, float]:
    """Return what each role has used in between."""
    used: Counter[str] = Counter()
    for pid, so_far in after.items():
        used[role(pid, known)] += so_far - before.get(pid, 0.0)
    return dict(used)


def _echo(end: socket.socket) -> None:
    while data := end.recv(4096):
        end.sendall(data)


def floor(rounds: int = 20_000, size: int = 700) -> float:
    """Return the processor's seconds of the smallest round trip there is between two Pythons.

    A message as long as an event crosses a pair of sockets and comes back; nothing is done
    with it at either end.
    """
    ours, theirs = socket.socketpair()
    other = Process(target=_echo, args=(theirs,), daemon=True)
    other.start()
    theirs.close()
    message = bytes(size)

    def turn(count: int) -> None:
        for _ in range(count):
            ours.sendall(message)
            ours.recv(4096)

    turn(rounds // 10)
    pid = other.pid or 0
    before, begun = seconds(pid)[pid], time.process_time()
    turn(rounds)
    used = time.process_time() - begun + seconds(pid)[pid] - before
    ours.close()
    other.join(5)
    return used / rounds
