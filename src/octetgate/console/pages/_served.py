"""What several pages tell of stages: where they answer, what they serve, how that differs."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from octetgate.console.pages import _lists as lists
from octetgate.console.visits import Visit

_LONGEST_IN_LINE = 60


async def stages_of(visit: Visit, api: str) -> list[dict[str, Any]]:
    """Return an API's stages."""
    found = await visit.gateway("get_stages", restApiId=api)
    stages: list[dict[str, Any]] = found.get("item", [])
    return stages


async def summary(visit: Visit, api: str, deployment: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the methods that a deployment serves, by path and verb."""
    found = await visit.gateway(
        "get_deployment", restApiId=api, deploymentId=deployment, embed=["apisummary"]
    )
    paths: Mapping[str, Mapping[str, Any]] = found.get("apiSummary", {})
    return paths


def invoke_url(visit: Visit, api: str, stage: str) -> str:
    """Return where a stage answers, in a form that needs no name to be set up."""
    return f"{visit.sources.gateway_url.rstrip('/')}/restapis/{api}/{stage}/_user_request_/"


def readable(differences: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return differences with the lines that differ, where a value is too long for a sentence."""
    return [
        {**each, "details": [{**detail, "lines": _lines(detail)} for detail in each["details"]]}
        for each in differences
    ]


def _lines(detail: Mapping[str, Any]) -> list[str]:
    before, after = detail["before"] or "", detail["after"] or ""
    if max(len(before), len(after)) <= _LONGEST_IN_LINE and "\n" not in before + after:
        return []
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


async def deployments_of(visit: Visit, api: str) -> list[dict[str, Any]]:
    """Return an API's deployments, the newest first."""
    return (await lists.items(visit, "get_deployments", restApiId=api))[::-1]
