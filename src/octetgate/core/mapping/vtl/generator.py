"""Writes a parsed template as Python source (spec: mapping 10).

A template becomes a function that appends text to a list.  Macros, ``#define``
blocks, arguments and whatever else is rendered at another time than it stands are
functions beside it.  They hold no state of a rendering, so a template may render
in many threads and inside itself.
"""

from __future__ import annotations

from contextlib import nullcontext

from octetgate.core.mapping.vtl.errors import TemplateError
from octetgate.core.mapping.vtl.evaluation import Evaluation
from octetgate.core.mapping.vtl.nodes import (
    Block,
    Break,
    Define,
    Expression,
    Foreach,
    If,
    Macro,
    Node,
    Property,
    Reference,
    Set,
    Show,
    Stop,
    Text,
    Use,
)
from octetgate.core.mapping.vtl.showing import Showing
from octetgate.core.mapping.vtl.source import Function, Names, Operand, Piece, Site, constant
from octetgate.core.mapping.vtl.survey import DEEPEST, Survey
from octetgate.core.mapping.vtl.variables import Locals, Shared, Storage

_LEAVE = "return True"
_TOLD = ("foreach", "velocityCount", "velocityHasNext")


class Generator:
    """Writes the functions of one template; a macro may use itself, so it goes by its name."""

    def __init__(self, found: Survey) -> None:
        self.found = found
        self.names = Names()
        self.functions: list[Function] = []
        self.macros = {name: self.names.new("m") for name in found.macros}

    def template(self, block: Block) -> None:
        """Write ``render``, and all that it needs."""
        for name, macro in self.found.macros.items():
            self.rendering(self.macros[name], macro.block, Site(f"#{name}", macro.place))
        self.rendering("render", block)

    def rendering(
        self, name: str, block: Block, counted: Site | None = None, leave: str = _LEAVE
    ) -> None:
        """Write a function that renders ``block``.

        ``counted`` says whose fault it is that there were too many steps, where these are
        counted; ``leave`` is what a ``#break`` does.
        """
        function = self._function(f"def {name}(run, variables, out):")
        function.hot = name != "render"
        storage: Storage = Locals(function, self.found) if self.found.alone else Shared()
        if counted is not None:
            function.write(f"run.step({block.size})", counted)
        body = _Body(self, function, storage, leave)
        body.block(block)
        function.flush()
        function.write("return None")

    def block(self, block: Block, *, leave: str = _LEAVE, counted: Site | None = None) -> str:
        """Return the name of a function that renders ``block``."""
        name = self.names.new("b")
        self.rendering(name, block, counted, leave)
        return name

    def argument(self, node: Expression) -> str:
        """Return the name of a function that evaluates ``node``."""
        name = self.names.new("a")
        function = self._function(f"def {name}(run, variables):")
        body = _Body(self, function, Shared(), _LEAVE)
        function.write(f"return {body.evaluation.expression(node).code}")
        return name

    def _function(self, header: str) -> Function:
        function = Function(header, self.names)
        self.functions.append(function)
        return function


class _Body:
    """Writes nodes into one function."""

    def __init__(
        self, generator: Generator, function: Function, storage: Storage, leave: str
    ) -> None:
        self._generator = generator
        self._found = generator.found
        self._function = function
        self._storage = storage
        self._leave = leave
        self._depth = 0
        self._loops: list[tuple[str, str]] = []
        """The index and the size of the loops that this stands in."""
        self.evaluation = Evaluation(function, storage, self._string, self._counter)
        self._showing = Showing(function, storage, self.evaluation, alone=self._found.alone)

    def block(self, block: Block) -> None:
        """Write nodes one after the other."""
        for node in block.nodes:
            if isinstance(node, Macro):
                continue  # The generator writes it, wherever it stands.
            if not (self._found.alone or isinstance(node, Text)):
                # Evaluating something may end in another place of the template.
                self._function.flush()
            self._node(node)

    def _node(self, node: Node) -> None:
        match node:
            case Text(text):
                self._function.show(Piece("", text))
            case Show():
                self._showing.show(node)
            case Set():
                self.evaluation.assign(node)
            case If():
                self._if(node)
            case Foreach():
                self._foreach(node)
            case Define():
                self._define(node)
            case Use():
                self._use(node)
            case Break():
                self._break(node)
            case Stop():
                self._function.flush()
                self._function.write("raise Stopped")

    def _inside(self, block: Block) -> None:
        """Write a block inside another: in a function of its own where that is deep already."""
        if self._depth < DEEPEST:
            self._depth += 1
            self.block(block)
            self._depth -= 1
        else:
            self._function.flush()
            name = self._generator.block(block)
            self._function.write(f"if {name}(run, variables, out): {self._end}")
        self._function.flush()

    @property
    def _end(self) -> str:
        return "break" if self._loops else self._leave

    # -- within expressions

    def _counter(self, reference: Reference) -> Operand | None:
        if not (self._loops and self._counts and reference.root == "foreach"):
            return None
        index, size = self._loops[-1]
        match reference.steps:
            case (Property("index"),):
                return Operand(index, int)
            case (Property("count"),):
                return Operand(f"({index} + 1)", int)
            case (Property("hasNext"),):
                return Operand(f"({index} + 1 < {size})", bool)
            case (Property("first"),):
                return Operand(f"({index} == 0)", bool)
            case _:
                return Operand(f"({index} + 1 == {size})", bool)

    @property
    def _counts(self) -> bool:
        return self._found.alone and self._found.counted

    def _string(self, block: Block) -> Operand:
        """Write what is in a double-quoted string."""
        function = self._function
        if not self._found.alone:
            name = self._generator.block(block, leave="raise Broken")
            return Operand(function.keep(f"run.captured({name}, variables)"), str)
        pieces = function.names.new("o")
        function.write(f"{pieces} = []")
        outer = function.keep("run.left")
        function.write("run.left = run.bounds.output")
        with function.writing_to(pieces):
            self._inside(block)
        return Operand(function.keep(f"run.caught({pieces}, {outer})"), str)

    # -- directives

    def _if(self, node: If) -> None:
        if self._chooses_text(node):
            return
        function = self._function
        function.flush()
        waiting = function.keep("True") if len(node.branches) > 1 else ""
        for index, (condition, block) in enumerate(node.branches):
            # One after the other: a thousand of them are no deeper than two.
            with (
                function.block(f"if {waiting}:") if index else nullcontext(),
                function.block(f"if {self.evaluation.condition(condition)}:"),
            ):
                if waiting:
                    function.write(f"{waiting} = False")
                self._inside(block)
        if node.otherwise.nodes:
            with function.block(f"if {waiting}:" if waiting else "else:"):
                self._inside(node.otherwise)

    def _chooses_text(self, node: If) -> bool:
        """Write an ``#if`` between two texts as one expression."""
        texts = []
        for block in (node.branches[0][1], node.otherwise):
            match block.nodes:
                case ():
                    texts.append("''")
                case (Text(text),):
                    texts.append(constant(text))
                case _:
                    return False
        if len(node.branches) > 1:
            return False
        condition = self.evaluation.condition(node.branches[0][0])
        chosen = self._function.keep(f"{texts[0]} if {condition} else {texts[1]}")
        self._function.show(Piece(chosen))
        return True

    def _foreach(self, node: Foreach) -> None:
        function, storage = self._function, self._storage
        function.flush()
        told = tuple(name for name in _TOLD if name in self._found.roots)
        if self._counts:
            told = tuple(name for name in told if name != "foreach")
        names = (node.name, *(name for name in told if name != node.name))
        with function.within(Site("#foreach", node.place)):
            over = self.evaluation.expression(node.items).code
            items = function.keep(f"items({over})")
            size = function.keep(f"len({items})")
            kept = storage.hide(function, names)
            loop = "None"
            if "foreach" in told:
                loop = function.keep(f"Round({size}, {storage.load(function, 'foreach').code})")
                storage.store(function, "foreach", loop)
            with function.block("try:") if self._found.throws else nullcontext():
                self._rounds(node, over, items, size, loop, told)
            if self._found.throws:
                with (
                    function.block("except Broken as broken:"),
                    function.block(f"if broken.loop not in (None, {loop}):"),
                ):
                    storage.restore(function, names, kept)
                    function.write("raise")
            storage.restore(function, names, kept)

    def _rounds(
        self, node: Foreach, over: str, items: str, size: str, loop: str, told: tuple[str, ...]
    ) -> None:
        function = self._function
        changes = self._found.changes or not self._found.alone
        watched = function.keep(f"watched({over}, {items})") if changes else size
        limit = function.keep("run.bounds.iterations")
        index, item = function.names.new("i"), function.names.new("t")
        function.forget()
        with function.block(f"for {index}, {item} in enumerate({items}):"):
            function.write(f"if {index} == {limit}: raise too_many({index}, {size})")
            if "foreach" in told:
                function.write(f"{loop}.index = {index}")
            self._storage.store(function, node.name, item)
            if "velocityCount" in told:
                self._storage.store(function, "velocityCount", f"{index} + 1")
            if "velocityHasNext" in told:
                self._storage.store(function, "velocityHasNext", f"{index} + 1 < {size}")
            function.write(f"run.steps -= {node.block.size + 1}")
            function.write("if run.steps < 0 or run.left < 0: run.check()")
            outer, function.hot = function.hot, True
            self._loops.append((index, size))
            self._inside(node.block)
            self._loops.pop()
            function.hot = outer
            if changes:
                with function.block(f"if len({watched}) != {size}:"):
                    function.write(f"changed({index}, {items}, {watched}, {size})")
                    function.write("break")

    def _define(self, node: Define) -> None:
        made = self._generator.block(node.block, counted=Site(f"${node.name}", node.place))
        self._storage.store(self._function, node.name, f"Defined(run, {made}, variables)")

    def _use(self, node: Use) -> None:
        name, place = node.name, node.place
        macro = self._found.macros.get(name)
        if macro is None:
            reason = f"#{name}: expected a macro defined outside of strings"
            raise TemplateError(reason, place.line, place.column)
        arguments = [self._generator.argument(argument) for argument in node.arguments]
        given = dict(zip(macro.parameters, arguments, strict=False))
        listed = ", ".join(f"{parameter!r}: {made}" for parameter, made in given.items())
        body = "" if node.body is None else f", {self._generator.block(node.body)}"
        self._function.write(
            f"use(run, variables, out, {self._generator.macros[name]}, {{{listed}}}{body})",
            Site(f"#{name}", place),
        )

    def _break(self, node: Break) -> None:
        self._function.flush()
        if node.loop is None:
            self._function.write(self._end)
            return
        loop = self.evaluation.reference(node.loop).code
        self._function.write(f"raise named({loop})", Site("#break", node.place))
