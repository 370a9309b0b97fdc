"""Reads a Java regular expression, character by character, and what flags do to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from octetgate.core.mapping.regex import characters
from octetgate.core.mapping.regex.characters import Ranges

LONGEST = 8_192
_WHITE = " \t\n\x0b\f\r"
_QUOTED = re.compile(r"\\(?:Q(.*?)(?:\\E|\Z)|.)", re.DOTALL)
_NUMBER = re.compile(r"\\(?:0([0-3]?[0-7]{1,2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\})")
_UTF16 = re.compile(r"\\u([dD][89abAB]\w\w)\\u([dD][c-fC-F]\w\w)|\\u([0-9a-fA-F]{4})", re.ASCII)
_PROPERTY = re.compile(r"\\[pP](?:\{(\w+)\}|(\w))", re.ASCII)
_NAMED = {"t": 9, "n": 10, "r": 13, "f": 12, "a": 7, "e": 27}


class BadPattern(ValueError):
    """The pattern is not a Java regular expression that octetgate can run."""

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(f"regular expression {pattern!r:.300}: {reason}")
        self.pattern = pattern
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags that hold at a place of a pattern, by their letters."""

    letters: frozenset[str] = frozenset()

    def changed(self, on: str, off: str) -> Flags:
        """Return these with some switched on and some off."""
        return Flags((self.letters | set(on)) - set(off))

    @property
    def dot(self) -> Ranges:
        """What ``.`` matches."""
        if "s" in self.letters:
            return characters.ALL
        return characters.negate(
            characters.of("\n") if "d" in self.letters else characters.LINE_ENDS
        )

    def cased(self, members: Ranges) -> Ranges:
        """Return what ``members`` match."""
        if "i" not in self.letters:
            return members
        return characters.any_case(members, unicode="u" in self.letters)


class Reader:
    """A place in a pattern, with the flags that hold there."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.flags = Flags()
        if len(pattern) > LONGEST:
            raise self.bad(f"expected at most {LONGEST} characters, found {len(pattern)}")
        # As Java does: what is quoted is the same as what is escaped.
        self._text = _QUOTED.sub(_escaped, pattern)
        self._position = 0

    def bad(self, reason: str) -> BadPattern:
        """Return the error that says why this pattern cannot be used."""
        return BadPattern(self.pattern, reason)

    def peek(self, text: str) -> bool:
        """Say whether ``text`` comes next."""
        self._skip()
        return self._text.startswith(text, self._position)

    def take(self, text: str) -> bool:
        """Go past ``text`` if it comes next, and say so."""
        found = self.peek(text)
        if found:
            self._position += len(text)
        return found

    def take_pattern(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go past what ``pattern`` matches here, and return it."""
        self._skip()
        found = pattern.match(self._text, self._position)
        if found:
            self._position = found.end()
        return found

    def next(self) -> str:
        """Return the next character, and go past it; an empty text at the end."""
        self._skip()
        char = self._text[self._position : self._position + 1]
        self._position += len(char)
        return char

    def at_end(self) -> bool:
        """Say whether the whole pattern has been read."""
        self._skip()
        return self._position >= len(self._text)

    def escape_class(self) -> Ranges | None:
        r"""Read ``\d``, ``\P{Alpha}`` and their kin, if one comes next."""
        if found := self.take_pattern(_PROPERTY):
            members = characters.named(found[1] or found[2], any_case="i" in self.flags.letters)
            if members is None:
                raise self.bad(f"class {found[0]!r} is not supported")
            return characters.negate(members) if found[0].startswith(r"\P") else members
        name = self._text[self._position + 1 : self._position + 2]
        if not self.peek("\\") or name.lower() not in characters.SHORTHANDS or not name:
            return None
        self._position += 2
        members = characters.SHORTHANDS[name.lower()]
        return characters.negate(members) if name.isupper() else members

    def escape_character(self) -> int:
        """Read an escape that stands for one character."""
        if found := self.take_pattern(_NUMBER):
            code = int(found[1], 8) if found[1] else int(found[2] or found[3], 16)
            if code > 0x10FFFF:
                raise self.bad(f"{found[0]!r} is no character")
            return code
        if found := self.take_pattern(_UTF16):
            units = b"".join(bytes.fromhex(unit) for unit in found.groups() if unit)
            return ord(units.decode("utf-16-be", "surrogatepass"))
        self._position += 1
        char = self.next_unskipped()
        if not char:
            raise self.bad("ends in a backslash")
        if char == "c" and (control := self.next_unskipped()):
            return ord(control) ^ 64
        if char in _NAMED:
            return _NAMED[char]
        if char.isascii() and char.isalnum():
            raise self.bad(f"escape '\\{char}' is not supported")
        return ord(char)

    def next_unskipped(self) -> str:
        """Return the next character though it be white space, and go past it."""
        char = self._text[self._position : self._position + 1]
        self._position += len(char)
        return char

    def _skip(self) -> None:
        """Go past what the flag ``x`` makes a comment."""
        if "x" not in self.flags.letters:
            return
        while self._position < len(self._text):
            if self._text[self._position] == "#":
                end = re.compile(r"[\n\r\u0085\u2028\u2029]|\Z").search(self._text, self._position)
                self._position = end.end() if end else len(self._text)
            elif self._text[self._position] in _WHITE:
                self._position += 1
            else:
                return


def _escaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[0]
    return "".join(
        char if char.isalnum() or not char.isascii() else f"\\{char}" for char in found[1]
    )
