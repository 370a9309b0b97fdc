"""What a Java method takes, in a letter for each argument.

===== ==========================================================
``s`` a String or CharSequence; null throws
``S`` a String or null
``i`` an int
``n`` a number, whichever
``b`` a boolean
``c`` a Collection; null throws
``m`` a Map; null throws
``o`` any Object or null
===== ==========================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from octetgate.core.mapping.vtl.errors import MemberError

_INT = 2**31
_OBJECTS: Mapping[str, type | tuple[type, ...]] = {
    "s": str,
    "S": str,
    "c": (list, tuple),
    "m": Mapping,
}
_NAMES = {"s": "string", "c": "list", "m": "map"}


@dataclass(frozen=True, slots=True)
class Method:
    """One overload."""

    takes: str
    run: Callable[..., object]


Table = dict[tuple[str, int], list[Method]]
"""From a name and a number of arguments to the overloads, in the order in which they are tried."""


def fits(takes: str, arguments: Sequence[object]) -> bool:
    """Say whether the arguments have the types of an overload."""
    for letter, argument in zip(takes, arguments, strict=True):
        if not _fits(letter, argument):
            return False
    if None in arguments:
        _refuse_null(takes, arguments)
    return True


def _fits(letter: str, argument: object) -> bool:
    if letter == "o":
        return True
    if letter == "i":
        return type(argument) is int and -_INT <= argument < _INT
    if letter == "n":
        return type(argument) in (int, float)
    if letter == "b":
        return isinstance(argument, bool)
    return argument is None or isinstance(argument, _OBJECTS[letter])


def _refuse_null(takes: str, arguments: Sequence[object]) -> None:
    for letter, argument in zip(takes, arguments, strict=True):
        if argument is None and letter in _NAMES:
            raise MemberError(f"expected a {_NAMES[letter]}, found null")


def within(number: int, size: int) -> int:
    """Return an index that must be below ``size``."""
    if not 0 <= number < size:
        raise MemberError(f"expected an index from 0 to {size - 1}, found {number}")
    return number


def compared(left: object, right: object) -> int:
    """Return ``left.compareTo(right)`` of two numbers or booleans, which must be of one class."""
    if type(left) is not type(right) or not isinstance(left, (int, float)):
        raise MemberError(f"compareTo: expected another {_described(left)}, found {right!r:.60}")
    return (left > right) - (left < right)  # type: ignore[operator]


def _described(value: object) -> str:
    return {bool: "Boolean", int: "Integer", float: "Double"}[type(value)]


def one(takes: str, run: Callable[..., object]) -> list[Method]:
    """Return a method that has no other overload of as many arguments."""
    return [Method(takes, run)]
