"""Signature Version 4 by botocore, over requests of ours."""

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from octetgate.core.ports.services import Service
from octetgate.core.ports.upstream import UpstreamRequest

_OURS = ("Authorization", "Date", "X-Amz-Content-SHA256", "X-Amz-Date", "X-Amz-Security-Token")
"""What signing may add or change."""
# What S3 lets a signature leave out is left out where the body is still to come.
_UNSIGNED = Config(s3={"payload_signing_enabled": False})
_SIGNED = Config(s3={"payload_signing_enabled": True})


def sign(credentials: Credentials, service: Service, request: UpstreamRequest) -> None:
    """Add a signature to the request's headers."""
    ready = request.body.ready
    scheme = request.origin.scheme
    described = AWSRequest(
        request.method,
        f"{scheme}://{service.authority}{request.target}",
        headers={name: _text(value) for name, value in request.headers.items()},
        data=ready or b"",
    )
    described.context["client_config"] = _UNSIGNED if ready is None else _SIGNED
    # A body that is ready is hashed on plain connections and TLS alike.
    kind = S3SigV4Auth if service.unsigned_payload else SigV4Auth
    kind(credentials, service.signing_name, service.signing_region).add_auth(described)
    for name in _OURS:
        if name in described.headers:
            request.headers.set(name, str(described.headers[name]))


def _text(value: str) -> str:
    """Return a value of the wire, one character a byte, as the text that botocore encodes."""
    return value.encode("latin-1").decode("utf-8", "replace")
