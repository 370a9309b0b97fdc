"""Finds the method of a value that a template calls (spec: mapping 7).

As in Java, the name, the number of arguments and their types choose it.  Where
none fits the result is null, as it is for a missing method in API Gateway; one
that fits and throws in Java is an error.  Null fits wherever an object is
wanted, and throws where Java would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from octetgate.core.mapping import javaregex
from octetgate.core.mapping.vtl import collection_methods, number_methods, string_methods
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.run import Run
from octetgate.core.mapping.vtl.signatures import Method, Table, fits
from octetgate.core.mapping.vtl.values import (
    Entry,
    Host,
    JavaList,
    hash_code,
    java_text,
    member,
    same,
    weigh,
)

CHEAP = frozenset(
    {"length", "size", "isEmpty", "charAt", "get", "put", "set", "add", "substring", "containsKey"}
    | {"startsWith", "endsWith", "intValue", "longValue", "doubleValue"}
)
"""Methods whose cost does not grow with the size of what they are called on."""

CHANGING = frozenset(
    {"add", "addAll", "set", "remove", "removeAll", "retainAll", "clear"}
    | {"put", "putAll", "putIfAbsent"}
)
"""Methods that change what they are called on."""

_SHALLOW = frozenset({"keySet", "values", "entrySet", "toArray", "subList", "addAll", "putAll"})
"""Methods that look at the members of a collection but not into them."""

_OF_PATTERNS = frozenset({"matches", "replaceAll", "replaceFirst", "split"})
"""Methods of texts whose cost is that of a regular expression."""

_VALUE = 8
"""What looking at one value costs, in characters."""

_ANY: Table = {
    ("toString", 0): [Method("", java_text)],
    ("equals", 1): [Method("o", same)],
    ("hashCode", 0): [Method("", hash_code)],
}
_ENTRY: Table = {
    ("getKey", 0): [Method("", lambda entry: member(entry, "key"))],
    ("getValue", 0): [Method("", lambda entry: member(entry, "value"))],
}
_TABLES: Mapping[type, Table] = {
    str: string_methods.STRING | _ANY,
    list: collection_methods.LIST | _ANY,
    JavaList: collection_methods.LIST | _ANY,
    tuple: collection_methods.COLLECTION | _ANY,
    dict: collection_methods.MAP | _ANY,
    int: number_methods.INTEGER | _ANY,
    float: number_methods.DOUBLE | _ANY,
    bool: number_methods.BOOLEAN | _ANY,
    Entry: _ENTRY | _ANY,
}


Invoke = Callable[..., object]
"""``invoke(run, target, *arguments)``"""

_Cost = Callable[[object], int]


def call(target: object, name: str, arguments: Sequence[object]) -> object:
    """Return ``$target.name(arguments)``."""
    if isinstance(target, Host):
        return target.call(name, arguments)
    return _chosen(_overloads(type(target), name, len(arguments)), target, arguments)


class Calls(dict[type, Invoke]):
    """What one method call in a template runs, by the type of its target.

    It fills as targets come, so a method is looked up once per template and type.
    """

    __slots__ = ("_count", "_name")

    def __init__(self, name: str, count: int) -> None:
        super().__init__()
        self._name = name
        self._count = count

    def __missing__(self, target: type) -> Invoke:
        """Look the method up."""
        made = self[target] = self._invoke(target)
        return made

    def _invoke(self, target: type) -> Invoke:
        if target is type(None):
            return _nothing
        if issubclass(target, Host):
            function = target.method(self._name, self._count)
        else:
            function = _native(target, self._name, self._count)
        if issubclass(target, str) and self._name in _OF_PATTERNS and self._count:
            return _with_pattern(self._name, self._count)
        cost = None if self._name in CHEAP else size if self._name in _SHALLOW else weight
        match self._count:
            case 0:
                return _alone(function, cost)
            case 1:
                return _with_one(function, cost, is_host=issubclass(target, Host))
            case _:
                return _with_many(function, cost)


def _native(target: type, name: str, count: int) -> Callable[..., object]:
    overloads = _overloads(target, name, count)
    match overloads:
        case [Method(takes, run)] if set(takes) <= {"o"}:
            return run  # Whatever the arguments are, they fit.
        case _:
            return lambda value, *arguments: _chosen(overloads, value, arguments)


def _overloads(target: type, name: str, count: int) -> Sequence[Method]:
    table = _TABLES.get(target)
    if table is None:
        table = (
            _TABLES[dict] if issubclass(target, Mapping) else _TABLES.get(_relative(target), _ANY)
        )
    return table.get((name, count), ())


def _relative(target: type) -> type:
    return list if issubclass(target, list) else target


def _chosen(overloads: Sequence[Method], target: object, arguments: Sequence[object]) -> object:
    for method in overloads:
        if fits(method.takes, arguments):
            try:
                return method.run(target, *arguments)
            except (javaregex.BadPattern, javaregex.TextTooLong) as error:
                raise MemberError(str(error)) from error
    return None


def _nothing(_run: Run, _target: object, *_arguments: object) -> None:
    """Call a method of null, which is null."""


def _with_pattern(name: str, count: int) -> Invoke:
    """Return the method with what its regular expression may take accounted for."""

    def invoke(run: Run, target: str, *arguments: object) -> object:
        overloads = string_methods.of_pattern(name, run.charge).get((name, count), ())
        result = _chosen(overloads, target, arguments)
        run.charge(weight(result))
        return result

    return invoke


def _alone(function: Callable[..., object], cost: _Cost | None) -> Invoke:
    """Return ``function`` with all it looks at and its result accounted for."""

    def invoke(run: Run, target: object) -> object:
        if cost is not None:
            run.charge(cost(target))
        result = function(target)
        if type(result) is str:
            run.charge(len(result))
        return result

    return invoke


def _with_one(function: Callable[..., object], cost: _Cost | None, *, is_host: bool) -> Invoke:
    """Return the same for one argument, written out: loops call these most."""

    def invoke(run: Run, target: object, argument: object) -> object:
        if cost is not None:
            run.work -= len(argument) if type(argument) is str else cost(argument)
            if not is_host:
                run.work -= cost(target)
            if run.work < 0:
                run.charge(0)
        result = function(target, argument)
        if type(result) is str:
            run.work -= len(result)
            if run.work < 0:
                run.charge(0)
        return result

    return invoke


def _with_many(function: Callable[..., object], cost: _Cost | None) -> Invoke:
    def invoke(run: Run, target: object, *arguments: object) -> object:
        if cost is not None:
            run.charge(cost(target) + sum(map(cost, arguments)))
        result = function(target, *arguments)
        if type(result) is str:
            run.charge(len(result))
        return result

    return invoke


def weight(value: object) -> int:
    """Return what looking through ``value`` costs, in characters."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, (list, tuple, dict)):
        return _VALUE * weigh(value)
    return 0


def size(value: object) -> int:
    """Return what looking at ``value`` but not into its members costs."""
    return len(value) if isinstance(value, (str, list, dict, tuple)) else 0
