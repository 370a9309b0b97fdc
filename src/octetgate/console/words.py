"""What the service's console calls things, and how a setting reads at a glance."""

import re
from collections.abc import Mapping
from typing import Any

KINDS = (
    ("lambda", "Lambda function"),
    ("http", "HTTP"),
    ("mock", "Mock"),
    ("aws", "AWS service"),
)
"""Integration types as a choice; whether it is a proxy is asked apart."""

CONTENT_HANDLING = (
    ("", "Passthrough"),
    ("CONVERT_TO_BINARY", "Convert to binary (if needed)"),
    ("CONVERT_TO_TEXT", "Convert to text (if needed)"),
)
UNCHANGED = ("PASSTHROUGH", "Bytes unchanged (PASSTHROUGH, octetgate's own)")
"""A further value of ours, offered where it is set."""

PASSTHROUGH = (
    ("WHEN_NO_MATCH", "When no template matches the request Content-Type header"),
    ("WHEN_NO_TEMPLATES", "When there are no templates defined (recommended)"),
    ("NEVER", "Never"),
)

AUTHORIZATION = (
    ("NONE", "None"),
    ("AWS_IAM", "AWS IAM"),
    ("CUSTOM", "Lambda authorizer"),
    ("COGNITO_USER_POOLS", "Cognito user pools"),
    ("JWT", "JWT authorizer"),
)

AUTHORIZERS = (
    ("TOKEN", "Lambda function, by a token (TOKEN)"),
    ("REQUEST", "Lambda function, by the request (REQUEST)"),
    ("COGNITO_USER_POOLS", "Cognito user pools"),
    ("JWT", "Tokens of another issuer (JWT)"),
)
"""Types of authorizers as a choice."""

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")

_FUNCTION = re.compile(r"functions/(?P<function>[^/]+)/(response-streaming-)?invocations$")


def function_of(integration: Mapping[str, Any]) -> str | None:
    """Return the function that an integration invokes, an ARN as a rule; None for others."""
    if not str(integration.get("type", "")).startswith("AWS"):
        return None
    found = _FUNCTION.search(integration.get("uri", ""))
    return found["function"] if found else None


def function_name(arn: str) -> str:
    """Return the part of an ARN that people call the function by, its qualifier with it."""
    _, found, name = arn.partition(":function:")
    return name if found else arn


def kind_of(integration: Mapping[str, Any]) -> str:
    """Return the choice of ``KINDS`` that an integration is."""
    if function_of(integration):
        return "lambda"
    of_type = {"HTTP": "http", "HTTP_PROXY": "http", "MOCK": "mock"}
    return of_type.get(integration.get("type", ""), "aws")


def is_proxy(integration: Mapping[str, Any]) -> bool:
    """Whether an integration passes requests and answers on as they are."""
    return str(integration.get("type", "")).endswith("_PROXY")


def endpoint(integration: Mapping[str, Any] | None) -> str:
    """Return in a few words where a method's calls go."""
    if not integration:
        return "No integration"
    words = dict(KINDS)[kind_of(integration)]
    proxy = " proxy" if is_proxy(integration) else ""
    function = function_of(integration)
    to = function_name(function) if function else integration.get("uri", "")
    return f"{words}{proxy} {to}".strip()


def content_handling(value: str | None) -> str:
    """Return the service's words for a content handling."""
    return dict((*CONTENT_HANDLING, UNCHANGED))[value or ""]


def content_handlings(value: str | None) -> tuple[tuple[str, str], ...]:
    """Return the choices, with our own where it is chosen."""
    return (*CONTENT_HANDLING, UNCHANGED) if value == "PASSTHROUGH" else CONTENT_HANDLING


def passthrough(value: str) -> str:
    """Return the service's words for a passthrough behavior."""
    return dict(PASSTHROUGH)[value]


def authorization(value: str) -> str:
    """Return the words for a method's authorization type."""
    return dict(AUTHORIZATION).get(value, value)


def authorizer(value: str) -> str:
    """Return the words for an authorizer's type."""
    return dict(AUTHORIZERS).get(value, value)
