"""Who may invoke a function: its resource policy (spec: lambda 3 and 8)."""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from octetgate.control.lambdas import find_function, named
from octetgate.core.model.function import Function, Statement
from octetgate.core.ports.store import FUNCTIONS

SERVICE = "lambda"

_ABSENT = "The resource you requested does not exist."
_ACCOUNT = re.compile(r"\d{12}")
_UNSUPPORTED = (
    "EventSourceToken",
    "FunctionUrlAuthType",
    "InvokedViaFunctionUrl",
    "PrincipalOrgID",
)


def add_permission(call: Write, asked: Members) -> Members:
    """Let a principal invoke the function; return the statement that says so."""
    function = find_function(call, asked)
    _check_revision(function, asked)
    sid = asked["StatementId"]
    if any(statement.sid == sid for statement in function.policy):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )
    statement = _statement(function, asked)
    _keep(call, function, (*function.policy, statement))
    return {"Statement": msgspec.json.encode(_shown(statement)).decode()}


def remove_permission(call: Write, asked: Members) -> None:
    """Take a permission back."""
    function = find_function(call, asked)
    _check_revision(function, asked)
    kept = tuple(each for each in function.policy if each.sid != asked["StatementId"])
    if kept == function.policy:
        raise ResourceNotFoundException(_ABSENT)
    _keep(call, function, kept)


def get_policy(call: Read, asked: Members) -> Members:
    """Return the function's policy, if it has ever been given one."""
    function = find_function(call, asked)
    wanted = _qualifier(asked)
    statements = [_shown(each) for each in function.policy if each.qualifier == wanted]
    if not statements:
        raise ResourceNotFoundException(_ABSENT)
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    return {
        "Policy": msgspec.json.encode(policy).decode(),
        "RevisionId": function.policy_revision_id,
    }


def _keep(call: Write, function: Function, policy: tuple[Statement, ...]) -> None:
    function = replace(function, policy=policy, policy_revision_id=call.new_uuid())
    call.store.put(FUNCTIONS, function.name, function)


def _qualifier(asked: Members) -> str | None:
    return named(asked["FunctionName"], asked.get("Qualifier")).qualifier


def _statement(function: Function, asked: Members) -> Statement:
    for member in _UNSUPPORTED:
        if asked.get(member):
            # Left out of the statement, a condition would allow more than was asked for.
            raise InvalidParameterValueException(f"{member}: not supported yet; expected none")
    return Statement(
        sid=asked["StatementId"],
        principal=_principal(function, asked["Principal"]),
        action=asked["Action"],
        resource=function.arn,
        condition=_condition(asked),
        qualifier=_qualifier(asked),
    )


def _principal(function: Function, given: str) -> str | dict[str, str]:
    if given == "*":
        return given
    if _ACCOUNT.fullmatch(given):
        partition = function.arn.split(":")[1]
        return {"AWS": f"arn:{partition}:iam::{given}:root"}
    return {"AWS": given} if given.startswith("arn:") else {"Service": given}


def _condition(asked: Members) -> dict[str, dict[str, str]]:
    condition: dict[str, dict[str, str]] = {}
    if asked.get("SourceAccount"):
        condition["StringEquals"] = {"AWS:SourceAccount": asked["SourceAccount"]}
    if asked.get("SourceArn"):
        condition["ArnLike"] = {"AWS:SourceArn": asked["SourceArn"]}
    return condition


def _shown(statement: Statement) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Principal": statement.principal,
        "Action": statement.action,
        "Resource": statement.resource,
    }
    if statement.condition:
        shown["Condition"] = statement.condition
    return shown


def _check_revision(function: Function, asked: Members) -> None:
    wanted = asked.get("RevisionId")
    if wanted is not None and wanted != function.policy_revision_id:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetPolicy API to retrieve the latest Revision Id"
        )
