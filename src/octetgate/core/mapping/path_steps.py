"""The steps that a JSON path consists of: each goes from one node to those one further on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from octetgate.core.mapping import filters

Select = Callable[[object, object], Iterator[object]]
"""From one node and the whole document to the nodes one step further."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    select: Select
    definite: bool
    """Whether it finds one node at most, and its failure is the path's."""

    wants: tuple[type, ...] = ()
    """What the path up to here must have found; anything will do without."""

    must_find: bool = False
    """Whether the path fails where this finds nothing, though what follows finds a list."""


def _children(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def members(names: tuple[str, ...]) -> Step:
    """Return the step to a member; Jayway gathers several names in a new object."""
    if len(names) == 1:
        name = names[0]

        def one(node: object, _: object) -> Iterator[object]:
            if isinstance(node, dict) and name in node:
                yield node[name]

        return Step(one, definite=True, wants=(dict,))

    def several(node: object, _: object) -> Iterator[object]:
        if isinstance(node, dict):
            yield {name: node[name] for name in names if name in node}

    return Step(several, definite=True, wants=(dict,))


def all_members(names: tuple[str, ...]) -> Step:
    """Return what ``..['a','b']`` looks for: an object that has every one of the names."""
    gather = members(names).select

    def select(node: object, root: object) -> Iterator[object]:
        if isinstance(node, dict) and all(name in node for name in names):
            yield from gather(node, root)

    return Step(select, definite=False)


def each_member(names: tuple[str, ...]) -> Step:
    """Return the step to several members, one after the other."""

    def select(node: object, _: object) -> Iterator[object]:
        if isinstance(node, dict):
            yield from (node[name] for name in names if name in node)

    return Step(select, definite=False)


def elements(wanted: tuple[int, ...]) -> Step:
    """Return the step to elements by their index; below zero is from the end."""

    def select(node: object, _: object) -> Iterator[object]:
        if isinstance(node, list):
            for index in wanted:
                if -len(node) <= index < len(node):
                    yield node[index]

    one = len(wanted) == 1
    return Step(select, definite=one, wants=(list,), must_find=one)


def part(start: int | None, end: int | None) -> Step:
    """Return the step to ``[start:end]``."""

    def select(node: object, _: object) -> Iterator[object]:
        if not isinstance(node, list):
            return
        if start is None or end is None:
            yield from node[start:end]
            return
        # Jayway walks from one number to the other, and below zero is from the end.
        for index in range(max(start, -len(node)), min(end, len(node))):
            yield node[index]

    return Step(select, definite=False, wants=(list,))


def every() -> Step:
    """Return the step to all elements or members."""
    return Step(lambda node, _: iter(_children(node)), definite=False)


def filtered(test: filters.Test) -> Step:
    """Return the step to what passes; of an object, Jayway tests the object itself."""

    def select(node: object, root: object) -> Iterator[object]:
        candidates = [node] if isinstance(node, dict) else _children(node)
        for candidate in candidates:
            if test(candidate, root):
                yield candidate

    return Step(select, definite=False, wants=(list, dict))


def filtered_objects(test: filters.Test) -> Step:
    """Return what ``..[?( )]`` looks for: ``..`` comes by the objects in arrays by itself."""
    keep = filtered(test).select

    def select(node: object, root: object) -> Iterator[object]:
        if isinstance(node, dict):
            yield from keep(node, root)

    return Step(select, definite=False)


def everywhere(step: Step) -> Step:
    """Return ``step`` taken from a node and from everything below it, parents first."""

    def select(node: object, root: object) -> Iterator[object]:
        waiting = [node]
        while waiting:
            one = waiting.pop()
            yield from step.select(one, root)
            waiting.extend(reversed(list(_children(one))))

    return Step(select, definite=False)


def counted(nodes: list[object]) -> list[object]:
    """Return what is in the nodes, or the nodes themselves where nothing is."""
    return [child for node in nodes for child in _children(node)] or nodes
