"""A method as an operation of a document: what it takes, what it answers, where its calls go."""

from collections.abc import Iterable, Mapping
from typing import Any

from octetgate.control.openapi.exported_integration import exported_integration
from octetgate.control.openapi.exported_schema import reference
from octetgate.core.model.api import Method, MethodResponse, Resource

Operation = dict[str, Any]

INTEGRATION = "x-amazon-apigateway-integration"

_PLACES = {"path": "path", "querystring": "query", "header": "header"}
_REQUEST = "method.request."
_HEADER = "method.response.header."
_TEXT = {"type": "string"}


def exported_operation(
    resource: Resource, method: Method, *, swagger: bool, integrations: bool
) -> Operation:
    """Return the operation, but for who may call it."""
    operation: Operation = {}
    if method.operation_name:
        operation["operationId"] = method.operation_name
    told = _swagger_messages(method) if swagger else _openapi_messages(method)
    operation |= told
    if integrations and method.method_integration is not None:
        operation[INTEGRATION] = exported_integration(method.method_integration, resource)
    return operation


def _parameters(method: Method, *, swagger: bool) -> list[dict[str, Any]]:
    found = []
    for parameter, required in (method.request_parameters or {}).items():
        place, _, name = parameter.removeprefix(_REQUEST).partition(".")
        said: dict[str, Any] = {"name": name, "in": _PLACES[place]}
        # What is in the path is there, or the path would be another (OpenAPI insists on it).
        if required or place == "path":
            said["required"] = True
        found.append(said | (_TEXT if swagger else {"schema": dict(_TEXT)}))
    return found


# --- OpenAPI 3 ---------------------------------------------------------------------------------


def _openapi_messages(method: Method) -> Operation:
    told: Operation = {}
    if method.request_parameters:
        told["parameters"] = _parameters(method, swagger=False)
    if method.request_models:
        told["requestBody"] = {"content": _content(method.request_models), "required": True}
    told["responses"] = {
        status: _openapi_response(response) for status, response in method.method_responses.items()
    }
    return told


def _openapi_response(response: MethodResponse) -> dict[str, Any]:
    told: dict[str, Any] = {"description": _description(response)}
    if response.response_parameters:
        told["headers"] = {name: {"schema": dict(_TEXT)} for name in _headers(response)}
    # No content at all says that nothing is sent; AWS says the same of a response without models.
    told["content"] = _content(response.response_models or {})
    return told


def _content(models: Mapping[str, str]) -> dict[str, Any]:
    return {kind: {"schema": reference(name, swagger=False)} for kind, name in models.items()}


# --- Swagger 2 ---------------------------------------------------------------------------------


def _swagger_messages(method: Method) -> Operation:
    """Return parameters and responses; Swagger has one schema for all media types of a message."""
    told: Operation = {}
    if method.request_models:
        told["consumes"] = list(method.request_models)
    produced = _produced(method.method_responses.values())
    if produced:
        told["produces"] = produced
    parameters = _parameters(method, swagger=True)
    if method.request_models:
        model = next(iter(method.request_models.values()))
        parameters.append(
            {
                "in": "body",
                "name": model,
                "required": True,
                "schema": reference(model, swagger=True),
            }
        )
    if parameters:
        told["parameters"] = parameters
    told["responses"] = {
        status: _swagger_response(response) for status, response in method.method_responses.items()
    }
    return told


def _produced(responses: Iterable[MethodResponse]) -> list[str]:
    kinds = (kind for response in responses for kind in response.response_models or {})
    return list(dict.fromkeys(kinds))


def _swagger_response(response: MethodResponse) -> dict[str, Any]:
    told: dict[str, Any] = {"description": _description(response)}
    if response.response_models:
        model = next(iter(response.response_models.values()))
        told["schema"] = reference(model, swagger=True)
    if response.response_parameters:
        told["headers"] = {name: dict(_TEXT) for name in _headers(response)}
    return told


def _description(response: MethodResponse) -> str:
    return f"{response.status_code} response"


def _headers(response: MethodResponse) -> list[str]:
    return [name.removeprefix(_HEADER) for name in response.response_parameters or {}]
