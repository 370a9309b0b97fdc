"""What people wrote about an API: parts that each describe one place of it, and versions of them.

A part's place may be general: a path of ``/``, a method and a status code of ``*`` are what
absent ones mean (spec: control-plane 2.8).
"""

from collections.abc import Mapping
from enum import StrEnum

from octetgate.core.model.record import Record


class DocumentationPartType(StrEnum):
    """What a part can be about (spec: control-plane 3)."""

    API = "API"
    AUTHORIZER = "AUTHORIZER"
    MODEL = "MODEL"
    RESOURCE = "RESOURCE"
    METHOD = "METHOD"
    PATH_PARAMETER = "PATH_PARAMETER"
    QUERY_PARAMETER = "QUERY_PARAMETER"
    REQUEST_HEADER = "REQUEST_HEADER"
    REQUEST_BODY = "REQUEST_BODY"
    RESPONSE = "RESPONSE"
    RESPONSE_HEADER = "RESPONSE_HEADER"
    RESPONSE_BODY = "RESPONSE_BODY"


_ON_METHODS = ("path", "method")
_ON_RESPONSES = (*_ON_METHODS, "status_code")

LOCATED_BY: Mapping[DocumentationPartType, tuple[str, ...]] = {
    DocumentationPartType.API: (),
    DocumentationPartType.AUTHORIZER: ("name",),
    DocumentationPartType.MODEL: ("name",),
    DocumentationPartType.RESOURCE: ("path",),
    DocumentationPartType.METHOD: _ON_METHODS,
    DocumentationPartType.PATH_PARAMETER: (*_ON_METHODS, "name"),
    DocumentationPartType.QUERY_PARAMETER: (*_ON_METHODS, "name"),
    DocumentationPartType.REQUEST_HEADER: (*_ON_METHODS, "name"),
    DocumentationPartType.REQUEST_BODY: _ON_METHODS,
    DocumentationPartType.RESPONSE: _ON_RESPONSES,
    DocumentationPartType.RESPONSE_HEADER: (*_ON_RESPONSES, "name"),
    DocumentationPartType.RESPONSE_BODY: _ON_RESPONSES,
}
"""Which fields of a location mean something for each type.

A ``name``, where it means something, has to be there: nothing stands for every name.
"""


class DocumentationPartLocation(Record, frozen=True, kw_only=True):
    """The place that a part describes."""

    type: DocumentationPartType
    path: str | None = None
    method: str | None = None
    status_code: str | None = None
    name: str | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """What two locations of the same place have in common, however they are written."""
        defaults = {"path": "/", "method": "*", "status_code": "*", "name": ""}
        return (
            self.type.value,
            *(getattr(self, field) or defaults[field] for field in LOCATED_BY[self.type]),
        )


class DocumentationPart(Record, frozen=True, kw_only=True):
    """What is said about one place."""

    id: str
    location: DocumentationPartLocation
    properties: str
    """A JSON object, as text; its members become those of the OpenAPI object for the place."""


class DocumentationVersion(Record, frozen=True, kw_only=True):
    """What boto3 sees of a version."""

    version: str
    created_date: float
    description: str | None = None


class DocumentationVersionRecord(Record, frozen=True, kw_only=True):
    """A version with the parts as they were."""

    documentation_version: DocumentationVersion
    parts: dict[str, DocumentationPart] = {}
    """By id."""
