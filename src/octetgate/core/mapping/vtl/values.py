"""What a template's values are in Java's eyes: how they print, compare and calculate.

========================  =======================================
Java                      here
========================  =======================================
String, Boolean, null     ``str``, ``bool``, ``None``
Integer, Double           ``int``, ``float``
List                      ``list``; prints as JSON
Map                       ``dict``; prints as ``{k=v}``
Set, Collection           ``tuple``; prints as ``[a, b]``
objects of the gateway    :class:`Host`
========================  =======================================
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from octetgate.core.mapping import jsontext
from octetgate.core.mapping.vtl.errors import MemberError

_BITS = 1024
"""An integer may have so many; multiplying in a loop would otherwise never end."""


class Host:
    """An object that the gateway puts into a template: ``$input``, ``$util``, ….

    What it does not know is null, and it prints as nothing.
    """

    def member(self, name: str) -> object:
        """Return ``$host.name``."""
        return None

    def put(self, name: str, value: object) -> object:
        """Set ``$host.name`` and return what it was."""
        return None

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return ``$host.name(arguments)``."""
        return None

    def text(self) -> str:
        """Return what printing the object gives."""
        return ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value, from ``entrySet()``."""

    key: str
    value: object


def text(value: object) -> str:
    """Return what ``value`` prints as where a template shows it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else java_text(value)


def java_text(value: object) -> str:
    """Return Java's ``String.valueOf(value)`` as API Gateway's values print it."""
    match value:
        case str():
            return value
        case list():
            # Recorded: lists print as JSON at any depth, maps print Java-style.
            return jsontext.dump(value, java_text)
        case Mapping():
            return "{" + ", ".join(f"{k}={java_text(v)}" for k, v in value.items()) + "}"
        case tuple():
            return "[" + ", ".join(map(java_text, value)) + "]"
        case Entry():
            return f"{value.key}={java_text(value.value)}"
        case Host():
            return value.text()
        case _:
            return jsontext.dump(value)


def truth(value: object) -> bool:
    """Say whether ``#if`` takes the branch: only null and false do not."""
    return value is not None and value is not False


def items(value: object) -> Sequence[object]:
    """Return what ``#foreach`` walks over; anything but a collection has nothing."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, Host):
        return items(value.call("values", ()))
    return ()


def equal(left: object, right: object) -> bool:
    """Say whether ``left == right`` holds (spec: mapping 6 and 14)."""
    if left is None or right is None:
        # Recorded: a missing path equals the empty string too.
        other = right if left is None else left
        return other is None or other == ""
    if is_number(left) and is_number(right):
        return left == right
    if _kind(left) is _kind(right):
        return left is right if isinstance(left, Host) else left == right
    return text(left) == text(right)


def is_number(value: object) -> bool:
    """Say whether ``value`` is an Integer or a Double; a Boolean is not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_ORDERS: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def ordered(sign: str, left: object, right: object) -> bool:
    """Say whether ``left < right`` and the like holds; only numbers have an order."""
    return is_number(left) and is_number(right) and _ORDERS[sign](left, right)


def calculate(sign: str, left: object, right: object) -> object:
    """Return the result of ``+ - * / %``, null where Velocity gives up."""
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        return java_text(left) + java_text(right)
    if not _both_numbers(left, right):
        return None
    try:
        result = _ARITHMETIC[sign](left, right)
    except (ArithmeticError, ValueError):
        # Velocity logs a division by zero and goes on with null.
        return None
    if isinstance(result, int) and result.bit_length() > _BITS:
        raise MemberError(f"the result of {sign!r} has more than {_BITS} bits")
    return result


def _both_numbers(left: object, right: object) -> bool:
    return is_number(left) and is_number(right)


def _divide(left: float, right: float) -> float:
    if isinstance(left, float) or isinstance(right, float):
        return left / right
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _remainder(left: float, right: float) -> float:
    if isinstance(left, float) or isinstance(right, float):
        return math.fmod(left, right)
    rest = abs(left) % abs(right)
    # Java's remainder has the sign of the dividend.
    return -rest if left < 0 else rest


_ARITHMETIC: Mapping[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _remainder,
}


def member(target: object, name: str) -> object:
    """Return ``$target.name``; what is missing is null."""
    match target:
        case Host():
            return target.member(name)
        case Mapping():
            return target.get(name)
        case Entry() if name in ("key", "value"):
            return target.key if name == "key" else target.value
        case str() | list() | tuple() if name == "empty":
            return not target
        case _:
            return None


def element(target: object, key: object) -> object:
    """Return ``$target[key]``; outside of a list is null (unconfirmed in the spec)."""
    if isinstance(target, (list, tuple)):
        if isinstance(key, bool) or not isinstance(key, int):
            return None
        # Velocity 1.7 counts a negative index from the end.
        return target[key] if -len(target) <= key < len(target) else None
    return member(target, text(key))


def put_member(target: object, name: str, value: object) -> None:
    """Carry out ``#set($target.name = value)``; what cannot take it is left alone."""
    if isinstance(target, Host):
        target.put(name, value)
    elif isinstance(target, dict):
        target[name] = value


def put_element(target: object, key: object, value: object) -> None:
    """Carry out ``#set($target[key] = value)``."""
    if not isinstance(target, list):
        put_member(target, text(key), value)
    elif isinstance(key, int) and -len(target) <= key < len(target):
        target[key] = value
    else:
        raise MemberError(f"expected an index below {len(target)}, found {text(key)}")


def _kind(value: object) -> type:
    return dict if isinstance(value, Mapping) else type(value)
