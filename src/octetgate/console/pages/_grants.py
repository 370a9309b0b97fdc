"""Whether API Gateway may invoke the function of a method or of an authorizer, and letting it."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from octetgate.console.operations import Refusal
from octetgate.console.visits import Visit
from octetgate.console.words import function_of
from octetgate.core.policy.wildcards import matches

_SERVICE = "apigateway.amazonaws.com"
_ACTION = "lambda:InvokeFunction"
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a method or an authorizer needs of its function's resource policy."""

    function: str
    """Its ARN."""
    source: str
    """The ARN of the method in every stage, or of the authorizer."""
    is_missing: bool
    trouble: str = ""
    """Why the policy could not be read: there is no such function, for instance."""


async def grant(visit: Visit, function: str, api: str, verb: str, path: str) -> Grant:
    """Return what the method needs, and whether it has it."""
    if _is_undecided(function):
        return Grant(function, "", is_missing=False)
    method = "*" if verb == "ANY" else verb
    here = _execute_api(function, api)
    # What is asked for when a call comes, but for the stage; and what the service's dialog gives.
    asked = f"{here}/*/{method}{path}"
    source = f"{here}/*/{method}{_PLACEHOLDER.sub('*', path)}"
    return await _looked_up(visit, function, asked, source)


async def authorizer_grant(visit: Visit, authorizer: Mapping[str, Any], api: str) -> Grant | None:
    """Return what an authorizer needs; None for one without a function, or with a role."""
    function = function_of({"type": "AWS", "uri": authorizer.get("authorizerUri") or ""})
    if function is None or authorizer.get("authorizerCredentials"):
        return None
    if _is_undecided(function):
        return Grant(function, "", is_missing=False)
    source = f"{_execute_api(function, api)}/authorizers/{authorizer['id']}"
    return await _looked_up(visit, function, source, source)


def _is_undecided(function: str) -> bool:
    """Whether it is a name alone, or one that stages decide: nobody can say whose policy it is."""
    return function.count(":") < 6 or "${" in function


async def _looked_up(visit: Visit, function: str, asked: str, source: str) -> Grant:
    try:
        policy = await visit.functions("get_policy", **_named(function))
    except Refusal as refusal:
        if refusal.kind != "ResourceNotFoundException":
            raise
        return await _without_policy(visit, function, source)
    statements = json.loads(policy["Policy"])["Statement"]
    allowed = any(_allows(statement, asked) for statement in statements)
    return Grant(function, source, is_missing=not allowed)


async def give(visit: Visit, needed: Grant) -> None:
    """Let API Gateway invoke the function: for the method, in every stage, or the authorizer."""
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


def _execute_api(function: str, api: str) -> str:
    """Return the ARN of an API that is where the function is."""
    _, partition, _, region, account, *_ = function.split(":")
    return f"arn:{partition}:execute-api:{region}:{account}:{api}"


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
    pattern = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")
    return pattern is None or matches(source, _for_any_stage(pattern))


def _for_any_stage(pattern: str) -> str:
    """Return the pattern without its stage: a method that may be called in one is set up."""
    api, found, rest = pattern.partition("/")
    _, within, method = rest.partition("/")
    return f"{api}/*/{method}" if found and within else pattern


def _services(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal", {})
    if isinstance(principal, dict):
        yield principal.get("Service", "")
    elif principal == "*":
        yield _SERVICE
