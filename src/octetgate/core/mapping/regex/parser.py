"""Reads a Java regular expression into a tree (spec: mapping 3, ``java.util.regex``).

What Java knows and is not read is refused with its reason: scripts and blocks of
Unicode, the flag ``U``, the places that only ``find`` has a use for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from octetgate.core.mapping.regex import characters
from octetgate.core.mapping.regex.characters import Ranges
from octetgate.core.mapping.regex.nodes import (
    EMPTY,
    Atomic,
    Back,
    Chars,
    Choice,
    Greed,
    Group,
    Look,
    Node,
    Pattern,
    Place,
    Repeat,
    Sequence,
)
from octetgate.core.mapping.regex.reading import Reader

_DEEPEST = 50
_MOST_TIMES = 2**31 - 1

_TIMES = re.compile(r"([*+?])|\{(\d{1,10})(,?)(\d{0,10})\}")
_OPENINGS = re.compile(
    r"\(\?(?:<(?P<name>[A-Za-z][A-Za-z0-9]*)>|(?P<special>:|<?[=!]|>)"
    r"|(?P<on>[a-zA-Z]*)(?:-(?P<off>[a-zA-Z]+))?(?P<end>[:)]))"
)
_NUMBERED = re.compile(r"\\([1-9])")
_NAMED = re.compile(r"\\k<([A-Za-z][A-Za-z0-9]*)>")
_PLACES = {"A": Place.BEGIN, "z": Place.END, "b": Place.WORD, "B": Place.NO_WORD}
_ANY_LINE_END = Choice(
    (
        Sequence((Chars(characters.of("\r")), Chars(characters.of("\n")))),
        Chars(characters.SHORTHANDS["v"]),
    )
)


def parse(pattern: str) -> Pattern:
    """Return the tree of ``pattern``; raise ``BadPattern`` if it cannot be used."""
    return _Parser(Reader(pattern)).pattern()


@dataclass(slots=True)
class _Parser:
    """One walk over a pattern."""

    read: Reader
    groups: int = 0
    names: dict[str, int] = field(default_factory=dict)
    _open: set[int] = field(default_factory=set)
    _depth: int = 0

    def pattern(self) -> Pattern:
        root = self._choice()
        if not self.read.at_end():
            raise self.read.bad("')' without '('")
        return Pattern(self.read.pattern, root, self.groups, self.names)

    def _choice(self) -> Node:
        branches = [self._sequence()]
        while self.read.take("|"):
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        singles = [branch.members for branch in branches if isinstance(branch, Chars)]
        if len(singles) == len(branches):
            # `(.|\n)*` chooses between characters: they are one set.
            return Chars(characters.union(*singles))
        return Choice(tuple(branches))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while not (self.read.at_end() or self.read.peek("|") or self.read.peek(")")):
            part = self._atom()
            if part is not EMPTY:
                parts.append(self._repeated(part))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, body: Node) -> Node:
        found = self.read.take_pattern(_TIMES)
        if not found:
            return body
        greed = Greed.GREEDY
        if self.read.take("?"):
            greed = Greed.LAZY
        elif self.read.take("+"):
            greed = Greed.POSSESSIVE
        if found[1]:
            return Repeat(body, int(found[1] == "+"), 1 if found[1] == "?" else None, greed)
        least = int(found[2])
        most = int(found[4]) if found[4] else None if found[3] else least
        if max(least, most or 0) > _MOST_TIMES or (most is not None and most < least):
            raise self.read.bad(f"{found[0]!r} is no number of times")
        return Repeat(body, least, most, greed)

    def _atom(self) -> Node:
        flags = self.read.flags.letters
        if self.read.peek("\\"):
            return self._escape()
        if self.read.peek("("):
            return self._group()
        if self.read.take("["):
            return Chars(self._class())
        if self.read.take("."):
            return Chars(self.read.flags.dot)
        if self.read.take("^"):
            if "m" not in flags:
                return Place.BEGIN
            return Place.AFTER_NEWLINE if "d" in flags else Place.LINE_BEGIN
        if self.read.take("$"):
            return self._dollar(lines="m" in flags)
        char = self.read.next()
        if char in "*+?":
            raise self.read.bad(f"nothing to repeat before {char!r}")
        if char == "{":
            raise self.read.bad("'{' without a number of times")
        return self._literal(ord(char))

    def _dollar(self, *, lines: bool) -> Place:
        newline = "d" in self.read.flags.letters
        if lines:
            return Place.BEFORE_NEWLINE if newline else Place.LINE_END
        return Place.LAST_NEWLINE if newline else Place.LAST_LINE_END

    def _literal(self, code: int) -> Chars:
        return Chars(self.read.flags.cased(((code, code),)))

    def _escape(self) -> Node:
        members = self.read.escape_class()
        if members is not None:
            return Chars(members)
        for name, place in _PLACES.items():
            if self.read.take(f"\\{name}"):
                return place
        if self.read.take("\\Z"):
            return self._dollar(lines=False)
        if self.read.take("\\R"):
            return _ANY_LINE_END
        if found := self.read.take_pattern(_NUMBERED):
            return self._back(int(found[1]))
        if found := self.read.take_pattern(_NAMED):
            return self._back(self.names.get(found[1], 0))
        return self._literal(self.read.escape_character())

    def _back(self, number: int) -> Back:
        if not 0 < number <= self.groups or number in self._open:
            raise self.read.bad("a reference to a group that is not closed before it")
        return Back(number, "i" in self.read.flags.letters)

    def _group(self) -> Node:
        found = self.read.take_pattern(_OPENINGS)
        if found and found["end"] == ")":
            self._switch(found)
            return EMPTY
        if found is None:
            self.read.take("(")
            if self.read.peek("?"):
                raise self.read.bad("'(?' without a kind of group that is known")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.read.bad(f"groups nested more than {_DEEPEST} deep")
        node = self._remembered(None) if found is None else self._special(found)
        self._depth -= 1
        return node

    def _special(self, found: re.Match[str]) -> Node:
        if found["name"]:
            if found["name"] in self.names:
                raise self.read.bad(f"two groups are called {found['name']!r}")
            return self._remembered(found["name"])
        flags = self.read.flags
        if found["end"]:
            self._switch(found)
        body = self._body()
        self.read.flags = flags
        match found["special"]:
            case ">":
                return Atomic(body)
            case None | ":":
                return body
            case look:
                return Look(body, look.startswith("<"), look.endswith("!"))

    def _remembered(self, name: str | None) -> Node:
        self.groups += 1
        number = self.groups
        if name:
            self.names[name] = number
        self._open.add(number)
        body = self._body()
        self._open.remove(number)
        return Group(body, number, name)

    def _body(self) -> Node:
        """Read up to the parenthesis that closes, after which the old flags hold again."""
        flags = self.read.flags
        body = self._choice()
        if not self.read.take(")"):
            raise self.read.bad("a group is not closed")
        self.read.flags = flags
        return body

    def _switch(self, found: re.Match[str]) -> None:
        on, off = found["on"], found["off"] or ""
        if unknown := set(on + off) - set("imsxud"):
            raise self.read.bad(f"flag {min(unknown)!r} is not supported")
        self.read.flags = self.read.flags.changed(on, off)

    def _class(self) -> Ranges:
        """Read a class in brackets, of which the first has been read."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.read.bad(f"classes nested more than {_DEEPEST} deep")
        negated = self.read.take("^")
        members = self._operand(first=True)
        while self.read.take("&&"):
            right = self._operand(first=False)
            if right is None:
                raise self.read.bad("'&&' without a class to its right")
            members = right if members is None else characters.intersect(members, right)
        self.read.take("]")
        self._depth -= 1
        return characters.negate(members or ()) if negated else members or ()

    def _operand(self, *, first: bool) -> Ranges | None:
        """Read what stands side by side in a class, up to ``&&`` or its end.

        A bracket that closes stands for itself where the class has nothing yet.
        """
        members: list[Ranges] = []
        while not self.read.peek("&&") and not (self.read.peek("]") and (members or not first)):
            if self.read.at_end():
                raise self.read.bad("a character class is not closed")
            members.append(self._class() if self.read.take("[") else self._range())
        return characters.union(*members) if members else None

    def _range(self) -> Ranges:
        if self.read.peek("\\"):
            members = self.read.escape_class()
            if members is not None:
                return members
        first = self._member()
        last = first
        if self.read.peek("-") and not (self.read.peek("-]") or self.read.peek("-[")):
            self.read.take("-")
            last = self._member()
        if last < first:
            raise self.read.bad(f"'{chr(first)}-{chr(last)}' is no range")
        return self.read.flags.cased(((first, last),))

    def _member(self) -> int:
        if self.read.peek("\\"):
            return self.read.escape_character()
        char = self.read.next()
        if not char:
            raise self.read.bad("a character class is not closed")
        return ord(char)
