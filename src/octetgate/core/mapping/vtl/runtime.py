"""What generated code may use: nothing but the names in ``NAMESPACE``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from octetgate.core.mapping.vtl import loops, number_methods, scopes, values
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.methods import weight
from octetgate.core.mapping.vtl.run import Run
from octetgate.core.mapping.vtl.source import Site

_LONGEST_RANGE = 10_000


def shown(run: Run, value: object, null: str) -> str:
    """Return what a reference prints as; ``null`` is what null does."""
    if type(value) is str:
        return value
    if value is None:
        return null
    return str(value) if type(value) is int else printed(run, value)


def shown_block(run: Run, out: list[str], value: object, null: str, source: str) -> str:
    """Return the same where there are blocks, which write themselves.

    One that stands too deep in itself shows its ``source``.
    """
    if isinstance(value, scopes.Defined):
        return "" if value.show(out) else source
    return shown(run, value, null)


def printed(run: Run, value: object) -> str:
    """Return what a value prints as, and account for looking through it."""
    run.charge(weight(value))
    text = values.text(value)
    if len(text) > run.bounds.output:
        raise MemberError(f"more than {run.bounds.output} characters of output")
    return text


def overflowed(run: Run, pieces: Sequence[str], sites: Sequence[Site | None]) -> None:
    """Say which of the pieces just written was too much; text of the template's never is."""
    left = run.left + sum(map(len, pieces))
    for piece, site in zip(pieces, sites, strict=True):
        left -= len(piece)
        if left < 0 and site is not None:
            raise site.error(f"more than {run.bounds.output} characters of output")


def equality(run: Run, left: object, right: object) -> bool:
    """Say whether ``left == right``, and account for it."""
    if type(left) is str and type(right) is str:
        run.charge(len(left) + len(right))
        return left == right
    run.charge(weight(left) + weight(right))
    return values.equal(left, right)


def added(run: Run, left: object, right: object, sources: tuple[str, str]) -> object:
    """Return a sum, or text plus something; Velocity adds the source of what is null."""
    if not (isinstance(left, str) or isinstance(right, str)):
        return values.calculate("+", left, right)
    run.charge(weight(left) + weight(right))
    one, other = (
        source if value is None else values.java_text(value)
        for value, source in zip((left, right), sources, strict=True)
    )
    run.charge(len(one) + len(other))
    return one + other


def integers(start: object, end: object) -> values.JavaList | None:
    """Return ``[start..end]`` in either direction; null when an end is no number."""
    if not (values.is_number(start) and values.is_number(end)):
        return None
    first, last = number_methods.int_value(start), number_methods.int_value(end)
    if abs(last - first) >= _LONGEST_RANGE:
        raise MemberError(f"expected at most {_LONGEST_RANGE} numbers, found {first} to {last}")
    step = 1 if first <= last else -1
    return values.JavaList(range(first, last + step, step))


NAMESPACE: Mapping[str, object] = {
    "__builtins__": {},
    **{made.__name__: made for made in (dict, enumerate, int, len, str, type)},
    **{
        made.__name__: made
        for made in (added, equality, integers, overflowed, printed, shown, shown_block)
    },
    **{
        made.__name__: made
        for made in (
            loops.changed,
            loops.hidden,
            loops.named,
            loops.restore,
            loops.Round,
            loops.too_many,
            loops.watched,
            scopes.Broken,
            scopes.Defined,
            scopes.Stopped,
            scopes.use,
            values.calculate,
            values.element,
            values.items,
            values.JavaList,
            values.map_key,
            values.member,
            values.ordered,
            values.put_element,
            values.put_member,
        )
    },
    "half": 1 << (values.BITS // 2),
    "infinity": math.inf,
}
