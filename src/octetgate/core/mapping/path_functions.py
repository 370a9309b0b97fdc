"""The functions at the end of a JSON path, as Jayway's JsonPath has them: ``$.prices.max()``.

What cannot be calculated, the largest of no numbers for example, finds nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

NOTHING = object()
"""What a function returns that has nothing to work on."""

Function = Callable[[object, Sequence[object]], object]
"""From what the path found and the arguments to a value."""


def _length(found: object, _: Sequence[object]) -> object:
    # Jayway's knows arrays and objects; of a string it is the characters (unconfirmed).
    return len(found) if isinstance(found, (list, dict, str)) else NOTHING


def _keys(found: object, _: Sequence[object]) -> object:
    return list(found) if isinstance(found, dict) else NOTHING


def _append(found: object, arguments: Sequence[object]) -> object:
    return [*found, *arguments] if isinstance(found, list) else NOTHING


def _concat(found: object, arguments: Sequence[object]) -> object:
    texts = [one for one in _members(found, arguments) if isinstance(one, str)]
    return "".join(texts)


def _over_numbers(calculate: Callable[[list[float]], float]) -> Function:
    """Return a function over the numbers found and given; all else is left out."""

    def function(found: object, arguments: Sequence[object]) -> object:
        try:
            numbers = [float(one) for one in _members(found, arguments) if _is_number(one)]
            return calculate(numbers) if numbers else NOTHING
        except OverflowError:
            return NOTHING

    return function


def _members(found: object, arguments: Sequence[object]) -> list[object]:
    members = list(found) if isinstance(found, list) else []
    for argument in arguments:
        members += argument if isinstance(argument, list) else [argument]
    return members


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _average(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def _deviation(numbers: list[float]) -> float:
    mean = _average(numbers)
    return math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))


FUNCTIONS: Mapping[str, Function] = {
    "length": _length,
    "size": _length,
    "keys": _keys,
    "append": _append,
    "concat": _concat,
    "min": _over_numbers(min),
    "max": _over_numbers(max),
    "sum": _over_numbers(sum),
    "avg": _over_numbers(_average),
    "stddev": _over_numbers(_deviation),
}
