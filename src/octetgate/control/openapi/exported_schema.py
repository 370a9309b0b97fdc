"""Models as the schemas of a document, and the way from one schema to another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.schema import Model, built_in_models

Schema = dict[str, Any]

# A schema of a document has no version of its own.
_LEFT_OUT = ("$schema",)


def reference(name: str, *, swagger: bool) -> Schema:
    """Return what stands for a model elsewhere in the document."""
    return {"$ref": f"{_root(swagger=swagger)}{name}"}


def exported_schemas(definition: ApiDefinition, *, swagger: bool) -> dict[str, Schema]:
    """Return the schemas by name: all models but those that every API is born with and lets be."""
    # How a model names another of its API, but for the name.
    url = f"https://apigateway.amazonaws.com/restapis/{definition.rest_api.id}/models/"
    used = set(_used(definition, url))
    born_with = built_in_models()
    return {
        name: _schema(model, _References(url, _root(swagger=swagger), name))
        for name, model in definition.models.items()
        if name in used or not _is_as_born(model, born_with.get(name))
    }


def _is_as_born(model: Model, born: Model | None) -> bool:
    return born is not None and replace(born, id=model.id) == model


def _used(definition: ApiDefinition, url: str) -> Iterator[str]:
    for resource in definition.resources.values():
        for method in resource.resource_methods.values():
            yield from (method.request_models or {}).values()
            for response in method.method_responses.values():
                yield from (response.response_models or {}).values()
    for model in definition.models.values():
        yield from _referred(_decoded(model), url)


def _referred(value: Any, url: str) -> Iterator[str]:
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith(url):
            yield target.removeprefix(url)
        for part in value.values():
            yield from _referred(part, url)
    elif isinstance(value, list):
        for part in value:
            yield from _referred(part, url)


def _decoded(model: Model) -> Any:
    try:
        return msgspec.json.decode(model.schema or "{}")
    except msgspec.DecodeError:
        return {}


def _schema(model: Model, references: "_References") -> Schema:
    schema = _decoded(model)
    if not isinstance(schema, dict):
        return {}
    converted = references.converted(schema)
    return {word: value for word, value in converted.items() if word not in _LEFT_OUT}


@dataclass(frozen=True, slots=True)
class _References:
    """From where a schema refers to what, in its model and in the document."""

    url: str
    """What models of the API are called, but for the name."""
    root: str
    """What schemas of the document are called, but for the name."""
    name: str
    """The schema's own."""

    def converted(self, value: Any) -> Any:
        """Return a part of the schema with its references as they are in the document."""
        if isinstance(value, list):
            return [self.converted(part) for part in value]
        if not isinstance(value, dict):
            return value
        return {
            word: self._target(part)
            if word == "$ref" and isinstance(part, str)
            else self.converted(part)
            for word, part in value.items()
        }

    def _target(self, target: str) -> str:
        if target.startswith(self.url):
            return f"{self.root}{target.removeprefix(self.url)}"
        # What a model says of itself, its document says one level deeper.
        return f"{self.root}{self.name}{target[1:]}" if target.startswith("#") else target


def _root(*, swagger: bool) -> str:
    return "#/definitions/" if swagger else "#/components/schemas/"
