"""The history of an API's deployments: how any two differ, and the way back to one."""

from starlette.responses import Response

from octetgate.console.pages._served import deployments_of, readable, stages_of
from octetgate.console.patches import replacement
from octetgate.console.places import Page
from octetgate.console.visits import Visit

_DRAFT = "-"
"""The name of the API as it is being edited; no deployment has it."""


async def listed(visit: Visit) -> Response:
    """Show the deployments, the newest first, and the stages that serve each."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    stages = await stages_of(visit, api["id"])
    deployments = await deployments_of(visit, api["id"])
    for each, older in zip(deployments, [*deployments[1:], None], strict=True):
        each["before"] = older and older["id"]
        each["stages"] = [s["stageName"] for s in stages if s["deploymentId"] == each["id"]]
        each["canaries"] = [
            stage["stageName"]
            for stage in stages
            if stage.get("canarySettings", {}).get("deploymentId") == each["id"]
        ]
    return visit.page("history.html", api=api, stages=stages, deployments=deployments, draft=_DRAFT)


async def difference(visit: Visit) -> Response:
    """Return how one deployment differs from another, or from what is being edited."""
    before, after = visit.query("before"), visit.query("after")
    if before == _DRAFT:
        before, after = after, before
    if before == after:
        return visit.page("parts/difference.html", before=None, after=None, differences=[])
    asked = {"before": before, **({} if after == _DRAFT else {"after": after})}
    told = await visit.sources.compare({"api": visit.path("api"), **asked})
    return visit.page(
        "parts/difference.html",
        before=told["before"],
        after=told["after"],
        differences=readable(told["differences"]),
    )


async def way_back(visit: Visit) -> Response:
    """Ask which stage is to serve a deployment, and say what that changes for its callers."""
    api, wanted = visit.path("api"), visit.path("deployment")
    stages = [each for each in await stages_of(visit, api) if each["deploymentId"] != wanted]
    names = [each["stageName"] for each in stages]
    name = visit.query("stage", names[0] if names else "")
    stage = next((each for each in stages if each["stageName"] == name), None)
    told = None
    if stage is not None:
        asked = {"api": api, "before": stage["deploymentId"], "after": wanted}
        told = await visit.sources.compare(asked)
    return visit.page(
        "parts/way-back.html",
        api={"id": api},
        wanted=wanted,
        names=names,
        name=name,
        differences=readable(told["differences"]) if told else [],
    )


async def rolled_back(visit: Visit) -> Response:
    """Have a stage serve a deployment from now on."""
    api, stage, wanted = visit.path("api"), visit.field("stage"), visit.path("deployment")
    await visit.gateway(
        "update_stage",
        restApiId=api,
        stageName=stage,
        patchOperations=[replacement("/deploymentId", wanted)],
    )
    return visit.leave(f"/apis/{api}/history", f"{stage} serves {wanted} now.")


async def deleted(visit: Visit) -> Response:
    """Forget a deployment that no stage serves."""
    api, unwanted = visit.path("api"), visit.path("deployment")
    await visit.gateway("delete_deployment", restApiId=api, deploymentId=unwanted)
    return visit.leave(f"/apis/{api}/history", f"Deleted the deployment {unwanted}.")


PAGES = (
    Page("/apis/{api}/history", listed),
    Page("/apis/{api}/history/difference", difference),
    Page("/apis/{api}/history/{deployment}/way-back", way_back),
    Page("/apis/{api}/history/{deployment}/way-back", rolled_back, "POST"),
    Page("/apis/{api}/history/{deployment}/deletion", deleted, "POST"),
)
