"""A policy's variables: ``${aws:username}`` stands for what is known of a call.

AWS's user guide of IAM says where, in "IAM policy elements: Variables and tags": in policies of
version 2012-10-17, in the last part of a resource's ARN, and in the values of conditions on texts
and ARNs.  What is known comes in as text, so that a wildcard in it covers only itself (a guess):
no caller may widen a policy by what the caller is called.
"""

import re
from collections.abc import Iterator, Mapping

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


def covers(text: str, pattern: str, facts: Facts) -> bool:
    """Return whether a pattern covers the text; one with an unknown variable covers nothing."""
    if _MARK not in pattern:
        return matches(text, pattern)
    pieces = _pieces(pattern, facts)
    # What came in has to be in the text; a client that sends much makes nobody look for it.
    if pieces is None or sum(map(len, pieces[1::2])) > len(text):
        return False
    return matches(text, "".join(pieces), _literal(pieces))


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
    pieces = _pieces(text, facts)
    return None if pieces is None else "".join(pieces)


def plain(text: str) -> str:
    """Return what is spelled so that it has no variables, and only characters."""
    return text.replace(_MARK, "${$}{")


def in_last_part(arn: str) -> str:
    """Return a resource in whose last part alone there are variables."""
    *first, last = _parts(arn)
    if len(first) < _PARTS - 1:
        return plain(arn)
    return ":".join([*map(plain, first), last])


def _pieces(pattern: str, facts: Facts) -> list[str] | None:
    """Return what stands in the pattern and what comes in, by turns; None without a value."""
    pieces: list[str] = []
    at = 0
    for found in _VARIABLE.finditer(pattern):
        value = _value(found, facts)
        if value is None:
            return None
        pieces += pattern[at : found.start()], value
        at = found.end()
    return [*pieces, pattern[at:]]


def _literal(pieces: list[str]) -> frozenset[int]:
    """Return the places of what came in, where no character is a wildcard."""
    places: list[int] = []
    at = 0
    for number, piece in enumerate(pieces):
        if number % 2:
            places += range(at, at + len(piece))
        at += len(piece)
    return frozenset(places)


def _value(variable: re.Match[str], facts: Facts) -> str | None:
    name, default = variable[1].strip(), variable[2]
    return name if name in _CHARACTERS else facts.get(name.lower(), default)


def _parts(arn: str) -> Iterator[str]:
    """Yield the parts of an ARN; a colon inside a variable parts nothing."""
    at = 0
    for part in _VARIABLE.sub(lambda found: "_" * len(found[0]), arn).split(":", _PARTS - 1):
        yield arn[at : at + len(part)]
        at += len(part) + 1
