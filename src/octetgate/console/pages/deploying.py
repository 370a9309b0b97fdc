"""Deploying: what is not deployed yet, a click to a stage, and where the stage answers."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from octetgate.console.curl import lines
from octetgate.console.pages._served import invoke_url, readable, stages_of, summary
from octetgate.console.places import Page, Place
from octetgate.console.visits import Visit

_IN_THE_BANNER = 8


async def banner(visit: Visit) -> Response:
    """Return the banner of an API that is not deployed as it is; nothing for one that is."""
    told = await visit.sources.compare({"api": visit.path("api")})
    if told["before"] is not None and not told["differences"]:
        return visit.page("parts/nothing.html")
    found = readable(told["differences"])
    return visit.page(
        "parts/deploy-banner.html",
        api_id=visit.path("api"),
        live=told["before"],
        count=len(found),
        differences=found[:_IN_THE_BANNER],
    )


async def deploying(visit: Visit) -> Response:
    """Show all that a deployment would change, for what is live or for one stage."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    stages = await stages_of(visit, api["id"])
    chosen = next((each for each in stages if each["stageName"] == visit.query("stage")), None)
    before = {"before": chosen["deploymentId"]} if chosen else {}
    told = await visit.sources.compare({"api": api["id"], **before})
    return visit.page(
        "deploy.html",
        api=api,
        stages=stages,
        chosen=chosen,
        live=told["before"],
        differences=readable(told["differences"]),
    )


async def form(visit: Visit) -> Response:
    """Return the form of the dialog, with the stages that there are."""
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    stages = await stages_of(visit, api["id"])
    return visit.page("parts/deploy-form.html", api=api, stages=stages)


async def deployed(visit: Visit) -> Response:
    """Deploy, and say where the stage answers and how to call it.

    A stage with a canary gets the deployment as its canary, as the service's console does it.
    """
    api = await visit.gateway("get_rest_api", restApiId=visit.path("api"))
    name = visit.field("stage") or visit.field("new_stage")
    stages = {each["stageName"]: each for each in await stages_of(visit, api["id"])}
    canary = stages.get(name, {}).get("canarySettings")
    deployment = await visit.gateway(
        "create_deployment",
        restApiId=api["id"],
        stageName=name or None,
        description=visit.field("description") or None,
        canarySettings=canary and _of_a_new_canary(canary),
    )
    said = f"Deployed to {name}." if name else f"Made the deployment {deployment['id']}."
    if not visit.is_htmx:
        return visit.leave(f"/apis/{api['id']}/deploy", said)
    url = invoke_url(visit, api["id"], name) if name else ""
    types = api.get("binaryMediaTypes", [])
    found = lines(url, await summary(visit, api["id"], deployment["id"]), types)
    return visit.part(
        "parts/deployed.html",
        said=said,
        api=api,
        name=name,
        deployment=deployment,
        is_canary=canary is not None,
        url=url,
        curl=found[0].curl if found else "",
    )


def _of_a_new_canary(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "deploymentId"}


NAVIGATION = (Place(40, "Deploy", "/apis/{api}/deploy"),)
PAGES = (
    Page("/apis/{api}/deploy", deploying),
    Page("/apis/{api}/deploy", deployed, "POST"),
    Page("/apis/{api}/deploy/banner", banner),
    Page("/apis/{api}/deploy/form", form),
)
