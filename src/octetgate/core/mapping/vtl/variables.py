"""The code that reads and sets a template's variables.

A template without macros and ``#define`` blocks is one function, and its variables
are that function's locals.  In any other template several functions see the
variables, so they stay in the mapping that goes by ``variables``.
"""

from __future__ import annotations

from typing import Protocol

from octetgate.core.mapping.vtl.source import Function, Operand, constant
from octetgate.core.mapping.vtl.survey import Survey


class Storage(Protocol):
    """Writes the statements that use variables."""

    def load(self, function: Function, name: str) -> Operand:
        """Return the value of a variable; null where it was never set."""
        ...

    def store(self, function: Function, name: str, code: str) -> None:
        """Set a variable."""
        ...

    def is_set(self, name: str) -> str:
        """Return the Python that says whether a variable was ever set."""
        ...

    def hide(self, function: Function, names: tuple[str, ...]) -> str:
        """Put variables aside, and return a name for them all."""
        ...

    def restore(self, function: Function, names: tuple[str, ...], hidden: str) -> None:
        """Bring back what was put aside."""
        ...


class Locals:
    """Variables as locals: ``v1``, and ``d1`` for whether it was ever set."""

    def __init__(self, function: Function, found: Survey) -> None:
        self._codes: dict[str, str] = {}
        self._flags: dict[str, str] = {}
        self._copies = found.sets_in_strings
        for name in sorted(found.names):
            code = self._codes[name] = function.names.new("v")
            function.write(f"{code} = variables.get({constant(name)}, None)")
            if name in found.shown:
                flag = self._flags[name] = function.names.new("d")
                function.write(f"{flag} = {constant(name)} in variables")

    def load(self, function: Function, name: str) -> Operand:
        """Return the local itself, or a copy if it may change while it is in use."""
        code = self._codes[name]
        return Operand(function.keep(code) if self._copies else code)

    def store(self, function: Function, name: str, code: str) -> None:
        """Set the local."""
        function.forget()
        function.write(f"{self._codes[name]} = {code}")
        if flag := self._flags.get(name):
            function.write(f"{flag} = True")

    def is_set(self, name: str) -> str:
        """Return the local that says so."""
        return self._flags[name]

    def hide(self, function: Function, names: tuple[str, ...]) -> str:
        """Keep copies."""
        return function.keep(f"({', '.join(self._places(names))},)")

    def restore(self, function: Function, names: tuple[str, ...], hidden: str) -> None:
        """Copy back."""
        function.forget()
        function.write(f"{', '.join(self._places(names))}, = {hidden}")

    def _places(self, names: tuple[str, ...]) -> list[str]:
        codes = [self._codes[name] for name in names]
        return codes + [self._flags[name] for name in names if name in self._flags]


class Shared:
    """Variables in a mapping, which a macro may have put a view over."""

    def load(self, function: Function, name: str) -> Operand:
        """Look the variable up."""
        return Operand(function.keep(f"variables.get({constant(name)}, None)"))

    def store(self, function: Function, name: str, code: str) -> None:
        """Set the member."""
        function.write(f"variables[{constant(name)}] = {code}")

    def is_set(self, name: str) -> str:
        """Ask the mapping."""
        return f"{constant(name)} in variables"

    def hide(self, function: Function, names: tuple[str, ...]) -> str:
        """Keep the members."""
        return function.keep(f"hidden(variables, {names!r})")

    def restore(self, function: Function, names: tuple[str, ...], hidden: str) -> None:
        """Set them again, or forget them."""
        function.write(f"restore(variables, {names!r}, {hidden})")
