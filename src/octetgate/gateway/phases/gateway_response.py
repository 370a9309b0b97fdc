"""A fault becomes a reply (spec: request-lifecycle 4.1)."""

import json

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.model.responses import GatewayResponseType
from octetgate.core.ports.exchange import Reply
from octetgate.gateway.call import Arrival
from octetgate.gateway.faults import Fault


def gateway_response(arrival: Arrival, fault: Fault) -> Reply:
    """Return what the client gets instead of an answer."""
    headers = Headers(
        [
            ("x-amzn-RequestId", arrival.request_id),
            ("x-amz-apigw-id", arrival.extended_request_id),
        ]
    )
    if fault.error_type:
        headers.add("x-amzn-ErrorType", fault.error_type)
    if fault.type is GatewayResponseType.REQUEST_TOO_LARGE:
        # The one type that is plain text and cannot be customised.
        headers.add("Content-Type", "text/plain")
        return Reply(fault.status, headers, Body.of(fault.message.encode()))
    headers.add("Content-Type", "application/json")
    return Reply(fault.status, headers, Body.of(_message(fault)))


def _message(fault: Fault) -> bytes:
    key = "Message" if fault.type is GatewayResponseType.ACCESS_DENIED else "message"
    space = "" if fault.before_execution else " "
    return f'{{"{key}":{space}{json.dumps(fault.message)}}}'.encode()
