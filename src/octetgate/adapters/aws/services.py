"""The services port over botocore's data and the credentials that were chosen at start."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from octetgate.core.ports.services import NoCredentials, Operation, Service, UnknownService
from octetgate.core.ports.upstream import Origin, UpstreamRequest

if TYPE_CHECKING:
    from botocore.credentials import Credentials

    from octetgate.adapters.aws._models import Model

_PORTS = {"http": 80, "https": 443}
_UNMODELLED = {"appsync-api": "appsync"}
"""Signing names of services that botocore has no model of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings:
    """Where services are, and who asks them; all of it may be left out."""

    endpoint_url: str = ""
    """For every service; empty for the region's real endpoints."""
    endpoint_urls: Mapping[str, str] = field(default_factory=dict)
    """Service → URL, which wins; see :func:`endpoint_key`."""
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)


def endpoint_key(name: str) -> str:
    """Return how a service is called in ``AWS_ENDPOINT_URL_…``, in lower case.

    The AWS SDKs' rule: the service id, its spaces replaced by underscores.
    """
    return name.lower().replace(" ", "_").replace("-", "_").replace(".", "_")


def load() -> None:
    """Import botocore and read what services there are now, so that no call waits for it."""
    from octetgate.adapters.aws import _models, _sigv4

    del _sigv4
    _models.model("sts")
    _models.endpoint("sts", "us-east-1")


class AwsServices:
    """AWS services; botocore is imported when the first one is asked for."""

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._urls = {endpoint_key(name): url for name, url in settings.endpoint_urls.items()}
        self._credentials: Credentials | None = None

    def find(self, name: str, region: str) -> Service:
        from octetgate.adapters.aws import _models

        known = _models.model(name)
        if known is not None:
            return self._place(known.name, name, region, known)
        # What stands before the last dot is a sub-domain: {api}.appsync-api, {bucket}.s3.
        subdomain, dot, rest = name.rpartition(".")
        known = _models.model(rest)
        service = self._place(known.name if known else rest, rest, region, known)
        return replace(service, authority=f"{subdomain}.{service.authority}") if dot else service

    def _place(self, boto3_name: str, name: str, region: str, known: "Model | None") -> Service:
        """Return the service at its configured endpoint, else at the region's."""
        from octetgate.adapters.aws import _models

        prefix = known.endpoint_prefix if known else name
        endpoint = _models.endpoint(prefix, region)
        names = (known.service_id if known else name, name, boto3_name)
        chosen = self.endpoint_url(*names) or self._settings.endpoint_url
        if not chosen and endpoint is None:
            raise UnknownService(
                f"uri: expected a region that has {name}, or a setting aws_endpoint_url; "
                f"found {region!r}"
            )
        parts = urlsplit(chosen or f"https://{endpoint.host if endpoint else ''}")
        port = parts.port or _PORTS[parts.scheme]
        return Service(
            name=name,
            origin=Origin(parts.scheme, parts.hostname or "", port),
            authority=parts.netloc,
            base_path=parts.path.rstrip("/"),
            signing_name=known.signing_name if known else _UNMODELLED.get(name, name),
            signing_region=endpoint.signing_region if endpoint else region,
            protocol=known.protocol if known else "",
            target_prefix=known.target_prefix if known else "",
            json_version=known.json_version if known else "1.0",
            unsigned_payload=known is not None and known.unsigned_payload,
        )

    def endpoint_url(self, *names: str) -> str:
        """Return the URL that is configured for a service of one of these names, or nothing."""
        keys = (endpoint_key(name) for name in names)
        return next((self._urls[key] for key in keys if key in self._urls), "")

    def operation(self, service: Service, action: str) -> Operation | None:
        from octetgate.adapters.aws import _models

        known = _models.model(service.name)
        if known is None or not known.protocol.startswith("rest-"):
            return None
        found = _models.operation(known.name, action)
        if found is None:
            return None
        http, members = found
        return Operation(
            http["method"],
            http["requestUri"],
            tuple(
                (member, shape.get("locationName", member))
                for member, shape in members.items()
                if shape.get("location") == "querystring"
            ),
            tuple(
                (member, shape.get("locationName", member))
                for member, shape in members.items()
                if shape.get("location") == "header"
            ),
        )

    def sign(self, service: Service, request: UpstreamRequest) -> None:
        from octetgate.adapters.aws import _sigv4

        if self._credentials is None:
            self._credentials = self._chosen()
        _sigv4.sign(self._credentials, service, request)

    def _chosen(self) -> "Credentials":
        from botocore.credentials import Credentials

        settings = self._settings
        missing = [
            name
            for name, value in (
                ("aws_access_key_id", settings.access_key_id),
                ("aws_secret_access_key", settings.secret_access_key),
            )
            if not value
        ]
        if missing:
            raise NoCredentials(
                f"{' and '.join(missing)}: expected credentials to sign with, in the settings or "
                f"as {' and '.join(name.upper() for name in missing)}; found none"
            )
        return Credentials(
            settings.access_key_id, settings.secret_access_key, settings.session_token or None
        )
