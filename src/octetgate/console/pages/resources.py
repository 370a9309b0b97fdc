"""The tree of an API's resources, one of them with its methods, and what makes and removes them."""

from typing import Any

from starlette.responses import Response

from octetgate.console import words
from octetgate.console.operations import Refusal
from octetgate.console.pages import _integrations as integrations
from octetgate.console.pages import _lists as lists
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit
from octetgate.core.model import cors


async def tree(visit: Visit) -> Response:
    """Show the tree, and in it one resource: the root, unless the address names another."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    resources = await lists.resources(visit, api["id"])
    chosen_id = visit.request.path_params.get("resource", api["rootResourceId"])
    chosen = next((each for each in resources if each["id"] == chosen_id), None)
    if chosen is None:
        raise Refusal("NotFoundException", "Invalid Resource identifier specified", 404)
    return visit.page(
        "resources.html",
        api=api,
        root=_nested(resources, api["rootResourceId"]),
        resource=chosen,
        below=[each["path"] for each in resources if _is_below(each, chosen)],
        functions=await lists.functions(visit),
        words=words,
        cors_headers=cors.HEADERS,
    )


async def created(visit: Visit) -> Response:
    """Create a resource below another, and go to it."""
    api = visit.path("api")
    made = await visit.gateway(
        "create_resource",
        restApiId=api,
        parentId=visit.path("resource"),
        pathPart=visit.field("path_part"),
    )
    return visit.leave(f"/apis/{api}/resources/{made['id']}", f"Created {made['path']}.")


async def deleted(visit: Visit) -> Response:
    """Delete a resource with all below it, and go to its parent."""
    place = {"restApiId": visit.path("api"), "resourceId": visit.path("resource")}
    resource = await visit.gateway("get_resource", **place)
    await visit.gateway("delete_resource", **place)
    parent = resource.get("parentId", "")
    return visit.leave(
        f"/apis/{visit.path('api')}/resources/{parent}", f"Deleted {resource['path']}."
    )


async def method_created(visit: Visit) -> Response:
    """Create a method with what stands behind it, and go to it.

    A function that does not yet let API Gateway invoke it is asked about there, in the dialog
    of the service's console.
    """
    api, resource, verb = visit.path("api"), visit.path("resource"), visit.field("verb")
    endpoint = await integrations.endpoint(visit, "POST" if verb == "ANY" else verb)
    place = {"restApiId": api, "resourceId": resource, "httpMethod": verb}
    await integrations.put_method(visit, place, endpoint, "NONE")
    return visit.leave(f"/apis/{api}/resources/{resource}/{verb}?new", f"Created {verb}.")


async def method_deleted(visit: Visit) -> Response:
    """Delete a method with its integration and its responses."""
    api, resource, verb = visit.path("api"), visit.path("resource"), visit.path("method")
    await visit.gateway("delete_method", restApiId=api, resourceId=resource, httpMethod=verb)
    return visit.leave(f"/apis/{api}/resources/{resource}", f"Deleted {verb}.")


async def cors_enabled(visit: Visit) -> Response:
    """Let pages of other origins call a resource; what proxies have to say themselves is told."""
    api, resource_id = visit.path("api"), visit.path("resource")
    resource = await visit.gateway(
        "get_resource", restApiId=api, resourceId=resource_id, embed=["methods"]
    )
    errors = {
        kind: await visit.gateway("get_gateway_response", restApiId=api, responseType=kind)
        for kind in cors.ERRORS
    }
    plan = cors.plan(
        api,
        resource,
        errors,
        origin=visit.field("origin") or "*",
        headers=visit.field("headers") or cors.HEADERS,
    )
    for operation, members in plan.operations:
        await visit.gateway(operation, **members)
    said = f"Enabled CORS on {resource['path']} for {plan.allowed['Methods']}."
    if plan.proxies:
        said += f" The backends of {', '.join(plan.proxies)} have to send {cors.ALLOW}Origin."
    return visit.leave(f"/apis/{api}/resources/{resource_id}", said)


def _nested(resources: list[dict[str, Any]], root: str) -> dict[str, Any]:
    """Return the root with its children in it, and theirs in them."""
    nodes = {each["id"]: {**each, "children": []} for each in resources}
    for node in nodes.values():
        if node.get("parentId") in nodes:
            nodes[node["parentId"]]["children"].append(node)
    return nodes[root]


def _is_below(resource: dict[str, Any], other: dict[str, Any]) -> bool:
    above: str = other["path"].rstrip("/") + "/"
    return resource["id"] != other["id"] and str(resource["path"]).startswith(above)


NAVIGATION = (Place(10, "Resources", "/apis/{api}"),)
PAGES = (
    Page("/apis/{api}", tree),
    Page("/apis/{api}/resources/{resource}", tree),
    Page("/apis/{api}/resources/{resource}", created, "POST"),
    Page("/apis/{api}/resources/{resource}/deletion", deleted, "POST"),
    Page("/apis/{api}/resources/{resource}/methods", method_created, "POST"),
    Page("/apis/{api}/resources/{resource}/cors", cors_enabled, "POST"),
    Page("/apis/{api}/resources/{resource}/{method}/deletion", method_deleted, "POST"),
)
