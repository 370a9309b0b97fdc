"""What a stage's access log may be told to be (spec: request-lifecycle 17.1)."""

import re

from octetgate.control.errors import BadRequestException

_LONGEST_FORMAT = 3072
_LOGGED_ID = re.compile(r"\$\{?context\.(requestId|extendedRequestId)(?![\w.-])")
_OUR_STREAM = re.compile(r":deliverystream/amazon-apigateway-")


def check_access_log(field: str, value: str) -> None:
    """Refuse what AWS documents that an access log cannot be."""
    if field == "format":
        size = len(value.encode())
        if size > _LONGEST_FORMAT:
            raise BadRequestException(
                f"accessLogSettings.format: expected at most {_LONGEST_FORMAT} bytes; found {size}"
            )
        if _LOGGED_ID.search(value) is None:
            raise BadRequestException(
                "accessLogSettings.format: expected $context.requestId or "
                f"$context.extendedRequestId in it; found {value!r:.80}"
            )
    elif ":firehose:" in value and not _OUR_STREAM.search(value):
        raise BadRequestException(
            "accessLogSettings.destinationArn: expected a delivery stream with a name that begins "
            f"with amazon-apigateway-; found {value}"
        )
