"""A request's body against the model that its media type has (spec: request-lifecycle 7).

jsonschema-rs decides.  What it found is told in the words of the Java validator that AWS is
known to use, as far as these are known (unconfirmed); they reach nobody but authors, through
``$context.error.validationErrorString`` and the logs.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs
import msgspec
from jsonschema_rs import ValidationErrorKind as Kind

from octetgate.core.validation.alternatives import may_double, without_alternatives
from octetgate.core.validation.schemas import NotASchema, named, read

_MOST_TOLD = 20
"""Problems that are told of one body; a long list has as many as it has elements."""
_BACKTRACKS = 100_000
"""Steps that a pattern may take on one text, where it looks around; others take linear time."""

_NONE_FITS = "instance does not match the schemas that anyOf, oneOf or not list"
"""Where looking into each of them could take without end."""

Retrieve = Callable[[str], Any]
ReadSchema = Callable[[str], str | None]
"""Returns the text of the schema of a model of the API, by the model's name."""


class BodyModel:
    """A model's schema, ready to check bodies."""

    def __init__(self, schema: str, api: str, models: ReadSchema) -> None:
        """Raises NotASchema, also where a model is named that there is not."""
        schemas: list[dict[str, Any]] = []

        def retrieve(uri: str) -> Any:
            name = named(uri, api)
            text = None if name is None else models(name)
            if text is None:
                raise LookupError(f"expected a model of the API, found {uri!r}")
            schemas.append(read(text))
            return schemas[-1]

        try:
            schemas.append(read(schema))
            self._validator = _compiled(schemas[0], retrieve)
        except (ValueError, LookupError, jsonschema_rs.ReferencingError) as error:
            raise NotASchema(str(error)) from error
        self._telling: jsonschema_rs.Draft4Validator | None = self._validator
        if may_double(schemas):
            self._telling = _plain(schemas[0], retrieve)

    def problems(self, body: bytes) -> list[str]:
        """Return what is wrong with the body; an empty one counts as ``{}`` (recorded)."""
        try:
            value = msgspec.json.decode(body or b"{}")
        except (msgspec.DecodeError, RecursionError) as error:
            return [f"expected JSON: {error}"]
        if self._validator.is_valid(value):
            return []
        found = self._telling.iter_errors(value) if self._telling else ()
        return list(_told(found)) or [_NONE_FITS]


def _compiled(schema: dict[str, Any], retrieve: Retrieve) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(
        schema,
        retriever=retrieve,
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS),
    )


def _plain(schema: dict[str, Any], retrieve: Retrieve) -> jsonschema_rs.Draft4Validator | None:
    """Return the schema without its alternatives, or None where a reference leads into one."""
    try:
        return _compiled(
            without_alternatives(schema), lambda uri: without_alternatives(retrieve(uri))
        )
    except (ValueError, LookupError, jsonschema_rs.ReferencingError):
        return None


def _told(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[str]:
    """Yield what was found, what one object lacks in one sentence."""
    lacking: dict[tuple[str | int, ...], list[str]] = {}
    told = 0
    for error in errors:
        kind: Any = error.kind
        if isinstance(kind, Kind.Required):
            lacking.setdefault(tuple(error.instance_path), []).append(kind.property)
        elif told < _MOST_TOLD:
            told += 1
            yield _words(error)
    for names in list(lacking.values())[:_MOST_TOLD]:
        yield f"object has missing required properties ({_list(sorted(names))})"


def _words(error: jsonschema_rs.ValidationError) -> str:
    kind: Any = error.kind
    found: Any = error.instance
    words: Mapping[type, Callable[[], str]] = {
        Kind.Type: lambda: (
            f"instance type ({_type(found)}) does not match any allowed primitive type "
            f"(allowed: {_list(sorted(kind.types))})"
        ),
        Kind.AdditionalProperties: lambda: (
            "object instance has properties which are not allowed by the schema: "
            f"{_list(sorted(kind.unexpected))}"
        ),
        Kind.Enum: lambda: (
            f"instance value ({json.dumps(found)}) not found in enum "
            f"(possible values: {_list(kind.options)})"
        ),
        Kind.Minimum: lambda: (
            "numeric instance is lower than the required minimum "
            f"(minimum: {kind.limit}, found: {found})"
        ),
        Kind.Maximum: lambda: (
            "numeric instance is greater than the required maximum "
            f"(maximum: {kind.limit}, found: {found})"
        ),
        Kind.MinLength: lambda: (
            f"string {json.dumps(found)} is too short "
            f"(length: {len(found)}, required minimum: {kind.limit})"
        ),
        Kind.MaxLength: lambda: (
            f"string {json.dumps(found)} is too long "
            f"(length: {len(found)}, maximum allowed: {kind.limit})"
        ),
        Kind.MinItems: lambda: (
            f"array is too short: must have at least {kind.limit} elements "
            f"but instance has {len(found)} elements"
        ),
        Kind.MaxItems: lambda: (
            f"array is too long: must have at most {kind.limit} elements "
            f"but instance has {len(found)} elements"
        ),
        Kind.UniqueItems: lambda: "array must not contain duplicate elements",
        Kind.Pattern: lambda: (
            f"ECMA 262 regex {json.dumps(kind.pattern)} does not match "
            f"input string {json.dumps(found)}"
        ),
    }
    say = words.get(type(kind))
    return error.message if say is None else say()


def _list(values: Iterable[Any]) -> str:
    return json.dumps(list(values), separators=(",", ":"))


_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}


def _type(value: object) -> str:
    return "null" if value is None else _TYPES.get(type(value), "number")
