"""The program that runs a function, and what it has used."""

import os
import sys
from pathlib import Path

from octetgate.adapters.runners._entrypoint import RUNTIMES

_START = str(RUNTIMES / "python.py")
_PYTHON = (sys.executable, "-s", "-P", "-X", "utf8")
# Nothing of Python stays once it has become the package's program, so it need not find packages.
_BARE_PYTHON = (sys.executable, "-I", "-S")


def command(program: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command line of a process that becomes this program; none: a Python function."""
    supervisor = str(os.getpid())
    if not program:
        return (*_PYTHON, _START, supervisor)
    return (*_BARE_PYTHON, _START, supervisor, *program)


def peak_memory(pid: int | None) -> int:
    """Return the most memory that the process has held, in MiB; 0 if that cannot be known."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0
