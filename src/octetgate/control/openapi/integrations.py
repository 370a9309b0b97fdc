"""``x-amazon-apigateway-integration``: where an operation's calls go (spec: control-plane 7.3)."""

from collections.abc import Mapping
from typing import Any

from octetgate.control.openapi.source import Node, Source

INTEGRATION = "x-amazon-apigateway-integration"

_COPIED = (
    "uri",
    "credentials",
    "connectionType",
    "connectionId",
    "integrationTarget",
    "requestParameters",
    "requestTemplates",
    "cacheNamespace",
    "cacheKeyParameters",
    "timeoutInMillis",
    "responseTransferMode",
    "tlsConfig",
)
_SHOUTED = ("passthroughBehavior", "contentHandling")
"""Written in either case, kept in upper."""
_RESPONSE = ("statusCode", "responseTemplates", "responseParameters")
_OF_HTTP_APIS = ("integrationSubtype", "payloadFormatVersion")
_DEFAULT = "default"


def integration(
    source: Source, operation: Node, place: str
) -> tuple[Mapping[str, Any] | None, tuple[Mapping[str, Any], ...]]:
    """Return what PutIntegration and each PutIntegrationResponse are told."""
    if operation.get(INTEGRATION) is None:
        return None, ()
    where = f"{place}.{INTEGRATION}"
    said = source.followed(operation[INTEGRATION], where)
    members: dict[str, Any] = {key: said[key] for key in _COPIED if said.get(key) is not None}
    # Without a type there is but one thing that a URI can be for (unconfirmed).
    kind = said.get("type") or ("http" if "uri" in said else None)
    members["type"] = kind.upper() if isinstance(kind, str) else kind
    members |= _shouted(said)
    if said.get("httpMethod") is not None:
        members["integrationHttpMethod"] = said["httpMethod"]
    for each in _OF_HTTP_APIS:
        if each in said:
            source.problems.warn(f"{where}.{each} is for HTTP APIs only. Ignoring.")
    return members, _responses(source, said, where)


def _shouted(said: Node) -> dict[str, Any]:
    return {
        key: said[key].upper() if isinstance(said[key], str) else said[key]
        for key in _SHOUTED
        if said.get(key) is not None
    }


def _responses(source: Source, said: Node, where: str) -> tuple[Mapping[str, Any], ...]:
    """Return the integration responses: the key of each is the pattern that selects it."""
    found: dict[str, Mapping[str, Any]] = {}
    for pattern, given in source.part(said, "responses", where).items():
        response = source.followed(given, f"{where}.responses.{pattern}")
        members = {key: response[key] for key in _RESPONSE if response.get(key) is not None}
        members |= {key: value for key, value in _shouted(response).items() if key != _SHOUTED[0]}
        if pattern != _DEFAULT:
            members["selectionPattern"] = pattern
        status = str(members.get("statusCode"))
        if status in found:
            source.problems.warn(
                f"{where}.responses: more than one response has the statusCode {status}; "
                "the last one stays."
            )
        found[status] = members
    return tuple(found.values())
