"""What stands behind a method, and how its answers are mapped (spec: control-plane 2.3, 6)."""

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import MethodPlace, find_integration
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.mappings import (
    check_request_mapping,
    check_response_mapping,
    check_templates,
)
from octetgate.control.patching import (
    EVERY,
    REPLACE,
    Complaints,
    Patch,
    Row,
    Table,
    Terse,
    choice,
    entry,
    listed,
    option,
    text,
    truth,
    verbatim,
    whole,
)
from octetgate.control.shown import shown_integration
from octetgate.control.wire.render import parts
from octetgate.core.model.integration import (
    ContentHandling,
    Integration,
    IntegrationResponse,
    IntegrationType,
    PassthroughBehavior,
    TlsConfig,
)

_HTTP = (IntegrationType.HTTP, IntegrationType.HTTP_PROXY)
_AWS = (IntegrationType.AWS, IntegrationType.AWS_PROXY)
_NEEDS_METHOD = (*_HTTP, IntegrationType.AWS)
_SHORTEST_MS, _LONGEST_MS, _LONGEST_STREAM_MS = 50, 29000, 900_000

_ARN = re.compile(r"arn:[^:]+:apigateway:[^:]*:[^:]+:(?P<tail>.*)")
_ACTION = re.compile(r"(path|action)/.*")
_PROXY_ARN = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:"
    r"(lambda:path/+2015-03-31/functions/arn:[^:]+:lambda:[^:]*:[^:]*:function:[^/]+/invocations"
    r"|lambda:path/+2021-11-15/functions/arn:[^:]+:lambda:[^:]*:[^:]*:function:[^/]+"
    r"/response-streaming-invocations"
    r"|firehose:action/(PutRecord|PutRecordBatch))"
)


def put_integration(call: Write, asked: Members) -> Members:
    """Say where a method's calls go; what stood there before is forgotten."""
    place = _place(call, asked)
    integration = _asked(asked, place.resource.id)
    _check(integration)
    place.keep(call, replace(place.method, method_integration=integration))
    return shown_integration(integration)


def get_integration(call: Read, asked: Members) -> Members:
    """Return where a method's calls go."""
    return shown_integration(find_integration(_place(call, asked).method))


def update_integration(call: Write, asked: Members) -> Members:
    """Patch an integration."""
    place = _place(call, asked)
    integration = find_integration(place.method)
    integration = _PATHS.patched(integration, asked.get("patchOperations", ()))
    _check(integration)
    place.keep(call, replace(place.method, method_integration=integration))
    return shown_integration(integration)


def delete_integration(call: Write, asked: Members) -> None:
    """Leave a method without anything behind it."""
    place = _place(call, asked)
    find_integration(place.method)
    place.keep(call, replace(place.method, method_integration=None))


def put_integration_response(call: Write, asked: Members) -> Members:
    """Say how one kind of backend answer becomes a method response."""
    place = _place(call, asked)
    response = IntegrationResponse(
        status_code=asked["statusCode"],
        selection_pattern=asked.get("selectionPattern"),
        response_parameters=asked.get("responseParameters"),
        response_templates=asked.get("responseTemplates"),
        content_handling=_handling(asked),
    )
    _keep_response(call, place, response)
    return parts(response)


def get_integration_response(call: Read, asked: Members) -> Members:
    """Return one of an integration's responses."""
    return parts(_response(_place(call, asked), asked["statusCode"]))


def update_integration_response(call: Write, asked: Members) -> Members:
    """Patch one of an integration's responses."""
    place = _place(call, asked)
    response = _response(place, asked["statusCode"])
    response = _RESPONSE_PATHS.patched(response, asked.get("patchOperations", ()))
    _keep_response(call, place, response)
    return parts(response)


def delete_integration_response(call: Write, asked: Members) -> None:
    """Remove one of an integration's responses."""
    place = _place(call, asked)
    gone = _response(place, asked["statusCode"])
    integration = find_integration(place.method)
    kept = {
        status: each
        for status, each in integration.integration_responses.items()
        if each is not gone
    }
    integration = replace(integration, integration_responses=kept)
    place.keep(call, replace(place.method, method_integration=integration))


def _place(call: Read | Write, asked: Members) -> MethodPlace:
    return MethodPlace(call, asked["restApiId"], asked["resourceId"], asked["httpMethod"])


def _response(place: MethodPlace, status_code: str) -> IntegrationResponse:
    responses = find_integration(place.method).integration_responses
    if status_code not in responses:
        raise NotFoundException("Invalid Response status code specified")
    return responses[status_code]


def _keep_response(call: Write, place: MethodPlace, response: IntegrationResponse) -> None:
    check_response_mapping(response.response_parameters or {})
    check_templates(response.response_templates or {}, "responseTemplates")
    integration = find_integration(place.method)
    responses = {**integration.integration_responses, response.status_code: response}
    integration = replace(integration, integration_responses=responses)
    place.keep(call, replace(place.method, method_integration=integration))


# --- From members to a record ------------------------------------------------------------------


def _asked(asked: Members, resource_id: str) -> Integration:
    kind = IntegrationType(asked["type"])
    return Integration(
        type=kind,
        http_method=asked.get("integrationHttpMethod"),
        uri=asked.get("uri"),
        connection_type=asked.get("connectionType", "INTERNET" if kind in _HTTP else None),
        connection_id=asked.get("connectionId"),
        credentials=asked.get("credentials"),
        request_parameters=asked.get("requestParameters"),
        request_templates=asked.get("requestTemplates"),
        passthrough_behavior=_passthrough(asked.get("passthroughBehavior", "WHEN_NO_MATCH")),
        cache_namespace=asked.get("cacheNamespace", resource_id),
        cache_key_parameters=tuple(asked.get("cacheKeyParameters", ())),
        content_handling=_handling(asked),
        timeout_in_millis=asked.get("timeoutInMillis", _LONGEST_MS),
        tls_config=_tls(asked.get("tlsConfig")),
        response_transfer_mode=asked.get("responseTransferMode"),
        integration_target=asked.get("integrationTarget"),
    )


def _handling(asked: Members) -> ContentHandling | None:
    given: str | None = asked.get("contentHandling")
    return ContentHandling(given) if given else None


def _passthrough(given: str) -> PassthroughBehavior:
    try:
        return PassthroughBehavior(given)
    except ValueError:
        options = ", ".join(PassthroughBehavior)
        raise BadRequestException(
            f"passthroughBehavior: expected one of {options}; found {given!r}"
        ) from None


def _tls(given: dict[str, Any] | None) -> TlsConfig | None:
    if given is None:
        return None
    return TlsConfig(insecure_skip_verification=given.get("insecureSkipVerification", False))


# --- What an integration may look like ---------------------------------------------------------


def _check(integration: Integration) -> None:
    """Refuse what AWS refuses, whichever way it came in (spec: control-plane 6, lambda 4)."""
    if integration.type in _NEEDS_METHOD and not integration.http_method:
        raise BadRequestException("Enumeration value for HttpMethod must be non-empty")
    _check_uri(integration)
    _check_connection(integration)
    _check_transfer(integration)
    check_request_mapping(integration.request_parameters or {})
    check_templates(integration.request_templates or {}, "requestTemplates")


def _check_transfer(integration: Integration) -> None:
    streams = integration.response_transfer_mode == "STREAM"
    if streams and integration.type is not IntegrationType.HTTP_PROXY:
        raise BadRequestException(
            "responseTransferMode: expected BUFFERED, as only HTTP_PROXY streams so far; "
            "found STREAM"
        )
    longest = _LONGEST_STREAM_MS if streams else _LONGEST_MS
    if not _SHORTEST_MS <= integration.timeout_in_millis <= longest:
        raise BadRequestException(f"Timeout should be between {_SHORTEST_MS} ms and {longest} ms")


def _check_uri(integration: Integration) -> None:
    uri = integration.uri or ""
    if integration.type in _HTTP and not uri.startswith(("http://", "https://")):
        raise BadRequestException("Invalid HTTP endpoint specified for URI")
    if integration.type not in _AWS:
        return
    arn = _ARN.fullmatch(uri)
    if arn is None:
        raise BadRequestException("Invalid ARN specified in the request")
    if not _ACTION.fullmatch(arn["tail"]):
        raise BadRequestException("AWS ARN for integration must contain path or action")
    if integration.type is IntegrationType.AWS_PROXY and not _PROXY_ARN.fullmatch(uri):
        raise BadRequestException(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
            "Firehose stream invocations."
        )


def _check_connection(integration: Integration) -> None:
    """Refuse VPC links: nothing here could reach through one."""
    if integration.connection_type == "VPC_LINK":
        raise BadRequestException(
            "connectionType: VPC links are not supported yet; expected INTERNET; found VPC_LINK"
        )
    for member, given in (
        ("connectionId", integration.connection_id),
        ("integrationTarget", integration.integration_target),
    ):
        if given:
            raise BadRequestException(
                f"{member}: expected none without a VPC link; found {given!r}"
            )


# --- Patching ----------------------------------------------------------------------------------

_COMPLAINTS: Complaints = Terse()
_NO_PARAMETER = "Invalid parameter name specified"
_NO_TYPE = "Content-Type specified was not found"

Change = Callable[[Integration, Patch], Integration]


def _not_for_mock(change: Change) -> Change:
    def checked(integration: Integration, patch: Patch) -> Integration:
        if integration.type is IntegrationType.MOCK:
            raise BadRequestException(f"Invalid patch path {patch.path}")
        return change(integration, patch)

    return checked


def _patched_passthrough(integration: Integration, patch: Patch) -> Integration:
    return replace(integration, passthrough_behavior=_passthrough(patch.value or ""))


def _patched_tls(integration: Integration, patch: Patch) -> Integration:
    return replace(integration, tls_config=TlsConfig(insecure_skip_verification=truth(patch)))


def _patched_transfer(integration: Integration, patch: Patch) -> Integration:
    if patch.value not in {"BUFFERED", "STREAM"}:
        raise BadRequestException(
            f"Invalid patch value for {patch.path}: expected BUFFERED or STREAM; "
            f"found {patch.value!r}"
        )
    return replace(integration, response_transfer_mode=patch.value)


_PATHS: Table[Integration] = Table(
    (
        Row("/cacheKeyParameters/{name}", EVERY, listed("cache_key_parameters", empty=())),
        Row("/cacheNamespace", (REPLACE,), option("cache_namespace")),
        Row("/connectionId", (REPLACE,), option("connection_id")),
        Row("/connectionType", (REPLACE,), option("connection_type")),
        Row("/contentHandling", (REPLACE,), choice("content_handling", ContentHandling)),
        Row("/credentials", (REPLACE,), option("credentials")),
        Row("/httpMethod", (REPLACE,), _not_for_mock(option("http_method"))),
        Row("/integrationTarget", (REPLACE,), option("integration_target")),
        Row("/passthroughBehavior", (REPLACE,), _patched_passthrough),
        Row(
            "/requestParameters/{name}",
            EVERY,
            entry("request_parameters", text, missing=_NO_PARAMETER),
        ),
        Row("/requestTemplates/{type}", EVERY, entry("request_templates", text, missing=_NO_TYPE)),
        Row("/responseTransferMode", (REPLACE,), _patched_transfer),
        Row("/timeoutInMillis", (REPLACE,), whole("timeout_in_millis")),
        Row("/tlsConfig/insecureSkipVerification", (REPLACE,), _patched_tls),
        Row("/uri", (REPLACE,), _not_for_mock(option("uri"))),
    ),
    _COMPLAINTS,
)

_RESPONSE_PATHS: Table[IntegrationResponse] = Table(
    (
        Row("/contentHandling", (REPLACE,), choice("content_handling", ContentHandling)),
        Row(
            "/responseParameters/{name}",
            EVERY,
            entry("response_parameters", text, missing=_NO_PARAMETER),
        ),
        Row(
            "/responseTemplates/{type}",
            EVERY,
            entry("response_templates", text, missing=_NO_TYPE),
        ),
        Row("/selectionPattern", (REPLACE,), verbatim("selection_pattern")),
    ),
    _COMPLAINTS,
)
