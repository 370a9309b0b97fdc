"""One method: the four boxes of the service, and the editor of the one that is open."""

from typing import Any

from starlette.responses import Response

from octetgate.console import words
from octetgate.console.pages import _grants as grants
from octetgate.console.pages import _lists as lists
from octetgate.console.places import Page
from octetgate.console.visits import Visit

_ALL = 500
BOXES = ("method-request", "integration-request", "integration-response", "method-response")


async def method(visit: Visit) -> Response:
    """Show the boxes, and under them the editor that ``?box=`` names."""
    place = place_of(visit)
    api = await visit.gateway("get_rest_api", restApiId=place["restApiId"])
    resource = await visit.gateway(
        "get_resource", restApiId=place["restApiId"], resourceId=place["resourceId"]
    )
    shown = await visit.gateway("get_method", **place)
    integration: dict[str, Any] = shown.get("methodIntegration", {})
    function = words.function_of(integration)
    needed = None
    if function:
        needed = await grants.grant(
            visit, function, api["id"], shown["httpMethod"], resource["path"]
        )
    box = visit.query("box")
    return visit.page(
        "method.html",
        api=api,
        resource=resource,
        method=shown,
        integration=integration,
        grant=needed,
        asks="new" in visit.request.query_params,
        box=box if box in BOXES else "",
        base=base_of(visit),
        words=words,
        **await _choices(visit, api["id"], box),
    )


async def granted(visit: Visit) -> Response:
    """Let API Gateway invoke the method's function, as the service's dialog does."""
    place = place_of(visit)
    resource = await visit.gateway(
        "get_resource", restApiId=place["restApiId"], resourceId=place["resourceId"]
    )
    integration = await visit.gateway("get_integration", **place)
    needed = await grants.grant(
        visit,
        words.function_of(integration) or "",
        place["restApiId"],
        place["httpMethod"],
        resource["path"],
    )
    if needed.is_missing:
        await grants.give(visit, needed)
    name = words.function_name(needed.function)
    return visit.leave(base_of(visit), f"API Gateway may now invoke {name} for this method.")


def place_of(visit: Visit) -> dict[str, str]:
    """Return the method that the address names, as operations are told it."""
    return {
        "restApiId": visit.path("api"),
        "resourceId": visit.path("resource"),
        "httpMethod": visit.path("method"),
    }


def base_of(visit: Visit) -> str:
    """Return the address of the method's page."""
    place = place_of(visit)
    return "/apis/{restApiId}/resources/{resourceId}/{httpMethod}".format(**place)


async def _choices(visit: Visit, api: str, box: str) -> dict[str, Any]:
    """Return what the open editor lets people choose from; what is closed asks for nothing."""
    found: dict[str, Any] = {"authorizers": [], "validators": [], "models": [], "functions": []}
    if box in {"", "method-request"}:
        found["authorizers"] = await _items(visit, "get_authorizers", api)
        found["validators"] = await _items(visit, "get_request_validators", api)
    if box:
        found["models"] = [each["name"] for each in await _items(visit, "get_models", api)]
    if box == "integration-request":
        found["functions"] = await lists.functions(visit)
    return found


async def _items(visit: Visit, operation: str, api: str) -> list[dict[str, Any]]:
    page = await visit.gateway(operation, restApiId=api, limit=_ALL)
    items: list[dict[str, Any]] = page.get("items", [])
    return items


PAGES = (
    Page("/apis/{api}/resources/{resource}/{method}", method),
    Page("/apis/{api}/resources/{resource}/{method}/grant", granted, "POST"),
)
