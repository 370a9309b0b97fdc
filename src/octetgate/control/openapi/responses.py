"""The responses that an operation declares: headers, and models by content type."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from octetgate.control.openapi.models import Models
from octetgate.control.openapi.source import Node, Source

STATUS = re.compile(r"[1-5]\d\d")
"""What a method response can be for."""


def method_responses(
    source: Source, models: Models, operation: Node, place: str
) -> Iterator[Mapping[str, Any]]:
    """Yield what PutMethodResponse is told for each."""
    for status, given in source.part(operation, "responses", place).items():
        where = f"{place}.responses.{status}"
        if status.startswith("x-"):
            continue
        if not STATUS.fullmatch(status):
            source.problems.warn(
                f"{where}: expected a status code; a method response cannot stand for '{status}'. "
                "Ignoring."
            )
            continue
        yield {"statusCode": status, **_response(source, models, operation, given, where)}


def _response(
    source: Source, models: Models, operation: Node, given: Any, where: str
) -> dict[str, Any]:
    reference = given.get("$ref") if isinstance(given, dict) else None
    if source.is_swagger and reference is not None:
        # Known issue (documented): references to the root's `responses` are not supported.
        source.problems.warn(
            f"{where}: reference to response '{reference}' is not supported. Ignoring."
        )
        return {}
    response = source.followed(given, where)
    found: dict[str, Any] = {}
    headers = source.part(response, "headers", where)
    if headers:
        found["responseParameters"] = {f"method.response.header.{name}": False for name in headers}
    if source.is_swagger:
        name = models.name(response.get("schema"), f"{where}.schema")
        named = dict.fromkeys(media_types(source, operation, "produces", place=where), name)
    else:
        content = source.part(response, "content", where)
        named = models_by_type(source, models, content, f"{where}.content")
    kept = {media_type: name for media_type, name in named.items() if name is not None}
    if kept:
        found["responseModels"] = kept
    return found


def models_by_type(
    source: Source, models: Models, content: Node, place: str
) -> dict[str, str | None]:
    """Return the models' names in an OpenAPI 3 ``content``, by content type."""
    return {
        media_type: models.name(media.get("schema"), f"{place}.{media_type}.schema")
        for media_type, media in source.nodes(content, place)
    }


def media_types(source: Source, operation: Node, name: str, *, place: str) -> list[str]:
    """Return Swagger's ``consumes`` or ``produces``: the operation's, else the document's."""
    owner = operation if name in operation else source.document
    given = source.array(owner, name, place)
    return [each for each in given if isinstance(each, str)] or ["application/json"]
