"""Reads references and the expressions inside directives (spec: mapping 14)."""

from __future__ import annotations

import re
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
_DIGITS = 300
_OPERATORS = 400
"""In one row.  Each stands for an operand as long as all before it."""
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_BAD_ESCAPE = re.compile(r"\\u(?![0-9a-fA-F]{4})")
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
        start = self._lexer.position
        left = self.expression(level + 1)
        count = 0
        while sign := self._lexer.accept(*_LEVELS[level]):
            count += 1
            if count > _OPERATORS:
                raise self._lexer.error(f"expected at most {_OPERATORS} operators in a row")
            place = self._lexer.place()
            middle = self._lexer.position
            right = self.expression(level + 1)
            sources = self._source(start, middle - len(sign)), self._source(middle)
            left = Binary(_WORDS.get(sign, sign), left, right, sources, place)
        return left

    def _source(self, start: int, end: int | None = None) -> str:
        """Return the text of an operand, which is what Velocity adds to a string for null."""
        source = self._lexer.text[start : self._lexer.position if end is None else end].strip()
        return source[1:-1].strip() if source.startswith("(") else source

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
        token = lexer.peek()
        if token is None:
            raise lexer.expected("a value")
        match token.kind:
            case "number":
                lexer.position += len(token.text)
                return Literal(self._number(token.text))
            case "double" | "single":
                return self._string(token.text)
            case _ if token.text in _BOOLEANS:
                lexer.position += len(token.text)
                return Literal(_BOOLEANS[token.text])
            case _ if token.text == "-":
                raise lexer.error("expected a value, found '-'; it stands right before digits only")
            case _:
                hint = "; write $null" if token.text == "null" else ""
                raise lexer.error(f"expected a value, found {token.text!r}{hint}")

    def _number(self, digits: str) -> int | float:
        if not digits.removeprefix("-").isdigit():
            return float(digits)
        if len(digits) > _DIGITS:
            raise self._lexer.error(f"expected at most {_DIGITS} digits, found {len(digits)}")
        return int(digits)

    def _string(self, quoted: str) -> Expression:
        place = self._lexer.place(self._lexer.position + 1)
        quote = quoted[0]
        inside = quoted[1:-1].replace(quote * 2, quote)
        if quote == '"' and "\\u" in inside:
            inside = self._unescaped(inside)
        self._lexer.position += len(quoted)
        if quote == "'" or not ("$" in inside or "#" in inside):
            return Literal(inside)
        with self.deeper():
            return Interpolated(self._interpolate(inside, place))

    def _unescaped(self, inside: str) -> str:
        r"""Replace ``\uXXXX``, the one escape that Velocity knows in double quotes."""
        if _BAD_ESCAPE.search(inside):
            raise self._lexer.error(r"expected four hexadecimal digits after \u in double quotes")
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), inside)
        # Two halves of a pair become the one character that they stand for.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _list_or_range(self, start: int) -> Expression:
        lexer = self._lexer
        place = lexer.place(start)
        if lexer.accept("]"):
            return ListLiteral(())
        with self.deeper():
            items = [self.expression()]
            if lexer.accept(".."):
                both = RangeLiteral(self._end(items[0]), self._end(self.expression()), place)
                lexer.expect("]")
                return both
            while lexer.accept(","):
                items.append(self.expression())
        lexer.expect("]")
        return ListLiteral(tuple(items))

    def _end(self, end: Expression) -> Expression:
        """Return one end of a range, which Velocity takes only as an integer or a reference."""
        match end:
            case Reference() | Literal(int()):
                return end
            case _:
                raise self._lexer.error("expected a range between integers or references")

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
