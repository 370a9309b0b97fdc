"""A mapping template to start from: what a model's schema describes, taken from the input.

The form is the service's: loops that their author is asked to look at, strings in quotes, and
everything else as it comes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from octetgate.core.validation.schemas import Schema, inside

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LOOP = re.compile(r"\$elem(\d*)")
_TODO = "##TODO: Update this foreach loop to reference array from input json"
_DEEPEST, _MOST = 64, 10_000
"""Levels, and values; models that name each other can describe more than anybody has room for."""

Resolve = Callable[[str], Schema | None]
"""Returns what a reference to another model names."""


def sample_template(schema: Schema, resolve: Resolve) -> str:
    """Return a template that makes what the schema describes."""
    lines = _Writer(schema, resolve).value(schema, "$inputRoot", ())
    return "\n".join(["#set($inputRoot = $input.path('$'))", *lines])


class _Writer:
    """Walks a schema; ``seen`` holds the references on the way, since they may lead in circles."""

    def __init__(self, whole: Schema, resolve: Resolve) -> None:
        self._whole = whole
        self._resolve = resolve
        self._depth = self._written = 0

    def value(self, schema: Any, source: str, seen: tuple[str, ...]) -> list[str]:
        """Return the lines of one value; the first continues the line that it stands on."""
        self._written += 1
        if self._depth >= _DEEPEST or self._written > _MOST:
            return ["{ }"]
        self._depth += 1
        lines = self._value(schema, source, seen)
        self._depth -= 1
        return lines

    def _value(self, schema: Any, source: str, seen: tuple[str, ...]) -> list[str]:
        while isinstance(schema, Mapping) and isinstance(ref := schema.get("$ref"), str):
            if ref in seen:
                return ["{ }"]
            seen = (*seen, ref)
            schema = inside(self._whole, ref) if ref.startswith("#") else self._resolve(ref)
        kind = _type(schema) if isinstance(schema, Mapping) else "string"
        if kind == "object":
            return self._object(schema, source, seen)
        if kind == "array":
            return self._array(schema, source, seen)
        return [f'"{source}"' if kind == "string" else source]

    def _object(self, schema: Schema, source: str, seen: tuple[str, ...]) -> list[str]:
        members = list(self._members(_properties(schema), source, seen))
        return ["{", *_separated(members), "}"] if members else ["{ }"]

    def _members(
        self, properties: Mapping[str, Any], source: str, seen: tuple[str, ...]
    ) -> Iterator[list[str]]:
        for name, schema in properties.items():
            first, *rest = self.value(schema, source + _step(name), seen)
            key = msgspec.json.encode(name).decode()
            yield [f"  {key} : {first}", *(f"  {line}" for line in rest)]

    def _array(self, schema: Schema, source: str, seen: tuple[str, ...]) -> list[str]:
        items = schema.get("items")
        element = items[0] if isinstance(items, list) and items else items
        name = _element_of(source)
        lines = self.value(element if isinstance(element, Mapping) else {}, f"${name}", seen)
        return [
            "[",
            _TODO,
            f"#foreach(${name} in {source})",
            *(f"  {line}" for line in lines),
            "#if($foreach.hasNext),#end",
            "#end",
            "]",
        ]


def _type(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "string")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return str(kind)


def _properties(schema: Schema) -> Mapping[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def _step(name: str) -> str:
    """Return the way to a member; a name that is no word needs brackets."""
    return f".{name}" if _WORD.fullmatch(name) else f"['{name}']"


def _separated(members: list[list[str]]) -> Iterator[str]:
    for member in members[:-1]:
        yield from member[:-1]
        yield f"{member[-1]},"
    yield from members[-1]


def _element_of(source: str) -> str:
    """Return the loop variable: one of its own for each loop inside another."""
    outer = _LOOP.match(source)
    return f"elem{int(outer[1] or 1) + 1}" if outer else "elem"
