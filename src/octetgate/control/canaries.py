"""What may become of a stage's canary (spec: control-plane 5 and 6, request-lifecycle 13)."""

from msgspec.structs import replace

from octetgate.control.calls import Members
from octetgate.control.errors import ApiError, BadRequestException
from octetgate.control.patching import REMOVE, Patch, decimal, truth
from octetgate.core.model.stage import CanarySettings, Stage

PROMOTED = ("/canarySettings/deploymentId", "/canarySettings/stageVariableOverrides")
"""What a promotion copies from."""


def canary(given: Members, deployment_id: str) -> CanarySettings:
    """Return the canary that an operation asks for, of that deployment."""
    return checked(
        CanarySettings(
            deployment_id=deployment_id,
            percent_traffic=given.get("percentTraffic", 0.0),
            stage_variable_overrides=given.get("stageVariableOverrides") or None,
            use_stage_cache=given.get("useStageCache", False),
        )
    )


def checked(settings: CanarySettings) -> CanarySettings:
    """Refuse a share of the traffic that is none."""
    if not 0 <= settings.percent_traffic <= 100:
        raise BadRequestException(
            "canarySettings.percentTraffic: expected 0.0 to 100.0; "
            f"found {settings.percent_traffic}"
        )
    return settings


def bad_copy(patch: Patch) -> ApiError:
    """Return the refusal of a copy that is no promotion."""
    return BadRequestException(
        f"Invalid copy operation with path: {patch.path} and from {patch.source}. "
        "Valid copy:path are [/deploymentId, /variables] and valid copy:from are "
        f"[{', '.join(PROMOTED)}]"
    )


def promoted_deployment(stage: Stage, patch: Patch) -> Stage:
    """Serve the canary's deployment to everybody."""
    return replace(stage, deployment_id=_of_canary(stage, patch, PROMOTED[0]).deployment_id)


def promoted_variables(stage: Stage, patch: Patch) -> Stage:
    """Give everybody the stage variables that the canary has."""
    settings = _of_canary(stage, patch, PROMOTED[1])
    variables = {**(stage.variables or {}), **(settings.stage_variable_overrides or {})}
    return replace(stage, variables=variables or None)


def _of_canary(stage: Stage, patch: Patch, source: str) -> CanarySettings:
    if patch.source != source:
        raise bad_copy(patch)
    if stage.canary_settings is None:
        raise BadRequestException("Promotion not available. Canary does not exist.")
    return stage.canary_settings


def no_canary(stage: Stage, patch: Patch) -> Stage:
    """End the canary: everybody gets what the stage serves."""
    del patch
    return replace(stage, canary_settings=None)


def canary_deployment(stage: Stage, patch: Patch) -> Stage:
    """Have the canary serve another deployment."""
    return _changed(stage, deployment_id=patch.value or "")


def canary_percent(stage: Stage, patch: Patch) -> Stage:
    """Send the canary another share of the traffic."""
    return _changed(stage, percent_traffic=decimal(patch))


def canary_cache(stage: Stage, patch: Patch) -> Stage:
    """Let the canary share the stage's cache, or not."""
    return _changed(stage, use_stage_cache=truth(patch))


def canary_variables(stage: Stage, patch: Patch) -> Stage:
    """Forget the canary's own stage variables."""
    if patch.op != REMOVE and patch.value:
        raise BadRequestException(
            f"Invalid patch value for {patch.path}: expected none, or a path with the "
            f"variable's name; found {patch.value!r}"
        )
    return _changed(stage, stage_variable_overrides=None)


def canary_variable(stage: Stage, patch: Patch) -> Stage:
    """Set one of the canary's own stage variables, or forget it."""
    settings = stage.canary_settings
    variables = dict((settings and settings.stage_variable_overrides) or {})
    if patch.op == REMOVE:
        variables.pop(patch.name, None)
    else:
        variables[patch.name] = patch.value or ""
    return _changed(stage, stage_variable_overrides=variables or None)


def _changed(stage: Stage, **members: object) -> Stage:
    """Change the canary; where there is none, one begins that serves what the stage serves."""
    settings = stage.canary_settings or CanarySettings(deployment_id=stage.deployment_id)
    return replace(stage, canary_settings=checked(replace(settings, **members)))
