"""A policy document, read from JSON's values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from octetgate.core.policy import variables
from octetgate.core.policy.conditions import Condition, is_known, parse_condition


class BadPolicy(ValueError):
    """What should be a policy is none; says where, what was expected and found."""


@dataclass(frozen=True, slots=True)
class Names:
    """Actions or resources: those that are named, or all but those."""

    patterns: tuple[str, ...]
    others: bool = False

    def spelled(self, how: Callable[[str], str]) -> "Names":
        """Return the same names in another spelling."""
        return Names(tuple(map(how, self.patterns)), self.others)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement."""

    allows: bool
    actions: Names
    resources: Names
    conditions: tuple[Condition, ...] = ()


Policy = tuple[Statement, ...]


def parse_policy(document: object, *, longest_resource: int | None = None) -> Policy:
    """Return the statements of a document."""
    if not isinstance(document, Mapping):
        raise _bad("policy", "an object", document)
    given = document.get("Statement")
    statements = given if isinstance(given, list) else [given]
    read = tuple(
        _statement(f"Statement {number}", each, longest_resource)
        for number, each in enumerate(statements, start=1)
    )
    has_variables = document.get("Version") == variables.SINCE
    return tuple(_with_variables(each) if has_variables else _plain(each) for each in read)


def _statement(where: str, given: object, longest_resource: int | None) -> Statement:
    if not isinstance(given, Mapping):
        raise _bad(where, "an object", given)
    effect = given.get("Effect")
    if effect not in {"Allow", "Deny"}:
        raise _bad(f"{where}: Effect", "Allow or Deny", effect)
    resources = _names(where, given, "Resource")
    for pattern in resources.patterns:
        if longest_resource is not None and len(pattern) > longest_resource:
            raise _bad(f"{where}: Resource", f"at most {longest_resource} characters", pattern)
    return Statement(
        effect == "Allow",
        _names(where, given, "Action"),
        resources,
        tuple(_conditions(where, given.get("Condition"))),
    )


def _with_variables(statement: Statement) -> Statement:
    """Return a statement whose resources have variables where they may have some."""
    return replace(statement, resources=statement.resources.spelled(variables.in_last_part))


def _plain(statement: Statement) -> Statement:
    """Return a statement of a version of the language that has no variables."""
    conditions = tuple(
        replace(each, expected=tuple(map(variables.plain, each.expected)))
        for each in statement.conditions
    )
    resources = statement.resources.spelled(variables.plain)
    return replace(statement, resources=resources, conditions=conditions)


def _names(where: str, given: Mapping[str, Any], member: str) -> Names:
    if f"Not{member}" in given and member not in given:
        return Names(_texts(f"{where}: Not{member}", given[f"Not{member}"]), others=True)
    return Names(_texts(f"{where}: {member}", given.get(member)))


def _texts(where: str, given: object) -> tuple[str, ...]:
    values = given if isinstance(given, list) else [given]
    if not values or not all(isinstance(value, str) for value in values):
        raise _bad(where, "a text or a list of texts", given)
    return tuple(values)


def _conditions(where: str, given: object) -> Iterator[Condition]:
    if given is None:
        return
    if not isinstance(given, Mapping):
        raise _bad(f"{where}: Condition", "an object", given)
    for operator, keys in given.items():
        if not isinstance(keys, Mapping):
            raise _bad(f"{where}: Condition {operator}", "an object", keys)
        for key, expected in keys.items():
            condition = parse_condition(operator, key, list(_spelled(expected)))
            if not is_known(condition):
                raise _bad(f"{where}: Condition", "an operator of IAM", operator)
            yield condition


def _spelled(given: object) -> Iterator[str]:
    """Yield the values that one of has to fit; numbers and booleans may stand without quotes."""
    for value in given if isinstance(given, list) else [given]:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def _bad(where: str, expected: str, found: object) -> BadPolicy:
    shown = repr(found)
    short = shown if len(shown) <= 80 else shown[:77] + "..."
    return BadPolicy(f"{where}: expected {expected}; found {short}")
