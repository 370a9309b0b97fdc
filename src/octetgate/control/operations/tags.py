"""Tags of what has an ARN of API Gateway: APIs, stages and domain names."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import APIS, DOMAIN_NAMES, STAGES, Collection

_ARN = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:[^:]*:/"
    r"(restapis/(?P<api>[^/]+)(/stages/(?P<stage>[^/]+))?|domainnames/(?P<domain>[^/]+))"
)

Tags = Mapping[str, str]


def tag_resource(call: Write, asked: Members) -> None:
    """Add tags, or change their values."""
    _change(call, asked, lambda tags: {**tags, **asked["tags"]})


def untag_resource(call: Write, asked: Members) -> None:
    """Remove tags."""
    gone = asked["tagKeys"]
    _change(call, asked, lambda tags: {key: tags[key] for key in tags if key not in gone})


def get_tags(call: Read, asked: Members) -> Members:
    """Return a resource's tags."""
    collection, key = _place(asked["resourceArn"])
    return {"tags": _tags(_find(call, collection, key))}


def _place(arn: str) -> tuple[Collection[Any], str]:
    """Return where the tagged document is kept."""
    match = _ARN.fullmatch(arn)
    if match is None:
        raise BadRequestException(
            f"resourceArn: expected an ARN of an API, a stage or a domain name; found {arn!r}"
        )
    if match["domain"]:
        return DOMAIN_NAMES, match["domain"]
    if match["stage"]:
        return STAGES, f"{match['api']}/{match['stage']}"
    return APIS, match["api"]


def _find(call: Read | Write, collection: Collection[Any], key: str) -> Any:
    document = call.store.get(collection, key)
    if document is None:
        raise NotFoundException("Invalid resource identifier specified")
    return document


def _tags(document: Any) -> Tags:
    tags: Tags = document.rest_api.tags if isinstance(document, ApiDefinition) else document.tags
    return tags


def _change(call: Write, asked: Members, edit: Callable[[Tags], Tags]) -> None:
    collection, key = _place(asked["resourceArn"])
    document = _find(call, collection, key)
    tags = edit(_tags(document))
    if isinstance(document, ApiDefinition):
        document = replace(document, rest_api=replace(document.rest_api, tags=tags))
    else:
        document = replace(document, tags=tags)
    call.store.put(collection, key, document)
