"""Custom domain names, and which API and stage a base path of them leads to."""

from octetgate.core.model.api import EndpointConfiguration
from octetgate.core.model.record import Record


class DomainName(Record, frozen=True, kw_only=True):
    """A host name of our own; ``localhost`` and ``127.0.0.1`` are allowed."""

    domain_name: str
    created_date: float
    certificate_name: str | None = None
    certificate_arn: str | None = None
    regional_certificate_name: str | None = None
    regional_certificate_arn: str | None = None
    endpoint_configuration: EndpointConfiguration = EndpointConfiguration()
    security_policy: str | None = None
    endpoint_access_mode: str | None = None
    routing_mode: str | None = None
    ownership_verification_certificate_arn: str | None = None
    tags: dict[str, str] = {}


class BasePathMapping(Record, frozen=True, kw_only=True):
    """Base path → API and stage.  Both ``(none)`` forms are spelled out (spec: lifecycle 2)."""

    base_path: str
    """``(none)`` for the empty one."""
    rest_api_id: str
    stage: str | None = None
    """None: the caller adds the stage as the next segment."""
