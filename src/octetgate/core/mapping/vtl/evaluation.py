"""Compiles expressions and references into closures that return a value."""

from __future__ import annotations

from collections.abc import Callable

from octetgate.core.mapping.vtl import methods, number_methods, values
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
from octetgate.core.mapping.vtl.run import Evaluate, Render, Run

Follow = Callable[[Run, object], object]

_LONGEST_RANGE = 10_000
_SHALLOW = frozenset({"keySet", "values", "entrySet", "toArray", "subList", "addAll", "putAll"})
"""Methods that look at the members of a collection but not into them."""

_VALUE = 8
"""What looking at one value costs, in characters."""


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
                return lambda run: values.JavaList(evaluate(run) for evaluate in members)
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
        return lambda run: {values.map_key(key(run)): value(run) for key, value in members}

    def _binary(self, node: Binary) -> Evaluate:
        left, right = self.expression(node.left), self.expression(node.right)
        sign = node.operator
        match sign:
            case "&&":
                return lambda run: values.truth(left(run)) and values.truth(right(run))
            case "||":
                return lambda run: values.truth(left(run)) or values.truth(right(run))
            case "==":
                return _equality(left, right, node.place)
            case "!=":
                equal = _equality(left, right, node.place)
                return lambda run: not equal(run)
            case "<" | ">" | "<=" | ">=":
                return lambda run: values.ordered(sign, left(run), right(run))
            case _:
                return _calculation(node, left, right)

    def reference(self, node: Reference) -> Evaluate:
        """Return a closure that follows a reference; what is missing is null."""
        root = node.root
        follow = [self._step(step, node) for step in node.steps]

        if not follow:
            return lambda run: run.variables.get(root, None)
        if len(follow) == 1:
            only = follow[0]

            def evaluate_one(run: Run) -> object:
                value = run.variables.get(root, None)
                return None if value is None else only(run, value)

            return evaluate_one

        def evaluate(run: Run) -> object:
            value = run.variables.get(root, None)
            for one in follow:
                if value is None:
                    return None
                value = one(run, value)
            return value

        return evaluate

    def _step(self, step: Step, node: Reference) -> Follow:
        match step:
            case Property(name):
                return _property(name)
            case Index(key):
                evaluate = self.expression(key)
                return lambda run, target: values.element(target, evaluate(run))
            case Call(name, arguments):
                evaluates = [self.expression(argument) for argument in arguments]
                return _call(name, evaluates, node)

    def assignment(self, node: Reference, value: Evaluate) -> Render:
        """Return a closure that sets what ``node`` names."""
        if not node.steps:
            root = node.root

            def set_variable(run: Run) -> None:
                run.variables[root] = value(run)

            return set_variable
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


def _property(name: str) -> Follow:
    def follow(_: Run, target: object) -> object:
        if type(target) is dict:
            return target.get(name)
        return values.member(target, name)

    return follow


def weight(value: object) -> int:
    """Return what looking through ``value`` costs, in characters."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, (list, tuple, dict)):
        return _VALUE * values.weigh(value)
    return 0


def _equality(left: Evaluate, right: Evaluate, place: Place) -> Callable[[Run], bool]:
    def evaluate(run: Run) -> bool:
        one, other = left(run), right(run)
        try:
            run.charge(weight(one) + weight(other))
            return values.equal(one, other)
        except MemberError as error:
            raise located(error, "==", place) from error

    return evaluate


def _calculation(node: Binary, left: Evaluate, right: Evaluate) -> Evaluate:
    sign = node.operator

    def evaluate(run: Run) -> object:
        one, other = left(run), right(run)
        try:
            if sign == "+" and (isinstance(one, str) or isinstance(other, str)):
                return _joined(run, (one, other), node.sources)
            return values.calculate(sign, one, other)
        except MemberError as error:
            raise located(error, "arithmetic", node.place) from error

    return evaluate


def _joined(run: Run, operands: tuple[object, object], sources: tuple[str, str]) -> str:
    """Return text plus something; Velocity adds the source of what is null."""
    run.charge(sum(map(weight, operands)))
    left, right = (
        source if value is None else values.java_text(value)
        for value, source in zip(operands, sources, strict=True)
    )
    run.charge(len(left) + len(right))
    return left + right


def _call(name: str, arguments: list[Evaluate], node: Reference) -> Follow:
    cost = _cost(name)
    what = f"{node.source[:60]}, method {name}"

    def follow(run: Run, target: object) -> object:
        given = [evaluate(run) for evaluate in arguments]
        try:
            if cost is not None:
                run.charge(cost(target) + sum(map(cost, given)))
            result = methods.call(target, name, given)
            if isinstance(result, str):
                run.charge(len(result))
        except MemberError as error:
            raise located(error, what, node.place) from error
        return result

    return follow


def _cost(name: str) -> Callable[[object], int] | None:
    if name in methods.CHEAP:
        return None
    return _size if name in _SHALLOW else weight


def _size(value: object) -> int:
    return len(value) if isinstance(value, (str, list, dict, tuple)) else 0


def _integers(start: object, end: object) -> values.JavaList | None:
    """Return ``[start..end]`` in either direction; null when an end is no number."""
    if not (values.is_number(start) and values.is_number(end)):
        return None
    first, last = number_methods.int_value(start), number_methods.int_value(end)
    if abs(last - first) >= _LONGEST_RANGE:
        raise MemberError(f"expected at most {_LONGEST_RANGE} numbers, found {first} to {last}")
    step = 1 if first <= last else -1
    return values.JavaList(range(first, last + step, step))
