"""What "Enable CORS" does to a resource: operations of API Gateway, in their order.

An ``OPTIONS`` method answers preflights from a MOCK; methods that shape their answers send the
origin header with every one of them; and so do the errors that the gateway makes itself.
Proxies pass on what their backend says, so their backends have to say it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HEADERS = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token"
"""What the service's console lets pages send (spec: request-lifecycle 11)."""
ERRORS = ("DEFAULT_4XX", "DEFAULT_5XX")
"""The gateway responses that say the origin too."""
ALLOW = "Access-Control-Allow-"

_EVERY = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
_PROXIES = ("AWS_PROXY", "HTTP_PROXY")
_OF_ERRORS = ("statusCode", "responseParameters", "responseTemplates")

Operation = tuple[str, dict[str, Any]]
"""A boto3 method and its members."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and what it comes to."""

    allowed: Mapping[str, str]
    """The preflight's answer: ``Headers``, ``Methods`` and ``Origin``."""
    operations: tuple[Operation, ...]
    shaped: tuple[str, ...]
    """Methods with which the gateway sends the origin."""
    proxies: tuple[str, ...]
    """Methods whose backends have to."""


def plan(
    api: str,
    resource: Mapping[str, Any],
    errors: Mapping[str, Mapping[str, Any]],
    *,
    origin: str = "*",
    headers: str = HEADERS,
) -> Plan:
    """Return what lets pages of other origins call a resource.

    ``resource`` is as GetResources returns it with its methods, ``errors`` what
    GetGatewayResponse says of each of ``ERRORS`` now.
    """
    methods: Mapping[str, Any] = resource.get("resourceMethods", {})
    others = {verb: each for verb, each in methods.items() if verb != "OPTIONS"}
    allowed = {
        "Headers": headers,
        "Methods": _EVERY if "ANY" in others else ",".join(sorted([*others, "OPTIONS"])),
        "Origin": origin,
    }
    place = {"restApiId": api, "resourceId": resource["id"]}
    proxies = {verb for verb, each in others.items() if _type(each) in {*_PROXIES, None}}
    operations = [
        *_answering_preflights(place, allowed, exists="OPTIONS" in methods),
        *(
            operation
            for verb, each in others.items()
            if verb not in proxies
            for operation in _saying_origin(place, each, origin)
        ),
        *_saying_origin_of_errors(api, errors, origin),
    ]
    shaped = tuple(sorted(set(others) - proxies))
    return Plan(allowed, tuple(operations), shaped, tuple(sorted(proxies)))


def _answering_preflights(
    place: Mapping[str, str], allowed: Mapping[str, str], *, exists: bool
) -> Iterator[Operation]:
    """Make ``OPTIONS`` anew, so that what was there before cannot contradict it."""
    method = {**place, "httpMethod": "OPTIONS"}
    names = [f"method.response.header.{ALLOW}{name}" for name in allowed]
    if exists:
        yield "delete_method", method
    yield "put_method", {**method, "authorizationType": "NONE"}
    yield (
        "put_integration",
        {
            **method,
            "type": "MOCK",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            # A preflight has no type and counts as binary where */* is listed; its template
            # needs text.
            "contentHandling": "CONVERT_TO_TEXT",
        },
    )
    yield (
        "put_method_response",
        {
            **method,
            "statusCode": "200",
            "responseParameters": dict.fromkeys(names, False),
            "responseModels": {"application/json": "Empty"},
        },
    )
    yield (
        "put_integration_response",
        {
            **method,
            "statusCode": "200",
            "responseParameters": dict(zip(names, map(_quoted, allowed.values()), strict=True)),
            "responseTemplates": {"application/json": ""},
        },
    )


def _saying_origin(
    place: Mapping[str, str], method: Mapping[str, Any], origin: str
) -> Iterator[Operation]:
    """Have a method's answers name the origin, with each status that both its sides know."""
    change = {"op": "add", "path": f"/responseParameters/method.response.header.{ALLOW}Origin"}
    known = method.get("methodResponses", {})
    for status in method["methodIntegration"].get("integrationResponses", {}):
        if status not in known:
            continue
        where = {**place, "httpMethod": method["httpMethod"], "statusCode": status}
        declared = [{**change, "value": "false"}]
        mapped = [{**change, "value": _quoted(origin)}]
        yield "update_method_response", {**where, "patchOperations": declared}
        yield "update_integration_response", {**where, "patchOperations": mapped}


def _saying_origin_of_errors(
    api: str, errors: Mapping[str, Mapping[str, Any]], origin: str
) -> Iterator[Operation]:
    """Have the gateway's own errors name the origin, besides whatever they say already."""
    for kind, now in errors.items():
        kept = {} if now.get("defaultResponse") else {k: now[k] for k in _OF_ERRORS if k in now}
        parameters = dict(kept.pop("responseParameters", {}))
        parameters[f"gatewayresponse.header.{ALLOW}Origin"] = _quoted(origin)
        where = {"restApiId": api, "responseType": kind}
        yield "put_gateway_response", {**where, **kept, "responseParameters": parameters}


def _type(method: Mapping[str, Any]) -> str | None:
    found: str | None = method.get("methodIntegration", {}).get("type")
    return found


def _quoted(value: str) -> str:
    return f"'{value}'"
