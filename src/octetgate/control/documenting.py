"""What a documentation part may say and where, and which places of an API have none."""

from collections.abc import Iterator

import msgspec

from octetgate.control.calls import Members
from octetgate.control.errors import BadRequestException
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.documentation import (
    LOCATED_BY,
    DocumentationPart,
    DocumentationPartLocation,
    DocumentationPartType,
)

_WIRE = {"path": "path", "method": "method", "status_code": "statusCode", "name": "name"}
_PARAMETERS = {
    "path": DocumentationPartType.PATH_PARAMETER,
    "querystring": DocumentationPartType.QUERY_PARAMETER,
    "header": DocumentationPartType.REQUEST_HEADER,
}


def read_location(asked: Members) -> DocumentationPartLocation:
    """Return the location that members spell."""
    return DocumentationPartLocation(
        type=DocumentationPartType(asked["type"]),
        path=asked.get("path"),
        method=asked.get("method"),
        status_code=asked.get("statusCode"),
        name=asked.get("name"),
    )


def check_part(part: DocumentationPart) -> None:
    """Refuse a part that stands nowhere, or that says nothing that an export could show."""
    location = part.location
    allowed = LOCATED_BY[location.type]
    for field, wire in _WIRE.items():
        if field not in allowed and getattr(location, field) is not None:
            raise BadRequestException(
                f"Invalid location field for type {location.type}: {wire}; expected only "
                f"{', '.join(['type', *(_WIRE[each] for each in allowed)])}"
            )
    if "name" in allowed and not location.name:
        raise BadRequestException(f"location.name: expected a name for type {location.type}")
    if location.path is not None and not location.path.startswith("/"):
        raise BadRequestException(
            f"location.path: expected a path from / on; found {location.path!r}"
        )
    _check_properties(part.properties)


def _check_properties(properties: str | None) -> None:
    if not properties:
        raise BadRequestException("Documentation part properties must be non-empty")
    try:
        said = msgspec.json.decode(properties)
    except (msgspec.DecodeError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BadRequestException("Documentation part properties must be a valid JSON object")


def undocumented(definition: ApiDefinition) -> Iterator[DocumentationPartLocation]:
    """Yield the places of the API that no part describes, the API itself first."""
    said = {part.location.place for part in definition.documentation_parts.values()}
    for location in _places(definition):
        if location.place not in said:
            yield location


def _places(definition: ApiDefinition) -> Iterator[DocumentationPartLocation]:
    yield DocumentationPartLocation(type=DocumentationPartType.API)
    for authorizer in definition.authorizers.values():
        yield DocumentationPartLocation(type=DocumentationPartType.AUTHORIZER, name=authorizer.name)
    for model in definition.models.values():
        yield DocumentationPartLocation(type=DocumentationPartType.MODEL, name=model.name)
    for resource in sorted(definition.resources.values(), key=lambda each: each.path):
        yield DocumentationPartLocation(type=DocumentationPartType.RESOURCE, path=resource.path)
        for method in resource.resource_methods.values():
            yield from _of_method(resource, method)


def _of_method(resource: Resource, method: Method) -> Iterator[DocumentationPartLocation]:
    def at(
        kind: DocumentationPartType, *, name: str | None = None, status: str | None = None
    ) -> DocumentationPartLocation:
        return DocumentationPartLocation(
            type=kind, path=resource.path, method=method.http_method, status_code=status, name=name
        )

    yield at(DocumentationPartType.METHOD)
    for parameter in method.request_parameters or {}:
        place, _, name = parameter.removeprefix("method.request.").partition(".")
        yield at(_PARAMETERS[place], name=name)
    if method.request_models:
        yield at(DocumentationPartType.REQUEST_BODY)
    for status, response in method.method_responses.items():
        yield at(DocumentationPartType.RESPONSE, status=status)
        for parameter in response.response_parameters or {}:
            name = parameter.removeprefix("method.response.header.")
            yield at(DocumentationPartType.RESPONSE_HEADER, name=name, status=status)
        if response.response_models:
            yield at(DocumentationPartType.RESPONSE_BODY, status=status)
