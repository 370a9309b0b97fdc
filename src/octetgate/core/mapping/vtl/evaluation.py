"""Writes the code that evaluates expressions and references.

Every operation is a statement of its own, so however an expression is nested the
code is not.  Where a type is known, or is most of the time the same one, the
code for it stands inline, and :mod:`.runtime` knows the rest.
"""

from __future__ import annotations

from collections.abc import Callable

from octetgate.core.mapping.vtl import values
from octetgate.core.mapping.vtl.errors import MemberError, TemplateError
from octetgate.core.mapping.vtl.methods import CHANGING, Calls
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
    Property,
    RangeLiteral,
    Reference,
    Set,
    Step,
)
from octetgate.core.mapping.vtl.source import Function, Operand, Site, constant
from octetgate.core.mapping.vtl.variables import Locals, Storage

_LONG = 60
_LOGIC = {"&&": "if {}:", "||": "if not {}:"}


class Evaluation:
    """Writes expressions into one function.

    ``string`` writes the inside of a double-quoted string, and ``counter`` knows what
    ``$foreach`` says where a loop's own counters tell it.
    """

    def __init__(
        self,
        function: Function,
        storage: Storage,
        string: Callable[[Block], Operand],
        counter: Callable[[Reference], Operand | None],
    ) -> None:
        self._function = function
        self._storage = storage
        self._string = string
        self._counter = counter

    def expression(self, node: Expression) -> Operand:
        """Return the value of ``node``."""
        keep = self._function.keep
        match node:
            case Literal(value):
                return Operand(constant(value), type(value))
            case Reference():
                return self.reference(node)
            case Interpolated(block):
                return self._string(block)
            case ListLiteral(items):
                members = "".join(f"{self.expression(item).code}, " for item in items)
                return Operand(keep(f"JavaList(({members}))"), values.JavaList)
            case RangeLiteral():
                with self._function.within(Site("range", node.place)):
                    first, last = self.expression(node.first), self.expression(node.last)
                    return Operand(keep(f"integers({first.code}, {last.code})"))
            case MapLiteral(members):
                listed = "".join(f"{self._member(*member)}, " for member in members)
                return Operand(keep(f"{{{listed}}}"), dict)
            case Not() | Binary(operator="&&" | "||" | "==" | "!=" | "<" | ">" | "<=" | ">="):
                return Operand(keep(self.condition(node)), bool)
            case Binary():
                return self._calculation(node)

    def _member(self, key: Expression, value: Expression) -> str:
        known = self.expression(key)
        name = known.code
        if known.kind not in (str, int):
            name = self._function.keep(f"map_key({name})")
        return f"{name}: {self.expression(value).code}"

    # -- conditions

    def condition(self, node: Expression) -> str:
        """Return the Python of whether ``node`` is true, to be used once and at once."""
        match node:
            case Literal(value):
                return str(values.truth(value))
            case Not(operand):
                return f"not ({self.condition(operand)})"
            case Binary(operator="&&" | "||" as sign):
                held = self._function.keep(self.condition(node.left))
                with self._function.block(_LOGIC[sign].format(held)):
                    self._function.write(f"{held} = {self.condition(node.right)}")
                return held
            case Binary(operator="==" | "!=" as sign):
                equal = self._equality(node)
                return equal if sign == "==" else f"not {equal}"
            case Binary(operator="<" | ">" | "<=" | ">=" as sign):
                return _ordered(sign, self.expression(node.left), self.expression(node.right))
            case _:
                return _truth(self.expression(node))

    def _equality(self, node: Binary) -> str:
        left, right = self.expression(node.left), self.expression(node.right)
        slow = f"equality(run, {left.code}, {right.code})"
        if int not in (left.kind, right.kind):
            return self._function.keep(slow, Site("==", node.place))
        test = f"{left.code} == {right.code} if {_both_int(left, right)} else {slow}"
        return self._function.keep(test, Site("==", node.place))

    def _calculation(self, node: Binary) -> Operand:
        left, right = self.expression(node.left), self.expression(node.right)
        site = Site("arithmetic", node.place)
        folded = _folded(node)
        if folded is not None:
            return folded
        sign = node.operator
        if sign == "+":
            slow = f"added(run, {left.code}, {right.code}, {node.sources!r})"
        else:
            slow = f"calculate({constant(sign)}, {left.code}, {right.code})"
        literal, other = (left, right) if left.kind is int else (right, left)
        if sign in "+-" and literal.kind is int and other.kind is None:
            # Within half of the bits, nothing that can be written here makes too many.
            test = f"type({other.code}) is int and -half < {other.code} < half"
            slow = f"{left.code} {sign} {right.code} if {test} else {slow}"
        return Operand(self._function.keep(slow, site))

    # -- references

    def reference(self, node: Reference) -> Operand:
        """Return what a reference leads to; what is missing is null."""
        counter = self._counter(node)
        if counter is not None:
            return counter
        found = self._storage.load(self._function, node.root)
        for step in node.steps:
            found = self._step(found, step, node)
        return found

    def _step(self, target: Operand, step: Step, node: Reference) -> Operand:
        code = target.code
        match step:
            case Property(name):
                return self._got(code, name, "member")
            case Index(Literal(str() as key)):
                return self._got(code, key, "element")
            case Index(key):
                return self._guarded(
                    code, (key,), lambda given: f"element({code}, {given[0]})", None
                )
            case Call(name, arguments):
                calls = self._function.names.keep(Calls(name, len(arguments)))
                called = self._guarded(
                    code,
                    arguments,
                    lambda given: f"{calls}[type({code})]({', '.join(('run', code, *given))})",
                    Site(f"{node.source[:_LONG]}, method {name}", node.place),
                )
                if name in CHANGING:
                    self._function.forget()
                return called

    def _got(self, target: str, key: str, slow: str) -> Operand:
        name = constant(key)
        got = f"{slow}({target}, {name})"
        if self._function.hot:
            got = f"{target}.get({name}) if type({target}) is dict else {got}"
        # A macro's argument may be another value each time it is read.
        alone = isinstance(self._storage, Locals)
        return Operand(self._function.once(got) if alone else self._function.keep(got))

    def _guarded(
        self,
        target: str,
        arguments: tuple[Expression, ...],
        made: Callable[[list[str]], str],
        site: Site | None,
    ) -> Operand:
        """Write a step with arguments, which are not evaluated where there is no target."""
        function = self._function
        if all(map(self._has_no_effect, arguments)):
            given = [self.expression(argument).code for argument in arguments]
            return Operand(function.keep(made(given), site))
        result = function.keep("None")
        with function.block(f"if {target} is not None:"):
            given = [self.expression(argument).code for argument in arguments]
            function.write(f"{result} = {made(given)}", site)
        return Operand(result)

    def _has_no_effect(self, node: Expression) -> bool:
        """Say whether ``node`` may be evaluated for nothing: it changes nothing, nor fails."""
        match node:
            case Literal():
                return True
            case Reference(steps=steps) if isinstance(self._storage, Locals):
                return all(isinstance(step, Property) for step in steps)
            case _:
                return False

    # -- assignments

    def assign(self, node: Set) -> None:
        """Write ``#set``."""
        target = node.target
        value = self.expression(node.value).code
        if not target.steps:
            self._storage.store(self._function, target.root, value)
            return
        *path, last = target.steps
        place = target.place
        self._function.forget()
        owner = self.reference(
            Reference(target.source, target.quiet, target.root, tuple(path), place)
        ).code
        with self._function.within(Site(target.source, place)):
            match last:
                case Property(name):
                    self._function.write(f"put_member({owner}, {name!r}, {value})")
                case Index(key):
                    index = self.expression(key).code
                    self._function.write(f"put_element({owner}, {index}, {value})")
                case Call(name):
                    reason = f"cannot set what the method {name} returns"
                    raise TemplateError(reason, place.line, place.column)
        self._function.forget()


def _truth(value: Operand) -> str:
    if value.kind is bool:
        return value.code
    if value.kind is not None:
        return "True"
    return f"{value.code} is not None and {value.code} is not False"


def _both_int(left: Operand, right: Operand) -> str:
    """Return the Python of whether two operands are integers, as far as that is not known."""
    unknown = [f"type({side.code})" for side in (left, right) if side.kind is not int]
    return f"{' is '.join(unknown)} is int" if unknown else "True"


def _ordered(sign: str, left: Operand, right: Operand) -> str:
    slow = f"ordered({constant(sign)}, {left.code}, {right.code})"
    if not {left.kind, right.kind} <= {None, int}:
        return slow
    return f"({left.code} {sign} {right.code} if {_both_int(left, right)} else {slow})"


def _folded(node: Binary) -> Operand | None:
    """Return the result of a calculation with two numbers as they stand in the template."""
    match node.left, node.right:
        case Literal(left), Literal(right) if values.is_number(left) and values.is_number(right):
            try:
                result = values.calculate(node.operator, left, right)
            except MemberError:
                return None
            if values.is_number(result):
                return Operand(constant(result), type(result))
    return None
