"""What stands behind a method, and how its answers are mapped (spec: control-plane 2.3, 6)."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import MethodPlace, find_integration
from octetgate.control.endpoints import HTTP, check_integration, default_timeout_ms
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.mappings import (
    check_declared,
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
from octetgate.control.records import parts
from octetgate.control.shown import shown_integration
from octetgate.core.model.integration import (
    ContentHandling,
    Integration,
    IntegrationResponse,
    IntegrationType,
    PassthroughBehavior,
    TlsConfig,
)
from octetgate.core.ports.store import VPC_LINKS


def put_integration(call: Write, asked: Members) -> Members:
    """Say where a method's calls go; what stood there before is forgotten."""
    place = _place(call, asked)
    integration = _asked(asked, place.resource.id)
    check_integration(integration)
    _check_link(call, integration)
    place.keep(call, replace(place.method, method_integration=integration))
    return shown_integration(integration)


def get_integration(call: Read, asked: Members) -> Members:
    """Return where a method's calls go."""
    return shown_integration(find_integration(_place(call, asked).method))


def update_integration(call: Write, asked: Members) -> Members:
    """Patch an integration."""
    place = _place(call, asked)
    before = find_integration(place.method)
    patches = asked.get("patchOperations", ())
    integration = _PATHS.patched(before, patches)
    timed = any(patch.get("path") == "/timeoutInMillis" for patch in patches)
    if integration.streams is not before.streams and not timed:
        # The switch removes a custom timeout (spec: payload-encodings 10.1); also back, where
        # it could be longer than is allowed.
        timeout_ms = default_timeout_ms(streams=integration.streams)
        integration = replace(integration, timeout_in_millis=timeout_ms)
    check_integration(integration)
    _check_link(call, integration)
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


def _check_link(call: Write, integration: Integration) -> None:
    """Refuse a VPC link that does not exist; which a stage variable names, a stage knows."""
    link = integration.connection_id
    if link and "${" not in link and call.store.get(VPC_LINKS, link) is None:
        raise NotFoundException("Invalid Vpc Link identifier specified")


def _place(call: Read | Write, asked: Members) -> MethodPlace:
    return MethodPlace(call, asked["restApiId"], asked["resourceId"], asked["httpMethod"])


def _response(place: MethodPlace, status_code: str) -> IntegrationResponse:
    responses = find_integration(place.method).integration_responses
    if status_code not in responses:
        raise NotFoundException("Invalid Response status code specified")
    return responses[status_code]


def _keep_response(call: Write, place: MethodPlace, response: IntegrationResponse) -> None:
    parameters = response.response_parameters or {}
    check_response_mapping(parameters)
    check_declared(parameters, place.method.method_responses.get(response.status_code))
    check_templates(response.response_templates or {}, "responseTemplates")
    integration = find_integration(place.method)
    responses = {**integration.integration_responses, response.status_code: response}
    integration = replace(integration, integration_responses=responses)
    place.keep(call, replace(place.method, method_integration=integration))


# --- From members to a record ------------------------------------------------------------------


def _asked(asked: Members, resource_id: str) -> Integration:
    kind = IntegrationType(asked["type"])
    mode = asked.get("responseTransferMode")
    return Integration(
        type=kind,
        http_method=asked.get("integrationHttpMethod"),
        uri=asked.get("uri"),
        connection_type=asked.get("connectionType", "INTERNET" if kind in HTTP else None),
        connection_id=asked.get("connectionId"),
        credentials=asked.get("credentials"),
        request_parameters=asked.get("requestParameters"),
        request_templates=asked.get("requestTemplates"),
        passthrough_behavior=_passthrough(asked.get("passthroughBehavior", "WHEN_NO_MATCH")),
        cache_namespace=asked.get("cacheNamespace", resource_id),
        cache_key_parameters=tuple(asked.get("cacheKeyParameters", ())),
        content_handling=_handling(asked),
        timeout_in_millis=asked.get(
            "timeoutInMillis", default_timeout_ms(streams=mode == "STREAM")
        ),
        tls_config=_tls(asked.get("tlsConfig")),
        response_transfer_mode=mode,
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
