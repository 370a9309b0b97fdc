r"""Writes a tree for RE2, which reads any text in one go, and says what RE2 cannot do.

RE2 never goes back, so there is nothing for it to go wrong about; that leaves out
what needs going back: references, looking around, repeats that give nothing back.
A ``$`` with nothing but the end after it is written as the line end that may follow,
with an empty group before it that tells where the match itself ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from octetgate.core.mapping.regex import characters
from octetgate.core.mapping.regex.characters import Ranges
from octetgate.core.mapping.regex.nodes import (
    Chars,
    Choice,
    Greed,
    Group,
    Node,
    Place,
    Repeat,
    Sequence,
)

_SURROGATES: Ranges = ((0xD800, 0xDFFF),)
_PLACES = {Place.BEGIN: r"\A", Place.END: r"\z", Place.WORD: r"\b", Place.NO_WORD: r"\B"}
_LAST_LINE_ENDS = {
    Place.LAST_LINE_END: r"(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z",
    Place.LAST_NEWLINE: r"\n?\z",
}


class NotLinear(ValueError):
    """RE2 has nothing for this."""


@dataclass(slots=True)
class Written:
    """A pattern in RE2's syntax, and which of its groups are which."""

    text: str = ""
    groups: dict[int, int] = field(default_factory=dict)
    """Where the pattern's own groups are."""
    ends: list[int] = field(default_factory=list)
    """Groups that end the match where they have matched."""


def write(root: Node, *, whole: bool) -> Written:
    """Return ``root`` for matching a whole text, or for finding matches in one.

    Raises ``NotLinear`` for what RE2 cannot do.
    """
    writer = _Writer(whole)
    writer.out.text = writer.node(root, last=True)
    return writer.out


@dataclass(slots=True)
class _Writer:
    whole: bool
    out: Written = field(default_factory=Written)

    def node(self, node: Node, *, last: bool) -> str:
        """Return ``node``'s text; ``last`` says that nothing comes after it."""
        match node:
            case Chars(members):
                return _chars(members)
            case Place():
                return self._place(node, last=last)
            case Sequence(parts):
                ends = len(parts) - 1
                return "".join(
                    self._part(part, last=last and at == ends) for at, part in enumerate(parts)
                )
            case Choice(branches):
                written = "|".join(self.node(branch, last=last) for branch in branches)
                return f"(?:{written})"
            case Group(body, number):
                return self._group(body, number, last=last)
            case Repeat():
                return self._repeat(node, last=last)
        raise NotLinear(f"{type(node).__name__}: it needs going back")

    def _part(self, part: Node, *, last: bool) -> str:
        return (
            f"(?:{self.node(part, last=last)})"
            if isinstance(part, Sequence)
            else self.node(part, last=last)
        )

    def _place(self, place: Place, *, last: bool) -> str:
        if place in _PLACES:
            return _PLACES[place]
        if not last or place not in _LAST_LINE_ENDS:
            raise NotLinear(f"{place.value}: it needs looking ahead")
        if self.whole:
            return _PLACES[Place.END]
        self.out.ends.append(self._next_group())
        return "()" + _LAST_LINE_ENDS[place]

    def _group(self, body: Node, number: int, *, last: bool) -> str:
        if self.whole:
            return f"(?:{self.node(body, last=last)})"
        self.out.groups[number] = self._next_group()
        return f"({self.node(body, last=last)})"

    def _next_group(self) -> int:
        return len(self.out.groups) + len(self.out.ends) + 1

    def _repeat(self, repeat: Repeat, *, last: bool) -> str:
        if repeat.greed is Greed.POSSESSIVE:
            raise NotLinear("a possessive repeat: it gives nothing back")
        body = self.node(repeat.body, last=last and repeat.most == 1)
        return f"(?:{body}){times(repeat)}{repeat.greed.value}"


def times(repeat: Repeat) -> str:
    """Return how often it repeats, in the syntax that all engines share."""
    match repeat.least, repeat.most:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case least, most:
            return f"{{{least},{'' if most is None else most}}}"


def _chars(members: Ranges) -> str:
    if members and not (members := characters.intersect(members, characters.negate(_SURROGATES))):
        raise NotLinear("half a surrogate pair: it is no UTF-8")
    if not members:
        return r"[^\x{0}-\x{10FFFF}]"
    if len(members) == 1 and members[0][0] == members[0][1]:
        return rf"\x{{{members[0][0]:x}}}"
    return "[" + "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in members) + "]"
