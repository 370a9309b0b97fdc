"""The echo-binary blueprint: how bytes come to a function behind AWS_PROXY, and go back.

API Gateway hands a body of a binary media type over as Base64, and takes Base64 back as bytes
when ``isBase64Encoded`` says so and the client accepts a binary media type.
"""

import base64
import binascii
import hashlib
from typing import Any


class BadEvent(Exception):
    """The event is not one of a proxy integration."""


def handler(event: Any, _context: object) -> dict[str, Any]:
    """Return the request's body as the response's, with its media type, size and SHA-256."""
    data = body(event)
    return {
        "statusCode": 200,
        "headers": {
            "Content-Type": media_type(event),
            "X-Body-Size": str(len(data)),
            "X-Body-Sha256": hashlib.sha256(data).hexdigest(),
            "X-Was-Base64": str(bool(event.get("isBase64Encoded"))).lower(),
        },
        "isBase64Encoded": True,
        "body": base64.b64encode(data).decode("ascii"),
    }


def body(event: Any) -> bytes:
    """Return the request's body as the client sent it."""
    if not isinstance(event, dict) or "httpMethod" not in event:
        raise BadEvent("event: expected one of an AWS_PROXY integration, with httpMethod and body")
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadEvent(f"body: expected Base64, as isBase64Encoded is true; {error}") from None


def media_type(event: dict[str, Any]) -> str:
    """Return what the client says that its body is."""
    headers = event.get("headers") or {}
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    return named.get("content-type", "application/octet-stream")
