"""What a call for a service that is not here is told: by name, in that service's protocol.

``AWS_ENDPOINT_URL`` sends the calls of every service to one place.  A client that gets something
else than its own protocol shows its parser's complaint, and not what is missing.
"""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

import msgspec

from octetgate.control.errors import NotImplementedException
from octetgate.control.wire.message import Answered
from octetgate.control.wire.service import SERVICES

_CODE = NotImplementedException.__name__
_FORM = "application/x-www-form-urlencoded"
_AMAZON_JSON = "application/x-amz-json"
_REST_XML = frozenset({"cloudfront", "route53"})
_HTTP_APIS = re.compile(r"/v2/(apis|domainnames|portal|tags|vpclinks)")
_OTHER_TWO = (
    "octetgate answers apigateway and lambda alone. Name its address in "
    "AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL_LAMBDA in place of AWS_ENDPOINT_URL, "
    "and other services are called where they are"
)


def refusal(
    signed_for: str | None, path: str, headers: Mapping[str, str], request_id: str
) -> Answered | None:
    """Return the answer to a call for a service that is not here; None for all others."""
    if signed_for == "apigateway" and _HTTP_APIS.match(path):
        return _json("apigatewayv2 (HTTP and WebSocket APIs) is not part of octetgate", headers)
    if signed_for is None or signed_for in SERVICES:
        return None
    if signed_for == "execute-api":
        return _json("deployed APIs (execute-api) answer on the gateway's port, not here", headers)
    return _in_its_protocol(signed_for, headers, request_id)


def _in_its_protocol(signed_for: str, headers: Mapping[str, str], request_id: str) -> Answered:
    text = f"{signed_for} is not part of octetgate. {_OTHER_TWO}."
    told = f"<Code>{_CODE}</Code><Message>{escape(text)}</Message>"
    if signed_for == "s3":
        return _xml(f"<Error>{told}<RequestId>{request_id}</RequestId></Error>")
    if signed_for == "ec2":
        errors = f"<Errors><Error>{told}</Error></Errors>"
        return _xml(f"<Response>{errors}<RequestID>{request_id}</RequestID></Response>")
    if signed_for in _REST_XML or headers.get("content-type", "").startswith(_FORM):
        error = f"<Error><Type>Receiver</Type>{told}</Error>"
        return _xml(f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>")
    return _json(text, headers)


def _json(text: str, headers: Mapping[str, str]) -> Answered:
    kind = headers.get("content-type", "")
    return Answered(
        status=NotImplementedException.status,
        headers={
            "Content-Type": kind if kind.startswith(_AMAZON_JSON) else "application/json",
            "x-amzn-ErrorType": _CODE,
        },
        body=msgspec.json.encode({"__type": _CODE, "message": text}),
    )


def _xml(document: str) -> Answered:
    return Answered(
        status=NotImplementedException.status,
        headers={"Content-Type": "text/xml"},
        body=f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode(),
    )
