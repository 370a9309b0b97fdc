"""The methods of Java's List, Map and other collections (spec: mapping 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from octetgate.core.mapping import jsontext
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.signatures import Method, Table, one, within
from octetgate.core.mapping.vtl.values import Entry, JavaList, java_text, map_key, same

LARGEST = 1_000_000
"""Members of one list or map, at most."""


def _grown(size: int) -> None:
    if size > LARGEST:
        raise MemberError(f"a list or map of more than {LARGEST} members")


def _index_of(target: Sequence[object], value: object) -> int:
    return next((i for i, item in enumerate(target) if same(item, value)), -1)


def _last_index_of(target: Sequence[object], value: object) -> int:
    return next((i for i in reversed(range(len(target))) if same(target[i], value)), -1)


# -- lists


def _add(target: list[object], value: object) -> bool:
    _grown(len(target) + 1)
    target.append(value)
    return True


def _insert(target: list[object], index: int, value: object) -> None:
    _grown(len(target) + 1)
    target.insert(within(index, len(target) + 1), value)


def _add_all(target: list[object], values: Sequence[object]) -> bool:
    _grown(len(target) + len(values))
    target.extend(list(values))
    return bool(values)


def _insert_all(target: list[object], index: int, values: Sequence[object]) -> bool:
    _grown(len(target) + len(values))
    place = within(index, len(target) + 1)
    target[place:place] = list(values)
    return bool(values)


def _set(target: list[object], index: int, value: object) -> object:
    place = within(index, len(target))
    previous, target[place] = target[place], value
    return previous


def _remove(target: list[object], value: object) -> bool:
    index = _index_of(target, value)
    if index >= 0:
        target.pop(index)
    return index >= 0


def _keep(target: list[object], values: Sequence[object], *, inside: bool) -> bool:
    kept = [item for item in target if (_index_of(values, item) >= 0) is inside]
    changed = len(kept) != len(target)
    target[:] = kept
    return changed


def _sub_list(target: list[object], first: int, end: int) -> JavaList:
    if not 0 <= first <= end <= len(target):
        raise MemberError(f"expected 0 <= {first} <= {end} <= {len(target)}, the size")
    return JavaList(target[first:end])


COLLECTION: Table = {
    ("size", 0): one("", len),
    ("isEmpty", 0): one("", lambda c: not c),
    ("contains", 1): one("o", lambda c, x: _index_of(c, x) >= 0),
    ("containsAll", 1): one("c", lambda c, many: all(_index_of(c, x) >= 0 for x in many)),
    ("toArray", 0): one("", JavaList),
}

LIST: Table = {
    **COLLECTION,
    ("get", 1): one("i", lambda c, i: c[within(i, len(c))]),
    ("indexOf", 1): one("o", _index_of),
    ("lastIndexOf", 1): one("o", _last_index_of),
    ("add", 1): one("o", _add),
    ("add", 2): one("io", _insert),
    ("addAll", 1): one("c", _add_all),
    ("addAll", 2): one("ic", _insert_all),
    ("set", 2): one("io", _set),
    # Java's two overloads: by index, or by value.
    ("remove", 1): [
        Method("i", lambda c, i: c.pop(within(i, len(c)))),
        Method("o", _remove),
    ],
    ("removeAll", 1): one("c", lambda c, many: _keep(c, many, inside=False)),
    ("retainAll", 1): one("c", lambda c, many: _keep(c, many, inside=True)),
    ("clear", 0): one("", list.clear),
    ("subList", 2): one("ii", _sub_list),
    ("toJSONString", 0): one("", lambda c: jsontext.dump(c, java_text)),
}


# -- maps


def _put(target: dict[object, object], key: object, value: object) -> object:
    known = map_key(key)
    previous = target.get(known)
    target[known] = value
    _grown(len(target))
    return previous


def _put_if_absent(target: dict[object, object], key: object, value: object) -> object:
    previous = target.get(map_key(key))
    if previous is None:
        _put(target, key, value)
    return previous


def _put_all(target: dict[object, object], other: Mapping[object, object]) -> None:
    target.update(other)
    _grown(len(target))


def _entries(target: dict[object, object]) -> tuple[Entry, ...]:
    return tuple(Entry(key, value) for key, value in target.items())


MAP: Table = {
    ("get", 1): one("o", lambda m, key: m.get(map_key(key))),
    ("getOrDefault", 2): one("oo", lambda m, key, default: m.get(map_key(key), default)),
    ("put", 2): one("oo", _put),
    ("putIfAbsent", 2): one("oo", _put_if_absent),
    ("putAll", 1): one("m", _put_all),
    ("keySet", 0): one("", tuple),
    ("values", 0): one("", lambda m: tuple(m.values())),
    ("entrySet", 0): one("", _entries),
    ("containsKey", 1): one("o", lambda m, key: map_key(key) in m),
    ("containsValue", 1): one("o", lambda m, value: _index_of(tuple(m.values()), value) >= 0),
    ("size", 0): one("", len),
    ("isEmpty", 0): one("", lambda m: not m),
    ("remove", 1): one("o", lambda m, key: m.pop(map_key(key), None)),
    ("clear", 0): one("", dict.clear),
    ("toJSONString", 0): one("", lambda m: jsontext.dump(m, java_text)),
}
