"""An API's resource policy: who may call what of it (spec: request-lifecycle 10).

Besides what other policies say, its statements name principals, and its resources may be written
without the ARN of the API: ``execute-api:/stage/METHOD/path``.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from octetgate.core.policy.document import BadPolicy, Names, Policy, parse_policy
from octetgate.core.policy.evaluate import Verdict, verdict
from octetgate.core.policy.variables import Facts

LONGEST = 8192
"""Characters of a policy."""
ACTION = "execute-api:Invoke"
EVERYBODY = "*"

_SHORT = "execute-api:/"
_RESOURCES = {"Resource", "NotResource"}


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """A policy, and whom each of its statements is about."""

    statements: Policy
    principals: tuple[Names, ...]

    def verdict(self, resource: str, facts: Facts, caller: Collection[str]) -> Verdict:
        """Return what the policy says of a call by somebody of these names; none is anybody."""
        speaking = tuple(
            statement
            for statement, principals in zip(self.statements, self.principals, strict=True)
            if _is_about(principals, caller)
        )
        return verdict(speaking, ACTION, resource, facts)


def read(text: str) -> ResourcePolicy:
    """Return the policy that a text says; BadPolicy where it says none."""
    if len(text) > LONGEST:
        raise BadPolicy(f"policy: expected at most {LONGEST} characters; found {len(text)}")
    document = _decoded(text)
    statements = parse_policy(document)
    given = document["Statement"]
    listed = given if isinstance(given, list) else [given]
    principals = tuple(
        _principals(f"Statement {number}", each) for number, each in enumerate(listed, start=1)
    )
    return ResourcePolicy(statements, principals)


def expanded(text: str, arn: str) -> str:
    """Return the text with the ARN of the API where a resource leaves it out."""
    return _with_resources(
        text, lambda each: f"{arn}/{each[len(_SHORT) :]}" if each.startswith(_SHORT) else each
    )


def shortened(text: str, arn: str) -> str:
    """Return the text without the ARN of the API, so that it is as good for another."""
    return _with_resources(
        text,
        lambda each: f"{_SHORT}{each[len(arn) + 1 :]}" if each.startswith(f"{arn}/") else each,
    )


def _with_resources(text: str, changed: Callable[[str], str]) -> str:
    document = _decoded(text)
    given = document.get("Statement")
    statements = given if isinstance(given, list) else [given]
    same = True
    for statement in filter(lambda each: isinstance(each, dict), statements):
        for member in _RESOURCES & set(statement):
            found = statement[member]
            statement[member] = _changed(found, changed)
            same = same and statement[member] == found
    # What was written stays as it was written.
    return text if same else json.dumps(document, separators=(",", ":"))


def _changed(found: Any, changed: Callable[[str], str]) -> Any:
    if isinstance(found, list):
        return [_changed(each, changed) for each in found]
    return changed(found) if isinstance(found, str) else found


def _decoded(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BadPolicy("policy: expected a JSON object")
    return document


def _principals(where: str, statement: Mapping[str, Any]) -> Names:
    others = "NotPrincipal" in statement
    given = statement.get("NotPrincipal" if others else "Principal")
    if given == EVERYBODY:
        return Names((EVERYBODY,), others)
    if not isinstance(given, dict) or not given:
        raise BadPolicy(f"{where}: expected a Principal, * or an object; found {given!r:.80}")
    names: list[str] = []
    for kind, value in given.items():
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in found):
            raise BadPolicy(f"{where}: Principal {kind}: expected a text or a list of texts")
        # Services and federated users do not call APIs here.
        names += [each for each in found if kind == "AWS"]
    return Names(tuple(names), others)


def _is_about(principals: Names, caller: Collection[str]) -> bool:
    named = any(name == EVERYBODY or name in caller for name in principals.patterns)
    return named is not principals.others
