"""Custom domain names, and which API and stage a base path of them leads to."""

from octetgate.core.model.api import EndpointConfiguration
from octetgate.core.model.record import Record


class MutualTlsAuthentication(Record, frozen=True, kw_only=True):
    """Where the certificates are of which clients have to show one; see :class:`Truststore`."""

    truststore_uri: str | None = None
    truststore_version: str | None = None


class DomainName(Record, frozen=True, kw_only=True):
    """A host name of our own; ``localhost`` and ``127.0.0.1`` are allowed."""

    domain_name: str
    created_date: float
    account_id: str = "000000000000"
    """Whose it is: a part of a private domain's ARN."""
    domain_name_id: str | None = None
    """Of private domains alone."""
    certificate_upload_date: float | None = None
    certificate_name: str | None = None
    certificate_arn: str | None = None
    regional_certificate_name: str | None = None
    regional_certificate_arn: str | None = None
    endpoint_configuration: EndpointConfiguration = EndpointConfiguration()
    security_policy: str | None = None
    endpoint_access_mode: str | None = None
    routing_mode: str | None = None
    ownership_verification_certificate_arn: str | None = None
    mutual_tls_authentication: MutualTlsAuthentication | None = None
    policy: str | None = None
    """Who may call through a private domain; kept and shown, not asked."""
    management_policy: str | None = None
    """Who may map APIs to a private domain; likewise."""
    tags: dict[str, str] = {}


class ServerCertificate(Record, frozen=True, kw_only=True):
    """What a domain name is proved by in TLS: a document of its own, which no operation shows."""

    certificates: str
    """PEM: the domain's own first, then each one's issuer."""
    private_key: str
    """PEM, without a password."""

    def __repr__(self) -> str:
        # What is printed ends up in logs.
        return f"{type(self).__name__}(certificates={self.certificates!r}, private_key=...)"


class Truststore(Record, frozen=True, kw_only=True):
    """Whose certificates clients of a domain name may show: what its truststoreUri led to."""

    id: str
    """Of these certificates: another one for others."""
    certificates: str
    """PEM: those that are good."""
    warnings: tuple[str, ...] = ()
    """About the others, as ``truststoreWarnings`` has them."""


class DomainNameAccessAssociation(Record, frozen=True, kw_only=True):
    """A VPC endpoint's way to a private domain; kept and shown, as there is no VPC here."""

    domain_name_access_association_arn: str
    domain_name_arn: str
    access_association_source_type: str
    access_association_source: str
    tags: dict[str, str] = {}


class BasePathMapping(Record, frozen=True, kw_only=True):
    """Base path → API and stage.  Both ``(none)`` forms are spelled out (spec: lifecycle 2)."""

    base_path: str
    """``(none)`` for the empty one."""
    rest_api_id: str
    stage: str | None = None
    """None: the caller adds the stage as the next segment."""
