"""What calls a function: methods of APIs, and authorizers."""

from collections.abc import Iterator, Mapping
from typing import Any

from octetgate.console.pages import _lists as lists
from octetgate.console.visits import Visit
from octetgate.console.words import function_of
from octetgate.core.functions.names import function_name


async def uses(visit: Visit, name: str) -> list[dict[str, str]]:
    """Return what names the function, or a version or alias of it, in APIs as they are edited."""
    found: list[dict[str, str]] = []
    for api in await lists.items(visit, "get_rest_apis"):
        for resource in await lists.resources(visit, api["id"]):
            found += [
                {
                    "words": f"{verb} {resource['path']}",
                    "api": api["name"],
                    "url": f"/apis/{api['id']}/resources/{resource['id']}/{verb}",
                }
                for verb in _methods(resource, name)
            ]
        for authorizer in await lists.items(visit, "get_authorizers", restApiId=api["id"]):
            if _is_of({"type": "AWS", "uri": authorizer.get("authorizerUri") or ""}, name):
                found.append(
                    {
                        "words": f"authorizer {authorizer['name']}",
                        "api": api["name"],
                        "url": f"/apis/{api['id']}",
                    }
                )
    return found


def _methods(resource: Mapping[str, Any], name: str) -> Iterator[str]:
    for verb, method in resource.get("resourceMethods", {}).items():
        if _is_of(method.get("methodIntegration", {}), name):
            yield verb


def _is_of(integration: Mapping[str, Any], name: str) -> bool:
    named = function_name(function_of(integration) or "")
    return named is not None and named.name == name
