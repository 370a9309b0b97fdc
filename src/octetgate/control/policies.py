"""Resource policies of functions and of layers, as AWS writes them (spec: lambda 8)."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from octetgate.core.model.function import Statement

ABSENT = "The resource you requested does not exist."
_ACCOUNT = re.compile(r"\d{12}")


def principal(arn: str, given: str) -> str | dict[str, str]:
    """Return who is meant, as a statement names them; ``arn`` is what the policy belongs to."""
    if given == "*":
        return given
    if _ACCOUNT.fullmatch(given):
        partition = arn.split(":")[1]
        return {"AWS": f"arn:{partition}:iam::{given}:root"}
    return {"AWS": given} if given.startswith("arn:") else {"Service": given}


def policy_text(statements: Sequence[dict[str, Any]]) -> str:
    """Return the document that GetPolicy hands out."""
    document = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    return msgspec.json.encode(document).decode()


def shown_statement(statement: Statement) -> dict[str, Any]:
    """Return a statement as it stands in a policy."""
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
