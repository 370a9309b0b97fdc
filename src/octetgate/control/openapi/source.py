"""The document as it was written: which version it is, and its parts, also by reference."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from octetgate.control.calls import Call, Members
from octetgate.control.errors import BadRequestException
from octetgate.control.openapi import text
from octetgate.control.openapi.problems import Problems

_LONGEST_CHAIN = 20
"""References that lead to references."""

Node = Mapping[str, Any]
"""A JSON object of the document."""


class Source:
    """A definition, OpenAPI 3.0 or Swagger 2.0.

    What has another JSON type than it should is warned about and taken for absent, so that
    nothing below needs to ask again.
    """

    def __init__(self, document: Node, problems: Problems) -> None:
        self.document = document
        self.problems = problems
        self.is_swagger = _version(document) == 2

    def part(self, parent: Node, name: str, place: str) -> Node:
        """Return the object under a name, empty if there is none."""
        return self.node(parent.get(name), _below(place, name))

    def node(self, value: Any, place: str) -> Node:
        """Return the value if it is an object, else an empty one."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.problems.warn(f"Parse issue: attribute {place} is not of type `object`")
        return {}

    def array(self, parent: Node, name: str, place: str) -> list[Any]:
        """Return the array under a name, empty if there is none."""
        value = parent.get(name)
        if isinstance(value, list):
            return value
        if value is not None:
            where = _below(place, name)
            self.problems.warn(f"Parse issue: attribute {where} is not of type `array`")
        return []

    def text(self, parent: Node, name: str, place: str) -> str | None:
        """Return the text under a name; numbers are taken as they are spelled."""
        value = parent.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            where = _below(place, name)
            self.problems.warn(f"Parse issue: attribute {where} is not of type `string`")
        return None

    def nodes(self, parent: Node, place: str) -> Iterator[tuple[str, Node]]:
        """Yield the objects in an object, references followed."""
        for name, value in parent.items():
            yield name, self.followed(value, f"{place}.{name}")

    def followed(self, value: Any, place: str) -> Node:
        """Return the object, or the one that its ``$ref`` leads to."""
        node = self.node(value, place)
        for _ in range(_LONGEST_CHAIN):
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            found = self.find(reference)
            if found is None:
                self.problems.warn(
                    f"Reference to '{reference}' not found at {place}: expected a part of this "
                    "document. Ignoring."
                )
                return {}
            node = found
        self.problems.warn(f"References at {place} lead to each other. Ignoring.")
        return {}

    def find(self, reference: str) -> Node | None:
        """Return the part of this document that a reference names."""
        if not reference.startswith("#/"):
            return None
        node: Any = self.document
        for step in reference[2:].split("/"):
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
        return node if isinstance(node, dict) else None


def reading(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Let an operation have its body read before its transaction begins: others need not wait."""

    def prepare(call: Call, asked: Members) -> Members:
        del call
        return {**asked, "document": definition(asked.get("body") or b"")}

    vars(operation)["prepare"] = prepare
    return operation


def definition(body: bytes) -> Node:
    """Return the document, which has to be an OpenAPI definition of a version that AWS takes."""
    try:
        document = text.read(body)
    except text.NoDefinition as error:
        raise BadRequestException(f"Invalid OpenAPI input. {error}") from error
    _version(document)
    return document


def _version(document: Node) -> int:
    """Return 2 or 3; refuse what is neither."""
    swagger, openapi = str(document.get("swagger")), str(document.get("openapi"))
    if swagger in {"2", "2.0"}:
        return 2
    if openapi == "3" or openapi.startswith("3.0"):
        return 3
    found = next(
        (f"{name} {document[name]}" for name in ("swagger", "openapi") if name in document),
        "neither",
    )
    raise BadRequestException(
        f"Invalid OpenAPI input. Expected swagger 2.0 or openapi 3.0.x; found {found}"
    )


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
