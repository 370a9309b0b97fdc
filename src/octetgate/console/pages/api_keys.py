"""API keys: the list, what makes, disables and removes one, and its value for who asks."""

from starlette.responses import Response

from octetgate.console.pages import _lists as lists
from octetgate.console.patches import replacement
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit


async def listed(visit: Visit) -> Response:
    """Show all keys, without their values."""
    return visit.page("api-keys.html", keys=await lists.items(visit, "get_api_keys"))


async def created(visit: Visit) -> Response:
    """Create a key; without a value, with one that nobody can guess."""
    name = visit.field("name")
    await visit.gateway(
        "create_api_key",
        name=name,
        description=visit.field("description") or None,
        value=visit.field("value") or None,
        enabled=True,
    )
    return visit.leave("/api-keys", f"Created the key {name}.")


async def value(visit: Visit) -> Response:
    """Return the value of a key, and the plans that lead it to stages."""
    key = await visit.gateway("get_api_key", apiKey=visit.path("key"), includeValue=True)
    plans = await lists.items(visit, "get_usage_plans", keyId=key["id"])
    return visit.page("parts/api-key.html", key=key, plans=plans)


async def switched(visit: Visit) -> Response:
    """Let a key in again, or no longer."""
    patch = replacement("/enabled", visit.field("enabled"))
    key = await visit.gateway("update_api_key", apiKey=visit.path("key"), patchOperations=[patch])
    word = "Enabled" if key["enabled"] else "Disabled"
    return visit.leave("/api-keys", f"{word} {key.get('name') or key['id']}.")


async def deleted(visit: Visit) -> Response:
    """Delete a key; plans lose it."""
    key = visit.path("key")
    await visit.gateway("delete_api_key", apiKey=key)
    return visit.leave("/api-keys", f"Deleted the key {key}.")


_ONE = "/api-keys/{key}"
NAVIGATION = (Place(40, "API keys", "/api-keys"),)
PAGES = (
    Page("/api-keys", listed),
    Page("/api-keys", created, "POST"),
    Page(f"{_ONE}/value", value),
    Page(f"{_ONE}/enabled", switched, "POST"),
    Page(f"{_ONE}/deletion", deleted, "POST"),
)
