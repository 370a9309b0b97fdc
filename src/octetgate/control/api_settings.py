"""An API's own settings: as they are asked for, and as they may be (spec: control-plane 2.1, 6)."""

from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members
from octetgate.control.errors import BadRequestException
from octetgate.core.model.api import EndpointConfiguration, RestApi
from octetgate.core.policy import resource_policy
from octetgate.core.policy.document import BadPolicy

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
    rest_api = with_policy(replace(base, endpoint_configuration=endpoint, **said))
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
    _check_policy(rest_api.policy)
    _check_endpoint(rest_api.endpoint_configuration)


def with_policy(rest_api: RestApi) -> RestApi:
    """Return the API with a policy that says whole ARNs, as AWS keeps it."""
    if not rest_api.policy:
        return replace(rest_api, policy=None)
    try:
        return replace(rest_api, policy=resource_policy.expanded(rest_api.policy, arn(rest_api)))
    except BadPolicy as error:
        raise _bad_policy(error) from error


def arn(rest_api: RestApi) -> str:
    """Return how the API's resources begin in policies."""
    return f"arn:aws:execute-api:{rest_api.region}:{rest_api.account_id}:{rest_api.id}"


def _check_policy(policy: str | None) -> None:
    try:
        if policy:
            resource_policy.read(policy)
    except BadPolicy as error:
        raise _bad_policy(error) from error


def _bad_policy(error: BadPolicy) -> BadRequestException:
    return BadRequestException(
        "Invalid policy document. Please check the policy syntax and ensure that Principals are "
        f"valid. {error}"
    )


def _check_endpoint(endpoint: EndpointConfiguration) -> None:
    if not endpoint.types:
        raise BadRequestException(
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."
        )
    if len(endpoint.types) > 1:
        raise BadRequestException("Cannot create an api with multiple Endpoint Types.")
    if endpoint.types == ("PRIVATE",) and endpoint.ip_address_type == "ipv4":
        raise BadRequestException("Only dualstack ipAddressType is supported for Private APIs.")
