r"""Java regular expressions, none of which can hold a worker (spec: mapping 3).

A pattern is written by an API's author, the text by whoever calls it or makes it
fail.  RE2 matches in time that grows with the text alone, whatever the pattern, so
it matches all that it can.  The rest, what looks around or refers back, is for
Python's ``re``, which may try again and again: there the text may be as long as
the ways to match it allow, counted before matching.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from octetgate.core.mapping.regex.nodes import Pattern
from octetgate.core.mapping.regex.parser import parse
from octetgate.core.mapping.regex.reading import BadPattern
from octetgate.core.mapping.regex.searching import Engine, Search, Spans, TextTooLong, engine

__all__ = ["BadPattern", "Regex", "Spend", "TextTooLong", "compile", "prepared"]

_MARK = re.compile(r"\\(.?)|\$(?:([0-9]+)|\{(\w+)\})?", re.DOTALL)
_COMPILING = 5_000
"""What compiling a character of a pattern may take, as much as reading so many of a text."""

_MOST_MATCHES = 250_000
_Piece = str | int

Spend = Callable[[int], None]
"""Hears of each match what it took; may raise, to have no more of them."""


def _freely(_weight: int) -> None:
    """Spend nothing."""


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern and what matches it."""

    _pattern: Pattern
    _engine: Engine

    @property
    def groups(self) -> int:
        """How many groups a replacement may name."""
        return self._pattern.groups

    @property
    def goes_back(self) -> bool:
        """Whether it may try a text again and again: then only one text is safe to read."""
        return self._engine.goes_back

    def weight(self, text: str, *, searching: bool) -> int:
        """Return what ``text`` may take: as much as reading so many characters."""
        return self._engine.weight(text, searching=searching)

    def fullmatch(self, text: str) -> bool:
        """Say whether the whole of ``text`` matches, as ``String.matches`` does."""
        return self._engine.matches(text)

    def replace(
        self, text: str, replacement: str, count: int = 0, *, spend: Spend = _freely
    ) -> str:
        r"""Return ``text`` with its matches replaced, or the first ``count`` of them.

        In ``replacement``, ``$1`` and ``${name}`` stand for groups and a backslash
        for the character behind it, as in ``String.replaceAll``.
        """
        searched = self._engine.search(text)
        out: list[str] = []
        place = 0
        pieces: list[_Piece] | None = None
        for number, spans in enumerate(_found(searched, spend), 1):
            # As in Java, a bad replacement is no error where there is nothing to replace.
            pieces = _pieces(replacement, self._pattern) if pieces is None else pieces
            out.append(searched.piece(place, spans[0][0]))
            out.extend(_expanded(pieces, spans, searched))
            place = spans[0][1]
            if number == count:
                break
        return text if pieces is None else "".join(out) + searched.piece(place, None)

    def split(self, text: str, limit: int = 0, *, spend: Spend = _freely) -> list[str]:
        """Return the pieces between matches, as ``String.split`` does.

        A positive limit is the largest number of pieces; without one, empty
        pieces at the end are dropped, and a negative one keeps them.
        """
        searched = self._engine.search(text)
        pieces: list[str] = []
        place = 0
        for (start, end), *_ in _found(searched, spend):
            if len(pieces) + 1 == limit:
                break
            # An empty match at the beginning separates nothing.
            if end > 0:
                pieces.append(searched.piece(place, start))
                place = end
        if not pieces:
            return [text]
        pieces.append(searched.piece(place, None))
        while limit == 0 and pieces and not pieces[-1]:
            pieces.pop()
        return pieces


@lru_cache(maxsize=64)
def compile(pattern: str) -> Regex:  # noqa: A001 - as in `re`
    """Return the Java expression ``pattern``, ready to match."""
    parsed = parse(pattern)
    return Regex(parsed, engine(parsed))


def prepared(pattern: str, text: str, spend: Spend, *, searching: bool) -> Regex:
    """Return ``pattern``, ready for ``text``, having spent what both may take."""
    known = compile.cache_info().misses
    regex = compile(pattern)
    if compile.cache_info().misses != known:
        spend(len(pattern) * _COMPILING)
    spend(regex.weight(text, searching=searching))
    return regex


def _found(searched: Search, spend: Spend) -> Iterator[Spans]:
    """Yield matches one after the other; behind an empty one the next begins a character later."""
    place = 0
    for _ in range(_MOST_MATCHES):
        spans = searched.find(place)
        if spans is None:
            return
        spend(searched.match_weight)
        yield spans
        start, place = spans[0]
        if start == place:
            if place >= searched.end:
                return
            place = searched.after(place)
    raise TextTooLong(f"a regular expression matches more than {_MOST_MATCHES} times")


def _pieces(replacement: str, pattern: Pattern) -> list[_Piece]:
    """Return a replacement as literal texts and the numbers of groups."""
    pieces: list[_Piece] = []
    place = 0
    for mark in _MARK.finditer(replacement):
        if mark.start() < place:
            continue
        pieces.append(replacement[place : mark.start()])
        place = mark.end()
        if mark[0].startswith("\\"):
            if not mark[1]:
                raise BadPattern(pattern.java, "the replacement ends in a backslash")
            pieces.append(mark[1])
        elif mark[2]:
            number, digits = _number(mark[2], pattern)
            pieces.append(number)
            place = mark.start(2) + digits
        elif mark[3] in pattern.names:
            pieces.append(pattern.names[mark[3]])
        else:
            raise BadPattern(pattern.java, f"the replacement names no group: {mark[0]!r}")
    pieces.append(replacement[place:])
    return pieces


def _number(digits: str, pattern: Pattern) -> tuple[int, int]:
    """Return the number of a group, of which there are enough, and how many digits it has."""
    number = int(digits[0])
    if number > pattern.groups:
        raise BadPattern(pattern.java, f"the replacement names no group: '${digits[0]}'")
    length = 1
    while length < len(digits) and number * 10 + int(digits[length]) <= pattern.groups:
        number = number * 10 + int(digits[length])
        length += 1
    return number, length


def _expanded(pieces: list[_Piece], spans: Spans, searched: Search) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, str):
            yield piece
        elif spans[piece][0] >= 0:
            yield searched.piece(*spans[piece])
