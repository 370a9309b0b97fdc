"""``x-amazon-apigateway-documentation``: the documentation parts of a definition.

A document may carry them beside a whole API, or alone (spec: control-plane 7.2).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from octetgate.control.documenting import check_part, read_location
from octetgate.control.errors import BadRequestException
from octetgate.control.openapi import text
from octetgate.control.records import parts
from octetgate.core.model.documentation import DocumentationPart, DocumentationPartType

EXTENSION = "x-amazon-apigateway-documentation"

_NO_IMPORTER = "Unable to build importer with provided input."


def read_documentation(body: bytes) -> tuple[list[DocumentationPart], list[str]]:
    """Return the parts in a definition's text, without ids, and what was wrong with others."""
    try:
        document = text.read(body)
    except text.NoDefinition:
        raise BadRequestException(_NO_IMPORTER) from None
    extension = document.get(EXTENSION)
    if not isinstance(extension, dict):
        raise BadRequestException(_NO_IMPORTER)
    return documentation_parts(extension)


def documentation_parts(
    extension: Mapping[str, Any],
) -> tuple[list[DocumentationPart], list[str]]:
    """Return the parts of the extension, without ids, and warnings about those left out."""
    found: list[DocumentationPart] = []
    warnings: list[str] = []
    given = extension.get("documentationParts", [])
    if not isinstance(given, list):
        return [], [f"{EXTENSION}.documentationParts: expected a list"]
    for number, each in enumerate(given):
        try:
            found.append(_part(each))
        except BadRequestException as error:
            warnings.append(f"{EXTENSION}.documentationParts[{number}]: {error}; left out")
    return found, warnings


def version_of(extension: Mapping[str, Any]) -> str | None:
    """Return the name under which the parts are to be kept, if the extension has one."""
    version = extension.get("version")
    if isinstance(version, bool) or not isinstance(version, (str, int, float)):
        # A number is what YAML makes of 1.0.
        return None
    return str(version) or None


def _part(given: Any) -> DocumentationPart:
    location = given.get("location") if isinstance(given, dict) else None
    if not isinstance(location, dict):
        raise BadRequestException("expected an object with location and properties")
    if str(location.get("type")) not in set(DocumentationPartType):
        raise BadRequestException(
            f"location.type: expected one of {', '.join(DocumentationPartType)}; "
            f"found {location.get('type')!r}"
        )
    said = {name: str(value) for name, value in location.items() if isinstance(value, (str, int))}
    properties = given.get("properties")
    if not isinstance(properties, str):
        properties = msgspec.json.encode(properties).decode()
    part = DocumentationPart(id="", location=read_location(said), properties=properties)
    check_part(part)
    return part


def extension_of(
    documented: Iterable[DocumentationPart], version: str, created: str
) -> dict[str, Any]:
    """Return the extension that says those parts."""
    return {
        "version": version,
        "createdDate": created,
        "documentationParts": [
            {
                "location": {
                    name: str(value)
                    for name, value in parts(part.location).items()
                    if value is not None
                },
                "properties": msgspec.json.decode(part.properties),
            }
            for part in documented
        ],
    }
