"""Stages: the list, one stage with all its settings, and what makes and removes one."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from octetgate.console.curl import lines
from octetgate.console.pages._served import (
    deployments_of,
    invoke_url,
    readable,
    stages_of,
    summary,
)
from octetgate.console.patches import text
from octetgate.console.places import Page, Place
from octetgate.console.stage_patches import ALL_METHODS, METHOD_SETTINGS
from octetgate.console.visits import Visit

_ALL = 500


async def listed(visit: Visit) -> Response:
    """Show an API's stages, and how far each is from what is being edited."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    stages = await stages_of(visit, api["id"])
    for stage in stages:
        told = await _behind(visit, api["id"], stage["deploymentId"])
        stage["behind"] = len(told["differences"])
        stage["deployment"] = told["before"]
        stage["url"] = invoke_url(visit, api["id"], stage["stageName"])
    deployments = await deployments_of(visit, api["id"])
    return visit.page("stages.html", api=api, stages=stages, deployments=deployments)


async def created(visit: Visit) -> Response:
    """Create a stage of a deployment that there is, and go to it."""
    stage = await visit.gateway(
        "create_stage",
        restApiId=visit.path("api"),
        stageName=visit.field("stage"),
        deploymentId=visit.field("deployment"),
        description=visit.field("description") or None,
    )
    name = stage["stageName"]
    return visit.leave(f"/apis/{visit.path('api')}/stages/{name}", f"Created the stage {name}.")


async def shown(visit: Visit) -> Response:
    """Show one stage: where it answers, what it serves, and its settings in forms."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    stage = await stage_of(visit)
    told = await _behind(visit, api["id"], stage["deploymentId"])
    served = await summary(visit, api["id"], stage["deploymentId"])
    versions = await visit.gateway("get_documentation_versions", restApiId=api["id"], limit=_ALL)
    certificates = await visit.gateway("get_client_certificates", limit=_ALL)
    account = await visit.gateway("get_account")
    url = invoke_url(visit, api["id"], stage["stageName"])
    return visit.page(
        "stage.html",
        may_log="cloudwatchRoleArn" in account,
        api=api,
        stage=stage,
        deployment=told["before"],
        differences=readable(told["differences"]),
        url=url,
        curls=lines(url, served, await _types(visit, stage, served)),
        deployments=await deployments_of(visit, api["id"]),
        versions=[each["version"] for each in versions.get("items", [])],
        certificates=certificates.get("items", []),
        text=text,
        settings=METHOD_SETTINGS,
        all_methods=ALL_METHODS,
    )


async def method_settings(visit: Visit) -> Response:
    """Return the form of one method's settings, and a choice of the methods that there are."""
    stage = await stage_of(visit)
    served = await summary(visit, visit.path("api"), stage["deploymentId"])
    known = [f"{path.removeprefix('/')}/{verb}" for path, verbs in served.items() for verb in verbs]
    chosen = visit.query("method") or next(iter(sorted(known)), ALL_METHODS)
    return visit.page(
        "parts/method-settings-dialog.html",
        api={"id": visit.path("api")},
        stage=stage,
        methods=sorted({*known, chosen}),
        chosen=chosen,
        text=text,
    )


async def deletion(visit: Visit) -> Response:
    """Ask whether a stage is to go."""
    stage = await stage_of(visit)
    return visit.page("parts/stage-deletion.html", api={"id": visit.path("api")}, stage=stage)


async def deleted(visit: Visit) -> Response:
    """Delete a stage; its deployments stay."""
    name = visit.path("stage")
    await visit.gateway("delete_stage", restApiId=visit.path("api"), stageName=name)
    return visit.leave(f"/apis/{visit.path('api')}/stages", f"Deleted the stage {name}.")


async def stage_of(visit: Visit) -> dict[str, Any]:
    """Return the stage that the address names."""
    return await visit.gateway(
        "get_stage", restApiId=visit.path("api"), stageName=visit.path("stage")
    )


async def _behind(visit: Visit, api: str, deployment: str) -> Mapping[str, Any]:
    return await visit.sources.compare({"api": api, "before": deployment})


async def _types(
    visit: Visit, stage: Mapping[str, Any], served: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Return the binary media types of the deployment that a stage serves."""
    path, verbs = next(iter(served.items()), ("/", {"GET": {}}))
    told = await visit.sources.explain(
        {
            "api": visit.path("api"),
            "stage": stage["stageName"],
            "method": next(iter(verbs)),
            "path": path,
        }
    )
    types: list[str] = told["binaryMediaTypes"]
    return types


NAVIGATION = (Place(50, "Stages", "/apis/{api}/stages"),)
PAGES = (
    Page("/apis/{api}/stages", listed),
    Page("/apis/{api}/stages", created, "POST"),
    Page("/apis/{api}/stages/{stage}", shown),
    Page("/apis/{api}/stages/{stage}/methods", method_settings),
    Page("/apis/{api}/stages/{stage}/deletion", deletion),
    Page("/apis/{api}/stages/{stage}/deletion", deleted, "POST"),
)
