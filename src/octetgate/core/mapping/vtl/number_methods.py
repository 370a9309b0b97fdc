"""The methods of Java's Integer, Double and Boolean (spec: mapping 7).

``#set($Integer = 0) $Integer.parseInt("7")`` is how templates reach static methods.
"""

from __future__ import annotations

import math

from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.signatures import Method, Table, compared, one

_DIGITS = 40
"""Longer texts of digits are neither an Integer nor a Long."""


def _parse_int(_: object, digits: str) -> int:
    try:
        if len(digits) > _DIGITS or "_" in digits or digits != digits.strip():
            raise ValueError
        return int(digits)
    except ValueError:
        raise MemberError(f"expected an integer's digits, found {digits[:60]!r}") from None


def _parse_double(_: object, digits: str) -> float:
    try:
        if "_" in digits:
            raise ValueError
        return float(digits)
    except ValueError:
        raise MemberError(f"expected a number's digits, found {digits[:60]!r}") from None


def _whole(number: float) -> int:
    """Return what a cast to long makes of a double: nothing fails."""
    if math.isnan(number):
        return 0
    return max(-(2**63), min(2**63 - 1, int(number))) if math.isfinite(number) else _end(number)


def _end(number: float) -> int:
    return 2**63 - 1 if number > 0 else -(2**63)


def _whole_int(number: float) -> int:
    return max(-(2**31), min(2**31 - 1, _whole(number)))


def _wrapped(number: int, bits: int) -> int:
    """Return the low ``bits`` of an integer, as Java's narrowing casts keep them."""
    half = 1 << (bits - 1)
    return (number + half) % (2 * half) - half


def _double(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def int_value(number: int | float) -> int:  # noqa: PYI041 - Java tells them apart
    """Return ``Number.intValue()``: the low bits of an integer, the nearest int of a double."""
    return _whole_int(number) if isinstance(number, float) else _wrapped(number, 32)


_PARSERS: Table = {
    ("parseInt", 1): one("s", _parse_int),
    ("parseLong", 1): one("s", _parse_int),
    ("parseDouble", 1): one("s", _parse_double),
}

INTEGER: Table = {
    **_PARSERS,
    ("valueOf", 1): [Method("s", _parse_int), Method("i", lambda _, number: number)],
    ("intValue", 0): one("", lambda n: _wrapped(n, 32)),
    ("longValue", 0): one("", lambda n: _wrapped(n, 64)),
    ("shortValue", 0): one("", lambda n: _wrapped(n, 16)),
    ("byteValue", 0): one("", lambda n: _wrapped(n, 8)),
    ("doubleValue", 0): one("", _double),
    ("compareTo", 1): one("o", compared),
}

DOUBLE: Table = {
    **_PARSERS,
    ("valueOf", 1): [Method("s", _parse_double), Method("n", lambda _, number: float(number))],
    ("intValue", 0): one("", _whole_int),
    ("longValue", 0): one("", _whole),
    ("doubleValue", 0): one("", float),
    ("isNaN", 0): one("", math.isnan),
    ("isInfinite", 0): one("", math.isinf),
    ("compareTo", 1): one("o", compared),
}

BOOLEAN: Table = {
    ("booleanValue", 0): one("", bool),
    ("compareTo", 1): one("o", compared),
    ("parseBoolean", 1): one("S", lambda _, word: (word or "").lower() == "true"),
}
