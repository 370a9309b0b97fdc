"""What every way of making or changing a stage goes through."""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from octetgate.control.calls import Write
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.core.model.stage import Stage
from octetgate.core.ports.store import (
    API_HEADS,
    CLIENT_CERTIFICATES,
    DEPLOYMENTS,
    DOCUMENTATION_VERSIONS,
    STAGES,
)

_STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_VARIABLE_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_VARIABLE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]{1,512}")
_MOST_VARIABLES = 100


def keep_stage(call: Write, api: str, stage: Stage) -> None:
    """Check a stage and write it."""
    if not _STAGE_NAME.fullmatch(stage.stage_name):
        raise BadRequestException(
            f"stageName: expected 1 to 128 of a-zA-Z0-9_-; found {stage.stage_name!r}"
        )
    canary = stage.canary_settings
    for deployment in (stage.deployment_id, *((canary.deployment_id,) if canary else ())):
        if call.store.get(DEPLOYMENTS, f"{api}/{deployment}") is None:
            raise BadRequestException("Deployment id does not exist")
    version = stage.documentation_version
    if version and call.store.get(DOCUMENTATION_VERSIONS, f"{api}/{version}") is None:
        raise NotFoundException("Invalid Documentation version specified")
    certificate = stage.client_certificate_id
    if certificate and call.store.get(CLIENT_CERTIFICATES, certificate) is None:
        raise BadRequestException("Invalid Client Certificate ID specified")
    _check_variables(stage.variables or {})
    _check_variables((canary and canary.stage_variable_overrides) or {})
    head = call.store.get(API_HEADS, api)
    off = head is not None and head.rest_api.disable_execute_api_endpoint
    call.store.put(STAGES, f"{api}/{stage.stage_name}", replace(stage, default_endpoint_off=off))
    # Documented: a change of any stage puts the setting into effect, and it affects all of them.
    for key, other in call.store.list(STAGES, f"{api}/"):
        if other.default_endpoint_off != off:
            call.store.put(STAGES, key, replace(other, default_endpoint_off=off))


def _check_variables(variables: Mapping[str, str]) -> None:
    """Refuse variables that AWS would (spec: request-lifecycle 12)."""
    if len(variables) > _MOST_VARIABLES:
        raise BadRequestException(
            f"variables: expected at most {_MOST_VARIABLES}; found {len(variables)}"
        )
    for name, value in variables.items():
        if not _VARIABLE_NAME.fullmatch(name):
            raise BadRequestException(
                f"variables: expected a name of 1 to 64 of A-Za-z0-9_; found {name!r}"
            )
        if not _VARIABLE_VALUE.fullmatch(value or ""):
            raise BadRequestException(
                f"variables.{name}: expected 1 to 512 of A-Za-z0-9-._~:/?#&=,; found {value!r}"
            )
