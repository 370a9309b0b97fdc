"""The event that a function URL sends, and how the function's answer is read.

Payload format 2.0 as AWS's developer guide has it ("Invoking Lambda function URLs").  A request
body may be megabytes of Base64, so it is spliced into the JSON as bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from octetgate.core.functions.answer_fields import (
    NO_JSON,
    MalformedProxyResponse,
    cookies,
    flag,
    single_headers,
    status,
)
from octetgate.core.http.headers import Headers
from octetgate.core.http.media import first
from octetgate.core.http.target import parse_query

_TEXT = re.compile(r"text/.+|application/(?:json|javascript|xml)|.+\+(?:json|xml)")
_COOKIES = re.compile(r";\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed a request."""

    access_key: str
    account_id: str
    user_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRequest:
    """One request, as the event tells it."""

    url_id: str
    method: str
    path: str
    """As sent, undecoded."""
    query: str
    """As sent, without ``?``."""
    headers: Headers
    """What is left of the client's headers, and what the gateway adds."""
    source_ip: str
    request_id: str
    time: str
    """As in an access log: ``12/Mar/2024:20:55:06 +0000``."""
    time_epoch: int
    """Milliseconds."""
    body: str | bytes | None = None
    """Text, or Base64 as ASCII bytes; None without a body."""
    signer: Signer | None = None

    @property
    def is_base64_encoded(self) -> bool:
        """Whether the body is Base64."""
        return isinstance(self.body, bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlResponse:
    """What the function wants the client to get."""

    status: int
    headers: list[tuple[str, str]]
    """Values are Latin-1 text, as in :class:`Headers`."""
    body: bytes = b""
    """The answer's string as UTF-8: Base64 text if ``is_base64_encoded``."""
    is_base64_encoded: bool = False


def is_text(content_type: str | None, content_encoding: str | None) -> bool:
    """Return whether a request body is handed over as text, and not as Base64.

    AWS says no more than that binary bodies are encoded.  The types are those that its load
    balancers document for the same member (unconfirmed here); forms are none of them.
    """
    return not content_encoding and _TEXT.fullmatch(first(content_type or "")) is not None


def url_event(request: UrlRequest) -> bytes:
    """Return the event's JSON.  What a request has not is no member, not a null one."""
    headers = _joined((key, value) for _, key, value in request.headers.fields)
    domain = headers.get("host", "").partition(":")[0]
    sent_cookies = headers.pop("cookie", None)
    query = _joined(parse_query(request.query))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
    }
    if sent_cookies is not None:
        event["cookies"] = [each for each in _COOKIES.split(sent_cookies) if each]
    event["headers"] = headers
    if query:
        event["queryStringParameters"] = query
    signer = request.signer
    event["requestContext"] = {
        "accountId": signer.account_id if signer else "anonymous",
        **_signed(signer),
        "apiId": request.url_id,
        "domainName": domain,
        "domainPrefix": request.url_id,
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent"),
        },
        "requestId": request.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": request.time,
        "timeEpoch": request.time_epoch,
    }
    pieces = [msgspec.json.encode(event)[:-1]]
    if isinstance(request.body, bytes):
        pieces += [b',"body":"', request.body, b'"']
    elif request.body is not None:
        pieces += [b',"body":', msgspec.json.encode(request.body)]
    encoded = b"true" if request.is_base64_encoded else b"false"
    return b"".join((*pieces, b',"isBase64Encoded":', encoded, b"}"))


def _signed(signer: Signer | None) -> dict[str, Any]:
    if signer is None:
        return {}
    identity = {
        "accessKey": signer.access_key,
        "accountId": signer.account_id,
        # AWS has ids of its own for users; a key's is the nearest to one.
        "callerId": signer.access_key,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": signer.user_arn,
        "userId": signer.access_key,
    }
    return {"authentication": None, "authorizer": {"iam": identity}}


def _joined(pairs: Any) -> dict[str, str]:
    """Return name → value; several values become one, with commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        between = "; " if name == "cookie" else ","
        values[name] = f"{values[name]}{between}{value}" if name in values else value
    return values


def url_response(payload: bytes) -> UrlResponse:
    """Return what the function answered; raises MalformedProxyResponse.

    JSON without a ``statusCode`` is the body itself, byte for byte, with status 200.
    """
    try:
        answer = msgspec.json.decode(payload)
    except NO_JSON as error:
        raise MalformedProxyResponse(f"response: expected JSON; {error}") from error
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return UrlResponse(status=200, headers=_typed([]), body=payload)
    return _told(answer, _text(answer.get("body")))


def streamed_url_response(metadata: bytes) -> UrlResponse:
    """Return what the metadata of a stream says; raises MalformedProxyResponse."""
    try:
        answer = msgspec.json.decode(metadata, type=dict[str, Any])
    except NO_JSON as error:
        raise MalformedProxyResponse(f"stream: expected metadata in JSON; {error}") from error
    return _told(answer, b"")


def _told(answer: Mapping[str, Any], body: bytes) -> UrlResponse:
    headers = _typed(list(single_headers(answer.get("headers")).items()))
    return UrlResponse(
        status=status(answer.get("statusCode")),
        headers=headers + cookies(answer.get("cookies")),
        body=body,
        is_base64_encoded=flag(answer.get("isBase64Encoded")),
    )


def _text(body: Any) -> bytes:
    """Return the body's bytes; what is no string goes out as JSON (unconfirmed)."""
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _typed(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return [*headers, ("Content-Type", "application/json")]
