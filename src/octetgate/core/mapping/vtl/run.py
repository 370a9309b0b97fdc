"""One rendering: its output and what it may still spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from octetgate.core.mapping.vtl.errors import MemberError

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one rendering may use.  Beyond it the rendering fails; it is never cut short."""

    output: int = 14 * MEBI
    """Characters of output: API Gateway's payload limit as Base64, and a margin."""

    iterations: int = 1000
    """Rounds of one ``#foreach``, as AWS documents."""

    depth: int = 20
    """Macros within each other, Velocity's default."""

    steps: int = 1_000_000
    """Nodes rendered inside loops, macros and defined blocks."""

    work: int = 256 * MEBI
    """Characters read or built by methods and double-quoted strings."""


class Variables(Protocol):
    """What a template's variables are kept in: a ``dict``, or a macro's view of one."""

    def get(self, name: str, default: object, /) -> object:
        """Return the variable ``name``."""
        ...

    def pop(self, name: str, default: object, /) -> object:
        """Forget the variable ``name``."""
        ...

    def __setitem__(self, name: str, value: object, /) -> None: ...

    def __contains__(self, name: object, /) -> bool: ...


class Run:
    """The state of one rendering, which no other rendering sees.

    Generated code counts down ``left``, ``steps`` and ``work`` itself; what falls below
    zero is an error when it is looked at next.
    """

    __slots__ = ("_pieces", "bounds", "depth", "left", "steps", "work")

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.left = bounds.output
        """Characters that may still be written to the present output."""
        self.steps = bounds.steps
        self.work = bounds.work
        self.depth = 0
        self._pieces: list[str] = []

    def start(self, render: Render, variables: Variables) -> None:
        """Render into the output."""
        render(self, variables, self._pieces)

    def text(self) -> str:
        """Return everything written."""
        self._check_output()
        return "".join(self._pieces)

    def step(self, nodes: int) -> None:
        """Account for rendering ``nodes`` once more."""
        self.steps -= nodes + 1
        self.check()

    def check(self) -> None:
        """Refuse to go on with nothing left."""
        if self.steps < 0:
            raise MemberError(f"more than {self.bounds.steps} steps in loops and macros")
        # Pieces share the strings they stand for; only together could they be too much.
        self._check_output()

    def _check_output(self) -> None:
        if self.left < 0:
            raise MemberError(f"more than {self.bounds.output} characters of output")

    def charge(self, characters: int) -> None:
        """Account for reading or building so many characters."""
        self.work -= characters
        if self.work < 0:
            raise MemberError(f"strings of more than {self.bounds.work} characters in all")

    def captured(self, render: Render, variables: Variables) -> str:
        """Return what ``render`` writes instead of sending it to the output."""
        outer, self.left = self.left, self.bounds.output
        pieces: list[str] = []
        try:
            render(self, variables, pieces)
            self._check_output()
        finally:
            self.left = outer
        return self._joined(pieces)

    def caught(self, pieces: list[str], outer: int) -> str:
        """Return what code wrote to ``pieces``; ``outer`` is what the output has left."""
        self._check_output()
        self.left = outer
        return self._joined(pieces)

    def _joined(self, pieces: list[str]) -> str:
        written = "".join(pieces)
        self.charge(len(written))
        return written


Render = Callable[[Run, Variables, list[str]], object]
"""Generated code that writes to a list.  True says that a ``#break`` ended it."""

Evaluate = Callable[[Run, Variables], object]
"""Generated code of a macro's argument."""
