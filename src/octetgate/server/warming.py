"""Whether a worker will need botocore, which takes up to a second to import.

Without this the first call of a stage with an AWS service behind it would make every other
call of its worker wait for the import.
"""

from octetgate.core.model.integration import Integration, IntegrationType
from octetgate.core.ports.store import DEPLOYMENTS, STAGES, Store

_LAMBDA = ":lambda:path/"


def names_services(store: Store) -> bool:
    """Say whether a stage serves an integration with an AWS service other than Lambda."""
    with store.read() as reading:
        for key, stage in reading.list(STAGES):
            api_id = key.partition("/")[0]
            record = reading.get(DEPLOYMENTS, f"{api_id}/{stage.deployment_id}")
            if record is not None and any(
                _names_service(method.method_integration)
                for resource in record.definition.resources.values()
                for method in resource.resource_methods.values()
            ):
                return True
    return False


def _names_service(integration: Integration | None) -> bool:
    return (
        integration is not None
        and integration.type == IntegrationType.AWS
        and _LAMBDA not in (integration.uri or "")
    )
