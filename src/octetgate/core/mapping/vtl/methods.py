"""Finds the method of a value that a template calls (spec: mapping 7).

As in Java, the name, the number of arguments and their types choose it.  Where
none fits the result is null, as it is for a missing method in API Gateway; one
that fits and throws in Java is an error.  Null fits wherever an object is
wanted, and throws where Java would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from octetgate.core.mapping import javaregex
from octetgate.core.mapping.vtl import collection_methods, number_methods, string_methods
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.signatures import Method, Table, fits
from octetgate.core.mapping.vtl.values import (
    Entry,
    Host,
    JavaList,
    hash_code,
    java_text,
    kind,
    member,
    same,
)

CHEAP = frozenset(
    {"length", "size", "isEmpty", "charAt", "get", "put", "set", "add", "substring", "containsKey"}
    | {"startsWith", "endsWith", "intValue", "longValue", "doubleValue"}
)
"""Methods whose cost does not grow with the size of what they are called on."""

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


def call(target: object, name: str, arguments: Sequence[object]) -> object:
    """Return ``$target.name(arguments)``."""
    if isinstance(target, Host):
        return target.call(name, arguments)
    table = _TABLES.get(type(target)) or _TABLES.get(kind(target), _ANY)
    for method in table.get((name, len(arguments)), ()):
        if fits(method.takes, arguments):
            try:
                return method.run(target, *arguments)
            except (javaregex.BadPattern, javaregex.TextTooLong) as error:
                raise MemberError(str(error)) from error
    return None
