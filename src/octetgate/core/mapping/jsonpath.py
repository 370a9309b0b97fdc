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
from octetgate.core.mapping.path_functions import FUNCTIONS, NOTHING, Function
from octetgate.core.mapping.path_steps import (
    Step,
    all_members,
    counted,
    each_member,
    elements,
    every,
    everywhere,
    filtered,
    filtered_objects,
    members,
    part,
)
from octetgate.core.mapping.path_text import PathError, PathText


class Missing(Enum):
    """What a definite path finds where there is nothing."""

    MISSING = "missing"


MISSING = Missing.MISSING

_PLAIN = re.compile(r"\$(?:\.[A-Za-z_][\w-]*|\[\d+\]|\['[^'\\,]*'\])*")
_PLAIN_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^'\\,]*)'\]")
_MOST = 1_000_000
_MOST_TEXT = 14 * 1024 * 1024
"""Characters: what a template may put out."""
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path."""

    text: str
    definite: bool
    _steps: tuple[str | int, ...] | None
    _further: tuple[Step, ...]
    end: _End | None = None
    scans: bool = False
    """Whether ``..`` is in it: then what it finds may lie in each other, and count many times."""

    def find(self, document: object, root: object = None) -> object:
        """Return what the path names in ``document``; ``MISSING`` if a definite path fails.

        ``root`` is the whole document where ``document`` is only a part of it.
        """
        if self._steps is not None:
            return _walk(document, self._steps)
        whole = document if root is None else root
        nodes: list[object] = [document]
        certain = True
        for step in self._further:
            if not nodes:
                break
            if certain and step.wants and not isinstance(nodes[0], step.wants):
                return MISSING
            nodes = self._bounded(further for node in nodes for further in step.select(node, whole))
            if certain and step.must_find and not nodes:
                return MISSING
            certain = certain and step.definite
        if self.end is not None:
            return self.end.apply(nodes, document, whole, definite=self.definite)
        if not self.definite:
            if self.scans:
                self._weigh(nodes)
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

    def _weigh(self, nodes: list[object]) -> None:
        """Refuse more than could be written out: each node counts with all that is in it.

        A value of a megabyte that lies nine hundred deep would be written nine hundred times.
        """
        values = characters = 0
        waiting: list[Iterable[object]] = [nodes]
        while waiting:
            for node in waiting.pop():
                values += 1
                if isinstance(node, str):
                    characters += len(node)
                elif isinstance(node, dict):
                    characters += sum(map(len, node))
                    waiting.append(node.values())
                elif isinstance(node, list):
                    waiting.append(node)
                if values > _MOST or characters > _MOST_TEXT:
                    raise PathError(
                        self.text,
                        len(self.text),
                        f"finds more than {_MOST} values or {_MOST_TEXT} characters in all",
                    )


@dataclass(frozen=True, slots=True)
class _End:
    """A function behind a path."""

    function: Function
    arguments: tuple[filters.Operand, ...]
    scanned: bool
    """Whether ``..`` stands before it: then it works on everything found together."""

    def apply(
        self, nodes: list[object], document: object, root: object, *, definite: bool
    ) -> object:
        """Return what the function makes of the nodes that the path found."""
        given = [argument(document, root) for argument in self.arguments]
        if self.scanned:
            # Jayway counts what is in the things found: `$..book.length()` are all books.
            counts = self.function is FUNCTIONS["length"]
            return _or_missing(self.function(counted(nodes) if counts else nodes, given))
        results = [self.function(node, given) for node in nodes]
        if definite:
            return _or_missing(results[0]) if results else MISSING
        return [result for result in results if result is not NOTHING]


def _or_missing(result: object) -> object:
    return MISSING if result is NOTHING else result


@lru_cache(maxsize=512)
def compile(path: str) -> Path:  # noqa: A001 - compile and find, as everywhere in the house
    """Return ``path``, ready to find; without its ``$`` it counts from the root too."""
    text = path.strip()
    if text.startswith("@"):
        text = "$" + text[1:]
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


class _Compiler:
    """Reads a path with more than names and indexes in it."""

    def __init__(self, text: str) -> None:
        self._read = PathText(text)
        self._scanned = False

    def path(self) -> Path:
        """Read to the end of the text."""
        found = self._path()
        if not self._read.at_end:
            wanted = "'.' or '['" if found.end is None else "the end behind a function"
            raise self._read.expected(wanted)
        return found

    def _path(self) -> Path:
        """Read ``$`` or ``@``, the steps after it, and a function at the end."""
        read = self._read
        read.position += 1
        outer, self._scanned = self._scanned, False
        steps: list[Step] = []
        end = None
        while not read.at_end and end is None:
            end = self._function()
            step = self._step() if end is None else None
            if step is None:
                break
            steps.append(step)
        scans, self._scanned = self._scanned, outer
        definite = all(step.definite for step in steps)
        return Path(read.text, definite, None, tuple(steps), end, scans)

    def _function(self) -> _End | None:
        """Read ``.name(arguments)``."""
        read = self._read
        start = read.position
        name = read.take_pattern(r"\.[a-zA-Z]+\(")[1:-1]
        if not name:
            return None
        if name not in FUNCTIONS:
            read.position = start
            known = ", ".join(sorted(FUNCTIONS))
            raise read.error(f"expected one of the functions {known}, found {name}()")
        read.skip_space()
        arguments: list[filters.Operand] = []
        while not read.take(")"):
            arguments.append(filters.operand(read, self._operand))
            if not read.comma():
                read.skip_space()
                read.expect(")")
                break
        return _End(FUNCTIONS[name], tuple(arguments), self._scanned)

    def _step(self) -> Step | None:
        read = self._read
        if read.take(".."):
            self._scanned = True
            return everywhere(self._bracket(deep=True) if read.peek("[") else self._named())
        if read.take("."):
            return self._bracket() if read.peek("[") else self._named()
        return self._bracket() if read.peek("[") else None

    def _named(self) -> Step:
        read = self._read
        if read.take("*"):
            return every()
        name = read.take_pattern(r"[^\s.\[\]()=<>!&|,~?@*'\"]+")
        if not name:
            raise read.expected("a name")
        return members((name,))

    def _bracket(self, *, deep: bool = False) -> Step:
        """Read ``[ ]`` and what is in it; ``deep`` says that it follows ``..``."""
        read = self._read
        read.position += 1
        read.skip_space()
        if read.take("?"):
            test = self._filter()
            step = filtered_objects(test) if deep else filtered(test)
        elif read.peek("'") or read.peek('"'):
            names = tuple(self._listed(read.quoted))
            self._close()
            return self._members(names, deep=deep)
        else:
            step = self._inside()
        self._close()
        return step

    def _close(self) -> None:
        self._read.skip_space()
        self._read.expect("]")

    def _members(self, names: tuple[str, ...], *, deep: bool) -> Step:
        if len(names) == 1:
            return members(names)
        if self._read.peek(".") or self._read.peek("["):
            # With more to come, each is followed by itself.
            return each_member(names)
        return all_members(names) if deep else members(names)

    def _inside(self) -> Step:
        read = self._read
        if read.take("*"):
            return every()
        start = read.integer()
        if read.take(":"):
            return part(start, read.integer())
        if start is None:
            raise read.expected("an index, a quoted name, '*', ':' or '?'")
        return self._indexes(start)

    def _indexes(self, first: int) -> Step:
        wanted = [first]
        while self._read.comma():
            index = self._read.integer()
            if index is None:
                raise self._read.expected("an index")
            wanted.append(index)
        return elements(tuple(wanted))

    def _listed(self, read_one: Callable[[], str]) -> Iterator[str]:
        yield read_one()
        while self._read.comma():
            yield read_one()

    def _filter(self) -> filters.Test:
        read = self._read
        read.expect("(")
        test = filters.parse(read, self._operand)
        read.skip_space()
        read.expect(")")
        return test

    def _operand(self) -> filters.Operand:
        """Read ``@.path`` or ``$.path`` inside a filter or among a function's arguments."""
        from_root = self._read.peek("$")
        inner = self._path()

        def find(node: object, root: object) -> object:
            found = inner.find(root if from_root else node, root)
            return filters.NOTHING if found is MISSING else found

        return find
