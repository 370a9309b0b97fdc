"""What stands behind a method: its integration and the responses it maps."""

from enum import StrEnum

from octetgate.core.model.record import Record


class IntegrationType(StrEnum):
    """The wire names (spec: control-plane 3)."""

    HTTP = "HTTP"
    AWS = "AWS"
    MOCK = "MOCK"
    HTTP_PROXY = "HTTP_PROXY"
    AWS_PROXY = "AWS_PROXY"


class ContentHandling(StrEnum):
    """What to do to a payload (spec: payload-encodings 1 and 12); absent follows the tables."""

    CONVERT_TO_BINARY = "CONVERT_TO_BINARY"
    CONVERT_TO_TEXT = "CONVERT_TO_TEXT"
    PASSTHROUGH = "PASSTHROUGH"
    """Ours: bytes unchanged in that direction, whatever the media types say."""


class PassthroughBehavior(StrEnum):
    """What happens to a request body that no template fits (spec: payload-encodings 3.3)."""

    WHEN_NO_MATCH = "WHEN_NO_MATCH"
    WHEN_NO_TEMPLATES = "WHEN_NO_TEMPLATES"
    NEVER = "NEVER"


STREAM_IDLE_SECONDS = 300.0
"""How long a stream may be silent (spec: payload-encodings 10.1).

AWS cuts edge-optimized endpoints after 30 s, for CloudFront's sake; there is none here.
"""


class TlsConfig(Record, frozen=True, kw_only=True):
    """How an HTTPS backend is trusted."""

    insecure_skip_verification: bool = False


class IntegrationResponse(Record, frozen=True, kw_only=True):
    """How one kind of backend answer becomes a method response."""

    status_code: str
    selection_pattern: str | None = None
    response_parameters: dict[str, str] | None = None
    response_templates: dict[str, str] | None = None
    content_handling: ContentHandling | None = None


class Integration(Record, frozen=True, kw_only=True):
    """Where a method's calls go and how they are shaped on the way."""

    type: IntegrationType
    http_method: str | None = None
    uri: str | None = None
    connection_type: str | None = None
    connection_id: str | None = None
    credentials: str | None = None
    request_parameters: dict[str, str] | None = None
    request_templates: dict[str, str] | None = None
    passthrough_behavior: PassthroughBehavior = PassthroughBehavior.WHEN_NO_MATCH
    cache_namespace: str | None = None
    cache_key_parameters: tuple[str, ...] = ()
    content_handling: ContentHandling | None = None
    timeout_in_millis: int = 29000
    tls_config: TlsConfig | None = None
    response_transfer_mode: str | None = None
    integration_target: str | None = None
    integration_responses: dict[str, IntegrationResponse] = {}
    """By status code."""

    @property
    def streams(self) -> bool:
        """Whether answers reach the client as they are written (spec: payload-encodings 10)."""
        return self.response_transfer_mode == "STREAM"
