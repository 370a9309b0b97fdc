"""The methods of Java's String, List, Map and numbers that templates call (spec: mapping 7).

A method is found by its name and the number of its arguments.  One that is not
here is null, as a missing method is in API Gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from octetgate.core.mapping import javaregex, jsontext
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.values import (
    Entry,
    Host,
    equal,
    is_number,
    java_text,
    member,
    text,
)

_Method = Callable[..., object]
_Table = Mapping[tuple[str, int], _Method]

CHEAP = frozenset(
    {"length", "size", "isEmpty", "charAt", "get", "put", "set", "add", "substring", "containsKey"}
    | {"startsWith", "endsWith", "equals"}
)
"""Methods whose cost does not grow with the size of what they are called on."""


def call(target: object, name: str, arguments: Sequence[object]) -> object:
    """Return ``$target.name(arguments)``."""
    if isinstance(target, Host):
        return target.call(name, arguments)
    method = _table(target).get((name, len(arguments)))
    if method is None:
        return _any(target, name, arguments)
    try:
        return method(target, *arguments)
    except (javaregex.BadPattern, javaregex.TextTooLong) as error:
        raise MemberError(str(error)) from error


def _table(target: object) -> _Table:
    match target:
        case str():
            return _STRING
        case list():
            return _LIST
        case dict():
            return _MAP
        case tuple():
            return _COLLECTION
        case int() | float() if is_number(target):
            return _NUMBER
        case _:
            return {}


def _any(target: object, name: str, arguments: Sequence[object]) -> object:
    """Return what every Java object answers, and getters written as methods."""
    match name, len(arguments):
        case "toString", 0:
            return text(target)
        case "equals", 1:
            return type(target) is type(arguments[0]) and equal(target, arguments[0])
        case "hashCode", 0:
            return _hash_code(java_text(target))
        case (("getKey" | "getValue"), 0):
            return member(target, name[3:].lower()) if isinstance(target, Entry) else None
        case _:
            return None


# -- arguments


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise MemberError(f"expected a string, found {_described(value)}")
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise MemberError(f"expected an integer, found {_described(value)}")
    return value


def _described(value: object) -> str:
    return "null" if value is None else repr(java_text(value))[:60]


def _within(index: object, size: int) -> int:
    number = _integer(index)
    if not 0 <= number < size:
        raise MemberError(f"expected an index from 0 to {size - 1}, found {number}")
    return number


# -- strings


def _substring(target: str, start: object, end: object = None) -> str:
    first = _integer(start)
    last = len(target) if end is None else _integer(end)
    if not 0 <= first <= last <= len(target):
        raise MemberError(f"expected 0 <= {first} <= {last} <= {len(target)}, the length")
    return target[first:last]


def _replace(target: str, old: object, new: object) -> str:
    before, after = _string(old), _string(new)
    grown = target.count(before) * (len(after) - len(before))
    if grown > 64 * 1024 * 1024:
        raise MemberError(f"the result would have {len(target) + grown} characters")
    return target.replace(before, after)


def _split(target: str, pattern: object, limit: object = 0) -> list[object]:
    pieces = javaregex.compile(_string(pattern)).split(target, _integer(limit))
    return list(pieces)


def _replace_all(target: str, pattern: object, replacement: object) -> str:
    return javaregex.compile(_string(pattern)).replace(target, _string(replacement))


def _replace_first(target: str, pattern: object, replacement: object) -> str:
    return javaregex.compile(_string(pattern)).replace(target, _string(replacement), count=1)


def _hash_code(target: str) -> int:
    units = target.encode("utf-16-be", "surrogatepass")
    code = 0
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (code * 31 + high * 256 + low) & 0xFFFF_FFFF
    return code - 0x1_0000_0000 if code & 0x8000_0000 else code


def _compare(target: str, other: object) -> int:
    right = _string(other)
    for a, b in zip(target, right, strict=False):
        if a != b:
            return ord(a) - ord(b)
    return len(target) - len(right)


_STRING: _Table = {
    ("length", 0): len,
    ("isEmpty", 0): lambda s: not s,
    ("substring", 1): _substring,
    ("substring", 2): _substring,
    ("charAt", 1): lambda s, i: s[_within(i, len(s))],
    ("indexOf", 1): lambda s, x: s.find(_string(x)),
    ("indexOf", 2): lambda s, x, start: s.find(_string(x), max(0, _integer(start))),
    ("lastIndexOf", 1): lambda s, x: s.rfind(_string(x)),
    ("contains", 1): lambda s, x: _string(x) in s,
    ("startsWith", 1): lambda s, x: s.startswith(_string(x)),
    ("endsWith", 1): lambda s, x: s.endswith(_string(x)),
    ("equalsIgnoreCase", 1): lambda s, x: isinstance(x, str) and s.lower() == x.lower(),
    ("compareTo", 1): _compare,
    ("toLowerCase", 0): str.lower,
    ("toUpperCase", 0): str.upper,
    # Java's trim removes every character up to the space.
    ("trim", 0): lambda s: s.strip("".join(map(chr, range(33)))),
    ("strip", 0): str.strip,
    ("isBlank", 0): lambda s: not s.strip(),
    ("split", 1): _split,
    ("split", 2): _split,
    ("replace", 2): _replace,
    ("replaceAll", 2): _replace_all,
    ("replaceFirst", 2): _replace_first,
    ("matches", 1): lambda s, pattern: javaregex.compile(_string(pattern)).fullmatch(s),
    ("concat", 1): lambda s, x: s + _string(x),
    ("hashCode", 0): _hash_code,
}


# -- lists


def _add(target: list[object], value: object) -> bool:
    target.append(value)
    return True


def _insert(target: list[object], index: object, value: object) -> None:
    target.insert(_within(index, len(target) + 1), value)


def _add_all(target: list[object], values: object) -> bool:
    if not isinstance(values, (list, tuple)):
        raise MemberError(f"expected a list, found {_described(values)}")
    target.extend(values)
    return bool(values)


def _set(target: list[object], index: object, value: object) -> object:
    place = _within(index, len(target))
    previous, target[place] = target[place], value
    return previous


def _remove(target: list[object], what: object) -> object:
    """Remove by index or by value, as Java's two overloads do."""
    if isinstance(what, int) and not isinstance(what, bool):
        return target.pop(_within(what, len(target)))
    index = _index_of(target, what)
    if index >= 0:
        target.pop(index)
    return index >= 0


def _index_of(target: Sequence[object], value: object) -> int:
    return next((i for i, item in enumerate(target) if _same(item, value)), -1)


def _same(left: object, right: object) -> bool:
    if is_number(left) or is_number(right):
        return type(left) is type(right) and left == right
    return left is right or (type(left) is type(right) and left == right)


_COLLECTION: _Table = {
    ("size", 0): len,
    ("isEmpty", 0): lambda c: not c,
    ("contains", 1): lambda c, x: _index_of(c, x) >= 0,
    ("toArray", 0): list,
}

_LIST: _Table = {
    **_COLLECTION,
    ("get", 1): lambda c, i: c[_within(i, len(c))],
    ("indexOf", 1): _index_of,
    ("add", 1): _add,
    ("add", 2): _insert,
    ("addAll", 1): _add_all,
    ("set", 2): _set,
    ("remove", 1): _remove,
    ("clear", 0): list.clear,
    ("subList", 2): lambda c, a, b: c[_within(a, len(c) + 1) : _within(b, len(c) + 1)],
    ("toJSONString", 0): lambda c: jsontext.dump(c, java_text),
}


# -- maps


def _put(target: dict[str, object], key: object, value: object) -> object:
    previous = target.get(text(key))
    target[text(key)] = value
    return previous


def _put_all(target: dict[str, object], other: object) -> None:
    if not isinstance(other, Mapping):
        raise MemberError(f"expected a map, found {_described(other)}")
    target.update(other)


def _entries(target: dict[str, object]) -> tuple[Entry, ...]:
    return tuple(Entry(key, value) for key, value in target.items())


_MAP: _Table = {
    ("get", 1): lambda m, key: m.get(text(key)),
    ("getOrDefault", 2): lambda m, key, default: m.get(text(key), default),
    ("put", 2): _put,
    ("putAll", 1): _put_all,
    ("keySet", 0): tuple,
    ("values", 0): lambda m: tuple(m.values()),
    ("entrySet", 0): _entries,
    ("containsKey", 1): lambda m, key: text(key) in m,
    ("containsValue", 1): lambda m, value: _index_of(tuple(m.values()), value) >= 0,
    ("size", 0): len,
    ("isEmpty", 0): lambda m: not m,
    ("remove", 1): lambda m, key: m.pop(text(key), None),
    ("clear", 0): dict.clear,
    ("toJSONString", 0): lambda m: jsontext.dump(m, java_text),
}


# -- numbers


def _parse_int(_: object, digits: object) -> int:
    try:
        return int(_string(digits))
    except ValueError:
        raise MemberError(f"expected an integer's digits, found {_described(digits)}") from None


def _parse_double(_: object, digits: object) -> float:
    try:
        return float(_string(digits))
    except ValueError:
        raise MemberError(f"expected a number's digits, found {_described(digits)}") from None


_NUMBER: _Table = {
    ("intValue", 0): int,
    ("longValue", 0): int,
    ("doubleValue", 0): float,
    # `#set($Integer = 0) $Integer.parseInt("7")` is how templates reach static methods.
    ("parseInt", 1): _parse_int,
    ("parseLong", 1): _parse_int,
    ("valueOf", 1): _parse_int,
    ("parseDouble", 1): _parse_double,
}
