"""Looks through a template for what decides how its code is generated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from octetgate.core.mapping.vtl.methods import CHANGING
from octetgate.core.mapping.vtl.nodes import (
    Binary,
    Block,
    Break,
    Call,
    Define,
    Expression,
    Foreach,
    If,
    Index,
    Interpolated,
    ListLiteral,
    Macro,
    MapLiteral,
    Node,
    Not,
    Property,
    RangeLiteral,
    Reference,
    Set,
    Show,
    Step,
    Stop,
    Use,
)

DEEPEST = 8
"""Blocks within each other in one function: a loop may take two of the 20 that Python allows."""

COUNTERS = frozenset({"index", "count", "hasNext", "first", "last"})
"""What ``$foreach`` can say without an object that stands for it."""

_Part = Node | Expression | Step | Block


@dataclass(slots=True)
class Survey:
    """What a template has in it anywhere."""

    roots: frozenset[str]
    """The variables that it reads."""

    macros: dict[str, Macro] = field(default_factory=dict)
    """By name; the first of a name is the one used."""

    names: set[str] = field(default_factory=set)
    """All its variables."""

    shown: set[str] = field(default_factory=set)
    """The variables that print as their source where they were never set."""

    alone: bool = True
    """Whether nothing but its one function needs the variables."""

    sets_in_strings: bool = False
    """Whether evaluating an expression may set a variable."""

    throws: bool = False
    """Whether a ``#break`` may end a loop from another function, or another loop."""

    changes: bool = False
    """Whether anything in it changes a list or a map."""

    counted: bool = True
    """Whether it asks ``$foreach`` for nothing but the counters of the loop it stands in."""


def survey(block: Block, references: Iterable[Reference]) -> Survey:
    """Return what is in a template."""
    found = Survey(frozenset(reference.root for reference in references))
    found.names |= found.roots
    waiting: list[tuple[_Part, int, bool]] = [(block, 0, False)]
    macros: list[Macro] = []
    while waiting:
        part, depth, quoted = waiting.pop()
        inside = depth + isinstance(part, (If, Foreach, Interpolated))
        if inside > DEEPEST:
            found.alone = False
        if isinstance(part, Macro) and not quoted:
            macros.append(part)
        _note(found, part, quoted=quoted)
        quoted = quoted or isinstance(part, Interpolated)
        waiting.extend((inner, inside, quoted) for inner in _parts(part))
    macros.sort(key=lambda macro: (macro.place.line, macro.place.column), reverse=True)
    found.macros = {macro.name: macro for macro in macros}
    return found


def _note(found: Survey, part: _Part, *, quoted: bool) -> None:
    match part:
        case Show(Reference(root=root, quiet=quiet), backslashes):
            if backslashes or not quiet:
                found.shown.add(root)
        case Use() | Define() | Macro():
            found.alone = False
        case Break(loop):
            found.throws |= quoted or loop is not None
            found.alone &= not quoted
            found.counted &= loop is None
        case Stop():
            found.alone &= not quoted
        case Set(target):
            found.sets_in_strings |= quoted
            found.counted &= target.root != "foreach"
            found.changes |= bool(target.steps)
        case Foreach(name):
            found.names.add(name)
            found.sets_in_strings |= quoted
            found.counted &= name != "foreach"
        case Call(name):
            found.changes |= name in CHANGING
        case Reference(root="foreach", steps=steps):
            found.counted &= _is_counter(steps)


def _is_counter(steps: tuple[Step, ...]) -> bool:
    match steps:
        case (Property(name),):
            return name in COUNTERS
        case _:
            return False


def _parts(part: _Part) -> Iterable[_Part]:
    """Return what ``part`` consists of."""
    match part:
        case Block(inner) | ListLiteral(inner) | Call(_, inner) | Reference(steps=inner):
            return inner
        case Show(one) | Index(one) | Interpolated(one) | Not(one) | Break(Reference() as one):
            return (one,)
        case Define(_, one) | Macro(_, _, one):
            return (one,)
        case Set(one, other) | RangeLiteral(one, other) | Binary(_, one, other):
            return (one, other)
        case Foreach(_, one, other):
            return (one, other)
        case If(pairs, otherwise):
            return (*chain.from_iterable(pairs), otherwise)
        case MapLiteral(pairs):
            return tuple(chain.from_iterable(pairs))
        case Use(_, arguments, body):
            return arguments if body is None else (*arguments, body)
        case _:
            return ()
