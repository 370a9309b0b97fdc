"""Events to begin a test with."""

import json
from typing import Any

_PROXY = {
    "resource": "/pictures",
    "path": "/pictures",
    "httpMethod": "POST",
    "headers": {"Content-Type": "image/png", "Accept": "image/png"},
    "multiValueHeaders": {"Content-Type": ["image/png"], "Accept": ["image/png"]},
    "queryStringParameters": {"width": "100"},
    "multiValueQueryStringParameters": {"width": ["100"]},
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {
        "resourcePath": "/pictures",
        "httpMethod": "POST",
        "path": "/prod/pictures",
        "stage": "prod",
        "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "identity": {"sourceIp": "127.0.0.1"},
    },
    "body": "aGVsbG8=",
    "isBase64Encoded": True,
}
_TEMPLATES: dict[str, Any] = {
    "empty": {},
    "proxy": _PROXY,
    "image": {"operation": "ping", "base64Image": ""},
}

NAMES = (
    ("empty", "Empty"),
    ("proxy", "API Gateway proxy"),
    ("image", "image-processing-service: ping"),
)


def text(name: str) -> str:
    """Return an event as text; the empty one for a name that is none."""
    return json.dumps(_TEMPLATES.get(name, {}), indent=2)
