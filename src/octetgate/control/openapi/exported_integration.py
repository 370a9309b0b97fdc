"""``x-amazon-apigateway-integration`` as it is written (spec: control-plane 7.3)."""

from collections.abc import Iterable
from typing import Any

from octetgate.control.endpoints import HTTP, default_timeout_ms
from octetgate.core.model.api import Resource
from octetgate.core.model.integration import ContentHandling, Integration, IntegrationResponse

Members = dict[str, Any]

_DEFAULT = "default"


def exported_integration(integration: Integration, resource: Resource) -> Members:
    """Return the extension; what an import would assume anyway stays out."""
    told: Members = {
        "type": integration.type.value.lower(),
        "httpMethod": integration.http_method,
        "uri": integration.uri,
        "credentials": integration.credentials,
        "connectionId": integration.connection_id,
        "integrationTarget": integration.integration_target,
        "responses": _responses(integration.integration_responses.values()) or None,
        "requestParameters": integration.request_parameters,
        "requestTemplates": integration.request_templates,
        "passthroughBehavior": integration.passthrough_behavior.value.lower(),
        "contentHandling": _handling(integration.content_handling),
        "cacheKeyParameters": list(integration.cache_key_parameters) or None,
        "responseTransferMode": integration.response_transfer_mode,
    }
    if integration.connection_type != "INTERNET" or integration.type not in HTTP:
        told["connectionType"] = integration.connection_type
    # A namespace that nobody chose is the resource's id, which is another in each API.
    if integration.cache_namespace != resource.id:
        told["cacheNamespace"] = integration.cache_namespace
    if integration.timeout_in_millis != default_timeout_ms(streams=integration.streams):
        told["timeoutInMillis"] = integration.timeout_in_millis
    if integration.tls_config is not None:
        skips = integration.tls_config.insecure_skip_verification
        told["tlsConfig"] = {"insecureSkipVerification": skips}
    return {name: value for name, value in told.items() if value is not None}


def _responses(responses: Iterable[IntegrationResponse]) -> Members:
    """Return the responses by the pattern that selects them.

    The first of a pattern is the one that answers; another of the same pattern never does.
    """
    told: Members = {}
    for response in responses:
        told.setdefault(_pattern(response.selection_pattern), _response(response))
    return told


def _pattern(pattern: str | None) -> str:
    if pattern is None:
        return _DEFAULT
    # The pattern of that word is written so that it does not look like the absence of one.
    return f"(?:{_DEFAULT})" if pattern == _DEFAULT else pattern


def _response(response: IntegrationResponse) -> Members:
    told: Members = {
        "statusCode": response.status_code,
        "responseParameters": response.response_parameters,
        "responseTemplates": response.response_templates,
        "contentHandling": _handling(response.content_handling),
    }
    return {name: value for name, value in told.items() if value is not None}


def _handling(handling: ContentHandling | None) -> str | None:
    return handling.value if handling else None
