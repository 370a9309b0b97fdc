"""Clients of AWS services, or of what stands for them at an endpoint of the user's own."""

from typing import Any

from octetgate.adapters.aws.services import AwsSettings

_SECONDS = 30
_ANYBODY = "octetgate"
"""Credentials when none are set and the endpoint is one of the user's own."""


def client(
    settings: AwsSettings, service: str, region: str, endpoint: str | None, **config: Any
) -> Any:
    """Return boto3's client; boto3 is imported when somebody first asks for one.

    ``config`` is what botocore's Config is to say besides.
    """
    import boto3
    from botocore.config import Config

    anybody = _ANYBODY if endpoint else None
    session: Any = boto3.Session()
    return session.client(
        service,
        region_name=region,
        endpoint_url=endpoint or None,
        aws_access_key_id=settings.access_key_id or anybody,
        aws_secret_access_key=settings.secret_access_key or anybody,
        aws_session_token=settings.session_token or None,
        config=Config(
            connect_timeout=_SECONDS,
            read_timeout=_SECONDS,
            # An endpoint of one's own seldom has a name for each bucket.
            s3={"addressing_style": "path" if endpoint else "auto"},
            **config,
        ),
    )
