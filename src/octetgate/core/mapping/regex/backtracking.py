r"""Writes a tree for Python's ``re``, and counts how long matching it may take.

``re`` does what RE2 cannot, by going back and trying another way.  How many ways
there are at most follows from the pattern and the length of the text.
"""

from __future__ import annotations

from octetgate.core.mapping.regex.characters import Ranges
from octetgate.core.mapping.regex.linear import times
from octetgate.core.mapping.regex.nodes import (
    Atomic,
    Back,
    Chars,
    Choice,
    Greed,
    Group,
    Look,
    Node,
    Place,
    Repeat,
    Sequence,
)

BUDGET = 100_000_000
"""Steps that one match, or one search, may take at worst: a few seconds."""

_FEW = 10

_MOST = BUDGET * 2
_ENDS = r"[\n\r\u0085\u2028\u2029]"
# Java never sees an end of line between the two characters of one.
_AT_LINE_END = r"\r\n|(?<!\r)\n|[\r\u0085\u2028\u2029]"
_PLACES = {
    Place.BEGIN: r"\A",
    Place.END: r"\Z",
    Place.LAST_LINE_END: rf"(?=(?:{_AT_LINE_END})?\Z)",
    Place.LAST_NEWLINE: r"(?=\n?\Z)",
    # Nor the beginning of one at the end of the text.
    Place.LINE_BEGIN: rf"(?:\A|(?<={_ENDS})(?<!\r(?=\n)))(?!\Z)",
    Place.LINE_END: rf"(?={_AT_LINE_END}|\Z)",
    Place.AFTER_NEWLINE: r"(?:\A|(?<=\n))(?!\Z)",
    Place.BEFORE_NEWLINE: r"(?=\n|\Z)",
    Place.WORD: r"\b",
    Place.NO_WORD: r"\B",
}


def write(node: Node) -> str:
    """Return ``node`` in the syntax of ``re``, to be compiled with its flag ``ASCII``."""
    match node:
        case Chars(members):
            return _chars(members)
        case Place():
            return _PLACES[node]
        case Sequence(parts):
            return "(?:" + "".join(map(write, parts)) + ")"
        case Choice(branches):
            return "(?:" + "|".join(map(write, branches)) + ")"
        case Group(body):
            return f"({write(body)})"
        case Repeat(body):
            return f"(?:{write(body)}){times(node)}{node.greed.value}"
        case Atomic(body):
            return f"(?>{write(body)})"
        case Look(body):
            return f"(?{'<' if node.behind else ''}{'!' if node.negated else '='}{write(body)})"
        case Back(number, any_case):
            return f"(?{'i' if any_case else ''}:\\{number})"


def _chars(members: Ranges) -> str:
    if not members:
        return "(?!)"
    if len(members) == 1 and members[0][0] == members[0][1]:
        return _escape(members[0][0])
    return "[" + "".join(f"{_escape(first)}-{_escape(last)}" for first, last in members) + "]"


def _escape(code: int) -> str:
    return f"\\U{code:08x}"


def is_quick(node: Node) -> bool:
    """Say whether matching takes a few steps wherever it starts, in a text of any length."""
    return _cost(node, BUDGET)[1] <= _FEW


def steps(node: Node, length: int, *, searching: bool) -> int:
    """Return how many steps matching a text of that length may take, near enough.

    A search starts once for each character.
    """
    return _cost(node, length)[1] * (length + 1 if searching else 1)


def longest(node: Node, *, searching: bool) -> int:
    """Return how long a text may be for matching to stay within ``BUDGET``."""
    length = 0
    for bit in reversed(range(25)):
        longer = length | 1 << bit
        if steps(node, longer, searching=searching) <= BUDGET:
            length = longer
    return length


def _cost(node: Node, length: int) -> tuple[int, int]:
    """Return how many ways there are to match here, and how many steps all of them take."""
    match node:
        case Sequence(parts):
            ways, steps = 1, 1
            for part in parts:
                more, cost = _cost(part, length)
                steps += ways * cost
                ways *= more
            return _bounded(ways, steps)
        case Choice(branches):
            costs = [_cost(branch, length) for branch in branches]
            return _bounded(sum(ways for ways, _ in costs), sum(steps for _, steps in costs))
        case Repeat():
            return _repeat_cost(node, length)
        case Group(body):
            return _cost(body, length)
        case Atomic(body) | Look(body):
            return 1, _cost(body, length)[1]
        case Back():
            return 1, length + 1
    return 1, 1


def _repeat_cost(repeat: Repeat, length: int) -> tuple[int, int]:
    ways, steps = _cost(repeat.body, length)
    # Beyond the least, a time that takes no character is the last one.
    least = repeat.least
    most = min(least + length + 1, _MOST if repeat.most is None else repeat.most)
    possessive = repeat.greed is Greed.POSSESSIVE
    if possessive or ways == 1:
        return _bounded(1 if possessive else most - least + 1, (most + 1) * steps)
    # After so many times, each way of the last one goes on in as many.
    total, reached, spent = int(least == 0), 1, 1
    for time in range(1, most + 1):
        spent += reached * steps
        reached *= ways
        if time >= least:
            total += reached
        if spent > _MOST:
            break
    return _bounded(total, spent)


def _bounded(ways: int, steps: int) -> tuple[int, int]:
    return min(ways, _MOST), min(steps, _MOST)
