"""One rendering: its variables, its output and what it may still spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
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


UNDEFINED = object()
"""What a variable holds that was never set; unlike null it prints as its own source."""


Evaluate = Callable[["Run"], object]
Render = Callable[["Run"], None]


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
    """The state of one rendering, which no other rendering sees."""

    __slots__ = (
        "_counted",
        "_depth",
        "_left",
        "_pieces",
        "_steps",
        "_work",
        "append",
        "bounds",
        "variables",
    )

    def __init__(self, variables: Variables, bounds: Bounds) -> None:
        self.variables = variables
        self.bounds = bounds
        self._steps = bounds.steps
        self._work = bounds.work
        self._depth = 0
        self._collect([])

    def _collect(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._counted = 0
        self._left = self.bounds.output
        self.append = pieces.append
        """Appends text to the output."""

    def step(self, nodes: int) -> None:
        """Account for rendering ``nodes`` once more, and for what has been written meanwhile."""
        self._steps -= nodes + 1
        if self._steps < 0:
            raise MemberError(f"more than {self.bounds.steps} steps in loops and macros")
        # Pieces share the strings they stand for; only together could they be too much.
        self.count()

    def count(self) -> None:
        """Account for what has been written since the last time."""
        pieces = self._pieces
        self._left -= sum(map(len, islice(pieces, self._counted, None)))
        self._counted = len(pieces)
        if self._left < 0:
            raise MemberError(f"more than {self.bounds.output} characters of output")

    def charge(self, characters: int) -> None:
        """Account for reading or building so many characters."""
        self._work -= characters
        if self._work < 0:
            raise MemberError(f"strings of more than {self.bounds.work} characters in all")

    def deeper(self, render: Render) -> None:
        """Render one level deeper."""
        if self._depth >= self.bounds.depth:
            raise MemberError(f"macros more than {self.bounds.depth} deep")
        self._depth += 1
        try:
            render(self)
        finally:
            self._depth -= 1

    def captured(self, render: Render) -> str:
        """Return what ``render`` writes instead of sending it to the output."""
        outer = self._pieces, self._counted, self._left, self.append
        self._collect([])
        try:
            render(self)
            written = self.text()
        finally:
            self._pieces, self._counted, self._left, self.append = outer
        self.charge(len(written))
        return written

    def text(self) -> str:
        """Return everything written."""
        self.count()
        return "".join(self._pieces)
