"""A model's JSON schema: whether it is one (draft 4), which models it names, and made whole.

A keyword that draft 4 does not know is an error, as on AWS: what would be ignored there cannot
be what its author meant.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

_CANONICAL = re.compile(r"https://apigateway\.amazonaws\.com/restapis/([^/]+)/models/([^/]+)")
_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})

INVALID = "Invalid model schema specified"
NOT_CANONICAL = "Model reference must be in canonical form"

Schema = Mapping[str, Any]


_DEEPEST = 100
"""How far a schema may nest; what walks one recurses."""


class NotASchema(ValueError):
    """A text is no JSON, not a JSON object, or nested without end."""


def read(text: str) -> dict[str, Any]:
    """Return the schema that a text spells."""
    try:
        schema = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotASchema(str(error)) from error
    level: list[Any] = [schema]
    for _ in range(_DEEPEST):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return schema
    raise NotASchema(f"expected at most {_DEEPEST} levels")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def reference(api: str, model: str) -> str:
    """Return how a schema names a model of the API."""
    return f"https://apigateway.amazonaws.com/restapis/{api}/models/{model}"


def named(ref: str, api: str) -> str | None:
    """Return which of the API's models a reference names, if it names one."""
    match = _CANONICAL.fullmatch(ref)
    return match[2] if match and match[1] == api else None


def problems(schema: Schema, api: str) -> list[str]:
    """Return what is wrong with a schema, in AWS's words: once for each place."""
    strangers = [
        NOT_CANONICAL
        for ref in references(schema)
        if named(ref, api) is None and not _is_inside(schema, ref)
    ]
    return [*_of_schema(schema), *strangers]


def references(schema: object) -> Iterator[str]:
    """Yield the values of every ``$ref`` of a schema."""
    if isinstance(schema, Mapping):
        ref = schema.get("$ref")
        if isinstance(ref, str):
            yield ref
        for key, part in schema.items():
            # What these hold is data, however much it looks like a schema.
            if key not in {"enum", "default"}:
                yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)


def flattened(schema: Schema, api: str, model: Callable[[str], Schema | None]) -> dict[str, Any]:
    """Return the schema with the models that it names, and those that they name, inside it."""
    definitions = dict(schema.get("definitions", {}))
    waiting = [schema]
    while waiting:
        for ref in references(waiting.pop()):
            name = named(ref, api)
            if name is None or name in definitions:
                continue
            other = model(name)
            if other is not None:
                definitions[name] = _inward(other, api)
                waiting.append(other)
    whole: dict[str, Any] = _inward(schema, api)
    return {**whole, "definitions": definitions} if definitions else whole


def _inward(part: Any, api: str) -> Any:
    if isinstance(part, Mapping):
        return {
            key: f"#/definitions/{name}"
            if key == "$ref" and isinstance(value, str) and (name := named(value, api))
            else _inward(value, api)
            for key, value in part.items()
        }
    return [_inward(each, api) for each in part] if isinstance(part, list) else part


def _is_inside(schema: Schema, ref: str) -> bool:
    """Whether a reference leads to a place of the schema itself."""
    return ref.startswith("#") and isinstance(inside(schema, ref), Mapping)


def inside(schema: Schema, ref: str) -> object:
    """Return the part of a schema that ``#/…`` leads to, or None."""
    found: object = schema
    for step in ref.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
        else:
            found = found.get(name) if isinstance(found, Mapping) else None
    return found


# --- Draft 4, keyword by keyword ---------------------------------------------------------------

Check = Callable[[Any], Iterator[str]]


def _of_schema(schema: object) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        yield INVALID
        return
    unknown = [key for key in schema if key not in _KEYWORDS]
    if unknown:
        listed = ",".join(f'"{key}"' for key in unknown)
        yield f"{INVALID}. Unsupported keyword(s): [{listed}]"
    for key, value in schema.items():
        if key in _KEYWORDS:
            yield from _KEYWORDS[key](value)
    for bound in ("minimum", "maximum"):
        if f"exclusive{bound.capitalize()}" in schema and bound not in schema:
            yield INVALID


def _when(holds: Callable[[Any], bool]) -> Check:
    def check(value: Any) -> Iterator[str]:
        if not holds(value):
            yield INVALID

    return check


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_several(value: Any) -> bool:
    """Whether it is a list of at least one, each different."""
    return isinstance(value, list) and bool(value) and _distinct(value)


def _distinct(values: list[Any]) -> bool:
    return len({msgspec.json.encode(each, order="sorted") for each in values}) == len(values)


def _is_names(value: Any) -> bool:
    return _is_several(value) and all(isinstance(each, str) for each in value)


def _is_type(value: Any) -> bool:
    names = value if isinstance(value, list) else [value]
    return _is_names(names) and _TYPES.issuperset(names)


def _flag_or_schema(value: Any) -> Iterator[str]:
    if not isinstance(value, bool):
        yield from _of_schema(value)


def _each(value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not value:
        yield INVALID
        return
    for part in value:
        yield from _of_schema(part)


def _items(value: Any) -> Iterator[str]:
    yield from _each(value) if isinstance(value, list) else _of_schema(value)


def _by_name(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield INVALID
        return
    for part in value.values():
        yield from _of_schema(part)


def _dependencies(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield INVALID
        return
    for part in value.values():
        yield from _when(_is_names)(part) if isinstance(part, list) else _of_schema(part)


_KEYWORDS: Mapping[str, Check] = {
    **dict.fromkeys(
        ("$schema", "$ref", "id", "title", "description", "format", "pattern"), _when(_is_text)
    ),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum", "uniqueItems"), _when(_is_flag)),
    **dict.fromkeys(("maximum", "minimum"), _when(_is_number)),
    "multipleOf": _when(lambda value: _is_number(value) and value > 0),
    **dict.fromkeys(
        ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"),
        _when(_is_count),
    ),
    "required": _when(_is_names),
    "enum": _when(_is_several),
    "type": _when(_is_type),
    "default": _when(lambda _: True),
    **dict.fromkeys(("additionalItems", "additionalProperties"), _flag_or_schema),
    "items": _items,
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _each),
    "not": _of_schema,
    **dict.fromkeys(("definitions", "properties", "patternProperties"), _by_name),
    "dependencies": _dependencies,
}
