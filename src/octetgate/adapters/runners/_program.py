"""The program that runs a function, and what it has used."""

import os
import sys
from pathlib import Path

from octetgate.core.model.function import Function

RUNTIMES = Path(__file__).parents[2] / "runtimes"

_START = str(RUNTIMES / "python.py")
_PYTHON = (sys.executable, "-s", "-P", "-X", "utf8")
# Nothing of Python stays once it has become the package's program, so it need not find packages.
_BARE_PYTHON = (sys.executable, "-I", "-S")


class NoEntrypoint(Exception):
    """The package has no program to start; says where it was expected."""


def command(function: Function, task_root: Path) -> tuple[str, ...]:
    """Return the command line of a process of this function; raises NoEntrypoint."""
    supervisor = str(os.getpid())
    if not function.brings_runtime:
        return (*_PYTHON, _START, supervisor)
    program = task_root / "bootstrap"
    if not program.is_file() or not os.access(program, os.X_OK):
        raise NoEntrypoint(str(program))
    return (*_BARE_PYTHON, _START, supervisor, str(program))


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
