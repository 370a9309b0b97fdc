"""What an API would change by being deployed, and how any two of its deployments differ."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from msgspec.structs import replace

from octetgate.control.errors import NotFoundException
from octetgate.control.records import parts
from octetgate.core.model.definition import ApiDefinition, DeploymentRecord
from octetgate.core.model.difference import differences
from octetgate.core.model.stage import Stage
from octetgate.core.ports.store import APIS, DEPLOYMENTS, STAGES, Reading, Store


def compared(store: Store, asked: Mapping[str, str]) -> Mapping[str, object]:
    """Return how two of an API's definitions differ; NotFound says which does not exist.

    ``api`` names the API, ``before`` and ``after`` deployments of it.  ``after`` is else the API
    as it is being edited, and ``before`` what is live: of the deployments that stages serve the
    newest.  Without any stage nothing is live, and ``before`` is None in the answer.
    """
    with store.read() as view:
        draft = view.get(APIS, asked["api"])
        if draft is None:
            raise NotFoundException(f"Invalid API identifier specified {asked['api']}")
        stages = [stage for _, stage in view.list(STAGES, f"{asked['api']}/")]
        before = _before(view, asked, stages)
        after = _deployment(view, asked["api"], asked["after"]) if "after" in asked else None
    told: dict[str, object] = {
        "before": before and _told(before, stages),
        "after": after and _told(after, stages),
        "differences": [],
    }
    if before is not None:
        old, new = before.definition, draft if after is None else after.definition
        # The default endpoint is as the API says since the last change of a stage, whatever the
        # deployment: it is news of the draft alone.
        was_off = new.rest_api.disable_execute_api_endpoint if after else _is_off(stages)
        told["differences"] = [
            asdict(each) for each in differences(_with_endpoint(old, off=was_off), new)
        ]
    return told


def _before(
    view: Reading, asked: Mapping[str, str], stages: Sequence[Stage]
) -> DeploymentRecord | None:
    if "before" in asked:
        return _deployment(view, asked["api"], asked["before"])
    served = {stage.deployment_id for stage in stages}
    live = [_deployment(view, asked["api"], each) for each in served]
    return max(live, key=lambda each: each.deployment.created_date, default=None)


def _deployment(view: Reading, api: str, named: str) -> DeploymentRecord:
    record = view.get(DEPLOYMENTS, f"{api}/{named}")
    if record is None:
        raise NotFoundException("Invalid Deployment identifier specified")
    return record


def _told(record: DeploymentRecord, stages: Sequence[Stage]) -> Mapping[str, object]:
    deployment = record.deployment
    serving = [each.stage_name for each in stages if each.deployment_id == deployment.id]
    return {**parts(deployment), "stages": serving}


def _is_off(stages: Sequence[Stage]) -> bool:
    return any(stage.default_endpoint_off for stage in stages)


def _with_endpoint(definition: ApiDefinition, *, off: bool) -> ApiDefinition:
    api = replace(definition.rest_api, disable_execute_api_endpoint=off)
    return replace(definition, rest_api=api)
