"""What is left of a schema without its alternatives.

To tell what is wrong with a value, a validator looks into every branch of every ``anyOf`` and
``oneOf``.  Where a schema refers to itself from there, branches double at each level of the
value: a body of a hundred bytes is told for minutes.  Without its alternatives most schemas are
looked through once; :mod:`octetgate.core.validation.ways` knows the others.
"""

from typing import Any

_LEFT_OUT = frozenset({"anyOf", "oneOf", "not"})
"""What a schema is not, if less is said of it, is another question."""
_BY_NAME = frozenset({"definitions", "dependencies", "patternProperties", "properties"})
"""Their members are schemas under names that may be anything."""
_VALUES = frozenset({"default", "enum"})


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
