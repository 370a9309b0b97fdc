"""Schemas that offer alternatives, and what is left of them without any.

To tell what is wrong with a value, a validator looks into every branch of every ``anyOf`` and
``oneOf``.  Where a schema refers to itself from there, branches double at each level of the
value: a body of a hundred bytes is told for minutes.  Without its alternatives a schema is
looked through once.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from octetgate.core.validation.schemas import Schema

_ALTERNATIVES = frozenset({"anyOf", "oneOf"})
_LEFT_OUT = _ALTERNATIVES | {"not"}
"""What a schema is not, if less is said of it, is another question."""
_BY_NAME = frozenset({"definitions", "dependencies", "patternProperties", "properties"})
"""Their members are schemas under names that may be anything."""
_VALUES = frozenset({"default", "enum"})


def may_double(schemas: Iterable[Schema]) -> bool:
    """Return whether alternatives and references stand in the schemas, taken together."""
    keys = {key for schema in schemas for key in _keywords(schema)}
    return "$ref" in keys and not _ALTERNATIVES.isdisjoint(keys)


def without_alternatives(schema: Any) -> Any:
    """Return the schema without ``anyOf``, ``oneOf`` and ``not``, at every level."""
    if isinstance(schema, list):
        return [without_alternatives(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _BY_NAME and isinstance(value, dict):
            kept[key] = {name: without_alternatives(each) for name, each in value.items()}
        elif key in _VALUES:
            kept[key] = value
        elif key not in _LEFT_OUT:
            kept[key] = without_alternatives(value)
    return kept


def _keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _keywords(each)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key in _BY_NAME and isinstance(value, dict):
                yield from _keywords(list(value.values()))
            elif key not in _VALUES:
                yield key
                yield from _keywords(value)
