"""Who may invoke a function: its resource policy (spec: lambda 3 and 8)."""

import msgspec
from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    PolicyLengthExceededException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from octetgate.control.lambdas import Found, check_revision, find_qualified
from octetgate.control.policies import ABSENT, policy_text, principal, shown_statement
from octetgate.core.model.function import LATEST, Function, Statement
from octetgate.core.ports.store import FUNCTIONS

SERVICE = "lambda"

_LONGEST_POLICY = 20480

_CONDITIONS = (
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
)
"""Member, and the condition that AWS writes for it."""


def add_permission(call: Write, asked: Members) -> Members:
    """Let a principal invoke the function; return the statement that says so."""
    found = _find(call, asked)
    function, sid = found.function, asked["StatementId"]
    check_revision(function.policy_revision_id, asked, "GetPolicy")
    if any((each.sid, each.qualifier) == (sid, found.qualifier) for each in function.policy):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )
    statement = _statement(found, asked)
    _check_length(function, statement)
    _keep(call, function, (*function.policy, statement))
    return {"Statement": msgspec.json.encode(shown_statement(statement)).decode()}


def remove_permission(call: Write, asked: Members) -> None:
    """Take a permission back."""
    found = find_qualified(call, asked)
    function, gone = found.function, (asked["StatementId"], found.qualifier)
    check_revision(function.policy_revision_id, asked, "GetPolicy")
    kept = tuple(each for each in function.policy if (each.sid, each.qualifier) != gone)
    if kept == function.policy:
        raise ResourceNotFoundException(ABSENT)
    _keep(call, function, kept)


def get_policy(call: Read, asked: Members) -> Members:
    """Return the function's policy, if it has ever been given one."""
    found = find_qualified(call, asked)
    function = found.function
    statements = [
        shown_statement(each) for each in function.policy if each.qualifier == found.qualifier
    ]
    if not statements:
        raise ResourceNotFoundException(ABSENT)
    return {
        "Policy": policy_text(statements),
        "RevisionId": function.policy_revision_id,
    }


def _keep(call: Write, function: Function, policy: tuple[Statement, ...]) -> None:
    function = replace(function, policy=policy, policy_revision_id=call.new_uuid())
    call.store.put(FUNCTIONS, function.name, function)


def _find(call: Read | Write, asked: Members) -> Found:
    """Return whose policy is to be added to: a function's, a version's or an alias's."""
    if LATEST in (asked.get("Qualifier"), asked["FunctionName"].rpartition(":")[2]):
        raise InvalidParameterValueException(
            f"We currently do not support adding policies for {LATEST}."
        )
    return find_qualified(call, asked)


def _statement(found: Found, asked: Members) -> Statement:
    return Statement(
        sid=asked["StatementId"],
        principal=principal(found.function.arn, asked["Principal"]),
        action=asked["Action"],
        resource=found.arn,
        condition=_condition(asked),
        qualifier=found.qualifier,
    )


def _check_length(function: Function, added: Statement) -> None:
    """Refuse a policy longer than AWS's 20 KB."""
    shown = [
        shown_statement(each)
        for each in (*function.policy, added)
        if each.qualifier == added.qualifier
    ]
    length = len(policy_text(shown))
    if length > _LONGEST_POLICY:
        raise PolicyLengthExceededException(
            f"The final policy size ({length}) is bigger than the limit ({_LONGEST_POLICY})."
        )


def _condition(asked: Members) -> dict[str, dict[str, str]]:
    """Return what must hold of a call.  What the gateway does not tell of one never holds."""
    condition: dict[str, dict[str, str]] = {}
    for member, operator, key in _CONDITIONS:
        given = asked.get(member)
        if given not in (None, ""):
            text = str(given).lower() if isinstance(given, bool) else given
            condition.setdefault(operator, {})[key] = text
    return condition
