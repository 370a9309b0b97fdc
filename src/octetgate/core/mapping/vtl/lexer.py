"""A position in template text, and what can be recognised there.

Velocity has no one stream of tokens: what a character means depends on whether
it stands in text, in a reference or in a directive's parentheses.  The parser
knows which; the lexer answers its questions and knows lines and columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from octetgate.core.mapping.vtl.errors import TemplateError
from octetgate.core.mapping.vtl.nodes import Place

_MARK = re.compile(r"[$#]")
_SPACE = re.compile(r"\s*")
_REFERENCE = re.compile(r"\$(!?)(\{?)([A-Za-z_][A-Za-z0-9_-]*)")
_MEMBER = re.compile(r"\.([A-Za-z][A-Za-z0-9_-]*)(\(?)")
_SPACED_SET = re.compile(r"#[ \t]+set\s*\(\s*\$")
_DIRECTIVE = re.compile(r"#(@?)(\{?)([A-Za-z_][A-Za-z0-9_]*)")
_OPEN = re.compile(r"\s*\(")
_TOKEN = re.compile(
    r"""
      (?P<double>"[^"]*(?:""[^"]*)*")
    | (?P<single>'[^']*(?:''[^']*)*')
    | (?P<number>-?(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z][A-Za-z0-9_]*)
    | (?P<sign>\.\.|==|!=|<=|>=|&&|\|\||[-+*/%<>=!(){}\[\],:])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; ``kind`` is double, single, number, word or sign."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Text up to a ``$`` or ``#``, the backslashes before it, and which it is."""

    text: str
    backslashes: int
    sign: str


@dataclass(frozen=True, slots=True)
class DirectiveHead:
    """``#name``, ``#{name}`` or ``#@name``, read or only looked at."""

    name: str
    with_body: bool
    end: int
    """Where the text goes on: after the name, or after its closing brace."""


class Lexer:
    """Reads one piece of template text from front to back."""

    def __init__(self, text: str, start: Place) -> None:
        self.text = text
        self.position = 0
        self._start = start
        self._newlines = [found.start() for found in re.finditer("\n", text)]

    @property
    def at_end(self) -> bool:
        """Whether everything has been read."""
        return self.position >= len(self.text)

    def place(self, position: int | None = None) -> Place:
        """Return the line and column of ``position``, by default the current one."""
        offset = self.position if position is None else position
        newlines = bisect_left(self._newlines, offset)
        if not newlines:
            return Place(self._start.line, self._start.column + offset)
        return Place(self._start.line + newlines, offset - self._newlines[newlines - 1])

    def error(self, reason: str, position: int | None = None) -> TemplateError:
        """Return an error that points at ``position``."""
        place = self.place(position)
        return TemplateError(reason, place.line, place.column)

    def expected(self, wanted: str) -> TemplateError:
        """Return an error that says what stands here instead of ``wanted``."""
        return self.error(f"expected {wanted}, found {self.found()}")

    def found(self) -> str:
        """Return what stands here, short enough for a message."""
        if self.at_end:
            return "the end of the template"
        token = _TOKEN.match(self.text, self.position)
        return repr((token[0] if token else self.text[self.position])[:40])

    # -- in text

    def mark(self) -> Mark | None:
        """Read up to the next ``$`` or ``#``, which stays unread; ``None`` if there is none."""
        found = _MARK.search(self.text, self.position)
        if not found:
            return None
        before = self.text[self.position : found.start()]
        self.position = found.start()
        text = before.rstrip("\\")
        return Mark(text, len(before) - len(text), found[0])

    def rest(self) -> str:
        """Read everything that is left."""
        left = self.text[self.position :]
        self.position = len(self.text)
        return left

    def take(self, literal: str) -> bool:
        """Read ``literal`` if it stands here."""
        if not self.text.startswith(literal, self.position):
            return False
        self.position += len(literal)
        return True

    def skip_past(self, literal: str) -> str | None:
        """Read up to and with ``literal`` and return what stood before it."""
        end = self.text.find(literal, self.position)
        if end < 0:
            return None
        before = self.text[self.position : end]
        self.position = end + len(literal)
        return before

    def directive(self) -> DirectiveHead | None:
        """Look at a directive's name without reading it."""
        if spaced := _SPACED_SET.match(self.text, self.position):
            return DirectiveHead("set", False, self.text.index("(", spaced.start()))
        found = _DIRECTIVE.match(self.text, self.position)
        if not found:
            return None
        end = found.end()
        if found[2]:
            if not self.text.startswith("}", end):
                return None
            end += 1
        return DirectiveHead(found[3], bool(found[1]), end)

    def opens(self, position: int) -> bool:
        """Say whether a parenthesis follows ``position``, blanks aside."""
        return _OPEN.match(self.text, position) is not None

    def in_json_string(self) -> bool:
        """Say whether here is between two double quotes of one line."""
        start = self.text.rfind("\n", 0, self.position) + 1
        end = self.text.find("\n", self.position)
        before = self.text[start : self.position]
        after = self.text[self.position : None if end < 0 else end]
        return (before.count('"') - before.count('\\"')) % 2 == 1 and '"' in after

    # -- in references

    def reference(self) -> re.Match[str] | None:
        """Read ``$name``, ``$!{name`` and the like."""
        return self._read(_REFERENCE)

    def member(self) -> re.Match[str] | None:
        """Read ``.name`` or ``.name(``."""
        return self._read(_MEMBER)

    def _read(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    # -- in parentheses

    def skip_space(self) -> None:
        """Read blanks and line ends."""
        self._read(_SPACE)

    def peek(self) -> Token | None:
        """Return the next word of an expression without reading it."""
        self.skip_space()
        found = _TOKEN.match(self.text, self.position)
        if not found:
            return None
        return Token(str(found.lastgroup), found[0])

    def accept(self, *texts: str) -> str | None:
        """Read the next word or sign if it is one of ``texts``."""
        token = self.peek()
        if token is None or token.kind not in ("word", "sign") or token.text not in texts:
            return None
        self.position += len(token.text)
        return token.text

    def expect(self, sign: str) -> None:
        """Read ``sign`` or complain."""
        if self.accept(sign) is None:
            raise self.expected(repr(sign))
