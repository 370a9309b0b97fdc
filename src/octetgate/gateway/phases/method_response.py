"""What every answer carries, whatever stood behind the method (spec: request-lifecycle 5)."""

from octetgate.core.http.headers import Headers
from octetgate.gateway.call import Call

_TRACE = "X-Amzn-Trace-Id"


def method_response(call: Call, headers: Headers, *, traced: bool) -> Headers:
    """Return the headers with request ids, the trace id where AWS sends it, and a type."""
    fields, arrival = headers.fields, call.arrival
    for field in fields:
        if field[1] == "content-type":
            break
    else:
        fields.append(("Content-Type", "content-type", "application/json"))
    fields.append(("x-amzn-RequestId", "x-amzn-requestid", arrival.request_id))
    fields.append(("x-amz-apigw-id", "x-amz-apigw-id", arrival.extended_request_id))
    if traced:
        fields.append((_TRACE, "x-amzn-trace-id", arrival.trace_id))
    return headers
