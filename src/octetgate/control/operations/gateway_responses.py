"""Gateway responses: what an API says instead of the built-in words (control-plane 2.5).

What an API leaves open is shown as it is served: the family's, else the built-in (recorded).
"""

import re

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.mappings import check_gateway_mapping, check_templates
from octetgate.control.paging import paged
from octetgate.control.patching import (
    EVERY,
    REMOVE,
    REPLACE,
    Row,
    Table,
    Terse,
    entry,
    required,
    text,
    verbatim,
)
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.responses import (
    DEFAULT_TEMPLATES,
    DEFAULTS,
    FAMILIES,
    GatewayResponse,
    GatewayResponseType,
    customised,
)
from octetgate.core.ports.store import APIS

_STATUS = re.compile(r"[2-5]\d\d")


def put_gateway_response(call: Write, asked: Members) -> Members:
    """Let the API word a type itself; what it said of it before is replaced."""
    definition = find_api(call, asked["restApiId"])
    response = GatewayResponse(
        response_type=GatewayResponseType(asked["responseType"]),
        status_code=asked.get("statusCode"),
        response_parameters=asked.get("responseParameters") or None,
        response_templates=asked.get("responseTemplates") or None,
    )
    return _keep(call, definition, response)


def get_gateway_response(call: Read, asked: Members) -> Members:
    """Return what is said for a type."""
    definition = find_api(call, asked["restApiId"])
    return _shown(definition, GatewayResponseType(asked["responseType"]))


def get_gateway_responses(call: Read, asked: Members) -> Members:
    """Return what is said for every type there is."""
    definition = find_api(call, asked["restApiId"])
    return paged([(kind, _shown(definition, kind)) for kind in GatewayResponseType], asked)


def update_gateway_response(call: Write, asked: Members) -> Members:
    """Patch what is said for a type; what it has from its family it has of its own from then."""
    definition = find_api(call, asked["restApiId"])
    kind = GatewayResponseType(asked["responseType"])
    base = customised(definition.gateway_responses, kind) or GatewayResponse(response_type=kind)
    # The built-in template can be replaced and removed like any other; as long as it is all
    # there is, the built-in body stays.
    templates = base.response_templates or dict(DEFAULT_TEMPLATES)
    base = replace(base, response_type=kind, response_templates=templates)
    response = _PATHS.patched(base, asked.get("patchOperations", ()))
    if response.response_templates == DEFAULT_TEMPLATES:
        response = replace(response, response_templates=None)
    return _keep(call, definition, response)


def delete_gateway_response(call: Write, asked: Members) -> None:
    """Return a type to its family's or the built-in words."""
    definition = find_api(call, asked["restApiId"])
    kind = GatewayResponseType(asked["responseType"])
    if kind not in definition.gateway_responses:
        raise NotFoundException("Gateway response type not defined on api")
    kept = {key: each for key, each in definition.gateway_responses.items() if key != kind}
    call.store.put(APIS, definition.rest_api.id, replace(definition, gateway_responses=kept))


def _keep(call: Write, definition: ApiDefinition, response: GatewayResponse) -> Members:
    if response.status_code is not None and not _STATUS.fullmatch(response.status_code):
        # AWS takes 1xx, with which no call could be answered.
        raise BadRequestException(
            f"statusCode: expected 200 to 599; found {response.status_code!r}"
        )
    check_gateway_mapping(response.response_parameters or {})
    check_templates(response.response_templates or {}, "responseTemplates")
    responses = {**definition.gateway_responses, response.response_type: response}
    definition = replace(definition, gateway_responses=responses)
    call.store.put(APIS, definition.rest_api.id, definition)
    return _shown(definition, response.response_type)


def _shown(definition: ApiDefinition, kind: GatewayResponseType) -> Members:
    """Return a response as the API shows it, whether the API customises it or not."""
    said = customised(definition.gateway_responses, kind) or GatewayResponse(response_type=kind)
    # A family's errors have codes of their own, so it has one only if the API says so.
    default = None if kind in FAMILIES else str(DEFAULTS[kind].status)
    return {
        "responseType": kind,
        "statusCode": said.status_code or default,
        "responseParameters": said.response_parameters or {},
        "responseTemplates": said.response_templates or DEFAULT_TEMPLATES,
        "defaultResponse": kind not in definition.gateway_responses,
    }


# --- Patching ----------------------------------------------------------------------------------


_PATHS: Table[GatewayResponse] = Table(
    (
        Row("/statusCode", (REPLACE,), required("status_code")),
        # AWS's table lets a whole map be added and replaced too, and does not say with what.
        Row("/responseParameters", (REMOVE,), verbatim("response_parameters")),
        Row(
            "/responseParameters/{name}",
            EVERY,
            entry(
                "response_parameters",
                text,
                missing="Invalid parameter name specified",
                strict=True,
            ),
        ),
        Row("/responseTemplates", (REMOVE,), verbatim("response_templates")),
        Row(
            "/responseTemplates/{type}",
            EVERY,
            entry(
                "response_templates",
                text,
                missing="Content-Type specified was not found",
                strict=True,
            ),
        ),
    ),
    Terse(),
)
