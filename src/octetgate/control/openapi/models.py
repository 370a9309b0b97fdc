"""Schemas become models: those with names under theirs, those in line under names made for them.

A reference to a schema becomes one to a model, by the URL under which API Gateway knows it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from octetgate.control.openapi.source import Node, Source

_URL = "https://apigateway.amazonaws.com/restapis/{api}/models/{name}"
_NAMED = ("#/definitions/", "#/components/schemas/")

# Spec: control-plane 7.1; a model with one of them is refused, so they are left out.
_UNSUPPORTED = frozenset(
    (
        "default",
        "deprecated",
        "discriminator",
        "example",
        "examples",
        "exclusiveMinimum",
        "externalDocs",
        "nullable",
        "readOnly",
        "writeOnly",
        "xml",
    )
)
_ONLY_IN_OPENAPI_3 = frozenset(("oneOf", "anyOf", "not"))
_LISTS = frozenset(("allOf", "anyOf", "oneOf", "items"))
_MAPS = frozenset(("properties", "patternProperties", "definitions", "dependencies"))
_SCHEMAS = frozenset(("items", "additionalProperties", "additionalItems", "not"))


class Models:
    """The models that a document asks for, found as its operations are read."""

    def __init__(self, source: Source, api: str) -> None:
        self._source = source
        self._api = api
        self._made: dict[str, dict[str, Any]] = {}
        place = "definitions" if source.is_swagger else "components.schemas"
        owner = (
            source.document if source.is_swagger else source.part(source.document, "components", "")
        )
        self._place = place
        self._schemas = source.part(owner, place.rpartition(".")[2], place.rpartition(".")[0])

    def all(self) -> tuple[Mapping[str, Any], ...]:
        """Return what CreateModel takes for each, those that others refer to first."""
        for name in self._schemas:
            self._named(name)
        ordered: dict[str, Mapping[str, Any]] = {}
        for name in self._made:
            self._order(name, ordered, set())
        return tuple(ordered.values())

    def name(self, schema: Any, place: str) -> str | None:
        """Return the name of the model that stands for a schema; None where nothing is said."""
        node = self._source.node(schema, place)
        reference = node.get("$ref")
        if isinstance(reference, str):
            return self._referred(reference)
        if not node:
            return None
        text, needs = self._text(node, f"the schema at {place}")
        # Named after what it says: the same document makes the same model again.
        name = f"MODEL{hashlib.sha256(text.encode()).hexdigest()[:6]}"
        self._keep(name, text, needs)
        return name

    def _referred(self, reference: str) -> str | None:
        name = _name_in(reference)
        if name is None or not isinstance(self._schemas.get(name), dict):
            self._source.problems.warn(
                f"Reference to model '{name or reference}' not found. Ignoring."
            )
            return None
        self._named(name)
        return name

    def _named(self, name: str) -> None:
        if name not in self._made:
            schema = self._source.node(self._schemas[name], f"{self._place}.{name}")
            text, needs = self._text(schema, f"model '{name}'")
            self._keep(name, text, needs)

    def _keep(self, name: str, text: str, needs: Iterable[str]) -> None:
        self._made[name] = {
            "name": name,
            "contentType": "application/json",
            "schema": text,
            "needs": tuple(needs),
        }

    def _order(self, name: str, ordered: dict[str, Mapping[str, Any]], above: set[str]) -> None:
        if name in ordered or name in above or name not in self._made:
            return
        above.add(name)
        made = self._made[name]
        for need in made["needs"]:
            self._order(need, ordered, above)
        ordered[name] = {key: value for key, value in made.items() if key != "needs"}

    def _text(self, schema: Node, what: str) -> tuple[str, list[str]]:
        """Return a schema as the text that a model keeps, and the models that it refers to."""
        left_out: set[str] = set()
        needs: list[str] = []
        converted = self._converted(schema, left_out, needs)
        if left_out:
            listed = json.dumps(sorted(left_out))
            self._source.problems.warn(f"Unsupported keyword(s) in {what}: {listed}. Ignoring.")
        return json.dumps(converted, indent=2, ensure_ascii=False), needs

    def _converted(self, schema: Any, left_out: set[str], needs: list[str]) -> Any:
        """Return a schema in the words that a model may use."""
        if not isinstance(schema, dict):
            return schema
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return {"$ref": self._url(reference, needs)}
        kept: dict[str, Any] = {}
        for word, value in schema.items():
            if word in _UNSUPPORTED or word.startswith("x-") or self._is_newer(word):
                left_out.add(word)
            elif word in _MAPS and isinstance(value, dict):
                kept[word] = {
                    name: self._converted(each, left_out, needs) for name, each in value.items()
                }
            elif word in _LISTS and isinstance(value, list):
                kept[word] = [self._converted(each, left_out, needs) for each in value]
            elif word in _SCHEMAS:
                kept[word] = self._converted(value, left_out, needs)
            else:
                kept[word] = value
        return kept

    def _is_newer(self, word: str) -> bool:
        return self._source.is_swagger and word in _ONLY_IN_OPENAPI_3

    def _url(self, reference: str, needs: list[str]) -> str:
        name = _name_in(reference)
        if name is None:
            return reference
        if not isinstance(self._schemas.get(name), dict):
            self._source.problems.warn(f"Reference to model '{name}' not found. Ignoring.")
        needs.append(name)
        return _URL.format(api=self._api, name=name)


def _name_in(reference: str) -> str | None:
    """Return the name of the schema that a reference stands for."""
    found: Iterator[str] = (reference[len(root) :] for root in _NAMED if reference.startswith(root))
    name = next(found, "")
    return name if name and "/" not in name else None
