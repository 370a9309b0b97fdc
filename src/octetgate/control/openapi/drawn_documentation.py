"""Documentation parts that a document implies: its descriptions, in the places that they describe.

API Gateway keeps the words of a document apart from the API.  What is wrong with a place has been
warned about by whoever reads the place for the API, so nothing is warned about here.  The words
of models stay in their schemas, which are kept as they are.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from octetgate.control.openapi.responses import STATUS
from octetgate.control.openapi.source import Node, Source

Part = Mapping[str, Any]
"""``{"location": …, "properties": …}``, as in ``x-amazon-apigateway-documentation``."""

_OF_INFO = ("description", "termsOfService", "contact", "license")
_OF_API = ("tags", "externalDocs")
_OF_METHOD = ("tags", "summary", "description", "deprecated", "externalDocs")
_OF_RESOURCE = ("summary", "description")
_DESCRIPTION = ("description",)
_PARAMETERS = {
    "path": "PATH_PARAMETER",
    "query": "QUERY_PARAMETER",
    "header": "REQUEST_HEADER",
    "body": "REQUEST_BODY",
}


def drawn_parts(source: Source) -> Iterator[Part]:
    """Yield what a document says of the API itself and of its authorizers."""
    document = source.document
    info = _said(_followed(source, document.get("info")), _OF_INFO)
    about = {**({"info": info} if info else {}), **_said(document, _OF_API)}
    yield from _part({"type": "API"}, about)
    components = _followed(source, document.get("components"))
    schemes = document.get("securityDefinitions", components.get("securitySchemes"))
    for name, scheme in _nodes(source, schemes):
        yield from _part({"type": "AUTHORIZER", "name": name}, _said(scheme, _DESCRIPTION))


def drawn_from_path(path: str, item: Node) -> Iterator[Part]:
    """Yield what a path item says of its resource."""
    yield from _part({"type": "RESOURCE", "path": path}, _said(item, _OF_RESOURCE))


def drawn_from_operation(
    source: Source, path: str, verb: str, item: Node, operation: Node
) -> Iterator[Part]:
    """Yield what an operation says of its method, and of what goes in and out."""
    place = {"path": path, "method": verb}
    yield from _part({"type": "METHOD", **place}, _said(operation, _OF_METHOD))
    for owner in (item, operation):
        for each in _items(source, owner.get("parameters")):
            yield from _drawn_from_parameter(place, each)
    body = _followed(source, operation.get("requestBody"))
    yield from _part({"type": "REQUEST_BODY", **place}, _said(body, _DESCRIPTION))
    for status, response in _nodes(source, operation.get("responses")):
        # No part stands at `default` or `4XX`, as no method response does.
        if not STATUS.fullmatch(status):
            continue
        yield from _drawn_from_response(source, {**place, "statusCode": status}, response)


def _drawn_from_parameter(place: Mapping[str, str], parameter: Node) -> Iterator[Part]:
    kind = _PARAMETERS.get(str(parameter.get("in")))
    name = parameter.get("name")
    if kind is None or not isinstance(name, str):
        return
    named = {} if kind == "REQUEST_BODY" else {"name": name}
    yield from _part({"type": kind, **place, **named}, _said(parameter, _DESCRIPTION))


def _drawn_from_response(
    source: Source, place: Mapping[str, str], response: Node
) -> Iterator[Part]:
    said = _said(response, _DESCRIPTION)
    # OpenAPI wants a description of every response; this one is what exports make up.
    if said.get("description") != f"{place['statusCode']} response":
        yield from _part({"type": "RESPONSE", **place}, said)
    for name, header in _nodes(source, response.get("headers")):
        location = {"type": "RESPONSE_HEADER", **place, "name": name}
        yield from _part(location, _said(header, _DESCRIPTION))


def _part(location: Mapping[str, str], properties: Mapping[str, Any]) -> Iterator[Part]:
    named = location.get("name", "some")
    if properties and named:
        yield {"location": location, "properties": properties}


def _said(node: Node, words: tuple[str, ...]) -> dict[str, Any]:
    return {word: node[word] for word in words if node.get(word)}


def _nodes(source: Source, value: Any) -> Iterator[tuple[str, Node]]:
    for name, each in value.items() if isinstance(value, dict) else ():
        yield name, _followed(source, each)


def _items(source: Source, value: Any) -> Iterator[Node]:
    for each in value if isinstance(value, list) else ():
        yield _followed(source, each)


def _followed(source: Source, value: Any) -> Node:
    """Return the object, or the one that its reference leads to; empty if there is none."""
    seen = 0
    while isinstance(value, dict) and isinstance(value.get("$ref"), str) and seen < 20:
        value, seen = source.find(value["$ref"]), seen + 1
    return value if isinstance(value, dict) else {}
