"""``#foreach`` and what ``$foreach`` says about it."""

from __future__ import annotations

from collections.abc import Sequence

from octetgate.core.mapping.vtl import values
from octetgate.core.mapping.vtl.errors import MemberError, TemplateError
from octetgate.core.mapping.vtl.evaluation import located
from octetgate.core.mapping.vtl.nodes import Foreach
from octetgate.core.mapping.vtl.run import Evaluate, Render, Run
from octetgate.core.mapping.vtl.scopes import Broken

_UNSET = object()
_GETTERS = {
    "getIndex": "index",
    "getCount": "count",
    "hasNext": "hasNext",
    "getHasNext": "hasNext",
    "isFirst": "first",
    "getFirst": "first",
    "isLast": "last",
    "getLast": "last",
    "getParent": "parent",
    "getTopmost": "topmost",
}


class Loop:
    """``#foreach``, compiled.

    ``roots`` are the variables that the template reads anywhere: what it never
    asks for is not kept.
    """

    __slots__ = ("_block", "_items", "_name", "_names", "_place", "_size", "_told")

    def __init__(
        self, node: Foreach, items: Evaluate, block: Render, roots: frozenset[str]
    ) -> None:
        self._name = node.name
        self._items = items
        self._block = block
        self._size = node.block.size
        self._place = node.place
        self._told = frozenset({"foreach", "velocityCount", "velocityHasNext"}) & roots
        self._names = (node.name, *self._told)

    def render(self, run: Run) -> None:
        """Render the block once per item; what the loop's variables had hidden comes back."""
        try:
            over = self._items(run)
            items = values.items(over)
            hidden = [run.variables.get(name, _UNSET) for name in self._names]
            try:
                self._rounds(run, items, over)
            finally:
                for name, value in zip(self._names, hidden, strict=True):
                    if value is _UNSET:
                        run.variables.pop(name, None)
                    else:
                        run.variables[name] = value
        except MemberError as error:
            raise located(error, "#foreach", self._place) from error

    def _rounds(self, run: Run, items: Sequence[object], over: object) -> None:
        variables = run.variables
        size = len(items)
        told = self._told
        loop = Round(size, variables.get("foreach", None))
        if "foreach" in told:
            variables["foreach"] = loop
        for index, item in enumerate(items):
            if index == run.bounds.iterations:
                raise MemberError(f"more than {index} iterations, found {size}")
            loop.index = index
            variables[self._name] = item
            if "velocityCount" in told:
                variables["velocityCount"] = index + 1
            if "velocityHasNext" in told:
                variables["velocityHasNext"] = index + 1 < size
            run.step(self._size)
            try:
                self._block(run)
            except Broken as broken:
                if broken.loop not in (None, loop):
                    raise
                return
            if isinstance(over, (list, dict)) and len(over) != size:
                # Java notices when it goes for the next item.
                if index + 1 == (len(over) if over is items else size):
                    return
                raise self._modified(size, len(over))

    def _modified(self, before: int, after: int) -> TemplateError:
        """Return what Java calls a ConcurrentModificationException."""
        reason = f"#foreach: expected {before} items to the end, found {after} during the loop"
        return TemplateError(reason, self._place.line, self._place.column)


class Round(values.Host):
    """``$foreach``: where the loop stands, and a map for whatever a template keeps in it."""

    __slots__ = ("_kept", "_parent", "_size", "index")

    def __init__(self, size: int, parent: object) -> None:
        self.index = 0
        self._size = size
        self._parent = parent
        self._kept: dict[str, object] = {}

    def member(self, name: str) -> object:
        """Return ``$foreach.index`` and its siblings."""
        match name:
            case "hasNext":
                return self.index + 1 < self._size
            case "index":
                return self.index
            case "count":
                return self.index + 1
            case "first":
                return self.index == 0
            case "last":
                return self.index + 1 == self._size
            case "parent":
                return self._parent
            case "topmost":
                return self._parent.member(name) if isinstance(self._parent, Round) else self
            case _:
                return self._kept.get(name)

    def put(self, name: str, value: object) -> object:
        """Keep a value for the rest of the loop."""
        previous = self._kept.get(name)
        self._kept[name] = value
        return previous

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return what a getter or one of the map's methods returns."""
        match name, list(arguments):
            case "get", [str() as key]:
                return self._kept.get(key)
            case "put", [str() as key, value]:
                return self.put(key, value)
            case _, [] if name in _GETTERS:
                return self.member(_GETTERS[name])
            case _:
                return None

    def text(self) -> str:
        """Return the map of what was kept."""
        return values.java_text(self._kept)
