"""Documentation parts: what is said about the places of an API (spec: control-plane 2.8)."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api
from octetgate.control.documenting import check_part, read_location, undocumented
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.openapi.documentation import read_documentation
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Row, Table, verbatim
from octetgate.control.records import parts
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.documentation import DocumentationPart, DocumentationPartLocation
from octetgate.core.ports.store import APIS


def create_documentation_part(call: Write, asked: Members) -> Members:
    """Say something about a place of which nothing is said yet."""
    definition = find_api(call, asked["restApiId"])
    part = DocumentationPart(
        id=call.new_id(6),
        location=read_location(asked["location"]),
        properties=asked["properties"],
    )
    check_part(part)
    taken = _at(definition, part.location)
    if taken is not None:
        raise ConflictException(
            "Documentation part already exists for the specified location: "
            f"{_spelled(taken.location)}."
        )
    _keep(call, definition, {**definition.documentation_parts, part.id: part})
    return parts(part)


def get_documentation_part(call: Read, asked: Members) -> Members:
    """Return a part."""
    return parts(_find(find_api(call, asked["restApiId"]), asked))


def get_documentation_parts(call: Read, asked: Members) -> Members:
    """Return the parts that were asked for, in the order of creation.

    ``UNDOCUMENTED`` asks for the places of the API about which nothing is said: locations
    without an id or properties.
    """
    definition = find_api(call, asked["restApiId"])
    found: Iterable[tuple[str, DocumentationPartLocation, Members]]
    if asked.get("locationStatus") == "UNDOCUMENTED":
        found = (
            ("/".join(location.place), location, {"location": location})
            for location in undocumented(definition)
        )
    else:
        found = (
            (key, part.location, parts(part))
            for key, part in definition.documentation_parts.items()
        )
    wanted = [(key, shown) for key, location, shown in found if _is_asked_for(location, asked)]
    return paged(wanted, asked)


def update_documentation_part(call: Write, asked: Members) -> Members:
    """Say something else about the same place."""
    definition = find_api(call, asked["restApiId"])
    part = _PATHS.patched(_find(definition, asked), asked.get("patchOperations", ()))
    check_part(part)
    _keep(call, definition, {**definition.documentation_parts, part.id: part})
    return parts(part)


def delete_documentation_part(call: Write, asked: Members) -> None:
    """Say nothing about a place any more."""
    definition = find_api(call, asked["restApiId"])
    gone = _find(definition, asked)
    kept = {key: part for key, part in definition.documentation_parts.items() if part is not gone}
    _keep(call, definition, kept)


def import_documentation_parts(call: Write, asked: Members) -> Members:
    """Take the parts of an OpenAPI document's ``x-amazon-apigateway-documentation``.

    ``merge`` replaces the parts of the same places; ``overwrite`` all of them.
    """
    definition = find_api(call, asked["restApiId"])
    found, warnings = read_documentation(asked["body"])
    if warnings and asked.get("failOnWarnings"):
        raise BadRequestException("Warnings found during import:\n\t" + "\n\t".join(warnings))
    overwrites = asked.get("mode") == "overwrite"
    kept = {} if overwrites else dict(definition.documentation_parts)
    by_place = {part.location.place: key for key, part in kept.items()}
    ids = []
    for part in found:
        key = by_place.get(part.location.place) or call.new_id(6)
        by_place[part.location.place] = key
        kept[key] = replace(part, id=key)
        ids.append(key)
    _keep(call, definition, kept)
    return {"ids": list(dict.fromkeys(ids)), "warnings": warnings or None}


def _find(definition: ApiDefinition, asked: Members) -> DocumentationPart:
    part = definition.documentation_parts.get(asked["documentationPartId"])
    if part is None:
        raise NotFoundException("Invalid Documentation part identifier specified")
    return part


def _at(definition: ApiDefinition, location: DocumentationPartLocation) -> DocumentationPart | None:
    parts_there = (
        part
        for part in definition.documentation_parts.values()
        if part.location.place == location.place
    )
    return next(parts_there, None)


def _keep(call: Write, definition: ApiDefinition, kept: dict[str, DocumentationPart]) -> None:
    call.store.put(APIS, definition.rest_api.id, replace(definition, documentation_parts=kept))


def _is_asked_for(location: DocumentationPartLocation, asked: Members) -> bool:
    kind, path, name = asked.get("type"), asked.get("path"), asked.get("nameQuery")
    return (
        kind in {None, location.type}
        and path in {None, location.path or "/"}
        and (name is None or re.search(re.escape(name), location.name or "") is not None)
    )


def _spelled(location: DocumentationPartLocation) -> str:
    said = {name: value for name, value in parts(location).items() if value is not None}
    return ", ".join(f"{name} '{value}'" for name, value in said.items())


_PATHS: Table[DocumentationPart] = Table(
    (Row("/properties", (REPLACE,), verbatim("properties")),), Listing()
)
