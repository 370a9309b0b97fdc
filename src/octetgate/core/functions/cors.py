"""CORS as a function URL answers it for its function: preflights, and headers on every answer."""

from octetgate.core.http.headers import Headers
from octetgate.core.model.function import Cors

_ANY = "*"
_PREFIX = "access-control-"


def is_preflight(method: str, headers: Headers) -> bool:
    """Return whether a browser asks what it may ask."""
    return (
        method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers
    )


def preflight(cors: Cors, headers: Headers) -> list[tuple[str, str]]:
    """Return the headers that answer a preflight; none that allow what is not allowed."""
    allowed = of_answer(cors, headers.get("origin"))
    wanted = headers.get("access-control-request-method") or ""
    if not allowed or not ({_ANY, wanted} & set(cors.allow_methods)):
        return []
    asked = headers.get("access-control-request-headers")
    return [
        *((name, value) for name, value in allowed if name != "Access-Control-Expose-Headers"),
        ("Access-Control-Allow-Methods", _listed(cors.allow_methods, wanted)),
        *(
            [("Access-Control-Allow-Headers", _listed(cors.allow_headers, asked or ""))]
            if cors.allow_headers
            else []
        ),
        *([("Access-Control-Max-Age", str(cors.max_age))] if cors.max_age is not None else []),
    ]


def of_answer(cors: Cors, origin: str | None) -> list[tuple[str, str]]:
    """Return the headers that let a page of the origin read an answer, or none.

    Where credentials are allowed browsers take no ``*``, so the origin is named.
    """
    if origin is None or not ({_ANY, origin} & set(cors.allow_origins)):
        return []
    anybody = _ANY in cors.allow_origins and not cors.allow_credentials
    headers = [("Access-Control-Allow-Origin", _ANY if anybody else origin)]
    if not anybody:
        headers.append(("Vary", "Origin"))
    if cors.allow_credentials:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    if cors.expose_headers:
        headers.append(("Access-Control-Expose-Headers", ",".join(cors.expose_headers)))
    return headers


def without_own(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a function's headers without its own words about CORS: the URL's count.

    Two of one name would be none to a browser.
    """
    return [(name, value) for name, value in headers if not name.lower().startswith(_PREFIX)]


def _listed(configured: tuple[str, ...], asked: str) -> str:
    """Return what is allowed; where everything is, what was asked for."""
    return asked if _ANY in configured and asked else ",".join(configured)
