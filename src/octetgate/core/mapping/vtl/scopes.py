"""What is visible inside a macro, and the blocks that are rendered later than they stand."""

from __future__ import annotations

from collections.abc import Mapping

from octetgate.core.mapping.vtl import values
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.run import Evaluate, Render, Run, Variables

_OWN_DEPTH = 2
"""How deep a ``#define`` block may show itself: Velocity's default."""


class Broken(Exception):
    """``#break``: a loop, a macro or a defined block is over, the innermost or the named one."""

    def __init__(self, loop: object = None) -> None:
        super().__init__()
        self.loop = loop


class Stopped(Exception):
    """``#stop``: nothing more is rendered."""


class Arguments:
    """A macro's variables: its arguments by name, as in Velocity 1.7, and the caller's.

    An argument is evaluated where the macro was called each time it is read.
    Whatever a macro sets, its own parameters too, is set for the caller as well.
    """

    __slots__ = ("_given", "_outer", "_own", "_run")

    def __init__(self, run: Run, outer: Variables, given: Mapping[str, Evaluate]) -> None:
        self._run = run
        self._outer = outer
        self._given = given
        self._own: dict[str, object] = {}

    def keep(self, name: str, value: object) -> None:
        """Set a variable that the caller does not see."""
        self._own[name] = value

    def get(self, name: str, default: object = None, /) -> object:
        """Return what the macro set, else the argument's value now, else the caller's."""
        if name in self._own:
            return self._own[name]
        evaluate = self._given.get(name)
        if evaluate is None:
            return self._outer.get(name, default)
        # Arguments of arguments of arguments may multiply.
        self._run.step(1)
        return evaluate(self._run, self._outer)

    def pop(self, name: str, default: object, /) -> object:
        """Forget a variable here and in the caller."""
        self._own.pop(name, None)
        return self._outer.pop(name, default)

    def __setitem__(self, name: str, value: object, /) -> None:
        self._own[name] = value
        self._outer[name] = value

    def __contains__(self, name: object, /) -> bool:
        return name in self._own or name in self._given or name in self._outer


class Defined(values.Host):
    """What ``#define`` makes, and a macro's ``$bodyContent``: rendered whenever it is shown."""

    __slots__ = ("_deepest", "_depth", "_render", "_run", "_variables")

    def __init__(
        self, run: Run, render: Render, variables: Variables, deepest: int = _OWN_DEPTH
    ) -> None:
        self._run = run
        self._variables = variables
        self._render = render
        self._depth = 0
        self._deepest = deepest

    def show(self, out: list[str]) -> bool:
        """Write the block, or say that it stands too deep inside itself."""
        if self._depth == self._deepest:
            return False
        self._depth += 1
        try:
            self._render(self._run, self._variables, out)
        except Broken as broken:
            if broken.loop is not None:
                raise
        finally:
            self._depth -= 1
        return True

    def text(self) -> str:
        """Return what the block renders to now."""

        def render(_: Run, _variables: Variables, out: list[str]) -> None:
            self.show(out)

        return self._run.captured(render, self._variables)


def use(
    run: Run,
    variables: Variables,
    out: list[str],
    macro: Render,
    given: Mapping[str, Evaluate],
    body: Render | None = None,
) -> None:
    """Render a macro, with a body if it was called with one."""
    inside = Arguments(run, variables, given)
    if body is not None:
        # The body sees the macro's variables, not only its caller's.
        inside.keep("bodyContent", Defined(run, body, inside, run.bounds.depth))
    if run.depth >= run.bounds.depth:
        raise MemberError(f"macros more than {run.bounds.depth} deep")
    run.depth += 1
    try:
        macro(run, inside, out)
    except Broken as broken:
        if broken.loop is not None:
            raise
    finally:
        run.depth -= 1
