"""Reads template text into nodes (spec: mapping 10 and 14).

A ``$`` that starts no reference and a ``#`` that starts no directive are text.
All blanks and line ends are kept; only a ``##`` comment takes its line end away,
as it does in Velocity 1.7.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from octetgate.core.mapping.vtl.errors import TemplateError
from octetgate.core.mapping.vtl.expressions import ExpressionParser
from octetgate.core.mapping.vtl.lexer import DirectiveHead, Lexer
from octetgate.core.mapping.vtl.nodes import (
    Block,
    Break,
    Define,
    Expression,
    Foreach,
    If,
    Macro,
    Node,
    Place,
    Reference,
    Set,
    Show,
    Stop,
    Text,
    Use,
)

_MACRO_NAMES = re.compile(r"#\{?macro\}?\s*\(\s*([A-Za-z_][A-Za-z0-9_]*)")
_MACRO_WORD = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)")
_WITH_PARENTHESES = frozenset({"set", "if", "foreach", "define", "macro"})
_CONTINUATIONS = frozenset({"elseif", "else", "end"})
_BARE = frozenset({"else", "end", "stop", "return", "break"})
_REFUSED = frozenset({"evaluate", "include", "parse"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole template, and every reference in it wherever it stands."""

    block: Block
    references: tuple[Reference, ...]


def parse(text: str) -> Parsed:
    """Return the template ``text`` as nodes, or raise ``TemplateError``."""
    # A macro may be used before its definition, so its name has to be known from the start.
    candidates = frozenset(_MACRO_NAMES.findall(text))
    parser = _Parser(text, Place(1, 1), candidates)
    block = parser.whole()
    if candidates != parser.defined:
        # Some only look like definitions: in comments, for example.
        parser = _Parser(text, Place(1, 1), frozenset(parser.defined))
        block = parser.whole()
    return Parsed(block, tuple(parser.expressions.references))


class _Parser:
    """One piece of text: the template, or the inside of a double-quoted string."""

    def __init__(self, text: str, start: Place, macros: frozenset[str], depth: int = 0) -> None:
        self._lexer = Lexer(text, start)
        self._macros = macros
        self.defined: set[str] = set()
        self.expressions = ExpressionParser(self._lexer, self._inside_string, depth)
        self._directives: dict[str, Callable[[Place], Node]] = {
            "set": self._set,
            "if": self._if,
            "foreach": self._foreach,
            "define": self._define,
            "macro": self._macro,
        }

    def whole(self) -> Block:
        """Read everything; no block may end here that was not opened."""
        block, ending = self._block()
        if ending is not None:
            raise self._lexer.error(f"#{ending.name} closes or continues nothing")
        return block

    def _inside_string(self, text: str, start: Place) -> Block:
        inner = _Parser(text, start, self._macros, self.expressions.depth)
        block = inner.whole()
        self.expressions.references += inner.expressions.references
        self.defined |= inner.defined
        return block

    def _block(self) -> tuple[Block, DirectiveHead | None]:
        """Read nodes up to ``#end``, ``#else`` or ``#elseif``, which stays unread."""
        nodes = _Nodes()
        while mark := self._lexer.mark():
            nodes.text(mark.text)
            if mark.sign == "$":
                self._dollar(nodes, mark.backslashes)
            elif ending := self._hash(nodes, mark.backslashes):
                return nodes.block(), ending
        nodes.text(self._lexer.rest())
        return nodes.block(), None

    def _dollar(self, nodes: _Nodes, backslashes: int) -> None:
        reference = self.expressions.reference()
        if reference is not None:
            nodes.add(Show(reference, backslashes))
            return
        self._lexer.take("$")
        nodes.text("\\" * backslashes + "$")

    def _hash(self, nodes: _Nodes, backslashes: int) -> DirectiveHead | None:
        """Read what a ``#`` starts, or return the directive that ends this block."""
        head = self._lexer.directive()
        if head is None or not self._is_directive(head):
            nodes.text("\\" * backslashes)
            self._comment_or_text(nodes)
            return None
        # Velocity halves the backslashes before a directive, but not those before #set.
        halved = head.name != "set" or backslashes % 2
        nodes.text("\\" * (backslashes // 2 if halved else backslashes))
        if backslashes % 2:
            nodes.text(self._lexer.text[self._lexer.position : head.end])
            self._lexer.position = head.end
            return None
        if head.name in _CONTINUATIONS:
            return head
        nodes.add(self._directive(head))
        return None

    def _is_directive(self, head: DirectiveHead) -> bool:
        if head.with_body:
            return head.name in self._macros and self._lexer.opens(head.end)
        if head.name in _BARE or head.name in self._macros:
            return True
        known = head.name in _WITH_PARENTHESES | _REFUSED or head.name == "elseif"
        return known and self._lexer.opens(head.end)

    def _comment_or_text(self, nodes: _Nodes) -> None:
        lexer = self._lexer
        start = lexer.position
        if lexer.text.startswith("##", start) and not lexer.in_json_string():
            if lexer.skip_past("\n") is None:
                lexer.rest()
        elif lexer.take("##"):
            # Between the quotes of a JSON string it is no comment (spec: mapping 10).
            nodes.text("##")
        elif lexer.take("#*"):
            if lexer.skip_past("*#") is None:
                raise lexer.error("the comment opened with '#*' is never closed with '*#'", start)
        elif lexer.take("#[["):
            unparsed = lexer.skip_past("]]#")
            if unparsed is None:
                raise lexer.error("the text opened with '#[[' is never closed with ']]#'", start)
            nodes.text(unparsed)
        else:
            lexer.take("#")
            nodes.text("#")

    def _directive(self, head: DirectiveHead) -> Node:
        lexer = self._lexer
        place = lexer.place()
        if head.name in _REFUSED:
            raise lexer.error(f"#{head.name} is not available in mapping templates")
        lexer.position = head.end
        if head.name in ("stop", "return"):
            self._argument()
            return Stop()
        if head.name == "break":
            return self._break(place)
        if head.name in self._directives and not head.with_body:
            lexer.expect("(")
            return self._directives[head.name](place)
        return self._use(head, place)

    def _break(self, place: Place) -> Break:
        argument = self._argument()
        if argument is not None and not isinstance(argument, Reference):
            raise self._lexer.error("expected a loop, as in #break($foreach.parent)")
        return Break(argument, place)

    def _argument(self) -> Expression | None:
        """Read what stands in parentheses, if anything does."""
        if not self._lexer.opens(self._lexer.position):
            return None
        self._lexer.expect("(")
        return None if self._lexer.accept(")") else self._condition()

    def _body(self, name: str, opened: Place) -> Block:
        """Read a block up to its ``#end``."""
        block, ending = self._continued(name, opened)
        if ending.name != "end":
            raise self._lexer.error(f"#{ending.name} inside #{name}, expected #end")
        self._lexer.position = ending.end
        return block

    def _continued(self, name: str, opened: Place) -> tuple[Block, DirectiveHead]:
        with self.expressions.deeper():
            block, ending = self._block()
        if ending is None:
            where = f"line {opened.line}, column {opened.column}"
            raise self._lexer.error(f"expected #end for the #{name} of {where}")
        return block, ending

    def _condition(self) -> Expression:
        condition = self.expressions.expression()
        self._lexer.expect(")")
        return condition

    def _set(self, _: Place) -> Set:
        target = self._required("a reference to set")
        self._lexer.expect("=")
        return Set(target, self._condition())

    def _required(self, wanted: str) -> Reference:
        self._lexer.skip_space()
        reference = self.expressions.reference()
        if reference is None:
            raise self._lexer.expected(wanted)
        return reference

    def _variable(self, wanted: str) -> str:
        reference = self._required(wanted)
        if reference.steps:
            place = reference.place
            reason = f"expected {wanted}, found {reference.source!r}"
            raise TemplateError(reason, place.line, place.column)
        return reference.root

    def _if(self, place: Place) -> If:
        branches: list[tuple[Expression, Block]] = []
        condition = self._condition()
        while True:
            block, ending = self._continued("if", place)
            branches.append((condition, block))
            self._lexer.position = ending.end
            if ending.name != "elseif":
                break
            self._lexer.expect("(")
            condition = self._condition()
        otherwise = self._body("else", place) if ending.name == "else" else Block((), 0)
        return If(tuple(branches), otherwise)

    def _foreach(self, place: Place) -> Foreach:
        name = self._variable("a plain variable")
        if self._lexer.accept("in") is None:
            raise self._lexer.expected("'in'")
        items = self._condition()
        return Foreach(name, items, self._body("foreach", place), place)

    def _define(self, place: Place) -> Define:
        name = self._variable("a plain variable")
        self._lexer.expect(")")
        return Define(name, self._body("define", place), place)

    def _macro(self, place: Place) -> Macro:
        lexer = self._lexer
        name = _MACRO_WORD.match(lexer.text, lexer.position)
        if name is None:
            raise lexer.expected("the macro's name")
        lexer.position = name.end()
        parameters: list[str] = []
        while not lexer.accept(")"):
            lexer.accept(",")
            parameters.append(self._variable("a parameter or ')'"))
        self.defined.add(name[1])
        return Macro(name[1], tuple(parameters), self._body("macro", place), place)

    def _use(self, head: DirectiveHead, place: Place) -> Use:
        arguments: list[Expression] = []
        if self._lexer.opens(self._lexer.position):
            self._lexer.expect("(")
            while not self._lexer.accept(")"):
                # Velocity separates a macro's arguments by blanks, so none is a sum.
                arguments.append(self.expressions.primary())
                self._lexer.accept(",")
        body = self._body(head.name, place) if head.with_body else None
        return Use(head.name, tuple(arguments), body, place)


class _Nodes:
    """Nodes as they come, with neighbouring text joined."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._pending: list[str] = []

    def text(self, text: str) -> None:
        if text:
            self._pending.append(text)

    def add(self, node: Node) -> None:
        self._flush()
        self._nodes.append(node)

    def block(self) -> Block:
        self._flush()
        return Block(tuple(self._nodes), sum(map(_size, self._nodes)))

    def _flush(self) -> None:
        if self._pending:
            self._nodes.append(Text("".join(self._pending)))
            self._pending.clear()


def _size(node: Node) -> int:
    match node:
        case If(branches, otherwise):
            return 1 + sum(block.size for _, block in branches) + otherwise.size
        case Foreach() | Define() | Macro():
            return 1 + node.block.size
        case Use(body=Block() as body):
            return 1 + body.size
        case _:
            return 1
