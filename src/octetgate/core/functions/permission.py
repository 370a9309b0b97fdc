"""Whether a function's resource policy lets somebody invoke it (spec: lambda 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from octetgate.core.model.function import Statement
from octetgate.core.policy.wildcards import matches

_ACTIONS = ("lambda:Invoke*", "lambda:*", "*")
_INVOKE = "lambda:InvokeFunction"
_INVOKE_URL = "lambda:InvokeFunctionUrl"


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked of a policy."""

    action: str
    principal: str | None
    """A service, or None for anybody."""
    facts: Mapping[str, str | None]
    """Condition key in lower case → what is so."""


def allows(
    statements: Iterable[Statement],
    principal: str,
    source_arn: str,
    qualifier: str | None,
) -> bool:
    """Return whether one statement allows the service to invoke, and none denies it."""
    facts = {"aws:sourcearn": source_arn, "aws:sourceaccount": _account(source_arn)}
    return _allows(statements, _Request(_INVOKE, principal, facts), qualifier)


def allows_url(statements: Iterable[Statement], auth_type: str, qualifier: str | None) -> bool:
    """Return whether anybody may invoke through a function URL of that kind.

    AWS asks of new URLs besides that ``lambda:InvokeFunction`` is allowed; here
    ``lambda:InvokeFunctionUrl`` says it alone, as it did for years.
    """
    facts = {"lambda:functionurlauthtype": auth_type, "lambda:invokedviafunctionurl": "true"}
    return _allows(statements, _Request(_INVOKE_URL, None, facts), qualifier)


def _allows(statements: Iterable[Statement], request: _Request, qualifier: str | None) -> bool:
    """Return the verdict of one qualifier's policy.

    A permission belongs to the qualifier that it was added with: the bare function's does not
    cover an alias.
    """
    matching = [
        statement.effect
        for statement in statements
        if statement.qualifier == qualifier and _speaks_of(statement, request)
    ]
    return "Allow" in matching and "Deny" not in matching


def _speaks_of(statement: Statement, request: _Request) -> bool:
    return (
        statement.action in (request.action, *_ACTIONS)
        and _names(statement.principal, request.principal)
        and all(
            _holds(operator, keys, request.facts) for operator, keys in statement.condition.items()
        )
    )


def _names(principal: str | Mapping[str, str], service: str | None) -> bool:
    if isinstance(principal, str):
        return principal in ("*", service)
    return principal.get("AWS") == "*" or (
        service is not None and principal.get("Service") == service
    )


def _holds(operator: str, keys: Mapping[str, str], facts: Mapping[str, str | None]) -> bool:
    """Return whether every key of one condition holds; unknown ones never do."""
    compare = _OPERATORS.get(operator.lower())
    return compare is not None and all(
        compare(facts.get(key.lower()), expected) for key, expected in keys.items()
    )


def _account(arn: str) -> str | None:
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else None


def _equal(found: str | None, expected: str) -> bool:
    return found == expected


def _like(found: str | None, pattern: str) -> bool:
    return found is not None and matches(found, pattern)


def _arn_like(found: str | None, pattern: str) -> bool:
    """Compare six colon-separated parts; a wildcard of the first five stays inside its part."""
    if found is None:
        return False
    parts, patterns = found.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


_OPERATORS = {
    "arnlike": _arn_like,
    "arnequals": _arn_like,  # AWS treats the two alike
    "stringlike": _like,
    "stringequals": _equal,
    "bool": _equal,
}
