"""A stage: the name under which a deployment is served, and its settings."""

from octetgate.core.model.record import Record


class AccessLogSettings(Record, frozen=True, kw_only=True):
    """Where and how the stage's calls are written down."""

    destination_arn: str | None = None
    format: str | None = None


class MethodSetting(Record, frozen=True, kw_only=True):
    """Settings of one method (``pets/{id}/GET``) or of all (``*/*``); spec: control-plane 4."""

    metrics_enabled: bool = False
    logging_level: str | None = None
    data_trace_enabled: bool = False
    throttling_burst_limit: int = 5000
    throttling_rate_limit: float = 10000.0
    caching_enabled: bool = False
    cache_ttl_in_seconds: int = 300
    cache_data_encrypted: bool = False
    require_authorization_for_cache_control: bool = True
    unauthorized_cache_control_header_strategy: str = "SUCCEED_WITH_RESPONSE_HEADER"


class CanarySettings(Record, frozen=True, kw_only=True):
    """A second deployment that gets a share of the stage's traffic."""

    deployment_id: str
    percent_traffic: float = 0.0
    """0 to 100."""
    stage_variable_overrides: dict[str, str] | None = None
    """Laid over the stage's variables."""
    use_stage_cache: bool = False
    """Whether the canary's calls share the stage's cache."""


class Stage(Record, frozen=True, kw_only=True):
    """A deployment being served."""

    stage_name: str
    deployment_id: str
    created_date: float
    last_updated_date: float
    description: str | None = None
    variables: dict[str, str] | None = None
    method_settings: dict[str, MethodSetting] = {}
    cache_cluster_enabled: bool = False
    cache_cluster_size: str | None = None
    client_certificate_id: str | None = None
    documentation_version: str | None = None
    access_log_settings: AccessLogSettings | None = None
    canary_settings: CanarySettings | None = None
    tracing_enabled: bool = False
    tags: dict[str, str] = {}
    cache_epoch: int = 0
    """Ours, not shown: raised by FlushStageCache; a part of every key of the stage's cache."""
    authorizers_cache_epoch: int = 0
    """Likewise for FlushStageAuthorizersCache and what authorizers decided."""
    default_endpoint_off: bool = False
    """Ours, not shown: the API's ``disableExecuteApiEndpoint`` as of its last change of a stage."""

    def own_setting(self, path: str, method: str) -> MethodSetting | None:
        """Return the setting that is this method's alone; ``path`` is the resource's."""
        return self.method_settings.get(f"{path.removeprefix('/')}/{method}")

    def setting(self, path: str, method: str) -> MethodSetting | None:
        """Return the setting that holds for a method: its own, else the one for all."""
        return self.own_setting(path, method) or self.method_settings.get("*/*")


def log_group(api_id: str, stage_name: str, *, canary: bool = False) -> str:
    """Return what the service calls a stage's execution log (spec: request-lifecycle 17.3)."""
    group = f"API-Gateway-Execution-Logs_{api_id}/{stage_name}"
    return f"{group}/Canary" if canary else group
