"""What of the store an export, or a client made from one, says."""

from octetgate.control.calls import Members, Read
from octetgate.control.definitions import find_stage
from octetgate.control.errors import NotFoundException
from octetgate.control.openapi.exporter import Exported, Extension
from octetgate.core.ports.store import DEPLOYMENTS, DOCUMENTATION_VERSIONS


def exported(call: Read, asked: Members, extensions: frozenset[Extension]) -> Exported:
    """Return the stage's deployment, where it answers, and its documentation version."""
    stage = find_stage(call, asked)
    api = asked["restApiId"]
    deployment = call.store.get(DEPLOYMENTS, f"{api}/{stage.deployment_id}")
    if deployment is None:
        raise NotFoundException("Invalid Deployment identifier specified")
    version = stage.documentation_version
    documented = call.store.get(DOCUMENTATION_VERSIONS, f"{api}/{version}") if version else None
    return Exported(
        deployment=deployment,
        stage=stage.stage_name,
        url=f"{call.settings.gateway_url}/_aws/execute-api/{api}/{stage.stage_name}",
        documented=documented,
        extensions=extensions,
    )
