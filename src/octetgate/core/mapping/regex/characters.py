"""Sets of characters, as Java's classes describe them.

A set is a sorted tuple of ranges that neither touch nor overlap.  Every class is
spelt out in them, so that both engines mean the same by it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

Ranges = tuple[tuple[int, int], ...]

_LAST = 0x10FFFF


def ranges(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Return the set of all characters in any of ``pairs``, first and last included."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(pairs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def of(text: str) -> Ranges:
    """Return the set of the characters in ``text``."""
    return ranges((ord(char), ord(char)) for char in text)


def union(*sets: Ranges) -> Ranges:
    """Return what is in any of ``sets``."""
    return ranges(pair for one in sets for pair in one)


def negate(one: Ranges) -> Ranges:
    """Return what is not in ``one``."""
    out: list[tuple[int, int]] = []
    start = 0
    for first, last in one:
        if start < first:
            out.append((start, first - 1))
        start = last + 1
    if start <= _LAST:
        out.append((start, _LAST))
    return tuple(out)


def intersect(left: Ranges, right: Ranges) -> Ranges:
    """Return what is in both."""
    return negate(union(negate(left), negate(right)))


ALL: Ranges = ((0, _LAST),)
LINE_ENDS = of("\n\r\u0085\u2028\u2029")

_DIGIT: Ranges = ((48, 57),)
_LOWER: Ranges = ((97, 122),)
_UPPER: Ranges = ((65, 90),)
_ALPHA = union(_LOWER, _UPPER)
_WORD = union(_ALPHA, _DIGIT, of("_"))
_SPACE = of(" \t\n\x0b\f\r")
_HORIZONTAL = union(of(" \t\u00a0\u1680\u180e\u202f\u205f\u3000"), ((0x2000, 0x200A),))
_VERTICAL = of("\n\x0b\f\r\u0085\u2028\u2029")

SHORTHANDS = {"d": _DIGIT, "w": _WORD, "s": _SPACE, "h": _HORIZONTAL, "v": _VERTICAL}
"""What ``\\d`` and its kin stand for; a capital letter stands for all others."""

_GRAPH: Ranges = ((33, 126),)
_POSIX = {
    "Lower": _LOWER,
    "Upper": _UPPER,
    "ASCII": ((0, 127),),
    "Alpha": _ALPHA,
    "Digit": _DIGIT,
    "Alnum": union(_ALPHA, _DIGIT),
    "Punct": intersect(_GRAPH, negate(union(_ALPHA, _DIGIT))),
    "Graph": _GRAPH,
    "Print": ((32, 126),),
    "Blank": of(" \t"),
    "Cntrl": ((0, 31), (127, 127)),
    "XDigit": union(_DIGIT, ((65, 70), (97, 102))),
    "Space": _SPACE,
}
_JAVA = {
    "javaLowerCase": ("Ll",),
    "javaUpperCase": ("Lu",),
    "Alphabetic": ("L", "Nl"),
    "Letter": ("L",),
    "Lowercase": ("Ll",),
    "Uppercase": ("Lu",),
    "White_Space": ("Z",),
}

# Where case does not matter, one of these stands for all.
_CASED = ("Lu", "Ll", "Lt")


def named(name: str, *, any_case: bool = False) -> Ranges | None:
    r"""Return the set that ``\p{name}`` stands for, ``None`` for a name we do not know."""
    if name in _POSIX:
        return _ALPHA if any_case and name in {"Lower", "Upper"} else _POSIX[name]
    plain = name.removeprefix("Is")
    wanted = _JAVA.get(plain, (plain,))
    if any_case and wanted[0] in _CASED:
        wanted = _CASED
    sets = [members for category, members in _categories().items() if category.startswith(wanted)]
    return union(*sets) if sets and plain else None


@cache
def _categories() -> dict[str, Ranges]:
    """Return the characters of each general category of Unicode: a tenth of a second, once."""
    found: dict[str, list[tuple[int, int]]] = {}
    start, current = 0, unicodedata.category("\0")
    for code in range(1, _LAST + 1):
        category = unicodedata.category(chr(code))
        if category != current:
            found.setdefault(current, []).append((start, code - 1))
            start, current = code, category
    found.setdefault(current, []).append((start, _LAST))
    return {category: tuple(pairs) for category, pairs in found.items()}


@lru_cache(maxsize=512)
def any_case(one: Ranges, *, unicode: bool) -> Ranges:
    """Return ``one`` with the other cases of its letters, those of ASCII or all."""
    if not unicode:
        lowered = [(a + 32, b + 32) for a, b in intersect(one, _UPPER)]
        raised = [(a - 32, b - 32) for a, b in intersect(one, _LOWER)]
        return union(one, tuple(lowered), tuple(raised))
    cases = [kin for kin in _kin() if any(contains(one, ord(char)) for char in kin)]
    return union(one, *map(of, cases))


def contains(one: Ranges, code: int) -> bool:
    """Say whether the character is in the set."""
    return any(first <= code <= last for first, last in one)


@cache
def _kin() -> tuple[str, ...]:
    """Return groups of characters that differ in case alone, as Java folds: one by one."""
    groups: dict[str, str] = {}
    for char in map(chr, range(0x1E944)):
        upper = char.upper() if len(char.upper()) == 1 else char
        folded = upper.lower() if len(upper.lower()) == 1 else upper
        if folded != char or upper != char:
            groups[folded] = groups.get(folded, folded) + char
    return tuple(groups.values())
