"""Usage plans: which keys lead to which stages, how fast, how often, and what they have used."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from octetgate.console.operations import Refusal
from octetgate.console.pages import _lists as lists
from octetgate.console.patches import Patch, replacements, text
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit

_PERIODS = (("DAY", "Day"), ("WEEK", "Week"), ("MONTH", "Month"))
_DAYS = 7
_UNLIMITED = 2**53
"""More than any quota that a page could show is none."""
_LIMITS = {
    "throttle": (("rate", "rateLimit"), ("burst", "burstLimit")),
    "quota": (("limit", "limit"), ("period", "period"), ("offset", "offset")),
}
"""Fields of the form, and the members that they are, of two settings that a plan may lack."""


async def listed(visit: Visit) -> Response:
    """Show all plans, and a form that makes one."""
    plans = await lists.items(visit, "get_usage_plans")
    return visit.page("usage-plans.html", plans=plans, periods=_PERIODS, text=text)


async def created(visit: Visit) -> Response:
    """Create a plan, and go to it.

    Its limits are patched in: a patch is text, as a form is, and what is no number in it is
    refused in the service's words.
    """
    made = await visit.gateway(
        "create_usage_plan",
        name=visit.field("name"),
        description=visit.field("description") or None,
    )
    patches = _limits(visit, {})
    if patches:
        try:
            await visit.gateway(
                "update_usage_plan", usagePlanId=made["id"], patchOperations=patches
            )
        except Refusal:
            await visit.gateway("delete_usage_plan", usagePlanId=made["id"])
            raise
    return visit.leave(f"/usage-plans/{made['id']}", f"Created the plan {made['name']}.")


async def shown(visit: Visit) -> Response:
    """Show one plan: its limits, its stages, its keys, and what they have used lately."""
    plan = await visit.gateway("get_usage_plan", **_place(visit))
    members = await lists.items(visit, "get_usage_plan_keys", **_place(visit))
    today = datetime.now(UTC).date()
    days = [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(_DAYS))]
    usage = await visit.gateway(
        "get_usage", **_place(visit), startDate=days[0], endDate=days[-1], limit=500
    )
    apis = await lists.items(visit, "get_rest_apis")
    here = {each["id"] for each in members}
    return visit.page(
        "usage-plan.html",
        plan=plan,
        members=members,
        days=days,
        usage=usage.get("items", {}),
        unlimited=_UNLIMITED,
        apis=apis,
        names={each["id"]: each["name"] for each in apis},
        keys=[each for each in await lists.items(visit, "get_api_keys") if each["id"] not in here],
        periods=_PERIODS,
        text=text,
    )


async def saved(visit: Visit) -> Response:
    """Set what the form says otherwise than the plan."""
    before = await visit.gateway("get_usage_plan", **_place(visit))
    named = {name: visit.field(name) for name in ("name", "description")}
    patches = replacements(before, named) + _limits(visit, before)
    if patches:
        await _update(visit, patches)
    return _back(visit, "Saved." if patches else "Nothing to save.")


async def stage(visit: Visit) -> Response:
    """Lead the plan's keys to a stage, or no longer."""
    op = "remove" if visit.field("op") == "remove" else "add"
    place = f"{visit.field('api')}:{visit.field('stage')}"
    await _update(visit, [{"op": op, "path": "/apiStages", "value": place}])
    return _back(visit, f"{'Removed' if op == 'remove' else 'Added'} {place}.")


async def key(visit: Visit) -> Response:
    """Give a key a place in the plan, or take it."""
    chosen = visit.field("key")
    if visit.field("op") == "remove":
        await visit.gateway("delete_usage_plan_key", **_place(visit), keyId=chosen)
        return _back(visit, "Removed the key.")
    await visit.gateway("create_usage_plan_key", **_place(visit), keyId=chosen, keyType="API_KEY")
    return _back(visit, "Added the key.")


async def deleted(visit: Visit) -> Response:
    """Delete a plan that leads to no stage; its keys stay."""
    await visit.gateway("delete_usage_plan", **_place(visit))
    return visit.leave("/usage-plans", "Deleted the plan.")


def _limits(visit: Visit, before: Mapping[str, Any]) -> list[Patch]:
    """Return what makes throttle and quota say what the form does; emptied ones go."""
    patches: list[Patch] = []
    for setting, fields in _LIMITS.items():
        shown: Mapping[str, Any] = before.get(setting) or {}
        if not visit.field(fields[0][0]):
            patches += [{"op": "remove", "path": f"/{setting}"}] if shown else []
            continue
        said = {member: visit.field(field) or "0" for field, member in fields}
        patches += replacements(shown, said, f"/{setting}")
    return patches


async def _update(visit: Visit, patches: list[Patch]) -> None:
    await visit.gateway("update_usage_plan", **_place(visit), patchOperations=patches)


def _place(visit: Visit) -> dict[str, str]:
    return {"usagePlanId": visit.path("plan")}


def _back(visit: Visit, said: str) -> Response:
    return visit.leave(f"/usage-plans/{visit.path('plan')}", said)


_ONE = "/usage-plans/{plan}"
NAVIGATION = (Place(50, "Usage plans", "/usage-plans"),)
PAGES = (
    Page("/usage-plans", listed),
    Page("/usage-plans", created, "POST"),
    Page(_ONE, shown),
    Page(_ONE, saved, "POST"),
    Page(f"{_ONE}/stages", stage, "POST"),
    Page(f"{_ONE}/keys", key, "POST"),
    Page(f"{_ONE}/deletion", deleted, "POST"),
)
