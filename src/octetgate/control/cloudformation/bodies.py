"""An ``AWS::ApiGateway::RestApi`` as one definition: its body, and its properties within it.

What the properties say could be set call by call; in the definition it is one import, which
happens as a whole.
"""

import json
from collections.abc import Mapping
from typing import Any

from octetgate.core.model.schema import built_in_models

_PREFIX = "x-amazon-apigateway-"
_EXTENSIONS = {
    "MinimumCompressionSize": f"{_PREFIX}minimum-compression-size",
    "ApiKeySourceType": f"{_PREFIX}api-key-source",
    "Policy": f"{_PREFIX}policy",
    "SecurityPolicy": f"{_PREFIX}security-policy",
    "EndpointAccessMode": f"{_PREFIX}endpoint-access-mode",
}
_BINARY = f"{_PREFIX}binary-media-types"
_ENDPOINT = f"{_PREFIX}endpoint-configuration"


def definition(
    properties: Mapping[str, Any], body: Mapping[str, Any] | None, name: str
) -> dict[str, Any]:
    """Return the definition that an API's properties and body are together.

    Without a body it has the models that every API is born with: methods of the template may
    name them.
    """
    found = dict(body or _empty())
    info = dict(found.get("info") or {})
    if properties.get("Name") or not info.get("title"):
        info["title"] = properties.get("Name") or name
    if properties.get("Description"):
        info["description"] = properties["Description"]
    found["info"] = info
    for member, extension in _EXTENSIONS.items():
        if properties.get(member) is not None:
            found[extension] = properties[member]
    binary = [*found.get(_BINARY, ()), *map(_unescaped, properties.get("BinaryMediaTypes") or ())]
    if binary:
        found[_BINARY] = list(dict.fromkeys(binary))
    endpoint = dict(found.get(_ENDPOINT) or {})
    endpoint |= _endpoint(properties)
    if endpoint:
        found[_ENDPOINT] = endpoint
    return found


def _empty() -> dict[str, Any]:
    schemas = {name: json.loads(model.schema or "{}") for name, model in built_in_models().items()}
    return {"openapi": "3.0.1", "paths": {}, "components": {"schemas": schemas}}


def _endpoint(properties: Mapping[str, Any]) -> dict[str, Any]:
    given = properties.get("EndpointConfiguration") or {}
    names = {"Types": "types", "VpcEndpointIds": "vpcEndpointIds", "IpAddressType": "ipAddressType"}
    found = {names[key]: value for key, value in given.items() if key in names}
    if properties.get("DisableExecuteApiEndpoint") is not None:
        found["disableExecuteApiEndpoint"] = properties["DisableExecuteApiEndpoint"]
    return found


def _unescaped(media_type: Any) -> str:
    """Return a media type; CloudFormation and SAM write its slash as ``~1``."""
    return str(media_type).replace("~1", "/").replace("~0", "~")
