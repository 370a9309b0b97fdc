"""What calls a function: methods of APIs, and authorizers."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from octetgate.console.visits import Visit
from octetgate.console.words import function_of
from octetgate.core.functions.names import function_name

_MOST = 500
"""Items of a page of results, as many as there may be."""


async def uses(visit: Visit, name: str) -> list[dict[str, str]]:
    """Return what names the function, or a version or alias of it, in APIs as they are edited."""
    found: list[dict[str, str]] = []
    async for api in _all(visit, "get_rest_apis"):
        async for resource in _all(visit, "get_resources", restApiId=api["id"], embed=["methods"]):
            found += [
                {
                    "words": f"{verb} {resource['path']}",
                    "api": api["name"],
                    "url": f"/apis/{api['id']}/resources/{resource['id']}/{verb}",
                }
                for verb in _methods(resource, name)
            ]
        async for authorizer in _all(visit, "get_authorizers", restApiId=api["id"]):
            if _is_of({"type": "AWS", "uri": authorizer.get("authorizerUri") or ""}, name):
                found.append(
                    {
                        "words": f"authorizer {authorizer['name']}",
                        "api": api["name"],
                        "url": f"/apis/{api['id']}",
                    }
                )
    return found


async def _all(visit: Visit, operation: str, **members: Any) -> AsyncIterator[dict[str, Any]]:
    position = None
    while True:
        page = await visit.gateway(operation, limit=_MOST, position=position, **members)
        for item in page.get("items", []):
            yield item
        position = page.get("position")
        if not position:
            return


def _methods(resource: Mapping[str, Any], name: str) -> Iterator[str]:
    for verb, method in resource.get("resourceMethods", {}).items():
        if _is_of(method.get("methodIntegration", {}), name):
            yield verb


def _is_of(integration: Mapping[str, Any], name: str) -> bool:
    named = function_name(function_of(integration) or "")
    return named is not None and named.name == name
