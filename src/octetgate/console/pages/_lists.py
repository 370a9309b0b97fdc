"""Lists of the management APIs, whole, however many pages of results they have."""

from typing import Any

from octetgate.console.visits import Visit

_MOST = 500
_MOST_OF_FUNCTIONS = 50
"""As many as a page of results may have."""


async def items(visit: Visit, operation: str, **members: Any) -> list[dict[str, Any]]:
    """Return all that a list operation of API Gateway has to return."""
    found: list[dict[str, Any]] = []
    position = None
    while True:
        page = await visit.gateway(operation, limit=_MOST, position=position, **members)
        found += page.get("items", [])
        position = page.get("position")
        if not position:
            return found


async def of_functions(
    visit: Visit, operation: str, member: str, **members: Any
) -> list[dict[str, Any]]:
    """Return all that a list operation of Lambda has to return, in that member of its result."""
    found: list[dict[str, Any]] = []
    marker = None
    while True:
        page = await visit.functions(
            operation, Marker=marker, MaxItems=_MOST_OF_FUNCTIONS, **members
        )
        found += page.get(member, [])
        marker = page.get("NextMarker")
        if not marker:
            return found


async def resources(visit: Visit, api: str) -> list[dict[str, Any]]:
    """Return an API's resources with their methods, by path."""
    found = await items(visit, "get_resources", restApiId=api, embed=["methods"])
    return sorted(found, key=lambda each: str(each["path"]))


async def methods(visit: Visit, api: str) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Return an API's methods, by path, each with where it stands: ``id``, ``path``, ``verb``."""
    return [
        ({"id": resource["id"], "path": resource["path"], "verb": verb}, method)
        for resource in await resources(visit, api)
        for verb, method in resource.get("resourceMethods", {}).items()
    ]


async def functions(visit: Visit) -> list[dict[str, Any]]:
    """Return all functions, by name."""
    found = await of_functions(visit, "list_functions", "Functions")
    return sorted(found, key=lambda each: str(each["FunctionName"]))
