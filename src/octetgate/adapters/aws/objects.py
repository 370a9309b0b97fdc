"""Objects of S3, or of what stands for it at the configured endpoint, through boto3.

boto3 is imported when the first object is asked for: most servers never ask.
"""

from typing import Any

from octetgate.adapters.aws._clients import client
from octetgate.adapters.aws.services import AwsSettings
from octetgate.core.ports.objects import NoObject


class S3Objects:
    """Keeps the promise of :class:`octetgate.core.ports.objects.Objects`."""

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings

    def get(self, bucket: str, key: str, *, version: str | None, region: str, limit: int) -> bytes:
        """Return the object whole; raises NoObject."""
        from botocore.exceptions import BotoCoreError, ClientError

        wanted = {"Bucket": bucket, "Key": key}
        if version:
            wanted["VersionId"] = version
        try:
            found = self._client(region).get_object(**wanted)
            if found["ContentLength"] > limit:
                raise NoObject(
                    "EntityTooLarge",
                    f"expected at most {limit} bytes; found {found['ContentLength']}",
                )
            body: bytes = found["Body"].read()
        except ClientError as error:
            said = error.response["Error"]
            raise NoObject(said.get("Code", ""), said.get("Message", "")) from error
        except BotoCoreError as error:
            raise NoObject(type(error).__name__, str(error)) from error
        return body

    def _client(self, region: str) -> Any:
        endpoint = self._settings.endpoint_urls.get("s3") or self._settings.endpoint_url
        return client(self._settings, "s3", region, endpoint)
