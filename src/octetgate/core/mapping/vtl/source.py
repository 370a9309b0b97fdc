"""Python source in the making, and where in the template each of its lines comes from.

Only what this package writes gets into the source.  What a template's author wrote
becomes a constant: a string or a finite number by its ``repr``, which is one Python
literal whatever is in it, and everything else by a name of ours in the namespace.
So no text of a template is ever read as code; a test looks at the names in the source
of hostile templates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from types import TracebackType

from octetgate.core.mapping.vtl.errors import MemberError, TemplateError
from octetgate.core.mapping.vtl.nodes import Place

FILENAME = "<mapping template>"
"""What Python calls the file of generated code."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the template, and what an error says before its reason."""

    what: str
    place: Place

    def error(self, reason: object) -> TemplateError:
        """Return an error that comes up here."""
        return TemplateError(f"{self.what}: {reason}", self.place.line, self.place.column)


@dataclass(frozen=True, slots=True)
class Operand:
    """Python for a value that may be read more than once; ``kind`` is its type where known."""

    code: str
    kind: type | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to write: text as it is, or the Python of a string."""

    code: str
    text: str | None = None
    site: Site | None = None
    """Whose fault it is when this is too much."""


def constant(value: str | float) -> str:
    """Return ``value`` as a Python literal."""
    if isinstance(value, float) and not math.isfinite(value):
        # The only numbers whose repr would be a name; the namespace has both.
        return "infinity" if value > 0 else "-infinity"
    return repr(value)


class Names:
    """Numbers names, and keeps the constants that go by one."""

    def __init__(self) -> None:
        self.kept: dict[str, object] = {}
        self._last = 0

    def new(self, letter: str) -> str:
        """Return a name that is in no other place of the source."""
        self._last += 1
        return f"{letter}{self._last}"

    def keep(self, value: object) -> str:
        """Return the name by which the source will find ``value``."""
        name = self.new("k")
        self.kept[name] = value
        return name


class Function:
    """One function: its lines as they come, and the output that waits to be written."""

    def __init__(self, header: str, names: Names, site: Site | None = None) -> None:
        self.lines = [header]
        self.sites: dict[int, Site] = {}
        self.names = names
        self.hot = False
        """Whether what is written now is evaluated often: then it may be longer to be faster."""
        self._indent = 1
        self._site = site
        self._pending: list[Piece] = []
        self._out = "out"
        self._read: dict[str, str] = {}

    # -- lines

    def write(self, line: str, site: Site | None = None) -> None:
        """Add a statement; an error in it is ``site``'s, or that of what it stands in."""
        site = site or self._site
        if site is not None:
            self.sites[len(self.lines)] = site
        self.lines.append(" " * self._indent + line)

    def keep(self, code: str, site: Site | None = None) -> str:
        """Add a statement that evaluates ``code``, and return the name of its value."""
        name = self.names.new("t")
        self.write(f"{name} = {code}", site)
        return name

    def once(self, code: str) -> str:
        """Return the name of the value of ``code``, which reads something, maybe from before."""
        if code not in self._read:
            self._read[code] = self.keep(code)
        return self._read[code]

    def forget(self) -> None:
        """Read everything anew from here on: something may have changed."""
        self._read.clear()

    @contextmanager
    def block(self, header: str, site: Site | None = None) -> Iterator[None]:
        """Add a compound statement with what is written meanwhile in it."""
        self.write(header, site)
        self._indent += 1
        written = len(self.lines)
        # What waits is written whether or not this statement's turn comes.
        outer, self._pending = self._pending, []
        yield
        self.flush()
        self._pending = outer
        # What was read in there may not have been read at all.
        self.forget()
        if len(self.lines) == written:
            self.write("pass")
        self._indent -= 1

    @contextmanager
    def within(self, site: Site) -> Iterator[None]:
        """Let ``site`` stand for what is written meanwhile."""
        outer, self._site = self._site, site
        yield
        self._site = outer

    # -- output

    @contextmanager
    def writing_to(self, name: str) -> Iterator[None]:
        """Let the output meanwhile go to the list ``name``."""
        outer, self._out, self._pending = (self._out, self._pending), name, []
        yield
        self.flush()
        self._out, self._pending = outer

    def show(self, piece: Piece) -> None:
        """Write a piece, not yet but after everything before it."""
        self._pending.append(piece)
        if sum(piece.text is None for piece in self._pending) >= _TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Write what waits, all of it in one statement, and account for it."""
        pieces = list(_joined(self._pending))
        self._pending.clear()
        if not pieces:
            return
        known = sum(len(piece.text) for piece in pieces if piece.text is not None)
        lengths = [f"len({piece.code})" for piece in pieces if piece.text is None]
        if known:
            lengths.append(str(known))
        listed = f"({', '.join(piece.code for piece in pieces)},)"
        if not any(piece.site for piece in pieces):
            self.write(f"{self._out} += {listed}")
            self.write(f"run.left -= {' + '.join(lengths)}")
            return
        written = self.keep(listed)
        self.write(f"{self._out} += {written}")
        self.write(f"run.left -= {' + '.join(lengths)}")
        sites = self.names.keep(tuple(piece.site for piece in pieces))
        self.write(f"if run.left < 0: overflowed(run, {written}, {sites})")


_TOGETHER = 8
"""As many values are written at once: what they need together stays within bounds."""


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces with neighbouring text as one."""
    for known, together in groupby(pieces, lambda piece: piece.text is not None):
        if known:
            text = "".join(piece.text or "" for piece in together)
            yield Piece(constant(text), text)
        else:
            yield from together


def assembled(functions: list[Function]) -> tuple[str, Sites]:
    """Return the whole source, and the places of its lines."""
    sites: dict[int, Site] = {}
    lines: list[str] = []
    for function in functions:
        for line, site in function.sites.items():
            sites[len(lines) + line + 1] = site
        lines += function.lines
    return "\n".join(lines) + "\n", Sites(sites)


class Sites:
    """Where in the template the lines of the code come from."""

    def __init__(self, by_line: Mapping[int, Site]) -> None:
        self._by_line = by_line

    def error(self, error: MemberError) -> TemplateError:
        """Return ``error`` with the place that the innermost line knows where it came up."""
        site = _innermost(error.__traceback__, self._by_line)
        return TemplateError(str(error), 1, 1) if site is None else site.error(error)


def _innermost(frames: TracebackType | None, sites: Mapping[int, Site]) -> Site | None:
    found = None
    while frames is not None:
        if frames.tb_frame.f_code.co_filename == FILENAME:
            found = sites.get(frames.tb_lineno, found)
        frames = frames.tb_next
    return found
