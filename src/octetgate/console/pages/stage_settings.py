"""What the forms of a stage's page change; each goes through UpdateStage, as boto3 does it."""

from collections.abc import Sequence

from starlette.responses import Response

from octetgate.console.field_lines import named_values
from octetgate.console.pages.stages import stage_of
from octetgate.console.patches import Patch, replacement
from octetgate.console.places import Page
from octetgate.console.stage_patches import (
    MAPS,
    METHOD_SETTINGS,
    forgetting,
    method_patches,
    patches,
    promotion,
)
from octetgate.console.visits import Visit


async def settings(visit: Visit) -> Response:
    """Set what a form says otherwise than the stage; its fields are named by their paths."""
    named = [name for name in visit.form if name.startswith("/")]
    form = {name: visit.text(name).strip() if name in MAPS else visit.field(name) for name in named}
    found = patches(await stage_of(visit), form)
    if any(name.startswith("/canarySettings") for name in form):
        return await _anew(visit, found)
    if found:
        await _update(visit, found)
    return _in_place(visit, "Saved." if found else "Nothing to save.")


async def methods(visit: Visit) -> Response:
    """Set what holds for one method, or for all without settings of their own."""
    form = {name: visit.field(name) for name in METHOD_SETTINGS if name in visit.form}
    found = method_patches(await stage_of(visit), visit.field("method"), form)
    return await _anew(visit, found)


async def forgotten(visit: Visit) -> Response:
    """Take a method's own settings away; from then on those of all methods hold."""
    return await _anew(visit, [forgetting(visit.field("method"))])


async def tags(visit: Visit) -> Response:
    """Add, change and remove tags."""
    before = (await stage_of(visit)).get("tags", {})
    wanted = named_values(visit.text("tags"))
    arn = (
        f"arn:aws:apigateway:us-east-1::/restapis/{visit.path('api')}/stages/{visit.path('stage')}"
    )
    gone = [name for name in before if name not in wanted]
    if gone:
        await visit.gateway("untag_resource", resourceArn=arn, tagKeys=gone)
    if wanted:
        await visit.gateway("tag_resource", resourceArn=arn, tags=wanted)
    return _in_place(visit, "Saved.")


async def logging_role(visit: Visit) -> Response:
    """Name the role without which the service writes no execution log."""
    patch = replacement("/cloudwatchRoleArn", visit.field("role"))
    await visit.gateway("update_account", patchOperations=[patch])
    return visit.leave(_here(visit), "Saved. Methods may log now.")


async def promoted(visit: Visit) -> Response:
    """Give everybody what the canary serves."""
    await _update(visit, promotion())
    return visit.leave(_here(visit), "Promoted the canary: everybody gets it now.")


async def canary_deleted(visit: Visit) -> Response:
    """End the canary; everybody gets what the stage serves."""
    await _update(visit, [{"op": "remove", "path": "/canarySettings"}])
    return visit.leave(_here(visit), "Deleted the canary.")


async def flushed(visit: Visit) -> Response:
    """Forget the answers that the stage remembers, or what authorizers decided."""
    flush = "flush_stage_authorizers_cache" if visit.field("of") else "flush_stage_cache"
    await visit.gateway(flush, restApiId=visit.path("api"), stageName=visit.path("stage"))
    return _in_place(visit, "Flushed.")


def _in_place(visit: Visit, said: str) -> Response:
    """Say what has been done on the page as it is, where scripts can; it shows no less then."""
    if visit.is_htmx:
        return visit.part("parts/nothing.html", said=said)
    return visit.leave(_here(visit), said)


async def _anew(visit: Visit, found: Sequence[Patch]) -> Response:
    """Save what changes the page itself, and show it again."""
    if found:
        await _update(visit, found)
    return visit.leave(_here(visit), "Saved." if found else "Nothing to save.")


async def _update(visit: Visit, found: Sequence[Patch]) -> None:
    await visit.gateway(
        "update_stage",
        restApiId=visit.path("api"),
        stageName=visit.path("stage"),
        patchOperations=list(found),
    )


def _here(visit: Visit) -> str:
    return f"/apis/{visit.path('api')}/stages/{visit.path('stage')}"


_STAGE = "/apis/{api}/stages/{stage}"
PAGES = (
    Page(f"{_STAGE}/settings", settings, "POST"),
    Page(f"{_STAGE}/methods", methods, "POST"),
    Page(f"{_STAGE}/methods/removal", forgotten, "POST"),
    Page(f"{_STAGE}/tags", tags, "POST"),
    Page(f"{_STAGE}/logging-role", logging_role, "POST"),
    Page(f"{_STAGE}/canary/promotion", promoted, "POST"),
    Page(f"{_STAGE}/canary/deletion", canary_deleted, "POST"),
    Page(f"{_STAGE}/flush", flushed, "POST"),
)
