"""Compiles a parsed template into closures (spec: mapping 10).

A closure takes the :class:`Run` and writes to its output.  Closures hold no
state of a rendering, so a template may render in many threads and inside itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from octetgate.core.mapping.vtl import values
from octetgate.core.mapping.vtl.errors import MemberError, TemplateError
from octetgate.core.mapping.vtl.evaluation import (
    Defined,
    Evaluate,
    Evaluation,
    Render,
    located,
)
from octetgate.core.mapping.vtl.nodes import (
    Block,
    Break,
    Define,
    Foreach,
    If,
    Macro,
    Node,
    Reference,
    Set,
    Show,
    Text,
    Use,
)
from octetgate.core.mapping.vtl.run import UNDEFINED, Bounds, Run

_ROUND = ("foreach", "velocityCount", "velocityHasNext")


class Stopped(Exception):
    """``#stop``: nothing more is rendered."""


class Broken(Exception):
    """``#break``: the innermost loop is over."""


def compile_block(block: Block) -> Render:
    """Return a closure that renders a template's outermost ``block``."""
    return _Compiler(_macros(block)).template(block)


def execute(render: Render, variables: Mapping[str, object], bounds: Bounds) -> str:
    """Return what ``render`` writes when it starts with ``variables``."""
    run = Run(dict(variables), bounds)
    try:
        render(run)
    except (Stopped, Broken):
        pass  # Outside of a loop, Velocity 1.7 ends the template at a break too.
    except MemberError as error:
        raise TemplateError(str(error), 1, 1) from error
    except RecursionError as error:
        raise TemplateError("values or blocks are nested too deeply", 1, 1) from error
    return run.output.text()


def _macros(block: Block) -> dict[str, Macro]:
    """Return the macros of the template; the last of a name is the one used."""
    return {node.name: node for node in _walk(block) if isinstance(node, Macro)}


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

    def __init__(self, macros: Mapping[str, Macro]) -> None:
        self._macros = macros
        self._bodies: dict[str, Render] = {}
        self._evaluation = Evaluation(self.block)

    def template(self, block: Block) -> Render:
        """Return a closure that renders the whole template."""
        for macro in self._macros.values():
            self._bodies[macro.name] = _counted(self.block(macro.block), macro.block.size)
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
                return lambda run: run.output.write(text)
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
                return _raiser(Broken)
            case _:
                return _raiser(Stopped)

    def _show(self, node: Show) -> Render:
        """Print a reference: its value, or its source where the variable was never set."""
        reference = node.reference
        evaluate = self._evaluation.reference(reference)
        shown = "\\" * (node.backslashes // 2)
        literal = "\\" * node.backslashes + reference.source
        escaped = shown + reference.source if node.backslashes % 2 else None

        def render(run: Run) -> None:
            if run.variables.get(reference.root, UNDEFINED) is UNDEFINED:
                # Unconfirmed for API Gateway: Velocity prints an unknown variable's source.
                missing = "\\" * node.backslashes if reference.quiet else literal
                run.output.write(missing)
            elif escaped is not None:
                run.output.write(escaped)
            else:
                run.output.write(shown)
                run.output.write(values.text(evaluate(run)))

        return _guarded(render, reference)

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
        loop = _Loop(
            node, self._evaluation.expression(node.items), self.block(node.block), node.block.size
        )
        return loop.render

    def _define(self, node: Define) -> Render:
        defined = Defined(_counted(self.block(node.block), node.block.size))
        return lambda run: run.variables.__setitem__(node.name, defined)

    def _use(self, node: Use) -> Render:
        # A macro gets values, not Velocity's names of them: an argument is evaluated once.
        macro = self._macros[node.name]
        arguments = [self._evaluation.expression(argument) for argument in node.arguments]
        body = None if node.body is None else self.block(node.body)

        def render(run: Run) -> None:
            given = [evaluate(run) for evaluate in arguments]
            given += [None] * (len(macro.parameters) - len(given))
            local: dict[str, object] = dict(zip(macro.parameters, given, strict=False))
            if body is not None:
                local["bodyContent"] = Defined(body)
            try:
                _with_variables(run, local, lambda: run.deeper(self._bodies[node.name]))
            except MemberError as error:
                raise located(error, f"#{node.name}", node.place) from error

        return render


@dataclass(frozen=True, slots=True)
class _Loop:
    """``#foreach``, compiled."""

    node: Foreach
    items: Evaluate
    block: Render
    size: int

    def render(self, run: Run) -> None:
        """Render the block once per item; the loop's variables are gone afterwards."""
        items = values.items(self.items(run))
        parent = run.variables.get("foreach")
        names = dict.fromkeys((self.node.name, *_ROUND))
        _with_variables(run, names, lambda: self._rounds(run, items, parent))

    def _rounds(self, run: Run, items: Sequence[object], parent: object) -> None:
        size = len(items)
        place = self.node.place
        for index, item in enumerate(items):
            if index == run.bounds.iterations:
                reason = f"#foreach: more than {run.bounds.iterations} iterations, found {size}"
                raise TemplateError(reason, place.line, place.column)
            run.variables[self.node.name] = item
            run.variables["foreach"] = Round(index, size, parent)
            run.variables["velocityCount"] = index + 1
            run.variables["velocityHasNext"] = index + 1 < size
            try:
                run.step(self.size)
            except MemberError as error:
                raise located(error, "#foreach", place) from error
            try:
                self.block(run)
            except Broken:
                return


class Round(values.Host):
    """``$foreach``: where the loop stands."""

    def __init__(self, index: int, size: int, parent: object) -> None:
        self._index = index
        self._size = size
        self._parent = parent

    def member(self, name: str) -> object:
        """Return ``$foreach.index`` and its siblings."""
        match name:
            case "index":
                return self._index
            case "count":
                return self._index + 1
            case "hasNext":
                return self._index + 1 < self._size
            case "first":
                return self._index == 0
            case "last":
                return self._index + 1 == self._size
            case "parent":
                return self._parent
            case "topmost":
                return self._parent.member(name) if isinstance(self._parent, Round) else self
            case _:
                return None

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return what the getter ``name`` returns: ``hasNext()``, ``getIndex()``, ``isFirst()``."""
        for prefix in ("get", "is"):
            rest = name.removeprefix(prefix)
            if rest != name:
                return self.member(rest[:1].lower() + rest[1:])
        return self.member(name)


def _with_variables(run: Run, local: Mapping[str, object], inside: Callable[[], None]) -> None:
    """Run ``inside`` with ``local`` variables set, and put back what they had hidden."""
    hidden = {name: run.variables.get(name, UNDEFINED) for name in local}
    run.variables.update(local)
    try:
        inside()
    finally:
        for name, value in hidden.items():
            if value is UNDEFINED:
                run.variables.pop(name, None)
            else:
                run.variables[name] = value


def _counted(render: Render, size: int) -> Render:
    def counted(run: Run) -> None:
        run.step(size)
        render(run)

    return counted


def _guarded(render: Render, reference: Reference) -> Render:
    """Let errors about bounds say which reference met them."""

    def guarded(run: Run) -> None:
        try:
            render(run)
        except MemberError as error:
            raise located(error, reference.source[:60], reference.place) from error

    return guarded


def _raiser(signal: type[Exception]) -> Render:
    def render(_: Run) -> None:
        raise signal

    return render
