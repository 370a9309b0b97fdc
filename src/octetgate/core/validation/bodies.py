"""A request's body against the model that its media type has (spec: request-lifecycle 7).

jsonschema-rs decides.  What it found is told in the words of the Java validator that AWS is
known to use, as far as these are known (unconfirmed); they reach nobody but authors, through
``$context.error.validationErrorString`` and the logs.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec
from jsonschema_rs import ValidationErrorKind as Kind

from octetgate.core.validation.alternatives import without_alternatives
from octetgate.core.validation.schemas import NotASchema, named, read
from octetgate.core.validation.ways import Ways, ways

_MOST_TOLD = 20
"""Problems that are told of one body; a long list has as many as it has elements."""
_BACKTRACKS = 100_000
"""Steps that a pattern may take on one text, where it looks around; others take linear time."""

_MOST_STEPS = 4_000_000_000
"""Of deciding on a body: the ways that its schema comes to a place, for each of its bytes."""
_MOST_WAYS_TOLD = 100_000
"""As many are gone to tell what is wrong at one place."""

_UNTOLD = "instance does not match the schema, in too many ways to tell them"

Retrieve = Callable[[str], Any]
ReadSchema = Callable[[str], str | None]
"""Returns the text of the schema of a model of the API, by the model's name."""


class BodyModel:
    """A model's schema, ready to check bodies."""

    def __init__(self, schema: str, api: str, models: ReadSchema) -> None:
        """Raises NotASchema, also where a model is named that there is not."""

        @cache
        def retrieve(uri: str) -> Any:
            name = named(uri, api)
            text = None if name is None else models(name)
            if text is None:
                raise LookupError(f"expected a model of the API, found {uri!r}")
            return read(text)

        try:
            whole = read(schema)
            self._validator = _compiled(whole, retrieve)
            found = ways(whole, retrieve)
        except (ValueError, LookupError, jsonschema_rs.ReferencingError) as error:
            raise NotASchema(str(error)) from error
        self._ways = found.once_around
        self._telling = self._validator if _can_tell(found) else _plain(whole, retrieve)

    def problems(self, body: bytes) -> list[str]:
        """Return what is wrong with the body; an empty one counts as ``{}`` (recorded)."""
        try:
            value = msgspec.json.decode(body or b"{}")
        except (msgspec.DecodeError, RecursionError) as error:
            return [f"expected JSON: {error}"]
        if self._ways * len(body) > _MOST_STEPS:
            found = f"{len(body)} bytes, and a schema that comes to a place in {self._ways} ways"
            return [f"expected a body that is decided on in {_MOST_STEPS} steps; found {found}"]
        if self._validator.is_valid(value):
            return []
        errors = self._telling.iter_errors(value) if self._telling else ()
        return list(_told(errors)) or [_UNTOLD]


def _compiled(schema: dict[str, Any], retrieve: Retrieve) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(
        schema,
        retriever=retrieve,
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS),
    )


def _can_tell(found: Ways) -> bool:
    """Whether a validator has told what is wrong with a body before long."""
    return not found.multiply and found.once_around <= _MOST_WAYS_TOLD


def _plain(schema: dict[str, Any], retrieve: Retrieve) -> jsonschema_rs.Draft4Validator | None:
    """Return the schema without its alternatives; None where that does not help.

    A reference may lead into one, and ``allOf`` and its like come to a place in many ways, too.
    """

    @cache
    def plainly(uri: str) -> Any:
        return without_alternatives(retrieve(uri))

    plain = without_alternatives(schema)
    try:
        return _compiled(plain, plainly) if _can_tell(ways(plain, plainly)) else None
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
