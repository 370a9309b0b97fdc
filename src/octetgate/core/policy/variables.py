"""A policy's variables: ``${aws:username}`` stands for what is known of a call.

AWS's user guide of IAM says where, in "IAM policy elements: Variables and tags": in policies of
version 2012-10-17, in the last part of a resource's ARN, and in the values of conditions on texts
and ARNs.  What is known comes in as text, so that a wildcard in it covers only itself (a guess):
no caller may widen a policy by what the caller is called.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from octetgate.core.policy.wildcards import matches

Facts = Mapping[str, str]
"""What is so, by condition key in lower case: ``aws:sourceip`` and the like."""

SINCE = "2012-10-17"
"""The version of the language that has variables."""

_MARK = "${"
_VARIABLE = re.compile(r"\$\{([^{}',]+)(?:, *'([^']*)' *)?\}")
_CHARACTERS = frozenset("*?$")
"""What stands for itself between braces."""
_PARTS = 6
"""Of an ARN; only the last may have colons of its own."""


@dataclass(frozen=True, slots=True)
class _Filled:
    """A pattern in which nothing is left to fill in."""

    text: str
    literal: frozenset[int]
    """Places of what came in, where no character is a wildcard."""


def covers(text: str, pattern: str, facts: Facts) -> bool:
    """Return whether a pattern covers the text; one with an unknown variable covers nothing."""
    if _MARK not in pattern:
        return matches(text, pattern)
    filled = _filled(pattern, facts)
    return filled is not None and matches(text, filled.text, filled.literal)


def arn_covers(arn: str, pattern: str, facts: Facts) -> bool:
    """Return whether a pattern covers an ARN part by part, as conditions on ARNs do.

    A wildcard of the first five stays inside its part, as does what is filled in.
    """
    parts, patterns = arn.split(":", _PARTS - 1), list(_parts(pattern))
    return len(parts) == len(patterns) and all(
        covers(part, each, facts) for part, each in zip(parts, patterns, strict=True)
    )


def filled(text: str, facts: Facts) -> str | None:
    """Return a text without wildcards as it then is; None where a variable is unknown."""
    if _MARK not in text:
        return text
    found = _filled(text, facts)
    return None if found is None else found.text


def plain(text: str) -> str:
    """Return what is spelled so that it has no variables, and only characters."""
    return text.replace(_MARK, "${$}{")


def in_last_part(arn: str) -> str:
    """Return a resource in whose last part alone there are variables."""
    *first, last = _parts(arn)
    if len(first) < _PARTS - 1:
        return plain(arn)
    return ":".join([*map(plain, first), last])


def _filled(pattern: str, facts: Facts) -> _Filled | None:
    pieces: list[str] = []
    literal: list[int] = []
    size = at = 0
    for found in _VARIABLE.finditer(pattern):
        between = pattern[at : found.start()]
        value = _value(found, facts)
        if value is None:
            return None
        pieces += between, value
        literal += range(size + len(between), size + len(between) + len(value))
        size += len(between) + len(value)
        at = found.end()
    pieces.append(pattern[at:])
    return _Filled("".join(pieces), frozenset(literal))


def _value(variable: re.Match[str], facts: Facts) -> str | None:
    name, default = variable[1].strip(), variable[2]
    return name if name in _CHARACTERS else facts.get(name.lower(), default)


def _parts(arn: str) -> Iterator[str]:
    """Yield the parts of an ARN; a colon inside a variable parts nothing."""
    at = 0
    for part in _VARIABLE.sub(lambda found: "_" * len(found[0]), arn).split(":", _PARTS - 1):
        yield arn[at : at + len(part)]
        at += len(part) + 1
