"""The event that a Lambda proxy integration sends, and how the function's answer is read.

Payload format 1.0, field by field (spec: lambda 1 and 2).  A request body may be megabytes of
Base64, so it is spliced into the JSON as bytes: Base64 needs no escaping.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from octetgate.core.functions.prelude import metadata_of
from octetgate.core.http.headers import Headers

_KEYS = ("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded")
_METADATA_KEYS = ("statusCode", "headers", "multiValueHeaders", "cookies")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BROKEN = re.compile(r"[\r\n\0]")


class MalformedProxyResponse(Exception):
    """The function's answer is no proxy response; says what was expected and what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRequest:
    """One request, as the proxy event tells it."""

    resource: str
    """The resource's template, e.g. ``/{proxy+}``."""
    path: str
    """As requested, without the stage, undecoded."""
    http_method: str
    headers: Headers
    """What is left of the client's headers, and what the gateway adds."""
    query: Iterable[tuple[str, str]] = ()
    """Decoded pairs in order."""
    path_parameters: Mapping[str, str] | None = None
    stage_variables: Mapping[str, str] | None = None
    context: Mapping[str, Any]
    """``requestContext``, as it is."""
    body: str | bytes | None = None
    """Text, or Base64 as ASCII bytes; None without a body."""
    is_base64_encoded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyResponse:
    """What the function wants the client to get."""

    status: int
    headers: list[tuple[str, str]]
    """Merged; values are Latin-1 text, as in :class:`Headers`."""
    body: bytes
    """The answer's string as UTF-8: Base64 text if ``is_base64_encoded``."""
    is_base64_encoded: bool


def proxy_event(request: ProxyRequest) -> bytes:
    """Return the event's JSON (spec: lambda 1.1)."""
    headers = _multi_valued(request.headers)
    query = _grouped(request.query)
    event = msgspec.json.encode(
        {
            "resource": request.resource,
            "path": request.path,
            "httpMethod": request.http_method,
            "headers": _last_values(headers),
            "multiValueHeaders": headers or None,
            "queryStringParameters": _last_values(query),
            "multiValueQueryStringParameters": query or None,
            "pathParameters": request.path_parameters or None,
            "stageVariables": request.stage_variables or None,
            "requestContext": request.context,
        }
    )
    flag = b"true" if request.is_base64_encoded else b"false"
    parts = (event[:-1], b',"body":', *_body(request.body), b',"isBase64Encoded":', flag, b"}")
    return b"".join(parts)


def _body(body: str | bytes | None) -> tuple[bytes, ...]:
    """Return the body as pieces of JSON."""
    if isinstance(body, bytes):
        return (b'"', body, b'"')
    return (msgspec.json.encode(body),)


def _multi_valued(headers: Headers) -> dict[str, list[str]]:
    """Return name → values; a name sent in several casings is told in its first."""
    casing: dict[str, str] = {}
    return _grouped((casing.setdefault(key, sent), value) for sent, key, value in headers.fields)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _last_values(values: Mapping[str, list[str]]) -> dict[str, str] | None:
    return {name: several[-1] for name, several in values.items()} or None


def proxy_response(payload: bytes) -> ProxyResponse:
    """Return what the function answered (spec: lambda 2.1); no member is mandatory.

    Raises MalformedProxyResponse, which the client sees as 502.
    """
    metadata = metadata_of(payload)
    if metadata is not None:
        # A stream that arrived in one piece: status and headers count, the body does not
        # (spec: payload-encodings 10.2, the table's fifth row).
        return streamed_response(metadata)
    answer = _object(payload, _KEYS)
    body = answer.get("body")
    if not isinstance(body, str | None):
        raise _malformed("body", "a string or null", body)
    return ProxyResponse(
        status=_status(answer.get("statusCode")),
        headers=_merged(
            _single_headers(answer.get("headers")), _multi_headers(answer.get("multiValueHeaders"))
        ),
        body=(body or "").encode(),
        is_base64_encoded=_flag(answer.get("isBase64Encoded")),
    )


def streamed_response(metadata: bytes) -> ProxyResponse:
    """Return what the metadata of a stream says (spec: payload-encodings 10.2).

    Raises MalformedProxyResponse.
    """
    answer = _object(metadata, _METADATA_KEYS)
    headers = _merged(
        _single_headers(answer.get("headers")), _multi_headers(answer.get("multiValueHeaders"))
    )
    return ProxyResponse(
        status=_status(answer.get("statusCode")),
        headers=headers + _cookies(answer.get("cookies")),
        body=b"",
        is_base64_encoded=False,
    )


def _cookies(cookies: Any) -> list[tuple[str, str]]:
    if cookies is None:
        return []
    if not isinstance(cookies, list):
        raise _malformed("cookies", "a list", cookies)
    # A line each, after the headers (unconfirmed detail).
    return [("Set-Cookie", _value("cookies", cookie)) for cookie in cookies]


def _object(payload: bytes, keys: Sequence[str]) -> dict[str, Any]:
    try:
        answer = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedProxyResponse(f"response: expected JSON; {error}") from error
    if not isinstance(answer, dict):
        raise _malformed("response", "an object", answer)
    for key in answer:
        if key not in keys:
            # AWS refuses the whole answer for one stray key (recorded), which is also how an
            # error object is told from a response.
            raise _malformed("response", f"only {', '.join(keys)}", key)
    return answer


def _status(status: Any) -> int:
    if status is None:
        return 200
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status[:4])
    # Below 200 it would be an interim response, after which a client waits for another.
    if type(status) is not int or not 200 <= status <= 599:
        raise _malformed("statusCode", "200 to 599, as a number or in a string", status)
    return status


def _flag(flag: Any) -> bool:
    if flag is None or isinstance(flag, bool):
        return bool(flag)
    raise _malformed("isBase64Encoded", "true or false", flag)


def _single_headers(headers: Any) -> dict[str, str]:
    if headers is None:
        return {}
    if not isinstance(headers, dict):
        raise _malformed("headers", "an object", headers)
    # A null value says nothing, so the header is left out (unconfirmed).
    return {
        _name(name): _value(f"headers.{name}", value)
        for name, value in headers.items()
        if value is not None
    }


def _multi_headers(headers: Any) -> dict[str, list[str]]:
    if headers is None:
        return {}
    if not isinstance(headers, dict):
        raise _malformed("multiValueHeaders", "an object", headers)
    for name, values in headers.items():
        if not isinstance(values, list):
            raise _malformed(f"multiValueHeaders.{name}", "a list", values)
    return {
        _name(name): [_value(f"multiValueHeaders.{name}", value) for value in values]
        for name, values in headers.items()
    }


def _name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise _malformed("headers", "a header name", name)
    return name


def _value(where: str, value: Any) -> str:
    """Return a header's value as Latin-1 text that carries UTF-8."""
    if isinstance(value, bool | int | float):
        return msgspec.json.encode(value).decode()
    if not isinstance(value, str):
        raise _malformed(where, "a string, number or boolean", value)
    if _BROKEN.search(value):
        # A line end here would let the function's input write headers of its own.
        raise _malformed(where, "no line end and no NUL", value)
    return value.encode().decode("latin-1")


def _merged(single: dict[str, str], multi: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return both as one list: multi values first, in their casing (spec: lambda 2.2)."""
    rest = {name.lower(): (name, values) for name, values in multi.items()}
    merged: list[tuple[str, str]] = []
    for sent, value in single.items():
        name, values = rest.pop(sent.lower(), (sent, []))
        merged += [(name, several) for several in values]
        if value not in values:
            merged.append((name, value))
    for name, values in rest.values():
        merged += [(name, value) for value in values]
    if not any(name.lower() == "content-type" for name, _ in merged):
        merged.append(("Content-Type", "application/json"))
    return merged


def _malformed(where: str, expected: str, found: object) -> MalformedProxyResponse:
    shown = repr(found)
    short = shown if len(shown) <= 80 else shown[:77] + "..."
    return MalformedProxyResponse(f"{where}: expected {expected}; found {short}")
