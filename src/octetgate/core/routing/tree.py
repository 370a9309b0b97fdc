"""Which resource and method a path leads to: one tree per deployment, built once.

At each segment a literal is tried before ``{param}``, that before ``{param+}``; a resource
counts only if it has the method, else the search goes back and tries the next
(spec: request-lifecycle 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from octetgate.core.routing.paths import BadTemplate, Kind, Segment, parse

T = TypeVar("T")

ANY = "ANY"
ANY_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
"""The methods that ``ANY`` stands for; no other reaches it."""


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What a request leads to."""

    value: T
    resource_path: str
    """The template, ``/albums/{proxy+}``."""
    path_parameters: dict[str, str]
    """As they stood in the path, undecoded."""


@dataclass(slots=True)
class _Resource(Generic[T]):
    """A template and what its methods lead to, ANY spelled out."""

    template: str
    names: tuple[str, ...]
    values: dict[str, T]


@dataclass(slots=True)
class _Node(Generic[T]):
    """A place in the tree: what ends here, and what may follow."""

    here: _Resource[T] | None = None
    greedy: _Resource[T] | None = None
    literals: "dict[str, _Node[T]]" = field(default_factory=dict)
    parameter: "_Node[T] | None" = None


_Found = tuple[_Resource[T], list[str]]


class Tree(Generic[T]):
    """Every resource of a deployment by path and method; does not change."""

    __slots__ = ("_root", "_static")

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        # Most APIs have paths without parameters; one look-up finds those.
        self._static: dict[str, _Resource[T]] = {}

    @classmethod
    def build(cls, resources: Iterable[tuple[str, Mapping[str, T]]]) -> "Tree[T]":
        """Return the tree of (path template, what each method leads to).

        Raises BadTemplate, also for two templates that match the same paths.
        """
        tree = cls()
        for template, methods in resources:
            if methods:
                tree._add(template, methods)
        return tree

    def _add(self, template: str, methods: Mapping[str, T]) -> None:
        segments = parse(template)
        names = tuple(part.text for part in segments if part.kind is not Kind.STATIC)
        resource = _Resource(template, names, _spelled_out(methods))
        node = self._root
        greedy = bool(segments) and segments[-1].kind is Kind.GREEDY
        for segment in segments[:-1] if greedy else segments:
            node = _child(node, segment)
        taken = node.greedy if greedy else node.here
        if taken is not None:
            raise BadTemplate(template, "no other path of this shape", taken.template)
        if greedy:
            node.greedy = resource
            return
        node.here = resource
        if not names:
            self._static[template.strip("/")] = resource

    def find(self, method: str, raw_path: str) -> Match[T] | None:
        """Return what the method on the path leads to; slashes around the path do not count."""
        path = raw_path.strip("/")
        static = self._static.get(path)
        if static is not None and method in static.values:
            return Match(static.values[method], static.template, {})
        segments = path.split("/") if path else []
        found = _search(self._root, method, segments, 0)
        if found is None:
            return None
        resource, parameters = found
        named = dict(zip(resource.names, parameters, strict=True))
        return Match(resource.values[method], resource.template, named)


def _spelled_out(methods: Mapping[str, T]) -> dict[str, T]:
    values = {method: value for method, value in methods.items() if method != ANY}
    if ANY in methods:
        for method in ANY_METHODS:
            values.setdefault(method, methods[ANY])
    return values


def _child(node: _Node[T], segment: Segment) -> _Node[T]:
    if segment.kind is Kind.STATIC:
        return node.literals.setdefault(segment.text, _Node())
    if node.parameter is None:
        node.parameter = _Node()
    return node.parameter


def _search(node: _Node[T], method: str, segments: list[str], at: int) -> "_Found[T] | None":
    """Return the resource for the segments from ``at``, with its parameters' values."""
    if at == len(segments):
        here = node.here
        return (here, []) if here is not None and method in here.values else None
    segment = segments[at]
    literal = node.literals.get(segment)
    if literal is not None and (found := _search(literal, method, segments, at + 1)):
        return found
    # A parameter stands for a whole segment; between doubled slashes there is none.
    if (
        node.parameter is not None
        and segment
        and (found := _search(node.parameter, method, segments, at + 1))
    ):
        found[1].insert(0, segment)
        return found
    greedy = node.greedy
    if greedy is not None and method in greedy.values:
        return greedy, ["/".join(segments[at:])]
    return None
