"""Gateway responses: what the API says itself when a call does not come to its integration."""

from typing import Any

from starlette.responses import Response

from octetgate.console.field_lines import headers
from octetgate.console.operations import Refusal
from octetgate.console.pages import _lists as lists
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit
from octetgate.core.model.responses import (
    DEFAULT_TEMPLATES,
    DEFAULTS,
    FAMILIES,
    GatewayResponseType,
    family,
)

_HEADER = "gatewayresponse.header."


async def listed(visit: Visit) -> Response:
    """Show what is said for every type there is."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    found = await lists.items(visit, "get_gateway_responses", restApiId=api["id"])
    return visit.page(
        "gateway-responses.html",
        api=api,
        responses=[{**each, **_words(each)} for each in found],
        prefix=_HEADER,
    )


async def shown(visit: Visit) -> Response:
    """Show one type: status, headers and templates, in a form."""
    kind = _kind(visit)
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    response = await visit.gateway("get_gateway_response", **_place(visit))
    return visit.page(
        "gateway-response.html",
        api=api,
        response={**response, **_words(response)},
        lines="\n".join(
            f"{name.removeprefix(_HEADER)}: {value}"
            for name, value in response["responseParameters"].items()
        ),
        default=DEFAULTS[kind],
        is_family=kind in FAMILIES,
        family=family(kind),
        base=_at(visit),
    )


async def saved(visit: Visit) -> Response:
    """Let the API word the type as the form says."""
    templates = {
        name: text
        for name, text in zip(_all(visit, "type"), _all(visit, "template"), strict=True)
        if name.strip() and text.strip()
    }
    await visit.gateway(
        "put_gateway_response",
        **_place(visit),
        statusCode=visit.field("status") or None,
        responseParameters={
            f"{_HEADER}{name}": value for name, value in headers(visit.text("headers"))
        },
        # The built-in template is how the built-in body is shown, which is no template at all.
        responseTemplates=None if templates == DEFAULT_TEMPLATES else templates,
    )
    return visit.leave(_at(visit), "Saved. Callers get it with the next deployment.")


async def reset(visit: Visit) -> Response:
    """Return the type to its family's or the built-in words."""
    await visit.gateway("delete_gateway_response", **_place(visit))
    return visit.leave(_at(visit), "Reset.")


def _all(visit: Visit, name: str) -> list[str]:
    values = visit.form.getlist(name)
    return [each.replace("\r\n", "\n") for each in values if isinstance(each, str)]


def _words(response: dict[str, Any]) -> dict[str, Any]:
    """Return where what is said comes from, and what calls get it."""
    kind = GatewayResponseType(response["responseType"])
    inherits = kind not in FAMILIES and response["defaultResponse"] and _differs(response, kind)
    return {"inherited": family(kind) if inherits else "", "message": DEFAULTS[kind].message}


def _differs(response: dict[str, Any], kind: GatewayResponseType) -> bool:
    """Whether a type that has nothing of its own says other than what is built in."""
    return (
        bool(response["responseParameters"])
        or response["responseTemplates"] != DEFAULT_TEMPLATES
        or response.get("statusCode") != str(DEFAULTS[kind].status)
    )


def _kind(visit: Visit) -> GatewayResponseType:
    try:
        return GatewayResponseType(visit.path("type"))
    except ValueError:
        message = f"{visit.path('type')}: no such gateway response type"
        raise Refusal("NotFoundException", message, 404) from None


def _place(visit: Visit) -> dict[str, str]:
    return {"restApiId": visit.path("api"), "responseType": visit.path("type")}


def _at(visit: Visit) -> str:
    return f"/apis/{visit.path('api')}/gateway-responses/{visit.path('type')}"


_ALL = "/apis/{api}/gateway-responses"
_ONE = f"{_ALL}/{{type}}"
NAVIGATION = (Place(26, "Gateway responses", _ALL),)
PAGES = (
    Page(_ALL, listed),
    Page(_ONE, shown),
    Page(_ONE, saved, "POST"),
    Page(f"{_ONE}/reset", reset, "POST"),
)
