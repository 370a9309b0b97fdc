"""The event that a Lambda proxy integration sends, and how the function's answer is read.

Payload format 1.0, field by field (spec: lambda 1 and 2).  A request body may be megabytes of
Base64, so it is spliced into the JSON as bytes: Base64 needs no escaping.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from octetgate.core.functions.answer_fields import (
    NO_JSON,
    MalformedProxyResponse,
    cookies,
    flag,
    malformed,
    multi_headers,
    single_headers,
    status,
)
from octetgate.core.functions.prelude import metadata_of
from octetgate.core.http.headers import Headers

_JSON = ("Content-Type", "application/json")
_METADATA_KEYS = ("statusCode", "headers", "multiValueHeaders", "cookies")


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
    open_headers: tuple[str, ...] = ()
    """Those of the headers whose values are :data:`OPEN`; see :class:`EventForm`."""


class ProxyResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What the function wants the client to get."""

    status: int
    headers: list[tuple[str, str]]
    """Merged; values are Latin-1 text, as in :class:`Headers`."""
    body: bytes
    """The answer's string as UTF-8: Base64 text if ``is_base64_encoded``."""
    is_base64_encoded: bool


OPEN = msgspec.Raw(b"\0")
"""Stands in a form for a value that each event has of its own.  JSON never contains a NUL."""

_NO_BODY = b',"body":null,"isBase64Encoded":false}'


class EventForm:
    """What the events of several requests have in common, ready but for what they have not.

    The body is never part of it, nor whether that is Base64.
    """

    __slots__ = ("_parts",)

    def __init__(self, request: ProxyRequest) -> None:
        """``request`` has OPEN where its events differ."""
        headers: dict[str, Any] = multi_valued(request.headers)
        headers |= {name: [OPEN] for name in request.open_headers}
        query = grouped(request.query)
        event = msgspec.json.encode(
            {
                "resource": request.resource,
                "path": request.path,
                "httpMethod": request.http_method,
                "headers": last_values(headers),
                "multiValueHeaders": headers or None,
                "queryStringParameters": last_values(query),
                "multiValueQueryStringParameters": query or None,
                "pathParameters": request.path_parameters or None,
                "stageVariables": request.stage_variables or None,
                "requestContext": request.context,
            }
        )
        pieces = event[:-1].split(b"\0")
        self._parts = [b""] * (2 * len(pieces) - 1)
        self._parts[::2] = pieces

    def fill(
        self,
        values: Sequence[bytes],
        body: str | bytes | None = None,
        *,
        is_base64_encoded: bool = False,
    ) -> bytes:
        """Return an event's JSON; ``values``, JSON too, take the open places in their order."""
        parts = self._parts.copy()
        parts[1::2] = values
        if body is None and not is_base64_encoded:
            parts.append(_NO_BODY)
        else:
            flag = b"true" if is_base64_encoded else b"false"
            parts += (b',"body":', *_body(body), b',"isBase64Encoded":', flag, b"}")
        return b"".join(parts)


def proxy_event(request: ProxyRequest) -> bytes:
    """Return the event's JSON (spec: lambda 1.1)."""
    form = EventForm(request)
    return form.fill((), request.body, is_base64_encoded=request.is_base64_encoded)


def _body(body: str | bytes | None) -> tuple[bytes, ...]:
    """Return the body as pieces of JSON."""
    if isinstance(body, bytes):
        return (b'"', body, b'"')
    return (msgspec.json.encode(body),)


def multi_valued(headers: Headers) -> dict[str, list[str]]:
    """Return name → values; a name sent in several casings is told in its first."""
    casing: dict[str, str] = {}
    return grouped((casing.setdefault(key, sent), value) for sent, key, value in headers.fields)


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return name → values, both in order."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def last_values(values: Mapping[str, list[str]]) -> dict[str, str] | None:
    """Return name → the last of its values; None for none."""
    return {name: several[-1] for name, several in values.items()} or None


class _Answer(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A function's answer; what its members are is looked at one by one."""

    status_code: Any = None
    headers: Any = None
    multi_value_headers: Any = None
    body: Any = None
    is_base64_encoded: Any = None


_KEYS = _Answer.__struct_encode_fields__
_decode_answer = msgspec.json.Decoder(_Answer).decode


def proxy_response(payload: bytes) -> ProxyResponse:
    """Return what the function answered (spec: lambda 2.1); no member is mandatory.

    Raises MalformedProxyResponse, which the client sees as 502.
    """
    metadata = metadata_of(payload)
    if metadata is not None:
        # A stream that arrived in one piece: status and headers count, the body does not
        # (spec: payload-encodings 10.2, the table's fifth row).
        return streamed_response(metadata)
    try:
        answer = _decode_answer(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        _object(payload, _KEYS)  # says what is wrong with it
        raise
    body = answer.body
    if body is not None and not isinstance(body, str):
        raise malformed("body", "a string or null", body)
    return ProxyResponse(
        status=status(answer.status_code),
        headers=_told(answer.headers, answer.multi_value_headers),
        body=(body or "").encode(),
        is_base64_encoded=flag(answer.is_base64_encoded),
    )


def streamed_response(metadata: bytes) -> ProxyResponse:
    """Return what the metadata of a stream says (spec: payload-encodings 10.2).

    Raises MalformedProxyResponse.
    """
    answer = _object(metadata, _METADATA_KEYS)
    headers = _told(answer.get("headers"), answer.get("multiValueHeaders"))
    return ProxyResponse(
        status=status(answer.get("statusCode")),
        headers=headers + cookies(answer.get("cookies")),
        body=b"",
        is_base64_encoded=False,
    )


def _object(payload: bytes, keys: Sequence[str]) -> dict[str, Any]:
    try:
        answer = msgspec.json.decode(payload)
    except NO_JSON as error:
        raise MalformedProxyResponse(f"response: expected JSON; {error}") from error
    if not isinstance(answer, dict):
        raise malformed("response", "an object", answer)
    for key in answer:
        if key not in keys:
            # AWS refuses the whole answer for one stray key (recorded), which is also how an
            # error object is told from a response.
            raise malformed("response", f"only {', '.join(keys)}", key)
    return answer


def _told(headers: Any, multi_value_headers: Any) -> list[tuple[str, str]]:
    """Return the header lines that both tell; raises MalformedProxyResponse."""
    if headers is None and multi_value_headers is None:
        return [_JSON]
    return _merged(single_headers(headers), multi_headers(multi_value_headers))


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
        merged.append(_JSON)
    return merged
