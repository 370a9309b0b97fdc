"""The event of a call for a function behind a proxy integration (spec: lambda 1).

Clients repeat themselves, and most of an event follows from the request's head and from where
it leads: that part is written once and kept with the head.
"""

from dataclasses import dataclass

import msgspec

from octetgate.core.functions.proxy_event import OPEN, EventForm, ProxyRequest
from octetgate.core.http.forwarded import passed_on
from octetgate.core.http.headers import Headers
from octetgate.core.http.target import parse_query
from octetgate.core.routing.hosts import host_port
from octetgate.gateway.call import Call, Route
from octetgate.gateway.phases.method_request import context_values, request_time

_TRACE_ID = ("X-Amzn-Trace-Id", "x-amzn-trace-id")
_FORWARDED_FOR = ("X-Forwarded-For", "x-forwarded-for")
_ADDED = frozenset(
    {_TRACE_ID[1], _FORWARDED_FOR[1], "x-forwarded-port", "x-forwarded-proto"},
)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Said:
    """What the events have in common of calls with one head, on one route."""

    route: Route
    secure: bool
    form: EventForm


def proxy_event_of(call: Call, body: str | bytes | None, *, is_base64_encoded: bool) -> bytes:
    """Return the event's JSON."""
    said = _said_before(call) or _say(call)
    arrival = call.arrival
    trace_id, forwarded = _encode(arrival.trace_id), _encode(forwarded_for(call))
    own = (
        trace_id,
        forwarded,
        trace_id,
        forwarded,
        _encode(arrival.extended_request_id),
        _encode(request_time(int(arrival.time))),
        b"%d" % (arrival.time * 1000),
        _encode(arrival.request_id),
        _encode(arrival.exchange.peer),
    )
    return said.form.fill(own, body, is_base64_encoded=is_base64_encoded)


def _said_before(call: Call) -> _Said | None:
    """Return what an earlier call with the same head said on the same route."""
    kept = call.arrival.exchange.head.headers.kept
    said = None if kept is None else kept.get("event")
    if not isinstance(said, _Said) or said.route is not call.route:
        return None
    return said if said.secure is call.arrival.exchange.secure and _says_usual(call) else None


def _say(call: Call) -> _Said:
    """Write what is not this call's alone; the order of what is open is ``proxy_event_of``'s."""
    context = context_values(call)
    for name in ("extendedRequestId", "requestTime", "requestTimeEpoch", "requestId"):
        context[name] = OPEN
    identity = context["identity"]
    if isinstance(identity, dict):
        identity["sourceIp"] = OPEN
    request = ProxyRequest(
        resource=call.plan.resource.path,
        path=call.route.located.path,
        http_method=call.method,
        headers=event_headers(call),
        query=parse_query(call.query),
        path_parameters=call.route.path_parameters,
        stage_variables=call.stage.facts.variables,
        context=context,
        open_headers=(_TRACE_ID[0], _FORWARDED_FOR[0]),
    )
    said = _Said(call.route, call.arrival.exchange.secure, EventForm(request))
    kept = call.arrival.exchange.head.headers.kept
    if kept is not None and _says_usual(call):
        kept["event"] = said
    return said


def _says_usual(call: Call) -> bool:
    """Whether head and route alone decide what the event says, but for what is open."""
    arrival = call.arrival
    tls = arrival.exchange.tls
    return (
        arrival.caller is None
        and arrival.grant is None
        and (tls is None or tls.client is None)
        and arrival.endpoint_request_id is None
        and not call.is_reworded
    )


def event_headers(call: Call) -> Headers:
    """Return the client's visible headers and what the gateway adds (spec: lambda 1.1)."""
    fields = [field for field in call.headers.fields if field[1] not in _ADDED]
    secure = call.arrival.exchange.secure
    port = host_port(call.arrival.sent.get("host", ""))
    fields += [
        (*_TRACE_ID, call.arrival.trace_id),
        (*_FORWARDED_FOR, forwarded_for(call)),
        ("X-Forwarded-Port", "x-forwarded-port", port or ("443" if secure else "80")),
        ("X-Forwarded-Proto", "x-forwarded-proto", "https" if secure else "http"),
    ]
    return Headers.of_fields(fields)


def forwarded_for(call: Call) -> str:
    """Return whom the request has come through: who the client says, and the client."""
    peer = call.arrival.exchange.peer
    if _FORWARDED_FOR[1] not in call.arrival.sent:
        return peer
    return passed_on(call.headers, peer)
