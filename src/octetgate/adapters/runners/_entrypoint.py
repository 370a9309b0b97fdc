"""The program that a function's process becomes: the package's own, a layer's, or Node.js.

Functions of ``python3.x`` run in the Python that octetgate runs in.
"""

import os
import shutil
import sys
from pathlib import Path

from octetgate.adapters.runners._call import Plan
from octetgate.adapters.runners._layout import RUNTIMES
from octetgate.core.model.function import Function
from octetgate.core.ports.functions import InvalidRuntime

_PYTHON = (sys.executable, "-s", "-P", "-X", "utf8", str(RUNTIMES / "python.py"))
_NODEJS = str(RUNTIMES / "nodejs" / "main.cjs")
_HEAP_SHARE = 0.9
"""Of its memory, what Node.js may fill with old objects; untold, it goes by the machine's."""


class NoEntrypoint(Exception):
    """Neither the package nor a layer has a program to start; says where it was expected."""


def entrypoint(plan: Plan) -> tuple[str, ...]:
    """Return the program and its arguments; raises NoEntrypoint."""
    if plan.function.brings_runtime:
        return (_bootstrap(plan.task_root, plan.layers),)
    if plan.function.runtime.startswith("nodejs"):
        heap = int(plan.function.memory_size * _HEAP_SHARE)
        return (plan.node, f"--max-old-space-size={heap}", _NODEJS, str(plan.calls))
    return (*_PYTHON, str(plan.calls))


def node_for(function: Function, node: str) -> str:
    """Return Node.js's path; raises InvalidRuntime if the function needs it and it is not here."""
    found = shutil.which(node)
    if not function.runtime.startswith("nodejs"):
        return found or node
    if found is None:
        raise InvalidRuntime(
            f"{function.name}: runtime {function.runtime} needs Node.js; expected the program "
            f"{node!r}, found none; install it, or name it with the setting `node`"
        )
    return found


def _bootstrap(task_root: Path, layers: Path | None) -> str:
    """Return the package's own program, else the one of a layer."""
    places = [folder / "bootstrap" for folder in (task_root, layers) if folder]
    for program in places:
        if program.is_file() and os.access(program, os.X_OK):
            return str(program)
    raise NoEntrypoint(" ".join(map(str, places)))
