"""What the editors of a method's four boxes change; each change is an operation of the service."""

from typing import Any

from starlette.responses import Response

from octetgate.console import words
from octetgate.console.operations import Refusal
from octetgate.console.pages import _integrations as integrations
from octetgate.console.pages.methods import base_of, place_of
from octetgate.console.patches import replacements
from octetgate.console.places import Page
from octetgate.console.visits import Visit

_UPDATES = {
    "method-request": "update_method",
    "integration-request": "update_integration",
    "integration-response": "update_integration_response",
    "method-response": "update_method_response",
}
_RESPONSES = {
    "integration-response": ("put_integration_response", "delete_integration_response"),
    "method-response": ("put_method_response", "delete_method_response"),
}
# What PutIntegration forgets unless it is told again, besides where calls go.
_KEPT = (
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
    "timeoutInMillis",
    "cacheNamespace",
    "cacheKeyParameters",
)


async def settings(visit: Visit) -> Response:
    """Set the fields of a box that changed; a form sends those of one box alone."""
    box = visit.path("box")
    before = await _shown(visit, box)
    patches = replacements(before, _given(visit))
    if patches:
        await _update(visit, box, patches)
    return visit.leave(_back(visit), "Saved." if patches else "Nothing to save.")


async def entry(visit: Visit) -> Response:
    """Add, change or remove one entry of a map: a template, a parameter, a model."""
    name = visit.field("name") or visit.field("place") + visit.field("rest")
    path = f"/{visit.field('map')}/{name.replace('~', '~0').replace('/', '~1')}"
    if visit.field("op") == "remove":
        await _update(visit, visit.path("box"), [{"op": "remove", "path": path}])
        return visit.leave(_back(visit), f"Removed {name}.")
    # `add` replaces what is there, here as in the service.
    patch = {"op": "add", "path": path, "value": visit.text("value")}
    await _update(visit, visit.path("box"), [patch])
    return visit.leave(_back(visit), f"Saved {name}.")


async def response(visit: Visit) -> Response:
    """Add a status to one of the two response boxes, or take it away."""
    put, delete = _RESPONSES[_response_box(visit)]
    place = {**place_of(visit), "statusCode": visit.field("status")}
    if visit.field("op") == "remove":
        await visit.gateway(delete, **place)
        return visit.leave(_back(visit), f"Removed {place['statusCode']}.")
    members = {"selectionPattern": visit.field("selectionPattern")} if "integration" in put else {}
    await visit.gateway(put, **place, **members)
    return visit.leave(_back(visit), f"Added {place['statusCode']}.")


async def endpoint(visit: Visit) -> Response:
    """Say anew where calls go; templates, parameters and responses stay."""
    place = place_of(visit)
    before = (await visit.gateway("get_method", **place)).get("methodIntegration", {})
    verb = place["httpMethod"]
    wanted = await integrations.endpoint(visit, "POST" if verb == "ANY" else verb)
    kept = {name: before[name] for name in _KEPT if name in before}
    if wanted["type"].endswith("_PROXY"):
        kept.pop("requestTemplates", None)
    await visit.gateway("put_integration", **place, **wanted, **kept)
    for each in before.get("integrationResponses", {}).values():
        await visit.gateway("put_integration_response", **place, **each)
    function = words.function_of(wanted)
    # A function may have to be asked for its permission.
    return visit.leave(f"{base_of(visit)}?new" if function else _back(visit), "Saved.")


async def _update(visit: Visit, box: str, patches: list[dict[str, Any]]) -> None:
    status = {"statusCode": visit.field("status")} if box in _RESPONSES else {}
    await visit.gateway(_UPDATES[box], **place_of(visit), **status, patchOperations=patches)


async def _shown(visit: Visit, box: str) -> dict[str, Any]:
    """Return what the box says now."""
    method = await visit.gateway("get_method", **place_of(visit))
    integration: dict[str, Any] = method.get("methodIntegration", {})
    found = {
        "method-request": method,
        "integration-request": integration,
        "integration-response": integration.get("integrationResponses", {}),
        "method-response": method.get("methodResponses", {}),
    }.get(box)
    if found is None:
        raise Refusal("NotFoundException", f"{box}: no such box", 404)
    shown: dict[str, Any] = found.get(visit.field("status"), {}) if box in _RESPONSES else found
    return shown


def _given(visit: Visit) -> dict[str, str]:
    """Return the settings of the form; a box that is not ticked is not sent by browsers."""
    own = {"csrf", "status", "flags"}
    unticked = dict.fromkeys(visit.field("flags").split(), "false")
    return unticked | {name: visit.field(name) for name in visit.form if name not in own}


def _response_box(visit: Visit) -> str:
    box = visit.path("box")
    if box not in _RESPONSES:
        raise Refusal("NotFoundException", f"{box}: no such box", 404)
    return box


def _back(visit: Visit) -> str:
    return f"{base_of(visit)}?box={visit.request.path_params.get('box', 'integration-request')}"


_METHOD = "/apis/{api}/resources/{resource}/{method}"
PAGES = (
    Page(_METHOD + "/endpoint", endpoint, "POST"),
    Page(_METHOD + "/{box}/settings", settings, "POST"),
    Page(_METHOD + "/{box}/entry", entry, "POST"),
    Page(_METHOD + "/{box}/response", response, "POST"),
)
