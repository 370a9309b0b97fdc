"""Deployments: frozen copies of an API's definition (spec: control-plane 8)."""

from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.canaries import canary
from octetgate.control.definitions import find_api
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Row, Table, option
from octetgate.control.records import parts
from octetgate.control.staging import keep_stage
from octetgate.core.model.definition import ApiDefinition, Deployment, DeploymentRecord
from octetgate.core.model.stage import Stage
from octetgate.core.ports.store import DEPLOYMENT_HEADS, DEPLOYMENTS, STAGES


def create_deployment(call: Write, asked: Members) -> Members:
    """Freeze the API as it is; with ``stageName``, serve it there from now on."""
    definition = find_api(call, asked["restApiId"])
    api = definition.rest_api.id
    name = asked.get("stageName")
    stage = call.store.get(STAGES, f"{api}/{name}") if name else None
    _check_canary(asked, stage)
    _check(call, definition)
    deployment = Deployment(
        id=call.new_id(6), created_date=call.now, description=asked.get("description")
    )
    record = DeploymentRecord(deployment=deployment, definition=definition)
    call.store.put(DEPLOYMENTS, f"{api}/{deployment.id}", record)
    if name:
        keep_stage(call, api, _staged(call, asked, stage, deployment.id))
    return parts(deployment)


def get_deployment(call: Read, asked: Members) -> Members:
    """Return a deployment, with what it serves when ``embed`` asks for it."""
    return _shown(_find(call, asked), asked)


def get_deployments(call: Read, asked: Members) -> Members:
    """Return an API's deployments, in the order of creation."""
    api = find_api(call, asked["restApiId"]).rest_api.id
    if "apisummary" in asked.get("embed", ()):
        found = call.store.list(DEPLOYMENTS, f"{api}/")
        return paged([(key, _shown(record, asked)) for key, record in found], asked)
    heads = call.store.list(DEPLOYMENT_HEADS, f"{api}/")
    return paged([(key, parts(head.deployment)) for key, head in heads], asked)


def update_deployment(call: Write, asked: Members) -> Members:
    """Patch a deployment's description; the rest of it is frozen."""
    record = _find(call, asked)
    deployment = _PATHS.patched(record.deployment, asked.get("patchOperations", ()))
    record = replace(record, deployment=deployment)
    call.store.put(DEPLOYMENTS, f"{asked['restApiId']}/{deployment.id}", record)
    return parts(deployment)


def delete_deployment(call: Write, asked: Members) -> None:
    """Forget a deployment that no stage serves."""
    deployment = _find(call, asked).deployment
    for _, stage in call.store.list(STAGES, f"{asked['restApiId']}/"):
        canary = stage.canary_settings
        if deployment.id in {stage.deployment_id, canary.deployment_id if canary else None}:
            raise BadRequestException(
                "Active stages pointing to this deployment must be moved or deleted"
            )
    call.store.delete(DEPLOYMENTS, f"{asked['restApiId']}/{deployment.id}")


def _find(call: Read | Write, asked: Members) -> DeploymentRecord:
    api = find_api(call, asked["restApiId"]).rest_api.id
    record = call.store.get(DEPLOYMENTS, f"{api}/{asked['deploymentId']}")
    if record is None:
        raise NotFoundException("Invalid Deployment identifier specified")
    return record


def _shown(record: DeploymentRecord, asked: Members) -> Members:
    shown: dict[str, Any] = dict(parts(record.deployment))
    if "apisummary" in asked.get("embed", ()):
        shown["apiSummary"] = {
            resource.path: {
                verb: {
                    "authorizationType": method.authorization_type,
                    "apiKeyRequired": method.api_key_required,
                }
                for verb, method in resource.resource_methods.items()
            }
            for resource in record.definition.resources.values()
            if resource.resource_methods
        }
    return shown


def _check(call: Write, definition: ApiDefinition) -> None:
    """Refuse to freeze what could not be served."""
    methods = [
        method
        for resource in definition.resources.values()
        for method in resource.resource_methods.values()
    ]
    if not methods:
        raise BadRequestException("The REST API doesn't contain any methods")
    if any(method.method_integration is None for method in methods):
        raise BadRequestException("No integration defined for method")
    problems = call.check_deployment(definition)
    if problems:
        raise BadRequestException("; ".join(problems))


def _check_canary(asked: Members, stage: Stage | None) -> None:
    if asked.get("canarySettings") is None:
        if stage is not None and stage.canary_settings is not None:
            raise BadRequestException(
                f"Stage {stage.stage_name} has a canary: expected canarySettings for another "
                "canary, or the canary promoted or removed before the stage is deployed to"
            )
        return
    name = asked.get("stageName")
    if not name:
        found = "null" if name is None else "empty"
        raise BadRequestException(
            "Invalid deployment content specified.Non null and non empty stageName must be "
            f"provided for canary deployment. Provided value is {found}"
        )
    if stage is None:
        raise BadRequestException(
            f"Invalid deployment content specified.Stage {name} must already be created before "
            "making a canary release deployment"
        )


def _staged(call: Write, asked: Members, stage: Stage | None, deployment_id: str) -> Stage:
    """Return the stage, new or as it was, serving the deployment, or trying it out."""
    given_canary = asked.get("canarySettings")
    if stage is not None and given_canary is not None:
        settings = canary(given_canary, deployment_id)
        return replace(stage, canary_settings=settings, last_updated_date=call.now)
    base = stage or Stage(
        stage_name=asked["stageName"],
        deployment_id=deployment_id,
        created_date=call.now,
        last_updated_date=call.now,
    )
    given = {
        "description": asked.get("stageDescription"),
        "variables": asked.get("variables"),
        "cache_cluster_enabled": asked.get("cacheClusterEnabled"),
        "cache_cluster_size": asked.get("cacheClusterSize"),
        "tracing_enabled": asked.get("tracingEnabled"),
    }
    said = {field: value for field, value in given.items() if value is not None}
    return replace(base, deployment_id=deployment_id, last_updated_date=call.now, **said)


_PATHS: Table[Deployment] = Table(
    (Row("/description", (REPLACE,), option("description")),), Listing()
)
