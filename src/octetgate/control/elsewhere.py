"""What a call for a service that is not here is told: by name, in that service's protocol.

``AWS_ENDPOINT_URL`` sends the calls of every service to one place.  A client that gets something
else than its own protocol shows its parser's complaint, and not what is missing.
"""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

import msgspec

from octetgate.control.errors import ApiError, NotImplementedException
from octetgate.control.wire.message import Answered
from octetgate.control.wire.service import SERVICES

_FORM = "application/x-www-form-urlencoded"
_AMAZON_JSON = "application/x-amz-json"
_REST_XML = frozenset({"cloudfront", "route53"})
_HTTP_APIS = re.compile(r"/v2/(apis|domainnames|portal|tags|vpclinks)")
_OTHERS = (
    "octetgate answers apigateway, lambda and STS's GetCallerIdentity. Name its address in "
    "AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL_LAMBDA in place of AWS_ENDPOINT_URL, "
    "and other services are called where they are."
)

_IMPORT = (
    "To make what a template says, SAM's or the CDK's as well, import it: "
    "octetgate import template.yaml"
)


def refused(signed_for: str | None, path: str) -> ApiError | None:
    """Return why a call is none for here; None for calls of the services that are."""
    if signed_for == "apigateway" and _HTTP_APIS.match(path):
        return NotImplementedException(
            "apigatewayv2 (HTTP and WebSocket APIs) is not part of octetgate"
        )
    if signed_for is None or signed_for in SERVICES:
        return None
    if signed_for == "execute-api":
        return NotImplementedException(
            "deployed APIs (execute-api) answer on the gateway's port, not here"
        )
    instead = _IMPORT if signed_for == "cloudformation" else _OTHERS
    return NotImplementedException(f"{signed_for} is not part of octetgate. {instead}")


def told(error: ApiError, signed_for: str, headers: Mapping[str, str], request_id: str) -> Answered:
    """Return the refusal as the called service's client reads errors: XML or JSON."""
    said = f"<Code>{error.code}</Code><Message>{escape(str(error))}</Message>"
    if signed_for == "s3":
        return _xml(error, f"<Error>{said}<RequestId>{request_id}</RequestId></Error>")
    if signed_for == "ec2":
        errors = f"<Errors><Error>{said}</Error></Errors>"
        return _xml(error, f"<Response>{errors}<RequestID>{request_id}</RequestID></Response>")
    if signed_for in _REST_XML or headers.get("content-type", "").startswith(_FORM):
        inner = f"<Error><Type>Sender</Type>{said}</Error><RequestId>{request_id}</RequestId>"
        return _xml(error, f"<ErrorResponse>{inner}</ErrorResponse>")
    kind = headers.get("content-type", "")
    return Answered(
        status=error.status,
        headers={
            "Content-Type": kind if kind.startswith(_AMAZON_JSON) else "application/json",
            "x-amzn-ErrorType": error.code,
        },
        body=msgspec.json.encode({"__type": error.code, "message": str(error)}),
    )


def _xml(error: ApiError, document: str) -> Answered:
    return Answered(
        status=error.status,
        headers={"Content-Type": "text/xml"},
        body=f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode(),
    )
