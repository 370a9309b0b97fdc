"""How a function's process is started: its command, and what it is kept to."""

import json
import os
import sys
from pathlib import Path
from typing import NamedTuple

from octetgate.adapters.runners import _layout
from octetgate.adapters.runners._isolation import Isolation, View
from octetgate.core.model.function import Function

_START = str(_layout.RUNTIMES / "start.py")
# It becomes another program at once, and may still be root: it heeds no variable and no package.
_STARTER = (sys.executable, "-I", "-S", _START)

_OPEN_FILES = 1024
_TASKS = 1024
"""Processes and threads; both are Lambda's own."""
_SPARE_BYTES = 4 * 2**30
"""What a process may ask for beyond its memory: runtimes ask for more than they use."""
_MIB = 2**20


class Inside(NamedTuple):
    """Where things are for the process."""

    task_root: str
    layers: str | None
    temporary: str


class Start(NamedTuple):
    """What is to be run, and all that is in its environment."""

    command: tuple[str, ...]
    environment: dict[str, str]


def inside(isolation: Isolation, task_root: Path, layers: Path | None, folder: Path) -> Inside:
    """Return where the process finds its code, its layers and its temporary folder.

    ``folder`` is where its private files go if it has no /tmp of its own.
    """
    temporary = _layout.TEMPORARY if isolation.has_own_temporary else str(folder)
    if isolation.view is View.BUBBLEWRAP:
        return Inside(_layout.TASK_ROOT, _layout.LAYERS if layers else None, temporary)
    return Inside(str(task_root), str(layers) if layers else None, temporary)


def start(
    isolation: Isolation,
    function: Function,
    command: tuple[str, ...],
    variables: dict[str, str],
    *,
    task_root: Path,
    layers: Path | None,
    user: int | None,
    line: int | None = None,
) -> Start:
    """Return how to start a process that becomes ``command``, a command as the process sees it.

    ``line`` is the descriptor on which our own runtimes are given calls.
    """
    # A program of the function's own is where its code is, and that is known.
    kept = {*_layout.homes(command[0] if Path(command[0]).exists() else sys.executable)}
    kept |= {task_root, *([layers] if layers else [])}
    temporary_bytes = function.ephemeral_storage * _MIB
    orders: dict[str, object] = {
        "view": None,
        "limits": _limits(function),
        "user": user,
        "supervisor": os.getpid(),
        "line": line,
        "folder": variables["LAMBDA_TASK_ROOT"],
        "command": command,
        "environment": variables,
    }
    wrapping: tuple[str, ...] = ()
    if isolation.view is View.BUBBLEWRAP:
        orders["supervisor"] = None  # in there, nobody has the number that it has out here
        wrapping = tuple(
            _layout.bubblewrap(
                isolation.bubblewrap,
                kept - {task_root, layers},
                task_root=task_root,
                layers=layers,
                temporary_bytes=temporary_bytes,
                user_namespace=user is None,
            )
        )
    elif isolation.view is not View.SHARED:
        laid_out = _layout.layout(
            kept,
            data=isolation.data,
            temporary_bytes=temporary_bytes,
            other_user=user is not None,
        )
        orders["view"] = {
            "user_namespace": isolation.view is View.NAMESPACED,
            "layout": laid_out,
        }
    return Start((*wrapping, *_STARTER), {"OCTETGATE_START": json.dumps(orders)})


def _limits(function: Function) -> dict[str, int]:
    return {
        "RLIMIT_CORE": 0,
        "RLIMIT_DATA": function.memory_size * _MIB + _SPARE_BYTES,
        "RLIMIT_FSIZE": function.ephemeral_storage * _MIB,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_NPROC": _TASKS,
    }
