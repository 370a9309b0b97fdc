"""What every answer carries, whatever stood behind the method (spec: request-lifecycle 5)."""

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import Reply
from octetgate.gateway.call import Call

_TRACE = "X-Amzn-Trace-Id"


def method_response(
    call: Call, status: int, headers: Headers, body: Body, *, traced: bool
) -> Reply:
    """Return the reply: with request ids, the trace id where AWS sends it, and a type."""
    arrival = call.arrival
    fresh = [
        ("x-amzn-RequestId", "x-amzn-requestid", arrival.request_id),
        ("x-amz-apigw-id", "x-amz-apigw-id", arrival.extended_request_id),
    ]
    if traced:
        fresh.append((_TRACE, "x-amzn-trace-id", arrival.trace_id))
    return Reply(status, headers, body, fresh)


def with_type(headers: Headers) -> Headers:
    """Return the headers, with ``application/json`` where they name no type."""
    if "content-type" not in headers:
        headers.add("Content-Type", "application/json")
    return headers
