r"""Java regular expressions, carried over to Python's ``re`` (spec: mapping 3).

What differs is translated: POSIX and Unicode classes (``\p{Alpha}``), quoting
(``\Q…\E``), named groups, ``\z``, and the dot, which in Java stops at every
line terminator.  What cannot be translated is refused with its reason.

Python cannot interrupt a match, so a pattern that may run away is bounded:

* an unbounded repeat inside an unbounded repeat, as in ``(a+)+``, is refused;
* a repeat with something after it can be retried, once for each character of the
  text, and a search starts once for each character.  Where the worst case is
  quadratic the text may have 16 384 characters, where it is cubic or worse 2 048:
  a second or a few.  What is linear reads any length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_QUADRATIC = 16_384
_CUBIC = 2_048

_CLASSES = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t\n\x0b\f\r",
}
# Unicode categories, near enough: Latin, Greek and what follows them.
_CLASSES["Alphabetic"] = _CLASSES["L"] = r"a-zA-Z\u00aa\u00b5\u00ba\u00c0-\u02c1\u0370-\uffdc"
_CLASSES["Lu"] = r"A-Z\u00c0-\u00d6\u00d8-\u00de"
_CLASSES["Ll"] = r"a-z\u00df-\u00f6\u00f8-\u00ff"
_CLASSES["N"] = _CLASSES["Nd"] = "0-9"

_LINE_ENDS = r"\n\r\u0085\u2028\u2029"
_SIMPLE = {"z": r"\Z", "Z": r"(?=\n?\Z)", "e": r"\x1b", "R": r"(?:\r\n|[\n-\r\u0085\u2028\u2029])"}
_SETS = {"h": r" \t\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"}

_PROPERTY = re.compile(r"\\([pP])(?:\{(?:Is)?(\w+)\}|(\w))")
_LEADING_FLAGS = re.compile(r"\(\?([a-zA-Z]+)\)")
_NAMED = re.compile(r"\(\?<([A-Za-z]\w*)>")
_SPECIAL_GROUP = re.compile(r"\(\?(?:<?[=!]|>|[imsx]*(?:-[imsx]+)?:)")
_BACK_REFERENCE = re.compile(r"\\k<([A-Za-z]\w*)>")
_HEX = re.compile(r"\\x\{([0-9a-fA-F]{1,6})\}")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d+)(,?)(\d*)\})([?+]?)")


class BadPattern(ValueError):
    """The pattern is not a Java regular expression that octetgate can run."""

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(f"regular expression {pattern!r}: {reason}")
        self.pattern = pattern
        self.reason = reason


class TextTooLong(ValueError):
    """The text is longer than this pattern may safely read."""


@dataclass(frozen=True, slots=True)
class Regex:
    """A translated pattern that knows how much text it may read."""

    pattern: re.Pattern[str]
    retries: int
    """Repeats that can be retried: the degree of a full match's worst case."""

    def fullmatch(self, text: str) -> bool:
        """Say whether the whole of ``text`` matches, as ``String.matches`` does."""
        return self.pattern.fullmatch(self._admit(text, self.retries)) is not None

    def replace(self, text: str, replacement: str, count: int = 0) -> str:
        r"""Return ``text`` with matches replaced; ``$1`` and ``\1`` as in Java."""
        template = _replacement(replacement, self.pattern)
        admitted = self._admit(text, self._searching)
        return self.pattern.sub(lambda match: _expand(match, template), admitted, count)

    def split(self, text: str, limit: int = 0) -> list[str]:
        """Return the pieces between matches, as ``String.split`` does.

        A positive limit is the largest number of pieces; without one, empty
        pieces at the end are dropped, and a negative one keeps them.
        """
        pieces: list[str] = []
        start = 0
        for match in self.pattern.finditer(self._admit(text, self._searching)):
            if len(pieces) + 1 == limit:
                break
            # An empty match at either end separates nothing.
            if match.start() < match.end() or 0 < match.start() < len(text):
                pieces.append(text[start : match.start()])
                start = match.end()
        if not pieces:
            return [text]
        pieces.append(text[start:])
        while limit == 0 and pieces and not pieces[-1]:
            pieces.pop()
        return pieces

    @property
    def _searching(self) -> int:
        return self.retries and self.retries + 1

    def _admit(self, text: str, degree: int) -> str:
        if degree >= 2 and len(text) > (longest := _QUADRATIC if degree == 2 else _CUBIC):
            raise TextTooLong(
                f"regular expression {self.pattern.pattern!r} may read {longest} "
                f"characters because it can be retried, found {len(text)}"
            )
        return text


def compile(pattern: str) -> Regex:  # noqa: A001 - as in `re`
    """Return the Java expression ``pattern``, ready to match."""
    translation = _Translation(pattern)
    try:
        compiled = re.compile(translation.python(), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(pattern, str(error)) from error
    return Regex(compiled, translation.retries)


@dataclass(slots=True)
class _Group:
    """What has been seen between a parenthesis and its end."""

    repeats: bool = False


@dataclass(slots=True)
class _Translation:
    """One walk over a Java pattern."""

    java: str
    position: int = 0
    dot: str = f"[^{_LINE_ENDS}]"
    retries: int = 0
    _groups: list[_Group] = field(default_factory=lambda: [_Group()])
    _closed: _Group | None = None
    _pending_repeats: int = 0

    def python(self) -> str:
        """Return the pattern in Python's syntax."""
        out = [self._flags()]
        while self.position < len(self.java):
            out.append(self._next())
        if len(self._groups) != 1:
            raise self._bad("a group is not closed")
        return "".join(out)

    def _flags(self) -> str:
        found = _LEADING_FLAGS.match(self.java)
        if not found:
            return ""
        self.position = found.end()
        if unknown := set(found[1]) - set("imsxud"):
            raise self._bad(f"flag {min(unknown)!r} is not supported")
        if "s" in found[1]:
            self.dot = r"[\s\S]"
        elif "d" in found[1]:
            self.dot = r"[^\n]"
        kept = "".join(flag for flag in found[1] if flag in "imsx")
        return f"(?{kept})" if kept else ""

    def _next(self) -> str:
        char = self.java[self.position]
        quantifier = _QUANTIFIER.match(self.java, self.position)
        if quantifier:
            return self._quantifier(quantifier)
        closed, self._closed = self._closed, None
        if closed is not None:
            self._groups[-1].repeats |= closed.repeats
        if char not in ")|":
            # A repeat with something after it can be retried from the start.
            self.retries += self._pending_repeats
            self._pending_repeats = 0
        match char:
            case "\\":
                return self._escape()
            case "[":
                return self._set()
            case "(":
                return self._open()
            case ")":
                return self._close()
            case ".":
                return self._take(1, self.dot)
            case _:
                return self._take(1, char)

    def _take(self, length: int, text: str) -> str:
        self.position += length
        return text

    def _quantifier(self, found: re.Match[str]) -> str:
        self.position = found.end()
        unbounded = found[0][0] in "*+" or (found[2] == "," and not found[3])
        if unbounded:
            possessive = found[4] == "+"
            if self._closed is not None and self._closed.repeats and not possessive:
                raise self._bad("an unbounded repeat inside an unbounded repeat may never end")
            self._groups[-1].repeats |= not possessive
            self._pending_repeats += not possessive
        return found[0]

    def _open(self) -> str:
        if _LEADING_FLAGS.match(self.java, self.position):
            raise self._bad("flags are supported at the beginning of a pattern only")
        self._groups.append(_Group())
        if named := _NAMED.match(self.java, self.position):
            return self._take(len(named[0]), f"(?P<{named[1]}>")
        if special := _SPECIAL_GROUP.match(self.java, self.position):
            return self._take(len(special[0]), special[0])
        if self.java.startswith("(?", self.position):
            raise self._bad(f"{self.java[self.position : self.position + 4]!r} is not supported")
        return self._take(1, "(")

    def _close(self) -> str:
        if len(self._groups) == 1:
            raise self._bad("')' without '('")
        self._closed = self._groups.pop()
        return self._take(1, ")")

    def _escape(self) -> str:
        if found := _PROPERTY.match(self.java, self.position):
            negated = "^" if found[1] == "P" else ""
            return self._take(len(found[0]), f"[{negated}{self._property(found)}]")
        if found := _BACK_REFERENCE.match(self.java, self.position):
            return self._take(len(found[0]), f"(?P={found[1]})")
        if self.java.startswith(r"\Q", self.position):
            return re.escape(self._quoted())
        name = self.java[self.position + 1 : self.position + 2]
        if name in _SIMPLE:
            return self._take(2, _SIMPLE[name])
        if name.lower() in _SETS:
            return self._take(2, f"[{'^' if name.isupper() else ''}{_SETS[name.lower()]}]")
        return self._character()

    def _character(self) -> str:
        if found := _HEX.match(self.java, self.position):
            return self._take(len(found[0]), re.escape(chr(int(found[1], 16))))
        if self.position + 1 == len(self.java):
            raise self._bad("ends in a backslash")
        return self._take(2, self.java[self.position : self.position + 2])

    def _quoted(self) -> str:
        end = self.java.find(r"\E", self.position)
        stop = len(self.java) if end < 0 else end
        text = self.java[self.position + 2 : stop]
        self.position = stop + 2
        return text

    def _property(self, found: re.Match[str]) -> str:
        name = found[2] or found[3]
        try:
            return _CLASSES[name]
        except KeyError:
            raise self._bad(f"class {found[0]!r} is not supported") from None

    def _set(self) -> str:
        """Translate a bracketed character class."""
        out = ["["]
        self.position += 1
        if self.java.startswith("^", self.position):
            out.append(self._take(1, "^"))
        while not self.java.startswith("]", self.position):
            out.append(self._set_member())
        self.position += 1
        return "".join(out) + "]"

    def _set_member(self) -> str:
        if self.position >= len(self.java):
            raise self._bad("a character class is not closed")
        if self.java.startswith("&&", self.position):
            raise self._bad("class intersection '&&' is not supported")
        char = self.java[self.position]
        if char == "[":
            raise self._bad("a class inside a class is not supported")
        if char != "\\":
            # Python reserves doubled set operators; Java's are literal characters.
            return self._take(1, rf"\{char}" if char in "&~|" else char)
        found = _PROPERTY.match(self.java, self.position)
        if found and found[1] == "p":
            return self._take(len(found[0]), self._property(found))
        if found:
            raise self._bad(f"{found[0]!r} inside a class is not supported")
        if self.java.startswith(r"\Q", self.position):
            return re.escape(self._quoted())
        name = self.java[self.position + 1 : self.position + 2]
        if name in _SETS:
            return self._take(2, _SETS[name])
        return self._character()

    def _bad(self, reason: str) -> BadPattern:
        return BadPattern(self.java, reason)


_Piece = str | int


def _replacement(text: str, pattern: re.Pattern[str]) -> list[_Piece]:
    """Return Java replacement text as literal strings and group numbers."""
    pieces: list[_Piece] = []
    position = 0
    for mark in re.finditer(r"\\(.?)|\$(?:(\d)|\{(\w+)\})?", text, re.DOTALL):
        pieces.append(text[position : mark.start()])
        position = mark.end()
        pieces.append(_piece(mark, pattern))
    pieces.append(text[position:])
    return pieces


def _piece(mark: re.Match[str], pattern: re.Pattern[str]) -> _Piece:
    if mark[0].startswith("\\"):
        if not mark[1]:
            raise BadPattern(pattern.pattern, "the replacement ends in a backslash")
        return mark[1]
    if mark[2] is None and mark[3] is None:
        raise BadPattern(pattern.pattern, "'$' in a replacement needs a group number")
    number = int(mark[2]) if mark[2] is not None else pattern.groupindex.get(mark[3], -1)
    if not 0 <= number <= pattern.groups:
        raise BadPattern(pattern.pattern, f"the replacement names no group: {mark[0]!r}")
    return number


def _expand(match: re.Match[str], template: list[_Piece]) -> str:
    return "".join(piece if isinstance(piece, str) else match[piece] or "" for piece in template)
