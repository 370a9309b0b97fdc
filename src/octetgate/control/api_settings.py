"""An API's own settings: as they are asked for, and as they may be (spec: control-plane 2.1, 6)."""

from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members
from octetgate.control.errors import BadRequestException
from octetgate.core.model.api import EndpointConfiguration, RestApi

BAD_SIZE = "Invalid minimum compression size, must be between 0 and 10485760"
_LARGEST_COMPRESSED = 10485760


def with_settings(base: RestApi, asked: Members) -> RestApi:
    """Return the API with the members of CreateRestApi that were given, if they make sense."""
    given: dict[str, Any] = {
        "name": asked.get("name"),
        "description": asked.get("description"),
        "version": asked.get("version"),
        "minimum_compression_size": asked.get("minimumCompressionSize"),
        "api_key_source": asked.get("apiKeySource"),
        "policy": asked.get("policy"),
        "disable_execute_api_endpoint": asked.get("disableExecuteApiEndpoint"),
        "security_policy": asked.get("securityPolicy"),
        "endpoint_access_mode": asked.get("endpointAccessMode"),
        "tags": asked.get("tags"),
        "binary_media_types": tuple(asked.get("binaryMediaTypes", ())) or None,
    }
    said = {field: value for field, value in given.items() if value is not None}
    endpoint = _endpoint(asked.get("endpointConfiguration"), base.endpoint_configuration)
    rest_api = replace(base, endpoint_configuration=endpoint, **said)
    check_settings(rest_api)
    return rest_api


def _endpoint(asked: Members | None, base: EndpointConfiguration) -> EndpointConfiguration:
    if asked is None and base.ip_address_type:
        return base
    asked = asked or {}
    types = tuple(asked.get("types", base.types))
    vpc = tuple(asked.get("vpcEndpointIds", ())) or None
    default = "dualstack" if types == ("PRIVATE",) else "ipv4"
    kind = asked.get("ipAddressType") or default
    return EndpointConfiguration(types=types, ip_address_type=kind, vpc_endpoint_ids=vpc)


def check_settings(rest_api: RestApi) -> None:
    """Refuse what AWS refuses, whichever way it came in (spec: control-plane 6)."""
    if not rest_api.name:
        raise BadRequestException("API name must be non-empty")
    if rest_api.description == "":
        raise BadRequestException("Description cannot be an empty string")
    size = rest_api.minimum_compression_size
    if size is not None and not 0 <= size <= _LARGEST_COMPRESSED:
        raise BadRequestException(BAD_SIZE)
    if rest_api.policy:
        # Keeping a policy that nobody enforces would leave an API open that its owner closed.
        raise BadRequestException("policy: resource policies are not supported yet; expected none")
    _check_endpoint(rest_api.endpoint_configuration)


def _check_endpoint(endpoint: EndpointConfiguration) -> None:
    if not endpoint.types:
        raise BadRequestException(
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."
        )
    if len(endpoint.types) > 1:
        raise BadRequestException("Cannot create an api with multiple Endpoint Types.")
    if endpoint.types == ("PRIVATE",) and endpoint.ip_address_type == "ipv4":
        raise BadRequestException("Only dualstack ipAddressType is supported for Private APIs.")
