"""The module that a wire name names.

``"AWS_PROXY"`` names ``integrations/aws_proxy.py``, ``"sqlite"`` names ``stores/sqlite.py``:
the folder is the registry, so adding a kind is adding a file.  This is the one module of
core that imports by name.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType


class NoSuchKind(LookupError):
    """A wire name that no file stands for; says which names exist."""

    def __init__(self, package: str, name: str, known: tuple[str, ...]) -> None:
        kind = package.rpartition(".")[2]
        super().__init__(f"{kind}: expected one of {', '.join(known)}; found {name!r}")
        self.name = name
        self.known = known


@cache
def names(package: str) -> tuple[str, ...]:
    """Return the names that the package's files stand for, in alphabetical order.

    A folder beside them, or a file whose name starts with ``_``, is their own affair.
    """
    found = pkgutil.iter_modules(importlib.import_module(package).__path__)
    files = (module.name for module in found if not module.ispkg)
    return tuple(sorted(name for name in files if not name.startswith("_")))


@cache
def load(package: str, name: str) -> ModuleType:
    """Return the module of ``package`` that the wire name stands for."""
    file = name.lower().replace("-", "_")
    if file not in names(package):
        raise NoSuchKind(package, name, names(package))
    return importlib.import_module(f"{package}.{file}")
