"""One rendering: its variables, its output and what it may still spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from octetgate.core.mapping.vtl.errors import MemberError

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one rendering may use.  Beyond it the rendering fails; it is never cut short."""

    output: int = 10 * MEBI + 64 * 1024
    """Characters of output: API Gateway's payload limit and a margin."""

    iterations: int = 1000
    """Rounds of one ``#foreach``, as AWS documents."""

    depth: int = 20
    """Macros and ``#define`` blocks within each other, Velocity's default."""

    steps: int = 1_000_000
    """Nodes rendered inside loops, macros and defined blocks."""

    work: int = 256 * MEBI
    """Characters read or built by methods and double-quoted strings."""


UNDEFINED = object()
"""What a variable holds that was never set; unlike null it prints as its own source."""


class Run:
    """The state of one rendering, which no other rendering sees."""

    __slots__ = ("_depth", "_steps", "_work", "bounds", "output", "variables")

    def __init__(self, variables: dict[str, object], bounds: Bounds) -> None:
        self.variables = variables
        self.bounds = bounds
        self.output = Output(bounds.output)
        self._steps = bounds.steps
        self._work = bounds.work
        self._depth = 0

    def step(self, nodes: int) -> None:
        """Account for rendering ``nodes`` once more."""
        self._steps -= nodes + 1
        if self._steps < 0:
            raise MemberError(f"more than {self.bounds.steps} steps in loops and macros")

    def charge(self, characters: int) -> None:
        """Account for reading or building so many characters."""
        self._work -= characters
        if self._work < 0:
            raise MemberError(f"strings of more than {self.bounds.work} characters in all")

    def deeper(self, render: Callable[[Run], None]) -> None:
        """Render one level deeper."""
        if self._depth >= self.bounds.depth:
            raise MemberError(f"macros or defined blocks more than {self.bounds.depth} deep")
        self._depth += 1
        try:
            render(self)
        finally:
            self._depth -= 1

    def captured(self, render: Callable[[Run], None]) -> str:
        """Return what ``render`` writes instead of sending it to the output."""
        outer, self.output = self.output, Output(self.bounds.output)
        try:
            render(self)
            written = self.output.text()
        finally:
            self.output = outer
        self.charge(len(written))
        return written


class Output:
    """Text in the making, joined once."""

    __slots__ = ("_left", "_limit", "_pieces")

    def __init__(self, limit: int) -> None:
        self._pieces: list[str] = []
        self._left = self._limit = limit

    def write(self, text: str) -> None:
        """Append ``text``."""
        self._left -= len(text)
        if self._left < 0:
            raise MemberError(f"more than {self._limit} characters of output")
        self._pieces.append(text)

    def text(self) -> str:
        """Return everything written."""
        return "".join(self._pieces)
