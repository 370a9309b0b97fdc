"""Compiles a parsed template into closures (spec: mapping 10).

A closure takes the :class:`Run` and writes to its output.  Closures hold no
state of a rendering, so a template may render in many threads and inside itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from octetgate.core.mapping.vtl import values
from octetgate.core.mapping.vtl.errors import MemberError, TemplateError
from octetgate.core.mapping.vtl.evaluation import Evaluation, located, weight
from octetgate.core.mapping.vtl.loops import Loop, Round
from octetgate.core.mapping.vtl.nodes import (
    Block,
    Break,
    Define,
    Foreach,
    If,
    Macro,
    Node,
    Place,
    Reference,
    Set,
    Show,
    Text,
    Use,
)
from octetgate.core.mapping.vtl.run import Bounds, Evaluate, Render, Run
from octetgate.core.mapping.vtl.scopes import Arguments, Broken, Defined

_LONG = 60


class Stopped(Exception):
    """``#stop``: nothing more is rendered."""


def compile_block(block: Block, references: Iterable[Reference]) -> Render:
    """Return a closure that renders a template's outermost ``block``."""
    roots = frozenset(reference.root for reference in references)
    return _Compiler(_macros(block), roots).template(block)


def execute(render: Render, variables: Mapping[str, object], bounds: Bounds) -> str:
    """Return what ``render`` writes when it starts with ``variables``."""
    run = Run(dict(variables), bounds)
    try:
        with suppress(Stopped, Broken):  # A break outside of everything ends the template too.
            render(run)
        return run.text()
    except MemberError as error:
        raise TemplateError(str(error), 1, 1) from error
    except RecursionError as error:
        raise TemplateError("values or blocks are nested too deeply", 1, 1) from error


def _macros(block: Block) -> dict[str, Macro]:
    """Return the macros of the template; the first of a name is the one used."""
    found = [node for node in _walk(block) if isinstance(node, Macro)]
    return {macro.name: macro for macro in reversed(found)}


def _walk(block: Block) -> list[Node]:
    found: list[Node] = []
    for node in block.nodes:
        found.append(node)
        for inner in _blocks(node):
            found += _walk(inner)
    return found


def _blocks(node: Node) -> Sequence[Block]:
    match node:
        case If(branches, otherwise):
            return [block for _, block in branches] + [otherwise]
        case Foreach() | Define() | Macro():
            return (node.block,)
        case Use(body=Block() as body):
            return (body,)
        case _:
            return ()


class _Compiler:
    """Compiles nodes; a macro's closure is found by name, so it may use itself."""

    def __init__(self, macros: Mapping[str, Macro], roots: frozenset[str]) -> None:
        self._macros = macros
        self._roots = roots
        self._bodies: dict[str, Render] = {}
        self._evaluation = Evaluation(self.block)

    def template(self, block: Block) -> Render:
        """Return a closure that renders the whole template."""
        for macro in self._macros.values():
            self._bodies[macro.name] = _counted(
                self.block(macro.block), macro.block.size, f"#{macro.name}", macro.place
            )
        return self.block(block)

    def block(self, block: Block) -> Render:
        """Return a closure that renders nodes one after the other."""
        parts = [self._node(node) for node in block.nodes if not isinstance(node, Macro)]
        if len(parts) == 1:
            return parts[0]

        def render(run: Run) -> None:
            for part in parts:
                part(run)

        return render

    def _node(self, node: Node) -> Render:
        match node:
            case Text(text):
                return lambda run: run.append(text)
            case Show():
                return self._show(node)
            case Set():
                return self._evaluation.assignment(
                    node.target, self._evaluation.expression(node.value)
                )
            case If():
                return self._if(node)
            case Foreach():
                return self._foreach(node)
            case Define():
                return self._define(node)
            case Use():
                return self._use(node)
            case Break():
                return self._break(node)
            case _:
                return _stop

    def _show(self, node: Show) -> Render:
        """Print a reference: its value, or its source where the variable was never set."""
        reference = node.reference
        if node.backslashes:
            return self._escaped(node)
        evaluate = self._evaluation.reference(reference)
        root = reference.root
        missing = "" if reference.quiet else reference.source

        def render(run: Run) -> None:
            value = evaluate(run)
            if type(value) is str:
                run.append(value)
                if len(value) > _LONG:
                    _count(run, reference)
            elif value is None:
                # Unconfirmed for API Gateway: Velocity prints an unknown variable's source.
                if missing and root not in run.variables:
                    run.append(missing)
            elif type(value) is int:
                run.append(str(value))
            elif not isinstance(value, Defined):
                _print(run, value, reference)
            elif not value.show():
                run.append(missing)

        return render

    def _escaped(self, node: Show) -> Render:
        r"""Print a reference with backslashes before it: ``\$x`` is ``$x``, ``\\$x`` its value."""
        reference = node.reference
        evaluate = self._evaluation.reference(reference)
        all_of_them, half = "\\" * node.backslashes, "\\" * (node.backslashes // 2)
        source = "" if reference.quiet else reference.source

        def render(run: Run) -> None:
            value = evaluate(run)
            if node.backslashes % 2:
                # The last backslash stays where there is no value to hide.
                run.append(half + ("\\" if value is None else "") + reference.source)
            elif value is None and reference.root not in run.variables:
                run.append(all_of_them + source)
            else:
                run.append(half)
                _print(run, value, reference)

        return render

    def _if(self, node: If) -> Render:
        branches = [
            (self._evaluation.expression(condition), self.block(block))
            for condition, block in node.branches
        ]
        otherwise = self.block(node.otherwise)

        def render(run: Run) -> None:
            for condition, block in branches:
                if values.truth(condition(run)):
                    return block(run)
            return otherwise(run)

        return render

    def _foreach(self, node: Foreach) -> Render:
        return Loop(
            node,
            self._evaluation.expression(node.items),
            self.block(node.block),
            self._roots,
        ).render

    def _define(self, node: Define) -> Render:
        name = node.name
        block = _counted(self.block(node.block), node.block.size, f"${name}", node.place)

        def render(run: Run) -> None:
            run.variables[name] = Defined(run, block, run.variables)

        return render

    def _use(self, node: Use) -> Render:
        name, place = node.name, node.place
        macro = self._macros.get(name)
        if macro is None:
            reason = f"#{name}: expected a macro defined outside of strings"
            raise TemplateError(reason, place.line, place.column)
        arguments = [self._evaluation.expression(argument) for argument in node.arguments]
        given: dict[str, Evaluate] = dict(zip(macro.parameters, arguments, strict=False))
        body = None if node.body is None else self.block(node.body)

        def render(run: Run) -> None:
            here = run.variables
            run.variables = inside = Arguments(run, given)
            if body is not None:
                # The body sees the macro's variables, not only its caller's.
                inside.keep("bodyContent", Defined(run, body, inside, run.bounds.depth))
            try:
                run.deeper(self._bodies[name])
            except MemberError as error:
                raise located(error, f"#{name}", place) from error
            except Broken as broken:
                if broken.loop is not None:
                    raise
            finally:
                run.variables = here

        return render

    def _break(self, node: Break) -> Render:
        if node.loop is None:
            return _break
        loop, place = self._evaluation.reference(node.loop), node.place

        def render(run: Run) -> None:
            named = loop(run)
            if not isinstance(named, Round):
                reason = "#break: expected a loop, as in #break($foreach.parent)"
                raise TemplateError(reason, place.line, place.column)
            raise Broken(named)

        return render


def _count(run: Run, reference: Reference) -> None:
    """Account for long text at once, so that an error says which reference it was."""
    try:
        run.count()
    except MemberError as error:
        raise located(error, reference.source[:60], reference.place) from error


def _print(run: Run, value: object, reference: Reference) -> None:
    """Write a value that is no plain text."""
    try:
        run.charge(weight(value))
        run.append(values.text(value))
        run.count()
    except MemberError as error:
        raise located(error, reference.source[:60], reference.place) from error


def _counted(render: Render, size: int, what: str, place: Place) -> Render:
    def counted(run: Run) -> None:
        try:
            run.step(size)
        except MemberError as error:
            raise located(error, what, place) from error
        render(run)

    return counted


def _break(_: Run) -> None:
    raise Broken


def _stop(_: Run) -> None:
    raise Stopped
