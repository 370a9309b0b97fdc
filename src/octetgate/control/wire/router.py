"""Which operation a request asks for: method, path and the query's constants."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from octetgate.control.wire.service import Operation

_DATED = re.compile(r"/\d{4}-\d\d-\d\d(/|$)")


def service_of(path: str) -> str:
    """Return the signing name of the service a path belongs to.

    Every path of Lambda starts with the date of an API version, and no path of API Gateway does.
    """
    return "lambda" if _DATED.match(path) else "apigateway"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation's place."""

    operation: Operation
    segments: tuple[str, ...]
    """Constants, and labels in braces."""
    constants: tuple[tuple[str, str], ...]
    """Query parameters that tell operations on one path apart, such as ``mode=import``."""

    @property
    def rank(self) -> tuple[int, int]:
        """Routes that say more are tried first."""
        labels = sum(segment.startswith("{") for segment in self.segments)
        return (-len(self.constants), labels)

    def labels(self, segments: list[str], query: Mapping[str, list[str]]) -> dict[str, str] | None:
        """Return the decoded labels if the request is for this route."""
        if any(value not in query.get(name, ()) for name, value in self.constants):
            return None
        found: dict[str, str] = {}
        for expected, given in zip(self.segments, segments, strict=True):
            if expected.startswith("{"):
                found[expected[1:-1]] = unquote(given)
            elif expected != given:
                return None
        return found if all(found.values()) else None


@dataclass(frozen=True, slots=True)
class Match:
    """The operation asked for, and the labels of its path."""

    operation: Operation
    labels: Mapping[str, str]


class Router:
    """The routes of one service."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._routes: dict[tuple[str, int], list[Route]] = {}
        for route in sorted(map(_route, operations), key=lambda route: route.rank):
            key = (route.operation.method, len(route.segments))
            self._routes.setdefault(key, []).append(route)

    def find(self, method: str, path: str, query: Mapping[str, list[str]]) -> Match | None:
        """Return the operation of a request; the path is as sent, undecoded."""
        segments = _segments(path)
        for route in self._routes.get((method, len(segments)), ()):
            labels = route.labels(segments, query)
            if labels is not None:
                return Match(route.operation, labels)
        return None


def _route(operation: Operation) -> Route:
    path, _, query = operation.uri.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return Route(
        operation, tuple(_segments(path)), tuple((name, value) for name, _, value in pairs)
    )


def _segments(path: str) -> list[str]:
    # Older Lambda clients end paths in a slash (spec: lambda 8).
    return path.removesuffix("/").split("/")[1:]
