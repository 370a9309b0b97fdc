r"""The two engines: RE2, and Python's ``re`` for what RE2 cannot do.

``re`` also has the simplest patterns, a comma or ``4\d{2}``: it starts sooner.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Protocol

import re2

from octetgate.core.mapping.regex import backtracking, linear
from octetgate.core.mapping.regex.nodes import Pattern
from octetgate.core.mapping.regex.overreach import overreaches
from octetgate.core.mapping.regex.reading import BadPattern

Spans = list[tuple[int, int]]
"""Where a match and then each of its groups begin and end; -1 where a group has no part."""

BUDGET = 500_000_000
"""Steps that RE2 may take at worst, a text's characters times the program's size: two seconds."""

_REREAD = BUDGET // 10
"""Of these, what reading far ahead again and again may take."""

_SHORTEST = 128
_LINEAR_STEPS = 8
_BACKTRACKING_STEPS = 2
"""So many steps take as long as it takes to read a character in other ways."""

_MEMORY = 1024 * 1024
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class TextTooLong(ValueError):
    """The text is longer than this pattern may safely read."""


class Search(Protocol):
    """A text in which matches are looked for."""

    end: int
    """The place behind its last character."""

    match_weight: int
    """What a match takes besides, as much as reading so many characters."""

    def find(self, start: int) -> Spans | None:
        """Return the first match from ``start`` on."""

    def after(self, place: int) -> int:
        """Return the place behind the character at ``place``."""

    def piece(self, start: int, end: int | None) -> str:
        """Return the text between two places, or up to the end."""


class Engine(Protocol):
    """Matches one pattern."""

    goes_back: bool
    """Whether it may try a text again and again."""

    def weight(self, text: str, *, searching: bool) -> int:
        """Return what matching ``text`` may take, in characters that are merely read.

        Raises ``TextTooLong`` where it would take too much.
        """

    def matches(self, text: str) -> bool:
        """Say whether the whole text matches."""

    def search(self, text: str) -> Search:
        """Return ``text``, ready to be searched."""


def engine(pattern: Pattern) -> Engine:
    """Return what matches ``pattern``; raise ``BadPattern`` where nothing can."""
    if backtracking.is_quick(pattern.root):
        return _Backtracking(pattern)
    try:
        return _Linear(pattern)
    except (linear.NotLinear, re2.error):
        return _Backtracking(pattern)


class _Linear:
    """RE2.  A text may have as many characters as stay within ``BUDGET`` at the worst."""

    goes_back = False

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._whole = _compiled(linear.write(pattern.root, whole=True).text)
        self._longest = BUDGET // self._whole.programsize

    def matches(self, text: str) -> bool:
        _admit(self._pattern, text, self._longest)
        return self._whole.fullmatch(_utf8(text)) is not None

    def weight(self, text: str, *, searching: bool) -> int:
        size: int = (self._searching[0] if searching else self._whole).programsize
        length = len(text)
        _admit(self._pattern, text, BUDGET // size)
        if searching and self._overreaching:
            length += min(length * length // 2, _REREAD // size)
        return length * size // _LINEAR_STEPS

    def search(self, text: str) -> _LinearSearch:
        searching, written = self._searching
        size = searching.programsize
        _admit(self._pattern, text, BUDGET // size)
        return _LinearSearch(
            searching, written, text, _REREAD // size if self._overreaching else None
        )

    @cached_property
    def _searching(self) -> tuple[re2._Regexp, linear.Written]:
        """What to search with, made when first needed: a selection pattern never searches."""
        written = linear.write(self._pattern.root, whole=False)
        try:
            return _compiled(written.text), written
        except re2.error as error:
            raise BadPattern(self._pattern.java, "it is too large to search with") from error

    @cached_property
    def _overreaching(self) -> bool:
        return overreaches(self._pattern.root)


class _LinearSearch:
    """A text for RE2, whose places are those of its UTF-8."""

    match_weight = 1_000

    def __init__(
        self, regexp: re2._Regexp, written: linear.Written, text: str, readable: int | None
    ) -> None:
        self._regexp = regexp
        self._written = written
        self._text = text.encode("utf-8", "surrogatepass")
        self.end = len(self._text)
        self._searched = _utf8(text)
        self._readable = readable
        self._plain = not (written.groups or written.ends)

    def find(self, start: int) -> Spans | None:
        found = self._regexp.search(self._searched, start)
        if found is None:
            return None
        if self._readable is not None:
            # To be sure of the match it may have read to the end, and may so for each.
            self._readable -= self.end - start
            if self._readable < 0:
                raise TextTooLong("a regular expression that reads far ahead matches too often")
        if self._plain:
            return [found.span()]
        end = max((found.start(group) for group in self._written.ends), default=-1)
        if end < 0:
            end = found.end()
        own = (found.span(group) for group in self._written.groups.values())
        # A group around the `$` goes no further than the match.
        return [(found.start(), end), *((first, min(last, end)) for first, last in own)]

    def after(self, place: int) -> int:
        place += 1
        while place < self.end and self._text[place] & 0xC0 == 0x80:
            place += 1
        return place

    def piece(self, start: int, end: int | None) -> str:
        return self._text[start:end].decode("utf-8", "surrogatepass")


class _Backtracking:
    """Python's ``re``, for texts in which it cannot get lost."""

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self.goes_back = not backtracking.is_quick(pattern.root)
        self._longest = backtracking.longest(pattern.root, searching=False)
        self._longest_searched = backtracking.longest(pattern.root, searching=True)
        if self._longest < _SHORTEST:
            raise BadPattern(pattern.java, "there are too many ways to match it")
        try:
            self._compiled = re.compile(backtracking.write(pattern.root), re.ASCII)
        except (re.error, OverflowError, RecursionError) as error:
            raise BadPattern(pattern.java, str(error)) from error

    def matches(self, text: str) -> bool:
        _admit(self._pattern, text, self._longest)
        return self._compiled.fullmatch(text) is not None

    def weight(self, text: str, *, searching: bool) -> int:
        _admit(self._pattern, text, self._longest_searched if searching else self._longest)
        steps = backtracking.steps(self._pattern.root, len(text), searching=searching)
        return steps // _BACKTRACKING_STEPS

    def search(self, text: str) -> _BacktrackingSearch:
        _admit(self._pattern, text, self._longest_searched)
        return _BacktrackingSearch(self._compiled, text)


class _BacktrackingSearch:
    """A text for ``re``."""

    match_weight = 200

    def __init__(self, compiled: re.Pattern[str], text: str) -> None:
        self._compiled = compiled
        self._text = text
        self.end = len(text)

    def find(self, start: int) -> Spans | None:
        found = self._compiled.search(self._text, start)
        if not found or not self._compiled.groups:
            return found and [found.span()]
        return [found.span(group) for group in range(self._compiled.groups + 1)]

    def after(self, place: int) -> int:
        return place + 1

    def piece(self, start: int, end: int | None) -> str:
        return self._text[start:end]


def _compiled(text: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(text, options)


def _utf8(text: str) -> bytes:
    """Return ``text`` for RE2; a lone surrogate, which is no UTF-8, becomes a stranger as long."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode()


def _admit(pattern: Pattern, text: str, longest: int) -> None:
    if len(text) > longest:
        raise TextTooLong(
            f"regular expression {pattern.java!r:.300} may read {longest} characters "
            f"of a text, found {len(text)}"
        )
