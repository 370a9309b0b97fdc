"""The members that functions' answers to HTTP calls have in common, each checked (lambda 2.1)."""

import re
from typing import Any

import msgspec

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BROKEN = re.compile(r"[\r\n\0]")


NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading JSON of a stranger's raises; nothing is read that is nested a thousand deep."""


class MalformedProxyResponse(Exception):
    """The function's answer is no proxy response; says what was expected and what was found."""


def status(given: Any) -> int:
    """Return the status code; 200 where none is given."""
    if type(given) is int and 200 <= given <= 599:
        return given
    if given is None:
        return 200
    if isinstance(given, str) and given.isascii() and given.isdigit():
        given = int(given[:4])
    # Below 200 it would be an interim response, after which a client waits for another.
    if type(given) is not int or not 200 <= given <= 599:
        raise malformed("statusCode", "200 to 599, as a number or in a string", given)
    return given


def flag(given: Any) -> bool:
    """Return whether the body is Base64."""
    if given is None or isinstance(given, bool):
        return bool(given)
    raise malformed("isBase64Encoded", "true or false", given)


def single_headers(headers: Any) -> dict[str, str]:
    """Return name → value, for the wire."""
    if headers is None:
        return {}
    if not isinstance(headers, dict):
        raise malformed("headers", "an object", headers)
    # A null value says nothing, so the header is left out (unconfirmed).
    return {
        _name(name): _value(f"headers.{name}", value)
        for name, value in headers.items()
        if value is not None
    }


def multi_headers(headers: Any) -> dict[str, list[str]]:
    """Return name → values, for the wire."""
    if headers is None:
        return {}
    if not isinstance(headers, dict):
        raise malformed("multiValueHeaders", "an object", headers)
    for name, values in headers.items():
        if not isinstance(values, list):
            raise malformed(f"multiValueHeaders.{name}", "a list", values)
    return {
        _name(name): [_value(f"multiValueHeaders.{name}", value) for value in values]
        for name, values in headers.items()
    }


def _name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise malformed("headers", "a header name", name)
    return name


def _value(where: str, value: Any) -> str:
    """Return a header's value as Latin-1 text that carries UTF-8."""
    if isinstance(value, bool | int | float):
        return msgspec.json.encode(value).decode()
    if not isinstance(value, str):
        raise malformed(where, "a string, number or boolean", value)
    if _BROKEN.search(value):
        # A line end here would let the function's input write headers of its own.
        raise malformed(where, "no line end and no NUL", value)
    return value.encode().decode("latin-1")


def cookies(given: Any) -> list[tuple[str, str]]:
    """Return the header lines that set the cookies."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise malformed("cookies", "a list", given)
    # A line each, after the headers (unconfirmed detail).
    return [("Set-Cookie", _value("cookies", cookie)) for cookie in given]


def malformed(where: str, expected: str, found: object) -> MalformedProxyResponse:
    """Return what is wrong with an answer; what was found is told in short."""
    shown = repr(found)
    short = shown if len(shown) <= 80 else shown[:77] + "..."
    return MalformedProxyResponse(f"{where}: expected {expected}; found {short}")
