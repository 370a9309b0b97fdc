"""What a policy says of an action on a resource."""

from enum import Enum

from octetgate.core.policy.document import Names, Policy, Statement
from octetgate.core.policy.variables import Facts, covers
from octetgate.core.policy.wildcards import matches


class Verdict(Enum):
    """What a policy says."""

    ALLOW = "allow"
    DENY = "deny"
    """Explicitly; nothing allows what is denied."""
    SILENT = "silent"


def verdict(policy: Policy, action: str, resource: str, facts: Facts) -> Verdict:
    """Return what the policy says; a denial counts more than any number of allowances."""
    speaking = [each for each in policy if _speaks_of(each, action, resource, facts)]
    if not all(each.allows for each in speaking):
        return Verdict.DENY
    return Verdict.ALLOW if speaking else Verdict.SILENT


def _speaks_of(statement: Statement, action: str, resource: str, facts: Facts) -> bool:
    return (
        _is_action(statement.actions, action)
        and _is_resource(statement.resources, resource, facts)
        and all(condition.holds(facts) for condition in statement.conditions)
    )


def _is_action(names: Names, action: str) -> bool:
    # Names of actions have no case.
    named = any(matches(action.lower(), each.lower()) for each in names.patterns)
    return named is not names.others


def _is_resource(names: Names, resource: str, facts: Facts) -> bool:
    named = any(covers(resource, each, facts) for each in names.patterns)
    return named is not names.others
