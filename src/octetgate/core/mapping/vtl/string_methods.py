"""The methods of Java's String (spec: mapping 7).

A character is a string of one, and those beyond U+FFFF count as one.
"""

from __future__ import annotations

from octetgate.core.mapping import javaregex
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.signatures import Method, Table, one, within
from octetgate.core.mapping.vtl.values import JavaList

_LONGEST = 64 * 1024 * 1024

# Java's trim removes every character up to the space.
_TRIMMED = "".join(map(chr, range(33)))


def _substring(target: str, first: int, end: int | None = None) -> str:
    last = len(target) if end is None else end
    if not 0 <= first <= last <= len(target):
        raise MemberError(f"expected 0 <= {first} <= {last} <= {len(target)}, the length")
    return target[first:last]


def _replace(target: str, old: str, new: str) -> str:
    _bounded(len(target) + target.count(old) * (len(new) - len(old)))
    return target.replace(old, new)


def _repeat(target: str, count: int) -> str:
    if count < 0:
        raise MemberError(f"expected a count of 0 or more, found {count}")
    _bounded(len(target) * count)
    return target * count


def _bounded(length: int) -> None:
    if length > _LONGEST:
        raise MemberError(f"the result would have {length} characters")


def of_pattern(name: str, spend: javaregex.Spend) -> Table:
    """Return the methods of this name, if they take a regular expression, else nothing.

    ``spend`` hears what they may take, before and while they do it.
    """

    def prepared(target: str, pattern: str) -> javaregex.Regex:
        return javaregex.prepared(pattern, target, spend, searching=name != "matches")

    def matches(target: str, pattern: str) -> bool:
        return prepared(target, pattern).fullmatch(target)

    def split(target: str, pattern: str, limit: int = 0) -> JavaList:
        return JavaList(prepared(target, pattern).split(target, limit, spend=spend))

    def replace(target: str, pattern: str, replacement: str) -> str:
        count = int(name == "replaceFirst")
        return prepared(target, pattern).replace(target, replacement, count, spend=spend)

    match name:
        case "matches":
            return {(name, 1): one("s", matches)}
        case "split":
            return {(name, 1): one("s", split), (name, 2): one("si", split)}
        case "replaceAll" | "replaceFirst":
            return {(name, 2): one("ss", replace)}
        case _:
            return {}


def _freely(_weight: int) -> None:
    """Spend nothing: whoever calls a method by itself has no account."""


def _compare(left: str, right: object) -> int:
    if not isinstance(right, str):
        raise MemberError(f"compareTo: expected a string, found {right!r:.60}")
    for a, b in zip(left, right, strict=False):
        if a != b:
            return ord(a) - ord(b)
    return len(left) - len(right)


def _folded(text: str) -> str:
    """Return what Java compares where case is ignored: each character by itself."""
    return "".join(
        _one(_one(char, char.upper()), _one(char, char.upper()).lower()) for char in text
    )


def _one(char: str, changed: str) -> str:
    return changed if len(changed) == 1 else char


def _last_index(target: str, wanted: str, start: int) -> int:
    return -1 if start < 0 else target.rfind(wanted, 0, start + len(wanted))


def _char(code: int) -> str:
    """Return the character that ``indexOf(int)`` looks for; one that is none is nowhere."""
    return chr(code) if 0 <= code <= 0x10FFFF else "\0\0no such character"


STRING: Table = {
    ("length", 0): one("", len),
    ("isEmpty", 0): one("", lambda s: not s),
    ("substring", 1): one("i", _substring),
    ("substring", 2): one("ii", _substring),
    ("subSequence", 2): one("ii", _substring),
    ("charAt", 1): one("i", lambda s, i: s[within(i, len(s))]),
    ("codePointAt", 1): one("i", lambda s, i: ord(s[within(i, len(s))])),
    ("indexOf", 1): [
        Method("s", lambda s, x: s.find(x)),
        Method("i", lambda s, code: s.find(_char(code))),
    ],
    ("indexOf", 2): [
        Method("si", lambda s, x, start: s.find(x, min(max(0, start), len(s)))),
        Method("ii", lambda s, code, start: s.find(_char(code), max(0, start))),
    ],
    ("lastIndexOf", 1): [
        Method("s", lambda s, x: s.rfind(x)),
        Method("i", lambda s, code: s.rfind(_char(code))),
    ],
    ("lastIndexOf", 2): [
        Method("si", _last_index),
        Method("ii", lambda s, code, start: _last_index(s, _char(code), start)),
    ],
    ("contains", 1): one("s", lambda s, x: x in s),
    ("contentEquals", 1): one("s", lambda s, x: s == x),
    ("startsWith", 1): one("s", lambda s, x: s.startswith(x)),
    ("startsWith", 2): one("si", lambda s, x, i: 0 <= i <= len(s) and s.startswith(x, i)),
    ("endsWith", 1): one("s", lambda s, x: s.endswith(x)),
    ("equalsIgnoreCase", 1): one("S", lambda s, x: x is not None and _folded(s) == _folded(x)),
    ("compareTo", 1): one("o", _compare),
    ("compareToIgnoreCase", 1): one("s", lambda s, x: _compare(_folded(s), _folded(x))),
    ("toLowerCase", 0): one("", str.lower),
    ("toUpperCase", 0): one("", str.upper),
    ("trim", 0): one("", lambda s: s.strip(_TRIMMED)),
    ("strip", 0): one("", str.strip),
    ("isBlank", 0): one("", lambda s: not s.strip()),
    ("intern", 0): one("", str),
    ("toCharArray", 0): one("", JavaList),
    ("replace", 2): one("ss", _replace),
    ("concat", 1): one("s", lambda s, x: s + x),
    ("repeat", 1): one("i", _repeat),
    **of_pattern("matches", _freely),
    **of_pattern("split", _freely),
    **of_pattern("replaceAll", _freely),
    **of_pattern("replaceFirst", _freely),
}
