"""What a Lambda authorizer is asked, and how its answer is read (spec: request-lifecycle 8.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from octetgate.core.functions.answer_fields import NO_JSON
from octetgate.core.functions.proxy_event import (
    ProxyRequest,
    grouped,
    last_values,
    multi_valued,
)
from octetgate.core.policy.document import BadPolicy, Policy, parse_policy

_KEYS = ("principalId", "policyDocument", "context", "usageIdentifierKey")
_LONGEST_RESOURCE = 512
UNAUTHORIZED = "Unauthorized"
"""The message of an error with which a function refuses a caller."""


class BadAuthorizerAnswer(ValueError):
    """What the function answered decides nothing; says what was expected and found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Who the caller is, and what it may do."""

    principal_id: str
    policy: Policy
    document: str
    """The policy as JSON."""
    context: Mapping[str, str]
    """Whatever else the function says of the caller, as text."""
    usage_identifier_key: str | None = None
    """The value of the caller's API key."""


def token_event(token: str, method_arn: str) -> bytes:
    """Return the event of a TOKEN authorizer."""
    return msgspec.json.encode(
        {"type": "TOKEN", "authorizationToken": token, "methodArn": method_arn}
    )


def request_event(request: ProxyRequest, method_arn: str) -> bytes:
    """Return the event of a REQUEST authorizer: the proxy event without its body.

    What a call has not is empty here, not null (documented by example).
    """
    headers, query = multi_valued(request.headers), grouped(request.query)
    return msgspec.json.encode(
        {
            "type": "REQUEST",
            "methodArn": method_arn,
            "resource": request.resource,
            "path": request.path,
            "httpMethod": request.http_method,
            "headers": last_values(headers) or {},
            "multiValueHeaders": headers,
            "queryStringParameters": last_values(query) or {},
            "multiValueQueryStringParameters": query,
            "pathParameters": request.path_parameters or {},
            "stageVariables": request.stage_variables or {},
            "requestContext": request.context,
        }
    )


def error_message(payload: bytes) -> str:
    """Return the message of the error that a function raised."""
    try:
        error = msgspec.json.decode(payload)
    except NO_JSON:
        return ""
    found = error.get("errorMessage") if isinstance(error, dict) else None
    return found if isinstance(found, str) else ""


def read_answer(payload: bytes) -> Granted:
    """Return what the function decided; raises BadAuthorizerAnswer."""
    try:
        answer = msgspec.json.decode(payload)
    except NO_JSON as error:
        raise BadAuthorizerAnswer(f"Invalid JSON in response: {error}") from error
    if not isinstance(answer, dict):
        raise BadAuthorizerAnswer(f"expected an object; found {_short(answer)}")
    for key in answer:
        if key not in _KEYS:
            # AWS's words as its users report them.
            raise BadAuthorizerAnswer(
                f'Invalid JSON in response: Unrecognized field "{key}", not marked as ignorable'
            )
    principal, key = answer.get("principalId"), answer.get("usageIdentifierKey")
    if not isinstance(principal, str):
        raise BadAuthorizerAnswer(f"principalId: expected a text; found {_short(principal)}")
    if not isinstance(key, str | None):
        raise BadAuthorizerAnswer(f"usageIdentifierKey: expected a text; found {_short(key)}")
    document = answer.get("policyDocument")
    try:
        policy = parse_policy(document, longest_resource=_LONGEST_RESOURCE)
    except BadPolicy as error:
        raise BadAuthorizerAnswer(f"policyDocument: {error}") from error
    return Granted(
        principal_id=principal,
        policy=policy,
        document=msgspec.json.encode(document).decode(),
        context=_context(answer.get("context")),
        usage_identifier_key=key,
    )


def _context(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise BadAuthorizerAnswer(f"context: expected an object; found {_short(given)}")
    for name, value in given.items():
        if isinstance(value, dict | list):
            raise BadAuthorizerAnswer(
                f"context.{name}: expected a text, a number or a boolean; found {_short(value)}"
            )
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in given.items()
        if value is not None
    }


def _short(found: object) -> str:
    shown = repr(found)
    return shown if len(shown) <= 80 else shown[:77] + "..."
