"""Which header fields cross the gateway, and under which name.

The tables are recordings of the real service (spec: request-lifecycle 5 and 6); where its
documentation says otherwise the recording wins.  Framing fields never cross: each side of the
gateway has framing of its own.
"""

from collections.abc import Iterable, Mapping

from octetgate.core.http.headers import Field, Headers

REMAPPED_PREFIX = "x-amzn-Remapped-"

REMOVED_ON_ENTRY = frozenset(
    {
        "connection",
        "content-length",
        "content-md5",
        "expect",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "transfer-encoding",
        "trailer",
        "upgrade",
        "www-authenticate",
    }
)
"""Never visible to mappings, templates, events and validators (6.1)."""

_OF_THE_CONNECTION = frozenset({"keep-alive", "proxy-connection"})
"""About one connection only, even where Connection does not name them (RFC 9110, 7.6.1)."""

DROPPED_TO_HTTP_PROXY = REMOVED_ON_ENTRY | _OF_THE_CONNECTION | {"host", "via", "content-encoding"}
"""What a client may send and an HTTP_PROXY backend never gets (6.2)."""

DROPPED_WHEN_MAPPED = frozenset({"expect", "proxy-authenticate", "te", "via"}) | {
    # Ours, against the documentation's "pass": connections to backends are pooled, and a
    # mapping must not be able to close or upgrade one.
    "connection",
}
"""What vanishes silently when mapped onto a request to a backend (6.2)."""

DROPPED_TO_AWS = (
    DROPPED_WHEN_MAPPED
    | {"referer"}
    | {
        # Ours: the endpoint's own is what is signed.
        "host",
    }
)
"""The same for requests to an AWS service (6.2)."""

FORBIDDEN_MAPPINGS = frozenset(
    {"content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id"}
)
"""Mapping a value onto one of these is an internal server error (6.3)."""

FORBIDDEN_AWS_MAPPINGS = FORBIDDEN_MAPPINGS | {
    "authorization",
    "connection",
    "expect",
    "proxy-authenticate",
    "te",
}
"""The same for integrations of type AWS and AWS_PROXY (6.3)."""


def _fates(*, remapped: Iterable[str], dropped: Iterable[str]) -> Mapping[str, str | None]:
    """Return lower-case name → lower-case name it is remapped to, or None when dropped."""
    prefix = REMAPPED_PREFIX.lower()
    return {name: prefix + name for name in remapped} | dict.fromkeys(dropped)


MAPPED_RESPONSE = _fates(
    remapped=(
        "authorization",
        "connection",
        "content-length",
        "content-md5",
        "date",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "trailer",
        "upgrade",
        "user-agent",
        "www-authenticate",
        # As for proxies: the recordings map no request id, and two of them would be none.
        "x-amzn-requestid",
    ),
    dropped=("transfer-encoding",),
)
"""What becomes of the fields that an integration response maps (5.1)."""

_USUAL_OPTIONS = frozenset({"close", "keep-alive"})
_NONE: frozenset[str] = frozenset()

PROXY_RESPONSE = _fates(
    remapped=(
        "authorization",
        "connection",
        "content-length",
        "content-md5",
        "date",
        "max-forwards",
        "server",
        "user-agent",
        "www-authenticate",
        "x-amzn-requestid",
    ),
    dropped=(
        "expect",
        "host",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        *_OF_THE_CONNECTION,
    ),
)
"""What becomes of the fields that a proxied backend or function answers (5.2, 5.3)."""


def visible(headers: Headers) -> Headers:
    """Return the fields that anything behind the door may see (6.1).

    Fields that ``Connection`` names are of that connection and go with it (RFC 9110, 7.6.1);
    the recordings are silent about them.
    """
    kept = [field for field in headers.fields if field[1] not in REMOVED_ON_ENTRY]
    if len(kept) != len(headers.fields) and (named := nominated(headers)):
        kept = [field for field in kept if field[1] not in named]
    return Headers.of_fields(kept)


def nominated(headers: Headers) -> frozenset[str]:
    """Return the lower-case names that the Connection fields name."""
    options: set[str] = set()
    for _, name, value in headers.fields:
        if name == "connection" and value not in _USUAL_OPTIONS:
            options.update(option.strip(" \t").lower() for option in value.split(","))
    return frozenset(options - {"close", "keep-alive", ""}) if options else _NONE


def forbidden_mapping(names: Iterable[str], *, aws: bool) -> str | None:
    """Return the first name that must not be mapped, or None; ``aws`` for AWS and AWS_PROXY."""
    forbidden = FORBIDDEN_AWS_MAPPINGS if aws else FORBIDDEN_MAPPINGS
    return next((name for name in names if name.lower() in forbidden), None)


def response_headers_http_proxy(headers: Headers) -> Headers:
    """Return a proxied backend's fields as the client gets them."""
    if named := nominated(headers):
        headers = Headers.of_fields([field for field in headers.fields if field[1] not in named])
    return _renamed(headers, PROXY_RESPONSE)


def response_headers_lambda_proxy(headers: Headers) -> Headers:
    """Return a proxy function's fields as the client gets them."""
    return _renamed(headers, PROXY_RESPONSE)


def response_headers_mapped(headers: Headers) -> Headers:
    """Return the fields that an integration response mapped as the client gets them."""
    return _renamed(headers, MAPPED_RESPONSE)


def _renamed(headers: Headers, fates: Mapping[str, str | None]) -> Headers:
    fields: list[Field] = []
    for field in headers.fields:
        name, key, value = field
        if key not in fates:
            fields.append(field)
        elif (remapped := fates[key]) is not None:
            fields.append((REMAPPED_PREFIX + name, remapped, value))
    return Headers.of_fields(fields)
