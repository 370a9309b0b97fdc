"""The part of Jayway's JsonPath that API Gateway's users write (spec: mapping 6).

``$.a.b[0]`` names one thing and finds it or :data:`MISSING`.  A path with a
wildcard, ``..``, a slice, a list of indexes or a filter is *indefinite*: it
always finds a list, which may be empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from octetgate.core.mapping import filters
from octetgate.core.mapping.path_text import PathError, PathText


class Missing(Enum):
    """What a definite path finds where there is nothing."""

    MISSING = "missing"


MISSING = Missing.MISSING

_Select = Callable[[object, object], Iterator[object]]
"""From one node and the whole document to the nodes one step further."""

_PLAIN = re.compile(r"\$(?:\.[A-Za-z_][\w-]*|\[\d+\]|\['[^'\\,]*'\])*")
_PLAIN_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^'\\,]*)'\]")
_MOST = 1_000_000
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path."""

    text: str
    definite: bool
    _steps: tuple[str | int, ...] | None
    _selects: tuple[_Select, ...]
    _length: bool = False

    def find(self, document: object) -> object:
        """Return what the path names in ``document``; ``MISSING`` if a definite path fails."""
        found = self._find(document)
        if self._length and found is not MISSING:
            return _length_of(found)
        return found

    def _find(self, document: object) -> object:
        if self._steps is not None:
            return _walk(document, self._steps)
        nodes: list[object] = [document]
        for select in self._selects:
            nodes = self._bounded(further for node in nodes for further in select(node, document))
        if not self.definite:
            return nodes
        return nodes[0] if nodes else MISSING

    def _bounded(self, nodes: Iterable[object]) -> list[object]:
        """Collect nodes; repeated ``..`` would otherwise multiply them without end."""
        kept: list[object] = []
        for node in nodes:
            kept.append(node)
            if len(kept) > _MOST:
                raise PathError(self.text, len(self.text), f"finds more than {_MOST} values")
        return kept


@lru_cache(maxsize=512)
def compile(path: str) -> Path:  # noqa: A001 - compile and find, as everywhere in the house
    """Return ``path``, ready to find; without its ``$`` it counts from the root too."""
    text = path.strip()
    if not text.startswith("$"):
        text = "$" + text if text.startswith("[") else "$." + text
    if len(text) > _LONGEST:
        raise PathError(text[:40], 0, f"expected at most {_LONGEST} characters, found {len(text)}")
    if _PLAIN.fullmatch(text):
        return Path(text, True, tuple(_plain_steps(text)), ())
    try:
        return _Compiler(text).path()
    except RecursionError as error:
        raise PathError(text, 0, "filters are nested too deeply") from error


def _plain_steps(text: str) -> Iterator[str | int]:
    for step in _PLAIN_STEP.finditer(text):
        yield int(step[2]) if step[2] is not None else step[1] or step[3] or ""


def _walk(document: object, steps: Iterable[str | int]) -> object:
    node = document
    for step in steps:
        if isinstance(step, str):
            if not isinstance(node, dict) or step not in node:
                return MISSING
            node = node[step]
        elif not isinstance(node, list) or step >= len(node):
            return MISSING
        else:
            node = node[step]
    return node


def _length_of(found: object) -> object:
    # Jayway's length() knows arrays and objects; of a string it is the characters.
    return len(found) if isinstance(found, (list, dict, str)) else MISSING


class _Compiler:
    """Reads a path with more than names and indexes in it."""

    def __init__(self, text: str) -> None:
        self._read = PathText(text)
        self._definite = True

    def path(self) -> Path:
        """Read to the end of the text."""
        selects, length = self.steps(at_end=True)
        return Path(self._read.text, self._definite, None, selects, length)

    def steps(self, *, at_end: bool = False) -> tuple[tuple[_Select, ...], bool]:
        """Read ``$`` or ``@`` and the steps after it."""
        read = self._read
        read.position += 1
        selects: list[_Select] = []
        while not read.at_end:
            if read.take_pattern(r"\.(?:length|size)\(\)"):
                if at_end and not read.at_end:
                    raise read.error("length() must be the last step")
                return tuple(selects), True
            select = self._step()
            if select is None:
                break
            selects.append(select)
        if at_end and not read.at_end:
            raise read.expected("'.' or '['")
        return tuple(selects), False

    def _step(self) -> _Select | None:
        read = self._read
        if read.take(".."):
            self._definite = False
            if read.peek("["):
                return _deep(self._bracket())
            return _deep(self._named())
        if read.take("."):
            return self._bracket() if read.peek("[") else self._named()
        return self._bracket() if read.peek("[") else None

    def _named(self) -> _Select:
        read = self._read
        if read.take("*"):
            self._definite = False
            return _every
        name = read.take_pattern(r"[^\s.\[\]()=<>!&|,~?@*'\"]+")
        if not name:
            raise read.expected("a name")
        if read.peek("("):
            raise read.error(f"the function {name}() is not supported, only length()")
        return _members((name,))

    def _bracket(self) -> _Select:
        read = self._read
        read.position += 1
        read.skip_space()
        if read.take("?"):
            self._definite = False
            return self._filter()
        select = self._inside()
        read.skip_space()
        read.expect("]")
        return select

    def _inside(self) -> _Select:
        read = self._read
        if read.take("*"):
            self._definite = False
            return _every
        if read.peek("'") or read.peek('"'):
            return _members(tuple(self._listed(read.quoted)))
        start = read.integer()
        if read.take(":"):
            self._definite = False
            return _slice(start, read.integer())
        if start is None:
            raise read.expected("an index, a quoted name, '*', ':' or '?'")
        return self._indexes(start)

    def _indexes(self, first: int) -> _Select:
        wanted = [first]
        while self._read.comma():
            index = self._read.integer()
            if index is None:
                raise self._read.expected("an index")
            wanted.append(index)
        if len(wanted) > 1:
            self._definite = False
        return _elements(tuple(wanted))

    def _listed(self, read_one: Callable[[], str]) -> Iterator[str]:
        yield read_one()
        while self._read.comma():
            yield read_one()

    def _filter(self) -> _Select:
        read = self._read
        read.expect("(")
        test = filters.parse(read, self._operand)
        read.skip_space()
        read.expect(")")
        read.skip_space()
        read.expect("]")
        return _filtered(test)

    def _operand(self) -> filters.Operand:
        """Read ``@.path`` or ``$.path`` inside a filter."""
        from_root = self._read.peek("$")
        outer, self._definite = self._definite, True
        selects, length = self.steps()
        inner = Path(self._read.text, self._definite, None, selects, length)
        self._definite = outer

        def find(node: object, document: object) -> object:
            found = inner.find(document if from_root else node)
            return filters.NOTHING if found is MISSING else found

        return find


def _members(names: tuple[str, ...]) -> _Select:
    if len(names) == 1:
        name = names[0]

        def one(node: object, _: object) -> Iterator[object]:
            if isinstance(node, dict) and name in node:
                yield node[name]

        return one

    def several(node: object, _: object) -> Iterator[object]:
        # Jayway gathers several names of one object into a new object.
        if isinstance(node, dict):
            yield {name: node[name] for name in names if name in node}

    return several


def _elements(wanted: tuple[int, ...]) -> _Select:
    def select(node: object, _: object) -> Iterator[object]:
        if isinstance(node, list):
            for index in wanted:
                if -len(node) <= index < len(node):
                    yield node[index]

    return select


def _slice(start: int | None, end: int | None) -> _Select:
    def select(node: object, _: object) -> Iterator[object]:
        if isinstance(node, list):
            yield from node[start:end]

    return select


def _every(node: object, _: object) -> Iterator[object]:
    yield from _children(node)


def _children(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _deep(select: _Select) -> _Select:
    """Apply a step to a node and to everything below it, parents first."""

    def everywhere(node: object, document: object) -> Iterator[object]:
        waiting = [node]
        while waiting:
            one = waiting.pop()
            yield from select(one, document)
            waiting.extend(reversed(list(_children(one))))

    return everywhere


def _filtered(test: filters.Test) -> _Select:
    def select(node: object, document: object) -> Iterator[object]:
        # Of an object, Jayway tests the object itself; of an array, its elements.
        candidates = [node] if isinstance(node, dict) else _children(node)
        for candidate in candidates:
            if test(candidate, document):
                yield candidate

    return select
