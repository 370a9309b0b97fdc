"""What a template's values are in Java's eyes: how they print, compare and calculate.

========================  =======================================
Java                      here
========================  =======================================
String, Boolean, null     ``str``, ``bool``, ``None``
Integer, Double           ``int``, ``float``
JSONArray                 ``list``; prints as JSON
List, array               :class:`JavaList`; prints as ``[a, b]``
Map                       ``dict``; prints as ``{k=v}``
Set, Collection           ``tuple``; prints as ``[a, b]``
objects of the gateway    :class:`Host`
========================  =======================================
"""

from __future__ import annotations

import functools
import math
import operator
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from octetgate.core.mapping import jsontext
from octetgate.core.mapping.vtl.errors import MemberError

BITS = 1024
"""An integer may have so many; multiplying in a loop would otherwise never end."""


_HEAVIEST = 10 * 1024 * 1024
"""More values could not be printed: each is a character of output, at least."""

_CONTAINERS = 1_000_000
"""Lists and maps within one value, counted as often as they would be printed."""


class JavaList(list[object]):
    """A list that came from no JSON document: a literal, a range, the result of ``split``."""

    __slots__ = ()


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

    @classmethod
    def method(cls, name: str, count: int) -> Callable[..., object]:  # noqa: ARG003 - for others
        """Return ``$host.name`` for so many arguments, as a function of the host and these."""
        return lambda host, *arguments: host.call(name, arguments)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value, from ``entrySet()``."""

    key: object
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
        case bool():
            return "true" if value else "false"
        case float():
            return jsontext.double_text(value)
        case JavaList() | tuple():
            return "[" + ", ".join(map(java_text, value)) + "]"
        case list():
            # Recorded: lists print as JSON at any depth, maps print Java-style.
            return jsontext.dump(value, java_text)
        case Mapping():
            return "{" + ", ".join(f"{java_text(k)}={java_text(v)}" for k, v in value.items()) + "}"
        case Entry():
            return f"{value.key}={java_text(value.value)}"
        case Host():
            return value.text()
        case _:
            return jsontext.dump(value)


def weigh(value: object) -> int:
    """Return how many values are in ``value``, itself included and shared ones again.

    A list that holds a list twice, which holds another twice, and so on, is
    small in memory and without end in print.
    """
    count = containers = 0
    waiting = [value]
    while waiting:
        one = waiting.pop()
        inside = one.values() if isinstance(one, Mapping) else one
        containers += 1
        if isinstance(inside, Collection) and not isinstance(inside, str):
            count += len(inside)
            waiting.extend(item for item in inside if isinstance(item, (list, tuple, Mapping)))
        if count > _HEAVIEST or containers + len(waiting) > _CONTAINERS:
            raise MemberError(f"a list or map of more than {_CONTAINERS} lists and maps in all")
    return count + 1


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
    if kind(left) is kind(right):
        return same(left, right)
    return text(left) == text(right)


def same(left: object, right: object) -> bool:
    """Say whether Java's ``left.equals(right)`` holds: 1 is neither 1.0 nor true."""
    if left is right:
        return True
    if kind(left) is not kind(right) or left != right:
        return False
    # Python's comparison has found all alike but for the kinds of what is inside.
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return all(map(same, left, right))
    return True


def kind(value: object) -> type:
    """Return the type that stands for ``value``'s class and its relatives."""
    if isinstance(value, Mapping):
        return dict
    return list if isinstance(value, list) else type(value)


def hash_code(value: object) -> int:
    """Return Java's ``hashCode()``."""
    match value:
        case None:
            return 0
        case bool():
            return 1231 if value else 1237
        case int() if -(2**31) <= value < 2**31:
            return value
        case int():
            return _int32(value ^ (value >> 32))
        case float():
            bits = int.from_bytes(struct.pack(">d", value), "big")
            return _int32(bits ^ (bits >> 32))
        case list():
            return functools.reduce(
                lambda code, item: _int32(31 * code + hash_code(item)), value, 1
            )
        case tuple():
            return _int32(sum(map(hash_code, value)))
        case Mapping():
            return _int32(sum(hash_code(key) ^ hash_code(item) for key, item in value.items()))
        case Entry():
            return hash_code(value.key) ^ hash_code(value.value)
        case _:
            return _text_hash(java_text(value))


def _text_hash(text: str) -> int:
    units = text.encode("utf-16-be", "surrogatepass")
    code = 0
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (code * 31 + high * 256 + low) & 0xFFFF_FFFF
    return _int32(code)


def _int32(number: int) -> int:
    low = number & 0xFFFF_FFFF
    return low - 0x1_0000_0000 if low & 0x8000_0000 else low


def is_number(value: object) -> TypeGuard[float]:
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
    """Return the result of ``- * / %`` and of adding numbers, null where Velocity gives up."""
    if not _both_numbers(left, right):
        return None
    try:
        result = _ARITHMETIC[sign](left, right)
    except (ArithmeticError, ValueError):
        # Velocity logs a division by zero and goes on with null.
        return None
    if isinstance(result, int) and result.bit_length() > BITS:
        raise MemberError(f"the result of {sign!r} has more than {BITS} bits")
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
    if type(target) is dict:
        return target.get(name)
    if isinstance(target, Host):
        return target.member(name)
    match target:
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
    if isinstance(target, list):
        if isinstance(key, bool) or not isinstance(key, int):
            return None
        # Velocity 1.7 counts a negative index from the end.
        return target[key] if -len(target) <= key < len(target) else None
    if isinstance(target, Mapping):
        return target.get(map_key(key))
    return member(target, text(key)) if isinstance(target, Host) else None


def map_key(key: object) -> object:
    """Return what a map knows ``key`` by: 1 is not "1"; of other kinds only the text counts."""
    return key if isinstance(key, str) or type(key) is int else text(key)


def put_member(target: object, name: str, value: object) -> None:
    """Carry out ``#set($target.name = value)``; what cannot take it is left alone."""
    if isinstance(target, Host):
        target.put(name, value)
    elif isinstance(target, dict):
        target[name] = value


def put_element(target: object, key: object, value: object) -> None:
    """Carry out ``#set($target[key] = value)``."""
    if isinstance(target, dict):
        target[map_key(key)] = value
    elif not isinstance(target, list):
        put_member(target, text(key), value)
    elif isinstance(key, int) and -len(target) <= key < len(target):
        target[key] = value
    else:
        raise MemberError(f"expected an index below {len(target)}, found {text(key)}")
