"""Reads references and the expressions inside directives (spec: mapping 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from octetgate.core.mapping.vtl.lexer import Lexer
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

DEEPEST = 40
"""Parentheses, brackets and blocks within each other, at most."""

_WORDS = {
    "or": "||",
    "and": "&&",
    "eq": "==",
    "ne": "!=",
    "gt": ">",
    "lt": "<",
    "ge": ">=",
    "le": "<=",
}
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||", "or"),
    ("&&", "and"),
    ("==", "!=", "eq", "ne"),
    ("<", ">", "<=", ">=", "lt", "gt", "le", "ge"),
    ("+", "-"),
    ("*", "/", "%"),
)
_BOOLEANS = {"true": True, "false": False}

Interpolate = Callable[[str, Place], Block]


class ExpressionParser:
    """Recursive descent over one lexer."""

    def __init__(self, lexer: Lexer, interpolate: Interpolate, depth: int = 0) -> None:
        self._lexer = lexer
        self._interpolate = interpolate
        self.depth = depth
        self.references: list[Reference] = []

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count one level of nesting while something inside is read."""
        if self.depth >= DEEPEST:
            raise self._lexer.error(f"nested more than {DEEPEST} levels deep")
        self.depth += 1
        yield
        self.depth -= 1

    def expression(self, level: int = 0) -> Expression:
        """Read an expression whose operators bind at least as ``level`` does."""
        if level == len(_LEVELS):
            return self._unary()
        left = self.expression(level + 1)
        while sign := self._lexer.accept(*_LEVELS[level]):
            place = self._lexer.place()
            right = self.expression(level + 1)
            left = Binary(_WORDS.get(sign, sign), left, right, place)
        return left

    def _unary(self) -> Expression:
        if self._lexer.accept("!", "not"):
            with self.deeper():
                return Not(self._unary())
        return self.primary()

    def primary(self) -> Expression:
        """Read a reference, a literal or something in parentheses."""
        lexer = self._lexer
        token = lexer.peek()
        start = lexer.position
        if token is None:
            return self._required_reference()
        if lexer.accept("("):
            with self.deeper():
                inside = self.expression()
            lexer.expect(")")
            return inside
        if lexer.accept("["):
            return self._list_or_range(start)
        if lexer.accept("{"):
            return self._map()
        return self._scalar()

    def _required_reference(self) -> Reference:
        reference = self.reference()
        if reference is None:
            raise self._lexer.expected("a value")
        return reference

    def _scalar(self) -> Expression:
        lexer = self._lexer
        negative = lexer.accept("-") is not None
        token = lexer.peek()
        if token is None or (negative and token.kind != "number"):
            raise lexer.expected("a number" if negative else "a value")
        match token.kind:
            case "number":
                lexer.position += len(token.text)
                number = _number(token.text)
                return Literal(-number if negative else number)
            case "double" | "single":
                return self._string(token.text)
            case _ if token.text in _BOOLEANS:
                lexer.position += len(token.text)
                return Literal(_BOOLEANS[token.text])
            case _:
                hint = "; write $null" if token.text == "null" else ""
                raise lexer.error(f"expected a value, found {token.text!r}{hint}")

    def _string(self, quoted: str) -> Expression:
        place = self._lexer.place(self._lexer.position + 1)
        self._lexer.position += len(quoted)
        quote = quoted[0]
        inside = quoted[1:-1].replace(quote * 2, quote)
        if quote == "'" or not ("$" in inside or "#" in inside):
            return Literal(inside)
        with self.deeper():
            return Interpolated(self._interpolate(inside, place))

    def _list_or_range(self, start: int) -> Expression:
        lexer = self._lexer
        place = lexer.place(start)
        if lexer.accept("]"):
            return ListLiteral(())
        with self.deeper():
            items = [self.expression()]
            if lexer.accept(".."):
                last = self.expression()
                lexer.expect("]")
                return RangeLiteral(items[0], last, place)
            while lexer.accept(","):
                items.append(self.expression())
        lexer.expect("]")
        return ListLiteral(tuple(items))

    def _map(self) -> MapLiteral:
        lexer = self._lexer
        members: list[tuple[Expression, Expression]] = []
        if lexer.accept("}"):
            return MapLiteral(())
        with self.deeper():
            while True:
                key = self.expression()
                lexer.expect(":")
                members.append((key, self.expression()))
                if not lexer.accept(","):
                    break
        lexer.expect("}")
        return MapLiteral(tuple(members))

    def reference(self) -> Reference | None:
        """Read a reference, or nothing where a ``$`` starts none."""
        lexer = self._lexer
        start = lexer.position
        head = lexer.reference()
        if head is None:
            return None
        place = lexer.place(start)
        steps = tuple(self._steps())
        if head[2] and not lexer.take("}"):
            raise lexer.expected(f"'}}' to close {lexer.text[start : lexer.position][:40]!r}")
        source = lexer.text[start : lexer.position]
        reference = Reference(source, bool(head[1]), head[3], steps, place)
        self.references.append(reference)
        return reference

    def _steps(self) -> Iterator[Step]:
        lexer = self._lexer
        while True:
            if member := lexer.member():
                yield Call(member[1], self._arguments()) if member[2] else Property(member[1])
            elif lexer.take("["):
                with self.deeper():
                    key = self.expression()
                lexer.expect("]")
                yield Index(key)
            else:
                return

    def _arguments(self) -> tuple[Expression, ...]:
        """Read what stands between a method's parentheses; the first is read already."""
        lexer = self._lexer
        arguments: list[Expression] = []
        if lexer.accept(")"):
            return ()
        with self.deeper():
            arguments.append(self.expression())
            while lexer.accept(","):
                arguments.append(self.expression())
        lexer.expect(")")
        return tuple(arguments)


def _number(digits: str) -> int | float:
    return int(digits) if digits.isdigit() else float(digits)
