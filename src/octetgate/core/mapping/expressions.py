"""Parameter mapping: one expression, one value (spec: mapping 1 and 2).

An expression is parsed when a definition is saved or deployed and resolved for
each call against a :class:`Source`, which the gateway provides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from octetgate.core.mapping import jsonpath, jsontext
from octetgate.core.mapping.path_text import PathError

_NAME = r"[a-zA-Z0-9._$-]+"
_REQUEST_TARGET = re.compile(rf"integration\.request\.(header|querystring|path)\.({_NAME})")
_RESPONSE_TARGET = re.compile(rf"method\.response\.header\.({_NAME})")
_GATEWAY_RESPONSE_TARGET = re.compile(rf"gatewayresponse\.header\.({_NAME})")
_EXPRESSION = re.compile(
    rf"""
      (?P<static>'.*')
    | (?P<place>
          method\.request\.(?:path|querystring|multivaluequerystring|header|multivalueheader)
        | integration\.response\.(?:header|multivalueheader)
        | stageVariables
        | context
      )\.(?P<name>{_NAME})
    | (?P<body>(?:method\.request|integration\.response)\.body)(?:\.(?P<path>.+)|(?P<index>\[.+))?
    """,
    re.VERBOSE | re.DOTALL,
)
_JSON_STARTS = ("{", "[", '"', "'")

Value = str | list[str] | None


class BadExpression(ValueError):
    """A mapping expression or its key is not one; the text is AWS's (recorded)."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(
            "Invalid mapping expression specified: Validation Result: warnings : [], "
            "errors : [Invalid mapping expression specified: true]"
        )
        self.found = found
        self.expected = expected


class MalformedJsonBody(ValueError):
    """A body that starts like JSON is not JSON.

    The client's body makes this a 400, the integration's a 500.
    """


class Source(Protocol):
    """What expressions read: one call, as far as it has come.  Names are case-sensitive."""

    def path(self, name: str) -> str | None:
        """Return a path variable, undecoded."""
        ...

    def query(self, name: str) -> Sequence[str]:
        """Return all values of a query parameter, none if it is absent."""
        ...

    def header(self, name: str) -> Sequence[str]:
        """Return all values of a header of the method request."""
        ...

    def response_header(self, name: str) -> Sequence[str]:
        """Return all values of a header of the integration response."""
        ...

    def body_text(self) -> str:
        """Return the body: the request's, or the integration response's for a response."""
        ...

    def stage_variable(self, name: str) -> str | None:
        """Return a stage variable."""
        ...

    def context(self, name: str) -> object:
        """Return a member of ``$context``; ``name`` may have dots in it."""
        ...


class Location(Enum):
    """Where in an integration request a mapped parameter goes."""

    HEADER = "header"
    QUERYSTRING = "querystring"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """``integration.request.{location}.{name}``"""

    location: Location
    name: str


_Resolve = Callable[[Source], Value]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    text: str
    needs_body: bool
    _resolve: _Resolve

    def resolve(self, source: Source) -> Value:
        """Return the value, a list where a parameter repeats, ``None`` where nothing is set."""
        # AWS sets no empty header or parameter.
        return self._resolve(source) or None


def parse_request_target(key: str) -> RequestTarget:
    """Return where ``integration.request.header.NAME`` and its siblings point."""
    found = _REQUEST_TARGET.fullmatch(key)
    if not found:
        raise BadExpression(key, "integration.request.{header|querystring|path}.NAME")
    return RequestTarget(Location(found[1]), found[2])


def parse_response_target(key: str) -> str:
    """Return the header that ``method.response.header.NAME`` names."""
    found = _RESPONSE_TARGET.fullmatch(key)
    if not found:
        raise BadExpression(key, "method.response.header.NAME")
    return found[1]


def parse_gateway_response_target(key: str) -> str:
    """Return the header that ``gatewayresponse.header.NAME`` names.

    Spec: request-lifecycle 4.2.
    """
    found = _GATEWAY_RESPONSE_TARGET.fullmatch(key)
    if not found:
        raise BadExpression(key, "gatewayresponse.header.NAME")
    return found[1]


def parse_request_expression(text: str) -> Expression:
    """Return an expression of an integration request; it cannot see a response."""
    if text.startswith("integration."):
        raise BadExpression(text, "an expression about the method request")
    return parse_expression(text)


def parse_response_expression(text: str) -> Expression:
    """Return an expression of an integration response; it sees that response only."""
    if text.startswith("method."):
        raise BadExpression(text, "an expression about the integration response")
    return parse_expression(text)


def parse_gateway_response_expression(text: str) -> Expression:
    """Return an expression of a gateway response, which has no body to read."""
    expression = parse_request_expression(text)
    if expression.needs_body:
        raise BadExpression(text, "a static value, a parameter, context or stageVariables")
    return expression


def parse_expression(text: str) -> Expression:
    """Return ``text`` as an expression, or raise ``BadExpression``."""
    found = _EXPRESSION.fullmatch(text)
    if not found:
        raise BadExpression(text, "a quoted static value or a mapping expression")
    if found["static"] is not None:
        static = found["static"][1:-1]
        return Expression(text, False, lambda _: static)
    if found["body"] is not None:
        return Expression(text, True, _body(text, found["path"] or found["index"]))
    name = found["name"]
    read = _READERS[found["place"]]
    return Expression(text, False, lambda source: read(source, name))


def _last(values: Sequence[str]) -> str | None:
    return values[-1] if values else None


def _one_or_all(values: Sequence[str]) -> Value:
    return values[0] if len(values) == 1 else list(values)


def _context(source: Source, name: str) -> str | None:
    value = source.context(name)
    # Only strings are mapped (spec: mapping 1).
    return value if isinstance(value, str) else None


_READERS: dict[str, Callable[[Source, str], Value]] = {
    "method.request.path": lambda source, name: source.path(name),
    "method.request.querystring": lambda source, name: _last(source.query(name)),
    "method.request.multivaluequerystring": lambda source, name: _one_or_all(source.query(name)),
    "method.request.header": lambda source, name: _last(source.header(name)),
    "method.request.multivalueheader": lambda source, name: ",".join(source.header(name)),
    "integration.response.header": lambda source, name: _last(source.response_header(name)),
    "integration.response.multivalueheader": lambda source, name: ",".join(
        source.response_header(name)
    ),
    "stageVariables": lambda source, name: source.stage_variable(name),
    "context": _context,
}


def _body(text: str, rest: str | None) -> _Resolve:
    """Return a reader of the whole body, or of what the JSON path ``rest`` finds in it."""
    if rest is None:
        return _whole_body
    path = _compiled(text, rest)
    embedded = _embedded(text, rest) if text.startswith("integration.") else None

    def resolve(source: Source) -> Value:
        document = _document(source.body_text())
        try:
            found = path.find(document)
            if found is jsonpath.MISSING and embedded is not None:
                found = embedded.find(_error_message(document))
            return _rendered(found)
        except (PathError, RecursionError) as error:
            raise MalformedJsonBody(f"{text}: too much to render: {error}") from error

    return resolve


def _whole_body(source: Source) -> str:
    body = source.body_text()
    _document(body)
    return body or "{}"


def _compiled(text: str, rest: str) -> jsonpath.Path:
    try:
        return jsonpath.compile("$" + rest if rest.startswith("[") else "$." + rest)
    except PathError as error:
        raise BadExpression(text, str(error)) from error


def _embedded(text: str, rest: str) -> jsonpath.Path | None:
    """Return the path inside a Lambda error's message, itself JSON text (spec: mapping 2)."""
    inner = rest.removeprefix("errorMessage")
    if inner == rest or not inner.startswith((".", "[")):
        return None
    return _compiled(text, inner.removeprefix("."))


def _error_message(document: object) -> object:
    message = document.get("errorMessage") if isinstance(document, dict) else None
    try:
        return jsontext.parse(message) if isinstance(message, str) else None
    except jsontext.BadJson:
        return None


def _document(body: str) -> object:
    """Return the body as JSON; one that does not start like JSON is opaque."""
    if not body.strip().startswith(_JSON_STARTS):
        return jsonpath.MISSING
    try:
        return jsontext.parse(body)
    except jsontext.BadJson as error:
        raise MalformedJsonBody(str(error)) from error


def _rendered(found: object) -> str | None:
    if found is jsonpath.MISSING or found is None:
        return None
    return found if isinstance(found, str) else jsontext.dump(found)
