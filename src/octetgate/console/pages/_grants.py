"""Whether API Gateway may invoke a method's function, and letting it."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from octetgate.console.operations import Refusal
from octetgate.console.visits import Visit
from octetgate.core.policy.wildcards import matches

_SERVICE = "apigateway.amazonaws.com"
_ACTION = "lambda:InvokeFunction"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a method needs of its function's resource policy."""

    function: str
    """Its ARN."""
    source: str
    """The ARN of the method in every stage."""
    is_missing: bool
    trouble: str = ""
    """Why the policy could not be read: there is no such function, for instance."""


async def grant(visit: Visit, function: str, api: str, verb: str, path: str) -> Grant:
    """Return what the method needs, and whether it has it."""
    if function.count(":") < 6 or "${" in function:
        # A name alone, or one that stages decide: nobody can say whose policy it is.
        return Grant(function, "", is_missing=False)
    source = _source(function, api, verb, path)
    try:
        policy = await visit.functions("get_policy", **_named(function))
    except Refusal as refusal:
        if refusal.kind != "ResourceNotFoundException":
            raise
        return await _without_policy(visit, function, source)
    statements = json.loads(policy["Policy"])["Statement"]
    # A stage stands for all: the permission is given for every stage or for one by name.
    asked = source.replace("/*/", "/test-invoke-stage/", 1)
    allowed = any(_allows(statement, asked) for statement in statements)
    return Grant(function, source, is_missing=not allowed)


async def give(visit: Visit, needed: Grant) -> None:
    """Let API Gateway invoke the function for the method, in every stage."""
    await visit.functions(
        "add_permission",
        **_named(needed.function),
        StatementId=f"api-gateway-{uuid.uuid4()}",
        Action=_ACTION,
        Principal=_SERVICE,
        SourceArn=needed.source,
    )


async def _without_policy(visit: Visit, function: str, source: str) -> Grant:
    try:
        await visit.functions("get_function_configuration", **_named(function))
    except Refusal as refusal:
        return Grant(function, source, is_missing=False, trouble=str(refusal))
    return Grant(function, source, is_missing=True)


def _source(function: str, api: str, verb: str, path: str) -> str:
    _, partition, _, region, account, *_ = function.split(":")
    method = "*" if verb == "ANY" else verb
    parts = ("*" if part.startswith("{") else part for part in path.split("/"))
    return f"arn:{partition}:execute-api:{region}:{account}:{api}/*/{method}{'/'.join(parts)}"


def _named(function: str) -> Mapping[str, Any]:
    parts = function.split(":")
    return {
        "FunctionName": ":".join(parts[:7]),
        "Qualifier": parts[7] if len(parts) > 7 else None,
    }


def _allows(statement: Mapping[str, Any], source: str) -> bool:
    if statement.get("Effect") != "Allow" or _SERVICE not in _services(statement):
        return False
    if not matches(_ACTION, statement.get("Action", "")):
        return False
    patterns = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")
    return patterns is None or matches(source, patterns)


def _services(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal", {})
    if isinstance(principal, dict):
        yield principal.get("Service", "")
    elif principal == "*":
        yield _SERVICE
