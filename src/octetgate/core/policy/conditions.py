"""The conditions of a policy's statement: operator, key, and the values one of which has to fit.

An operator that is not known never holds: whoever wrote it meant to narrow something.
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from octetgate.core.policy.variables import Facts, arn_covers, covers, filled

Comparison = Callable[[str, str, Facts], bool]
"""Whether what is found fits what is expected, whose variables facts fill in."""

_IF_EXISTS = "ifexists"
_ANY_VALUE, _ALL_VALUES = "foranyvalue", "forallvalues"


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key."""

    operator: str
    """In lower case, without a set operator before it and without ``IfExists``."""
    key: str
    """In lower case."""
    expected: tuple[str, ...]
    if_exists: bool = False
    """Whether it holds where nothing is known of the key."""
    of_set: str = ""
    """``foranyvalue`` or ``forallvalues``, for keys of many values.

    Facts have one value or none, and the two differ where there is none.
    """

    def holds(self, facts: Facts) -> bool:
        """Return whether the facts fulfil it."""
        found = facts.get(self.key)
        if self.operator == "null":
            return ("true" if found is None else "false") in map(str.lower, self.expected)
        negated = self.operator in _NEGATED
        compare = _OPERATORS.get(_NEGATED.get(self.operator, self.operator))
        if compare is None:
            return False
        if found is None:
            # All of no values fit whatever is asked, and none of them does (documented).
            unset = self.of_set == _ALL_VALUES or (negated and not self.of_set)
            return self.if_exists or unset
        return any(compare(found, each, facts) for each in self.expected) is not negated


def parse_condition(operator: str, key: str, expected: Sequence[str]) -> Condition:
    """Return a condition as a policy spells it."""
    of_set, colon, plain = operator.lower().rpartition(":")
    if colon and of_set not in {_ANY_VALUE, _ALL_VALUES}:
        plain = operator.lower()  # no operator of IAM's
    if_exists = plain.endswith(_IF_EXISTS) and plain != _IF_EXISTS
    name = plain.removesuffix(_IF_EXISTS) if if_exists else plain
    return Condition(name, key.lower(), tuple(expected), if_exists, of_set)


def is_known(condition: Condition) -> bool:
    """Whether the operator is one of IAM's."""
    if condition.operator == "null":
        return not condition.of_set
    return condition.operator in {*_OPERATORS, *_NEGATED}


def _equals(found: str, expected: str, facts: Facts) -> bool:
    return found == filled(expected, facts)


def _equals_ignoring_case(found: str, expected: str, facts: Facts) -> bool:
    text = filled(expected, facts)
    return text is not None and found.lower() == text.lower()


def _as_written(compare: Callable[[str, str], bool]) -> Comparison:
    """Return the comparison of an operator whose values have no variables."""
    return lambda found, expected, _: compare(found, expected)


def _address(found: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(found) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _numeric(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def holds(found: str, expected: str) -> bool:
        try:
            return compare(float(found), float(expected))
        except ValueError:
            return False

    return holds


def _date(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def holds(found: str, expected: str) -> bool:
        now, then = _epoch(found), _epoch(expected)
        return now is not None and then is not None and compare(now, then)

    return holds


def _epoch(text: str) -> float | None:
    """Return a moment, given as epoch seconds or in ISO 8601."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": lambda found, expected: found == expected,
    "lessthan": lambda found, expected: found < expected,
    "lessthanequals": lambda found, expected: found <= expected,
    "greaterthan": lambda found, expected: found > expected,
    "greaterthanequals": lambda found, expected: found >= expected,
}

_OPERATORS: Mapping[str, Comparison] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignoring_case,
    "stringlike": covers,
    "arnlike": arn_covers,
    "arnequals": arn_covers,  # AWS treats the two alike
    "ipaddress": _as_written(_address),
    "bool": _as_written(lambda found, expected: found.lower() == expected.lower()),
    **{f"numeric{name}": _as_written(_numeric(each)) for name, each in _COMPARISONS.items()},
    **{f"date{name}": _as_written(_date(each)) for name, each in _COMPARISONS.items()},
}
_NEGATED: Mapping[str, str] = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotlike": "arnlike",
    "arnnotequals": "arnequals",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}
