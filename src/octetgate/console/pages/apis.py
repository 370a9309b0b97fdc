"""The list of APIs: what there is, making one, and deleting one with what depends on it named."""

from typing import Any

from starlette.responses import Response

from octetgate.console.pages._served import stages_of
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit

_ALL = 500
"""APIs on the page: as many as one call of GetRestApis returns."""


async def listed(visit: Visit) -> Response:
    """Show all APIs."""
    found = await visit.gateway("get_rest_apis", limit=_ALL)
    apis = sorted(found.get("items", []), key=lambda api: (api["name"].lower(), api["id"]))
    return visit.page("apis.html", apis=apis, is_cut="position" in found)


async def created(visit: Visit) -> Response:
    """Create an API, and go to it."""
    api = await visit.gateway(
        "create_rest_api",
        name=visit.field("name"),
        description=visit.field("description") or None,
    )
    return visit.leave(f"/apis/{api['id']}", f"Created the API {api['name']} ({api['id']}).")


async def deletion(visit: Visit) -> Response:
    """Show what would go with an API, and ask."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    return visit.page(
        "parts/api-deletion.html",
        api=api,
        stages=[stage["stageName"] for stage in await stages_of(visit, api["id"])],
        mappings=await _mappings(visit, api["id"]),
        plans=await _plans(visit, api["id"]),
    )


async def deleted(visit: Visit) -> Response:
    """Delete an API; what still leads to it is refused in the operation's words."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    await visit.gateway("delete_rest_api", restApiId=api["id"])
    return visit.leave("/apis", f"Deleted the API {api['name']} ({api['id']}).")


async def _mappings(visit: Visit, api: str) -> list[str]:
    """Return the base paths of domain names that lead to the API."""
    found: list[str] = []
    domains = await visit.gateway("get_domain_names", limit=_ALL)
    for domain in domains.get("items", []):
        name: str = domain["domainName"]
        mappings: dict[str, Any] = await visit.gateway(
            "get_base_path_mappings", domainName=name, limit=_ALL
        )
        found += [
            f"{name}/{each.get('basePath', '(none)')}"
            for each in mappings.get("items", [])
            if each["restApiId"] == api
        ]
    return found


async def _plans(visit: Visit, api: str) -> list[str]:
    """Return the names of the usage plans that lead keys to the API."""
    found = await visit.gateway("get_usage_plans", limit=_ALL)
    return [
        plan["name"]
        for plan in found.get("items", [])
        if any(stage["apiId"] == api for stage in plan.get("apiStages", []))
    ]


NAVIGATION = (Place(20, "APIs", "/apis"),)
PAGES = (
    Page("/apis", listed),
    Page("/apis", created, "POST"),
    Page("/apis/{api}/deletion", deletion),
    Page("/apis/{api}/deletion", deleted, "POST"),
)
