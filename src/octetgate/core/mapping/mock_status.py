"""The status code that a MOCK integration's request template asks for (spec: mapping 11).

AWS reads this text with a parser more tolerant than JSON: names without quotes
or in single ones, stray commas, and anything at all as the value of members
that do not matter.  Quotes and brackets must still pair up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s"':{}\[\],]+))\s*:""")
_INTEGER = re.compile(r"\s*([+-]?\d{1,18})\s*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', re.DOTALL)
_SIGN = re.compile(r"""[{}\[\],"']""")
_INNER_SIGN = re.compile(r"""[{}\[\]"']""")
_PAIRS = {"{": "}", "[": "]"}


class _Unbalanced(Exception):
    """A quote or bracket has no partner."""


def status_code(text: str) -> int | None:
    """Return the integer ``statusCode`` in ``text``, or ``None`` if there is none to be read."""
    whole = text.strip()
    if len(whole) < 2 or whole[0] != "{" or whole[-1] != "}":
        return None
    try:
        members = list(_members(whole))
    except _Unbalanced:
        return None
    for member in members:
        name = _NAME.match(member)
        if name and "statusCode" in name.groups():
            value = _INTEGER.fullmatch(member, name.end())
            return int(value[1]) if value else None
    return None


def _members(text: str) -> Iterator[str]:
    """Yield the texts between the commas of the outermost object."""
    start = position = 1
    open_brackets = ["}"]
    while open_brackets:
        signs = _INNER_SIGN if len(open_brackets) > 1 else _SIGN
        found = signs.search(text, position)
        if found is None:
            raise _Unbalanced
        position, char = found.start(), found[0]
        if char in "\"'":
            position = _past_string(text, position)
            continue
        if char in _PAIRS:
            open_brackets.append(_PAIRS[char])
        elif char in "}]" and open_brackets.pop() != char:
            raise _Unbalanced
        if not open_brackets or char == ",":
            yield text[start:position]
            start = position + 1
        position += 1
    if position != len(text):
        raise _Unbalanced


def _past_string(text: str, position: int) -> int:
    string = _STRING.match(text, position)
    if string is None:
        raise _Unbalanced
    return string.end()
