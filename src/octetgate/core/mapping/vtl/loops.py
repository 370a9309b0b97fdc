"""What the code of a ``#foreach`` calls, and what ``$foreach`` says about the loop."""

from __future__ import annotations

from collections.abc import Sequence

from octetgate.core.mapping.vtl import values
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.run import Variables
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


def hidden(variables: Variables, names: Sequence[str]) -> list[object]:
    """Return what a loop's variables will hide."""
    return [variables.get(name, _UNSET) for name in names]


def restore(variables: Variables, names: Sequence[str], values: Sequence[object]) -> None:
    """Bring back what a loop's variables had hidden."""
    for name, value in zip(names, values, strict=True):
        if value is _UNSET:
            variables.pop(name, None)
        else:
            variables[name] = value


def watched(over: object, items: Sequence[object]) -> Sequence[object] | dict[object, object]:
    """Return what may change its size during a loop over ``over``, if anything."""
    return over if isinstance(over, (list, dict)) else items


def changed(index: int, items: object, over: Sequence[object], size: int) -> None:
    """Refuse to go on after ``over`` changed its size in round ``index``, if Java does.

    Java notices when it goes for the next item: a ConcurrentModificationException.
    """
    found = len(over)
    if index + 1 != (found if over is items else size):
        raise MemberError(f"expected {size} items to the end, found {found} during the loop")


def too_many(index: int, size: int) -> MemberError:
    """Return the error of a loop that would have to go round once more."""
    return MemberError(f"more than {index} iterations, found {size}")


def named(loop: object) -> Broken:
    """Return ``#break($loop)``."""
    if not isinstance(loop, Round):
        raise MemberError("expected a loop, as in #break($foreach.parent)")
    return Broken(loop)


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
