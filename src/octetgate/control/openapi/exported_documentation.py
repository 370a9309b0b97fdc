"""Documentation parts in OpenAPI's own words: descriptions where readers of documents look.

What a part says of a general place holds for the places below it, until another part says more
of one of these.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from octetgate.core.model.documentation import DocumentationPart, DocumentationPartType

Node = dict[str, Any]

_ANY = "x-amazon-apigateway-any-method"
# What describes and does not define: a part cannot make the document say something else.
_WORDS = ("summary", "description", "title", "tags", "deprecated", "externalDocs", "example")
_OF_BODY = ("description",)
_OF_CONTENT = ("example", "examples")
_OF_INFO = ("description", "termsOfService", "contact", "license")
_PARAMETERS = {
    "path": DocumentationPartType.PATH_PARAMETER,
    "query": DocumentationPartType.QUERY_PARAMETER,
    "header": DocumentationPartType.REQUEST_HEADER,
    "body": DocumentationPartType.REQUEST_BODY,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """A part of the document, and where a documentation part that describes it stands."""

    node: Node
    type: DocumentationPartType
    path: str = "/"
    method: str = "*"
    status: str = "*"
    name: str | None = None
    words: Sequence[str] = _WORDS
    """What of a part can stand there."""

    def is_described_by(self, part: DocumentationPart) -> bool:
        """Whether a part of the type, at one of the paths, is about this place."""
        location = part.location
        return (
            (self.name is None or location.name == self.name)
            and (location.method or "*") in {"*", self.method}
            and (location.status_code or "*") in {"*", self.status}
        )

    def paths(self) -> Iterator[str]:
        """Yield the paths at which parts are that may be about it, from the root down."""
        if self.type is not DocumentationPartType.RESOURCE:
            yield "/"
            yield from _between(self.path)
        if self.path != "/" or self.type is DocumentationPartType.RESOURCE:
            yield self.path


def describe(document: Node, parts: Iterable[DocumentationPart]) -> None:
    """Write what the parts say into a document that nobody else has seen yet."""
    # The more a location says, the later it has its say; paths are walked from the root down.
    ordered = sorted(parts, key=_precision)
    found: dict[tuple[DocumentationPartType, str], list[DocumentationPart]] = {}
    for part in ordered:
        found.setdefault((part.location.type, part.location.path or "/"), []).append(part)
    for part in found.get((DocumentationPartType.API, "/"), ()):
        _describe_api(document, msgspec.json.decode(part.properties))
    for place in _places(document):
        for path in place.paths():
            for part in found.get((place.type, path), ()):
                if place.is_described_by(part):
                    said = msgspec.json.decode(part.properties)
                    place.node.update({word: said[word] for word in place.words if word in said})


def _between(path: str) -> Iterator[str]:
    """Yield the paths between the root and this one."""
    segments = path.split("/")[1:]
    for end in range(1, len(segments)):
        yield "/" + "/".join(segments[:end])


def _precision(part: DocumentationPart) -> tuple[bool, bool]:
    location = part.location
    return location.method not in {None, "*"}, location.status_code not in {None, "*"}


def _describe_api(document: Node, said: Mapping[str, Any]) -> None:
    info = said.get("info")
    told = {**said, **info} if isinstance(info, dict) else said
    document["info"].update({word: told[word] for word in _OF_INFO if word in told})
    document.update({word: said[word] for word in ("tags", "externalDocs") if word in said})


def _places(document: Node) -> Iterator[_Place]:
    components = document.get("components", {})
    schemas = document.get("definitions", components.get("schemas", {}))
    for name, node in schemas.items():
        yield _Place(node, DocumentationPartType.MODEL, name=name)
    schemes = document.get("securityDefinitions", components.get("securitySchemes", {}))
    for name, node in schemes.items():
        yield _Place(node, DocumentationPartType.AUTHORIZER, name=name)
    for path, item in document["paths"].items():
        for key, operation in item.items():
            yield from _of_operation(path, "ANY" if key == _ANY else key.upper(), operation)
        # Swagger's path items have no words.
        if "openapi" in document:
            yield _Place(item, DocumentationPartType.RESOURCE, path)


def _of_operation(path: str, method: str, operation: Node) -> Iterator[_Place]:
    yield _Place(operation, DocumentationPartType.METHOD, path, method)
    for node in operation.get("parameters", ()):
        name = None if node["in"] == "body" else node["name"]
        yield _Place(node, _PARAMETERS[node["in"]], path, method, name=name)
    if "requestBody" in operation:
        kind = DocumentationPartType.REQUEST_BODY
        body = operation["requestBody"]
        yield _Place(body, kind, path, method, words=_OF_BODY)
        for node in body["content"].values():
            yield _Place(node, kind, path, method, words=_OF_CONTENT)
    for status, response in operation["responses"].items():
        kind = DocumentationPartType.RESPONSE_BODY
        # A body has no description of its own; what is said of the response goes before.
        yield _Place(response, kind, path, method, status, words=_OF_BODY)
        for node in response.get("content", {}).values():
            yield _Place(node, kind, path, method, status, words=_OF_CONTENT)
        yield _Place(response, DocumentationPartType.RESPONSE, path, method, status)
        for name, node in response.get("headers", {}).items():
            kind = DocumentationPartType.RESPONSE_HEADER
            yield _Place(node, kind, path, method, status, name)
