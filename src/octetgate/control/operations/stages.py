"""Stages: the names under which deployments are served (spec: control-plane 2.4, 5 and 6)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from octetgate.control.access_logs import check_access_log
from octetgate.control.calls import Members, Read, Write
from octetgate.control.canaries import (
    bad_copy,
    canary,
    canary_cache,
    canary_deployment,
    canary_percent,
    canary_variable,
    canary_variables,
    no_canary,
    promoted_deployment,
    promoted_variables,
)
from octetgate.control.definitions import find_api, find_stage
from octetgate.control.errors import (
    ApiError,
    BadRequestException,
    ConflictException,
)
from octetgate.control.keys import forget_stages
from octetgate.control.logging_role import refuse_logs_without_role
from octetgate.control.patching import (
    COPY,
    EVERY,
    REMOVE,
    REPLACE,
    Patch,
    Row,
    Table,
    decimal,
    flag,
    number,
    option,
    truth,
)
from octetgate.control.shown import shown_stage
from octetgate.control.staging import keep_stage
from octetgate.control.tagging import given_tags
from octetgate.core.model.stage import AccessLogSettings, MethodSetting, Stage
from octetgate.core.ports.store import STAGES

_STRATEGIES = (
    "FAIL_WITH_403",
    "SUCCEED_WITH_RESPONSE_HEADER",
    "SUCCEED_WITHOUT_RESPONSE_HEADER",
)
_LONGEST_CACHED = 3600
_LOG_LEVELS = ("OFF", "ERROR", "INFO")
_CACHE_SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
"""Gigabytes (spec: control-plane 3)."""


def create_stage(call: Write, asked: Members) -> Members:
    """Serve a deployment under a new name."""
    api = find_api(call, asked["restApiId"]).rest_api.id
    if call.store.get(STAGES, f"{api}/{asked['stageName']}") is not None:
        raise ConflictException("Stage already exists")
    given = asked.get("canarySettings")
    stage = Stage(
        stage_name=asked["stageName"],
        deployment_id=asked["deploymentId"],
        created_date=call.now,
        last_updated_date=call.now,
        description=asked.get("description"),
        variables=asked.get("variables"),
        cache_cluster_enabled=asked.get("cacheClusterEnabled", False),
        cache_cluster_size=asked.get("cacheClusterSize"),
        documentation_version=asked.get("documentationVersion"),
        canary_settings=(None if given is None else canary(given, given.get("deploymentId", ""))),
        tracing_enabled=asked.get("tracingEnabled", False),
        tags=given_tags(asked),
    )
    keep_stage(call, api, stage)
    return shown_stage(stage)


def get_stage(call: Read, asked: Members) -> Members:
    """Return a stage."""
    return shown_stage(find_stage(call, asked))


def get_stages(call: Read, asked: Members) -> Members:
    """Return an API's stages, or those of one deployment."""
    api = find_api(call, asked["restApiId"]).rest_api.id
    wanted = asked.get("deploymentId")
    stages = [stage for _, stage in call.store.list(STAGES, f"{api}/")]
    # The model really calls this collection `item`, on the wire and in boto3.
    return {"item": [shown_stage(each) for each in stages if wanted in {None, each.deployment_id}]}


def update_stage(call: Write, asked: Members) -> Members:
    """Patch a stage; what the gateway serves follows at once."""
    patches = asked.get("patchOperations", ())
    stage = _PATHS.patched(find_stage(call, asked), patches)
    refuse_logs_without_role(call, patches)
    stage = replace(stage, last_updated_date=call.now)
    keep_stage(call, asked["restApiId"], stage)
    return shown_stage(stage)


def delete_stage(call: Write, asked: Members) -> None:
    """Stop serving a stage."""
    stage = find_stage(call, asked)
    forget_stages(call, asked["restApiId"], stage.stage_name)
    call.store.delete(STAGES, f"{asked['restApiId']}/{stage.stage_name}")


# --- Patching ----------------------------------------------------------------------------------

_PLAIN = (
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, "
    "/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format"
)
_METHOD = "/{resourcePath}/{httpMethod}"
# The missing commas are AWS's.
_SETTINGS_OF_ONE = (
    f"{_METHOD}/metrics/enabled, {_METHOD}/logging/dataTrace, {_METHOD}/logging/loglevel, "
    f"{_METHOD}/throttling/burstLimit{_METHOD}/throttling/rateLimit{_METHOD}/caching/ttlInSeconds, "
    f"{_METHOD}/caching/enabled, {_METHOD}/caching/dataEncrypted, "
    f"{_METHOD}/caching/requireAuthorizationForCacheControl, "
    f"{_METHOD}/caching/unauthorizedCacheControlHeaderStrategy"
)
_SETTINGS_OF_ALL = (
    "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, "
    "/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, "
    "/*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, "
    "/*/*/caching/unauthorizedCacheControlHeaderStrategy"
)
_VALID = (
    f"[{_PLAIN}, {_SETTINGS_OF_ONE}, {_SETTINGS_OF_ALL}, "
    "/variables/{variable_name}, /tracingEnabled]"
)


class _StageComplaints:
    """Stages take every path that they do not know for a method's setting."""

    def unknown(self, patch: Patch, paths: Sequence[str]) -> ApiError:
        del paths
        return self._copy_or_remove(patch) or BadRequestException(
            f"Invalid method setting path: {patch.path}. Must be one of: {_VALID}"
        )

    def unsupported(self, patch: Patch, ops: Sequence[str]) -> ApiError:
        del ops
        return self._copy_or_remove(patch) or BadRequestException(
            f"Invalid {patch.op} operation with path: {patch.path}"
        )

    def _copy_or_remove(self, patch: Patch) -> ApiError | None:
        if patch.op == COPY:
            return bad_copy(patch)
        return _no_setting(patch) if patch.op == REMOVE else None


def _no_setting(patch: Patch) -> ApiError:
    path = (patch.path or "").removeprefix("/")
    return BadRequestException(
        f"Cannot remove method setting {path} because there is no method setting for this method "
    )


def _deployment(stage: Stage, patch: Patch) -> Stage:
    if patch.op == COPY:
        return promoted_deployment(stage, patch)
    return replace(stage, deployment_id=patch.value or "")


def _variables(stage: Stage, patch: Patch) -> Stage:
    if patch.op == COPY:
        return promoted_variables(stage, patch)
    return replace(stage, variables=None)


def _variable(stage: Stage, patch: Patch) -> Stage:
    variables = dict(stage.variables or {})
    if patch.op == REMOVE:
        variables.pop(patch.name, None)
    else:
        variables[patch.name] = patch.value or ""
    return replace(stage, variables=variables or None)


def _access_log(stage: Stage, patch: Patch) -> Stage:
    field = {"destinationArn": "destination_arn", "format": "format"}.get(patch.name)
    settings = stage.access_log_settings or AccessLogSettings()
    if patch.op == REMOVE and (field is None or getattr(settings, field) is None):
        raise _no_setting(patch)
    if field is None:
        raise BadRequestException(
            "Invalid accessLogSettings path. Must be one of : "
            "[/accessLogSettings/destinationArn, /accessLogSettings/format]"
        )
    if patch.op != REMOVE and not patch.value:
        raise BadRequestException("Access Log value must not be empty")
    value = None if patch.op == REMOVE else patch.value
    if value is not None:
        check_access_log(field, value)
    settings = replace(settings, **{field: value})
    unset = settings.destination_arn is None and settings.format is None
    return replace(stage, access_log_settings=None if unset else settings)


def _no_access_log(stage: Stage, patch: Patch) -> Stage:
    if stage.access_log_settings is None:
        raise _no_setting(patch)
    return replace(stage, access_log_settings=None)


def _one_of(options: tuple[str, ...]) -> Callable[[Patch], str]:
    def read(patch: Patch) -> str:
        if patch.value not in options:
            raise BadRequestException(
                f"Invalid patch value for {patch.path}: expected one of {', '.join(options)}; "
                f"found {patch.value!r}"
            )
        return patch.value

    return read


def _cache_seconds(patch: Patch) -> int:
    seconds = number(patch)
    if not 0 <= seconds <= _LONGEST_CACHED:
        # The words are ours, the bounds documented.
        raise BadRequestException(
            f"Invalid patch value for {patch.path}: expected 0 to {_LONGEST_CACHED} seconds; "
            f"found {patch.value!r}"
        )
    return seconds


_SETTINGS: Mapping[str, tuple[str, Callable[[Patch], Any]]] = {
    "metrics/enabled": ("metrics_enabled", truth),
    "logging/dataTrace": ("data_trace_enabled", truth),
    "logging/loglevel": ("logging_level", _one_of(_LOG_LEVELS)),
    "throttling/burstLimit": ("throttling_burst_limit", number),
    "throttling/rateLimit": ("throttling_rate_limit", decimal),
    "caching/enabled": ("caching_enabled", truth),
    "caching/dataEncrypted": ("cache_data_encrypted", truth),
    "caching/ttlInSeconds": ("cache_ttl_in_seconds", _cache_seconds),
    "caching/requireAuthorizationForCacheControl": (
        "require_authorization_for_cache_control",
        truth,
    ),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorized_cache_control_header_strategy",
        _one_of(_STRATEGIES),
    ),
}

_CACHED_UNASKED = ("GET", "*")


def _first(patch: Patch) -> MethodSetting:
    """Return what a method's setting is before its first member is patched.

    Recorded: with caching on, even when only throttling was patched.  But only GET is remembered
    unless a method's own setting asks for it (documented): a log level of DELETE does not.
    """
    asked = patch.names[2] == "caching"
    return MethodSetting(caching_enabled=asked or patch.names[1] in _CACHED_UNASKED)


def _method_key(patch: Patch) -> str:
    path, verb = patch.names[:2]
    return f"{path.removeprefix('/')}/{verb}"


def _setting(stage: Stage, patch: Patch) -> Stage:
    field, read = _SETTINGS["/".join(patch.names[2:])]
    key = _method_key(patch)
    setting = replace(stage.method_settings.get(key) or _first(patch), **{field: read(patch)})
    return replace(stage, method_settings={**stage.method_settings, key: setting})


def _no_settings(stage: Stage, patch: Patch) -> Stage:
    key = _method_key(patch)
    if key not in stage.method_settings:
        raise _no_setting(patch)
    kept = {name: each for name, each in stage.method_settings.items() if name != key}
    return replace(stage, method_settings=kept)


def _cache_size(stage: Stage, patch: Patch) -> Stage:
    return replace(stage, cache_cluster_size=_one_of(_CACHE_SIZES)(patch))


_PATHS: Table[Stage] = Table(
    (
        Row("/accessLogSettings", (REMOVE,), _no_access_log),
        Row("/accessLogSettings/{member}", EVERY, _access_log),
        Row("/cacheClusterEnabled", (REPLACE,), flag("cache_cluster_enabled")),
        Row("/cacheClusterSize", (REPLACE,), _cache_size),
        Row("/canarySettings", (REMOVE,), no_canary),
        Row("/canarySettings/deploymentId", (REPLACE,), canary_deployment),
        Row("/canarySettings/percentTraffic", (REPLACE,), canary_percent),
        Row("/canarySettings/useStageCache", (REPLACE,), canary_cache),
        Row("/canarySettings/stageVariableOverrides", (REPLACE, REMOVE), canary_variables),
        Row("/canarySettings/stageVariableOverrides/{name}", (REPLACE, REMOVE), canary_variable),
        Row("/clientCertificateId", (REPLACE,), option("client_certificate_id")),
        Row("/deploymentId", (REPLACE, COPY), _deployment),
        Row("/description", (REPLACE,), option("description")),
        Row("/documentationVersion", (REPLACE,), option("documentation_version")),
        Row("/tracingEnabled", (REPLACE,), flag("tracing_enabled")),
        Row("/variables", (REMOVE, COPY), _variables),
        Row("/variables/{name}", (REPLACE, REMOVE), _variable),
        *(Row(f"/{{path}}/{{method}}/{name}", (REPLACE,), _setting) for name in _SETTINGS),
        Row("/{path}/{method}", (REMOVE,), _no_settings),
    ),
    _StageComplaints(),
)
