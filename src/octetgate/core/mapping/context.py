"""``$context``, read lazily, and the overrides that a template writes through it.

Spec: mapping 8 and 9.  What is unknown or null prints as nothing, and so does a
nested map.  The overrides of one call live in :class:`Overrides`; the request's
and the response's template get the same one, so what the first writes the
second reads, even keys that mean nothing to the gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from octetgate.core.mapping.vtl import methods
from octetgate.core.mapping.vtl.errors import MemberError
from octetgate.core.mapping.vtl.values import Host, java_text

# The order in which AWS lists them (recorded).
_CONTEXT_KEYS = (
    "resourceId",
    "resourcePath",
    "httpMethod",
    "extendedRequestId",
    "requestTime",
    "path",
    "accountId",
    "protocol",
    "requestOverride",
    "stage",
    "domainPrefix",
    "requestTimeEpoch",
    "requestId",
    "identity",
    "domainName",
    "deploymentId",
    "responseOverride",
    "apiId",
)
_IDENTITY_KEYS = (
    "cognitoIdentityPoolId",
    "accountId",
    "cognitoIdentityId",
    "caller",
    "sourceIp",
    "principalOrgId",
    "accessKey",
    "cognitoAuthenticationType",
    "cognitoAuthenticationProvider",
    "userArn",
    "userAgent",
    "user",
)
_WRITABLE = frozenset({"requestOverride", "responseOverride"})
_ALWAYS: Mapping[str, tuple[str, ...]] = {"identity": _IDENTITY_KEYS, "authorizer": ()}


class Overrides(msgspec.Struct):
    """What one call's templates have overridden, request template first."""

    request: dict[str, object] = msgspec.field(
        default_factory=lambda: {"path": {}, "header": {}, "querystring": {}}
    )
    response: dict[str, object] = msgspec.field(default_factory=lambda: {"header": {}})
    invented: dict[str, object] = msgspec.field(default_factory=dict)
    """Keys set on ``$context`` itself, kept for the response template."""

    @property
    def request_path(self) -> dict[str, str]:
        """Values for the placeholders of the integration's URI."""
        return _joined(self.request.get("path"))

    @property
    def request_headers(self) -> dict[str, str]:
        """Headers of the integration request; a list is joined with commas."""
        return _joined(self.request.get("header"))

    @property
    def request_querystring(self) -> dict[str, list[str]]:
        """Query parameters of the integration request; a list repeats the parameter."""
        given = self.request.get("querystring")
        return {name: _texts(value) for name, value in _present(given)}

    @property
    def response_headers(self) -> dict[str, str]:
        """Headers of the method response; a list is joined with commas."""
        return _joined(self.response.get("header"))

    @property
    def response_status(self) -> int | None:
        """The status of the method response; anything but an integer from 100 to 599 is ignored."""
        status = self.response.get("status")
        if isinstance(status, bool) or not isinstance(status, int):
            return None
        return status if 100 <= status <= 599 else None


def _present(given: object) -> Iterator[tuple[str, object]]:
    if isinstance(given, Mapping):
        yield from ((str(name), value) for name, value in given.items() if value is not None)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [java_text(one) for one in values]


def _joined(given: object) -> dict[str, str]:
    return {name: ",".join(_texts(value)) for name, value in _present(given)}


class Context(msgspec.Struct, frozen=True):
    """What ``$context`` shows: the gateway's values, and this call's overrides."""

    values: Mapping[str, object] = msgspec.field(default_factory=dict)
    overrides: Overrides = msgspec.field(default_factory=Overrides)

    def view(self) -> Host:
        """Return ``$context`` for one rendering."""
        return _Root(self)


class _View(Host):
    """A map of the gateway as a template sees it."""

    def __init__(self, values: Mapping[str, object], always: tuple[str, ...] = ()) -> None:
        self._values = values
        self._always = always

    def keys(self) -> list[str]:
        """Return the names in AWS's order, then whatever else has a value."""
        more = (k for k, v in self._values.items() if v is not None and k not in self._always)
        return [*self._always, *more]

    def member(self, name: str) -> object:
        """Return ``$context.name``; a map comes as a view of its own."""
        value = self._values.get(name)
        if type(value) is str or not isinstance(value, (dict, Mapping)):
            return value
        return _View(value, _ALWAYS.get(name, ()))

    def call(self, name: str, arguments: Sequence[object]) -> object:
        """Return the result of one of a map's methods."""
        match name, list(arguments):
            case "get", [key]:
                return self.member(java_text(key))
            case "put", [key, value]:
                return self.put(java_text(key), value)
            case _:
                return methods.call({key: self.member(key) for key in self.keys()}, name, arguments)


class _Root(_View):
    """``$context`` itself."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.values, _CONTEXT_KEYS)
        self._overrides = context.overrides

    @cached_property
    def _writable(self) -> Mapping[str, _Override]:
        overrides = self._overrides
        return {
            "requestOverride": _Override(overrides.request, "requestOverride", set()),
            "responseOverride": _Override(overrides.response, "responseOverride", set()),
        }

    def member(self, name: str) -> object:
        """Return a value of the gateway, an override, or a key that a template invented."""
        if name in _WRITABLE:
            return self._writable[name]
        found = super().member(name)
        if not found and name in _ALWAYS:
            # Recorded: authorizer.keySet() is empty, not null, without an authorizer.
            return _View({}, _ALWAYS[name])
        return self._overrides.invented.get(name) if found is None else found

    def put(self, name: str, value: object) -> object:
        """Keep a key for the templates of this call; the gateway's own values stay."""
        previous = self.member(name)
        self._overrides.invented[name] = value
        return previous


class _Override(_View):
    """``requestOverride`` or ``responseOverride``, or one of the maps in them."""

    def __init__(self, target: dict[str, object], name: str, written: set[str]) -> None:
        super().__init__(target)
        self._target = target
        self._name = name
        self._written = written

    def member(self, name: str) -> object:
        """Return what has been set; a map in it is writable too."""
        value = self._target.get(name)
        if isinstance(value, dict):
            return _Override(value, f"{self._name}.{name}", self._written)
        return value

    def put(self, name: str, value: object) -> object:
        """Set one target, which a template may do only once."""
        target = f"{self._name}.{name}"
        if target in self._written:
            # Documented by AWS, with this advice.
            raise MemberError(
                f"{target} is already overridden in this template; "
                "set a variable and override once, at the end"
            )
        self._written.add(target)
        previous, self._target[name] = self._target.get(name), value
        return previous
