"""What a document says at its root: the API's own settings, validators, gateway responses."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from octetgate.control.openapi.source import Node, Source

_PREFIX = "x-amazon-apigateway-"
_ENDPOINT = f"{_PREFIX}endpoint-configuration"
_OF_HTTP_APIS = (f"{_PREFIX}cors",)

_SETTINGS = {
    "api-key-source": "apiKeySource",
    "binary-media-types": "binaryMediaTypes",
    "minimum-compression-size": "minimumCompressionSize",
    "security-policy": "securityPolicy",
    "endpoint-access-mode": "endpointAccessMode",
}
"""Extension, without its prefix → member of CreateRestApi."""


def api_settings(source: Source) -> dict[str, Any]:
    """Return what CreateRestApi is told: ``info``, and the extensions at the root."""
    document = source.document
    info = source.part(document, "info", "")
    if source.text(info, "title", "info") is None:
        source.problems.error("Parse issue: attribute info.title is missing")
    found: dict[str, Any] = {
        "name": source.text(info, "title", "info"),
        "version": source.text(info, "version", "info"),
        # CreateRestApi refuses an empty one.
        "description": source.text(info, "description", "info") or None,
    }
    found |= {member: document.get(f"{_PREFIX}{each}") for each, member in _SETTINGS.items()}
    found |= _endpoint(source)
    policy = document.get(f"{_PREFIX}policy")
    if policy is not None:
        found["policy"] = policy if isinstance(policy, str) else json.dumps(policy)
    for each in _OF_HTTP_APIS:
        if each in document:
            source.problems.warn(f"{each} is for HTTP APIs only. Ignoring.")
    return {key: value for key, value in found.items() if value is not None}


def _endpoint(source: Source) -> dict[str, Any]:
    """Return what the endpoint configuration says, at the root or on a server."""
    owners: list[tuple[Node, str]] = [(source.document, "")]
    if not source.is_swagger:
        servers = enumerate(source.array(source.document, "servers", ""))
        owners += [(source.node(each, f"servers[{n}]"), f"servers[{n}]") for n, each in servers]
    found: dict[str, Any] = {}
    configuration: dict[str, Any] = {}
    for owner, place in owners:
        said = source.part(owner, _ENDPOINT, place)
        if "disableExecuteApiEndpoint" in said:
            found["disableExecuteApiEndpoint"] = said["disableExecuteApiEndpoint"]
        configuration |= {
            key: said[key] for key in ("types", "vpcEndpointIds", "ipAddressType") if key in said
        }
    if configuration:
        found["endpointConfiguration"] = configuration
    return found


def request_validators(source: Source) -> Iterator[Mapping[str, Any]]:
    """Yield what CreateRequestValidator is told for each."""
    name = f"{_PREFIX}request-validators"
    for key, said in source.part(source.document, name, "").items():
        given = source.node(said, f"{name}.{key}")
        flags = ("validateRequestBody", "validateRequestParameters")
        yield {"name": key, **{flag: given[flag] for flag in flags if flag in given}}


def default_validator(source: Source) -> str | None:
    """Return the name of the validator that operations have unless they name another."""
    return source.text(source.document, f"{_PREFIX}request-validator", "")


def gateway_responses(source: Source) -> Iterator[Mapping[str, Any]]:
    """Yield what PutGatewayResponse is told for each type."""
    name = f"{_PREFIX}gateway-responses"
    for kind, said in source.part(source.document, name, "").items():
        given = source.node(said, f"{name}.{kind}")
        members = ("statusCode", "responseParameters", "responseTemplates")
        yield {"responseType": kind, **{key: given[key] for key in members if key in given}}
