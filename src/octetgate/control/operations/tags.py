"""Tags of what has an ARN of API Gateway."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.tagging import checked_tags
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import (
    API_KEYS,
    APIS,
    CLIENT_CERTIFICATES,
    DOMAIN_NAME_ACCESS_ASSOCIATIONS,
    DOMAIN_NAMES,
    STAGES,
    USAGE_PLANS,
    VPC_LINKS,
    Collection,
)

_PLACES: Mapping[str, Collection[Any]] = {
    r"restapis/(?P<key>[^/]+)": APIS,
    r"restapis/(?P<key>[^/]+/stages/[^/]+)": STAGES,
    r"domainnames/(?P<key>[^/]+)": DOMAIN_NAMES,
    r"apikeys/(?P<key>[^/]+)": API_KEYS,
    r"usageplans/(?P<key>[^/]+)": USAGE_PLANS,
    r"vpclinks/(?P<key>[^/]+)": VPC_LINKS,
    r"clientcertificates/(?P<key>[^/]+)": CLIENT_CERTIFICATES,
}
_ARNS = [
    *(
        (re.compile(rf"arn:[^:]+:apigateway:[^:]*:[^:]*:/{path}"), collection)
        for path, collection in _PLACES.items()
    ),
    # Of these the ARN is the only name there is.
    (
        re.compile(r"(?P<key>arn:[^:]+:apigateway:[^:]*:[^:]*:/domainnameaccessassociations/.+)"),
        DOMAIN_NAME_ACCESS_ASSOCIATIONS,
    ),
]

Tags = Mapping[str, str]


def tag_resource(call: Write, asked: Members) -> None:
    """Add tags, or change their values."""
    _change(call, asked, lambda tags: checked_tags({**tags, **asked["tags"]}))


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
    for pattern, collection in _ARNS:
        match = pattern.fullmatch(arn)
        if match:
            return collection, match["key"].replace("/stages/", "/")
    raise BadRequestException(
        "resourceArn: expected the ARN of an API, a stage, a domain name, an access association, "
        f"an API key, a usage plan, a VPC link or a client certificate; found {arn!r}"
    )


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
