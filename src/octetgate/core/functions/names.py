"""The forms in which a caller may name a function (spec: lambda 8)."""

import re
from typing import NamedTuple

from octetgate.core.model.function import LATEST

_REFERENCE = re.compile(
    r"(?:arn:[a-z0-9-]+:lambda:[a-z0-9-]+:)?"
    r"(?:\d{12}:)?"
    r"(?:function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)"
    r"(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


class FunctionName(NamedTuple):
    """A function, and which version or alias of it."""

    name: str
    qualifier: str | None = None
    """None for the unqualified function, which is what ``$LATEST`` means too."""


def function_name(reference: str, qualifier: str | None = None) -> FunctionName | None:
    """Return what is named, or None if it is no name, ``name:qualifier``, or ARN of a function.

    A qualifier of its own wins over one at the reference's end.
    """
    named = _REFERENCE.fullmatch(reference)
    if named is None:
        return None
    chosen = qualifier or named["qualifier"]
    return FunctionName(named["name"], None if chosen == LATEST else chosen)
