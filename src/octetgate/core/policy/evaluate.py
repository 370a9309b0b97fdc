"""What a policy says of an action on a resource."""

from enum import Enum

from octetgate.core.policy.conditions import Facts
from octetgate.core.policy.document import Names, Policy, Statement
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
        # Names of actions have no case.
        _covers(statement.actions, action.lower(), fold=True)
        and _covers(statement.resources, resource)
        and all(condition.holds(facts) for condition in statement.conditions)
    )


def _covers(names: Names, name: str, *, fold: bool = False) -> bool:
    patterns = (pattern.lower() if fold else pattern for pattern in names.patterns)
    return any(matches(name, pattern) for pattern in patterns) is not names.others
