"""Compiles expressions and references into closures that return a value."""

from __future__ import annotations

from collections.abc import Callable

from octetgate.core.mapping.vtl import methods, values
from octetgate.core.mapping.vtl.errors import MemberError, TemplateError
from octetgate.core.mapping.vtl.nodes import (
    Binary,
    Block,
    Call,
    Expression,
    Index,
    Interpolated,
    ListLiteral,
    Literal,
    MapLiteral,
    Not,
    Place,
    Property,
    RangeLiteral,
    Reference,
    Step,
)
from octetgate.core.mapping.vtl.run import UNDEFINED, Run

Evaluate = Callable[[Run], object]
Render = Callable[[Run], None]
Follow = Callable[[Run, object], object]

_LONGEST_RANGE = 10_000


class Defined:
    """What ``#define`` makes: a block that is rendered whenever it is read."""

    __slots__ = ("render",)

    def __init__(self, render: Render) -> None:
        self.render = render

    def text(self, run: Run) -> str:
        """Return what the block renders to now."""
        return run.captured(lambda inner: inner.deeper(self.render))


def located(error: MemberError, what: str, place: Place) -> TemplateError:
    """Return ``error`` with the place in the template where it came up."""
    return TemplateError(f"{what}: {error}", place.line, place.column)


class Evaluation:
    """Compiles expressions; ``block`` compiles the inside of a double-quoted string."""

    def __init__(self, block: Callable[[Block], Render]) -> None:
        self._block = block

    def expression(self, node: Expression) -> Evaluate:
        """Return a closure that evaluates ``node``."""
        match node:
            case Literal(value):
                return lambda _: value
            case Reference():
                return self.reference(node)
            case Interpolated(block):
                render = self._block(block)
                return lambda run: run.captured(render)
            case ListLiteral(items):
                members = [self.expression(item) for item in items]
                return lambda run: [evaluate(run) for evaluate in members]
            case RangeLiteral():
                return self._range(node)
            case MapLiteral(pairs):
                return self._map(pairs)
            case Not(operand):
                inner = self.expression(operand)
                return lambda run: not values.truth(inner(run))
            case Binary():
                return self._binary(node)

    def _range(self, node: RangeLiteral) -> Evaluate:
        first, last = self.expression(node.first), self.expression(node.last)

        def evaluate(run: Run) -> object:
            try:
                return _integers(first(run), last(run))
            except MemberError as error:
                raise located(error, "range", node.place) from error

        return evaluate

    def _map(self, pairs: tuple[tuple[Expression, Expression], ...]) -> Evaluate:
        members = [(self.expression(key), self.expression(value)) for key, value in pairs]
        return lambda run: {values.text(key(run)): value(run) for key, value in members}

    def _binary(self, node: Binary) -> Evaluate:
        left, right = self.expression(node.left), self.expression(node.right)
        sign = node.operator
        match sign:
            case "&&":
                return lambda run: values.truth(left(run)) and values.truth(right(run))
            case "||":
                return lambda run: values.truth(left(run)) or values.truth(right(run))
            case "==":
                return lambda run: values.equal(left(run), right(run))
            case "!=":
                return lambda run: not values.equal(left(run), right(run))
            case "<" | ">" | "<=" | ">=":
                return lambda run: values.ordered(sign, left(run), right(run))
            case _:
                return _calculation(node, left, right)

    def reference(self, node: Reference) -> Evaluate:
        """Return a closure that follows a reference; what is missing is null."""
        root = node.root
        follow = [self._step(step, node) for step in node.steps]

        def evaluate(run: Run) -> object:
            value = variable(run, root)
            if value is UNDEFINED:
                return None
            for one in follow:
                if value is None:
                    return None
                value = one(run, value)
            return value

        return evaluate

    def _step(self, step: Step, node: Reference) -> Follow:
        match step:
            case Property(name):
                return lambda _, target: values.member(target, name)
            case Index(key):
                evaluate = self.expression(key)
                return lambda run, target: values.element(target, evaluate(run))
            case Call(name, arguments):
                evaluates = [self.expression(argument) for argument in arguments]
                return _call(name, evaluates, node)

    def assignment(self, node: Reference, value: Evaluate) -> Render:
        """Return a closure that sets what ``node`` names."""
        if not node.steps:
            return lambda run: run.variables.__setitem__(node.root, value(run))
        *path, last = node.steps
        owner = self.reference(
            Reference(node.source, node.quiet, node.root, tuple(path), node.place)
        )
        put = self._put(last, node)

        def assign(run: Run) -> None:
            new = value(run)
            target = owner(run)
            try:
                put(run, target, new)
            except MemberError as error:
                raise located(error, node.source, node.place) from error

        return assign

    def _put(self, step: Step, node: Reference) -> Callable[[Run, object, object], None]:
        match step:
            case Property(name):
                return lambda _, target, new: values.put_member(target, name, new)
            case Index(key):
                index = self.expression(key)
                return lambda run, target, new: values.put_element(target, index(run), new)
            case Call(name):
                reason = f"cannot set what the method {name} returns"
                raise TemplateError(reason, node.place.line, node.place.column)


def variable(run: Run, name: str) -> object:
    """Return a variable's value, a defined block already rendered, or ``UNDEFINED``."""
    value = run.variables.get(name, UNDEFINED)
    return value.text(run) if isinstance(value, Defined) else value


def _calculation(node: Binary, left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(run: Run) -> object:
        try:
            result = values.calculate(node.operator, left(run), right(run))
            if isinstance(result, str):
                run.charge(len(result))
        except MemberError as error:
            raise located(error, "arithmetic", node.place) from error
        return result

    return evaluate


def _call(name: str, arguments: list[Evaluate], node: Reference) -> Follow:
    cheap = name in methods.CHEAP
    what = f"{node.source[:60]}, method {name}"

    def follow(run: Run, target: object) -> object:
        given = [evaluate(run) for evaluate in arguments]
        try:
            if not cheap:
                run.charge(sum(map(_size, (target, *given))))
            result = methods.call(target, name, given)
            if isinstance(result, str):
                run.charge(len(result))
        except MemberError as error:
            raise located(error, what, node.place) from error
        return result

    return follow


def _size(value: object) -> int:
    return len(value) if isinstance(value, (str, list, dict, tuple)) else 0


def _integers(first: object, last: object) -> list[object] | None:
    """Return ``[first..last]`` in either direction; null when an end is no integer."""
    if not (isinstance(first, int) and isinstance(last, int)):
        return None
    if abs(last - first) >= _LONGEST_RANGE:
        raise MemberError(f"expected at most {_LONGEST_RANGE} numbers, found {first} to {last}")
    return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))
