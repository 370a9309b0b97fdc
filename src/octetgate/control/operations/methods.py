"""Methods and the responses they declare (spec: control-plane 2.2 and 6)."""

from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import (
    MethodPlace,
    find_api,
    find_method,
    find_resource,
    with_method,
    with_resource,
)
from octetgate.control.errors import ConflictException, NotFoundException
from octetgate.control.mappings import check_response_headers
from octetgate.control.method_rules import checked_method
from octetgate.control.patching import (
    ADD,
    EVERY,
    REMOVE,
    REPLACE,
    Row,
    Table,
    Terse,
    entry,
    flag,
    option,
    required,
    text,
    truth,
    valued,
)
from octetgate.control.records import parts
from octetgate.control.schemas import check_models
from octetgate.control.shown import shown_method
from octetgate.core.model.api import Method, MethodResponse
from octetgate.core.ports.store import APIS

_NO_STATUS = "Invalid Response status code specified"


def put_method(call: Write, asked: Members) -> Members:
    """Add a verb to a path."""
    definition = find_api(call, asked["restApiId"])
    resource = find_resource(definition, asked["resourceId"])
    if asked["httpMethod"] in resource.resource_methods:
        raise ConflictException("Method already exists for this resource")
    method = Method(
        http_method=asked["httpMethod"],
        authorization_type=asked["authorizationType"],
        authorizer_id=asked.get("authorizerId"),
        api_key_required=asked.get("apiKeyRequired", False),
        request_validator_id=asked.get("requestValidatorId"),
        operation_name=asked.get("operationName"),
        request_parameters=asked.get("requestParameters"),
        request_models=asked.get("requestModels"),
        authorization_scopes=_scopes(asked),
    )
    method = checked_method(definition, method)
    resource = with_method(resource, method)
    call.store.put(APIS, definition.rest_api.id, with_resource(definition, resource))
    return shown_method(method)


def get_method(call: Read, asked: Members) -> Members:
    """Return a method with its integration and its responses."""
    return shown_method(_place(call, asked).method)


def update_method(call: Write, asked: Members) -> Members:
    """Patch a method."""
    place = _place(call, asked)
    method = _METHOD_PATHS.patched(place.method, asked.get("patchOperations", ()))
    method = checked_method(place.definition, method)
    place.keep(call, method)
    return shown_method(method)


def delete_method(call: Write, asked: Members) -> None:
    """Remove a verb from a path."""
    definition = find_api(call, asked["restApiId"])
    resource = find_resource(definition, asked["resourceId"])
    method = find_method(resource, asked["httpMethod"])
    methods = {verb: each for verb, each in resource.resource_methods.items() if each is not method}
    resource = replace(resource, resource_methods=methods)
    call.store.put(APIS, definition.rest_api.id, with_resource(definition, resource))


def put_method_response(call: Write, asked: Members) -> Members:
    """Declare a status that the method may answer with."""
    place = _place(call, asked)
    if asked["statusCode"] in place.method.method_responses:
        raise ConflictException("Response already exists for this resource")
    response = MethodResponse(
        status_code=asked["statusCode"],
        response_parameters=asked.get("responseParameters"),
        response_models=asked.get("responseModels"),
    )
    _keep_response(call, place, response)
    return parts(response)


def get_method_response(call: Read, asked: Members) -> Members:
    """Return a declared response."""
    return parts(_response(_place(call, asked).method, asked["statusCode"]))


def update_method_response(call: Write, asked: Members) -> Members:
    """Patch a declared response."""
    place = _place(call, asked)
    response = _response(place.method, asked["statusCode"])
    response = _RESPONSE_PATHS.patched(response, asked.get("patchOperations", ()))
    _keep_response(call, place, response)
    return parts(response)


def delete_method_response(call: Write, asked: Members) -> None:
    """Take a declared response back."""
    place = _place(call, asked)
    gone = _response(place.method, asked["statusCode"])
    kept = {
        status: each for status, each in place.method.method_responses.items() if each is not gone
    }
    place.keep(call, replace(place.method, method_responses=kept))


def _place(call: Read | Write, asked: Members) -> MethodPlace:
    return MethodPlace(call, asked["restApiId"], asked["resourceId"], asked["httpMethod"])


def _response(method: Method, status_code: str) -> MethodResponse:
    if status_code not in method.method_responses:
        raise NotFoundException(_NO_STATUS)
    return method.method_responses[status_code]


def _keep_response(call: Write, place: MethodPlace, response: MethodResponse) -> None:
    check_response_headers(response.response_parameters or {})
    check_models(place.definition, response.response_models or {})
    responses = {**place.method.method_responses, response.status_code: response}
    place.keep(call, replace(place.method, method_responses=responses))


def _scopes(asked: Members) -> tuple[str, ...] | None:
    given: list[Any] | None = asked.get("authorizationScopes")
    return tuple(given) if given is not None else None


# --- Patching ----------------------------------------------------------------------------------

_NO_PARAMETER = "Invalid parameter name specified"
_NO_TYPE = "Content-Type specified was not found"

_METHOD_PATHS: Table[Method] = Table(
    (
        Row("/authorizationScopes", (ADD, REMOVE), valued("authorization_scopes")),
        Row("/authorizationType", (REPLACE,), required("authorization_type")),
        Row("/authorizerId", (REPLACE,), option("authorizer_id")),
        Row("/apiKeyRequired", (REPLACE,), flag("api_key_required")),
        Row("/operationName", (REPLACE,), option("operation_name")),
        Row(
            "/requestParameters/{name}",
            EVERY,
            entry("request_parameters", truth, missing=_NO_PARAMETER),
        ),
        Row("/requestModels/{type}", EVERY, entry("request_models", text, missing=_NO_TYPE)),
        Row("/requestValidatorId", (REPLACE,), option("request_validator_id")),
    ),
    Terse(),
)

_RESPONSE_PATHS: Table[MethodResponse] = Table(
    (
        Row(
            "/responseModels/{type}",
            EVERY,
            entry("response_models", text, missing=_NO_TYPE, strict=True),
        ),
        Row(
            "/responseParameters/{name}",
            EVERY,
            entry("response_parameters", truth, missing=_NO_PARAMETER, strict=True),
        ),
    ),
    Terse(),
)
