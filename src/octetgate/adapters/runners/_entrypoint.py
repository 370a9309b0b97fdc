"""The program that a function's process becomes: the package's own, a layer's, or Node.js.

Functions of ``python3.x`` have none: they run in the Python that starts them.
"""

import os
import shutil
from pathlib import Path

from octetgate.adapters.runners._call import Plan
from octetgate.core.model.function import Function
from octetgate.core.ports.functions import InvalidRuntime

RUNTIMES = Path(__file__).parents[2] / "runtimes"

_NODEJS = str(RUNTIMES / "nodejs" / "main.cjs")


class NoEntrypoint(Exception):
    """Neither the package nor a layer has a program to start; says where it was expected."""


def entrypoint(plan: Plan) -> tuple[str, ...]:
    """Return the program and its arguments, none for Python; raises NoEntrypoint."""
    if plan.function.brings_runtime:
        return (_bootstrap(plan.task_root, plan.layers),)
    if plan.function.runtime.startswith("nodejs"):
        return (plan.node, _NODEJS)
    return ()


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
