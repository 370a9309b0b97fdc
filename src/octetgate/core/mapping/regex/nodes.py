"""What a regular expression is made of, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from octetgate.core.mapping.regex.characters import Ranges


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    members: Ranges


class Place(Enum):
    """A condition on a place between two characters."""

    BEGIN = "the beginning of the text"
    END = "the end of the text"
    LAST_LINE_END = "the end, or before a line end that is last"
    LAST_NEWLINE = "the end, or before a newline that is last"
    LINE_BEGIN = "the beginning of a line"
    LINE_END = "the end of a line"
    AFTER_NEWLINE = "the beginning of a line that a newline ends"
    BEFORE_NEWLINE = "the end of a line that a newline ends"
    WORD = "a word's boundary"
    NO_WORD = "no word's boundary"


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first branch with which the rest matches."""

    branches: tuple[Node, ...]


class Greed(Enum):
    """How often a repeat tries first; its value is what the pattern says."""

    GREEDY = ""
    LAZY = "?"
    POSSESSIVE = "+"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same again and again; ``most`` is ``None`` for any number of times."""

    body: Node
    least: int
    most: int | None
    greed: Greed = Greed.GREEDY


@dataclass(frozen=True, slots=True)
class Group:
    """What is remembered under a number, and maybe a name."""

    body: Node
    number: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Atomic:
    """What is not tried again once it has matched."""

    body: Node


@dataclass(frozen=True, slots=True)
class Look:
    """What must stand, or must not, after or before a place."""

    body: Node
    behind: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Back:
    """What a group has matched, again."""

    number: int
    any_case: bool = False


Node = Chars | Place | Sequence | Choice | Repeat | Group | Atomic | Look | Back
EMPTY = Sequence(())


@dataclass(frozen=True, slots=True)
class Pattern:
    """A whole regular expression."""

    java: str
    root: Node
    groups: int
    names: dict[str, int]
