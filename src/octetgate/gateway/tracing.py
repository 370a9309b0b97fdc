"""Traces: the spans of a call, of whom it is authorized by, and of what its integration asks.

Stages with ``tracingEnabled`` have them, where the server sends traces anywhere; that is decided
when a stage is compiled, and any other stage runs as if there were none.  Names and attributes
are OpenTelemetry's conventions for HTTP and functions as a service.  A call belongs to the trace
that its ``traceparent`` or its ``X-Amzn-Trace-Id`` names, and goes on with both (spec:
request-lifecycle 5).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from octetgate.core.http.headers import Field
from octetgate.core.http.target import split
from octetgate.core.model.access import Authorizer as AuthorizerModel
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.functions import Functions, Invocation, Outcome, Stream
from octetgate.core.ports.traces import Attributes, Parent, Role, Span, Tracer
from octetgate.core.ports.upstream import Upstream, UpstreamRequest, UpstreamResponse
from octetgate.core.routing.hosts import host_name, host_port
from octetgate.gateway.call import Arrival, Call, Caller
from octetgate.gateway.snapshot import Authorizer, Integration, Ports, StageFacts

_TRACEPARENT = "traceparent"
_TRACE_ID = "x-amzn-trace-id"
_W3C = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_ROOT = re.compile(r"Root=1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})")
_PARENT = re.compile(r"Parent=([0-9a-fA-F]{16})")
_SAMPLED = re.compile(r"Sampled=([01])")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
_SIGNED = "AWS4-"
_SERVER_ERROR = 500

_current: ContextVar[Span | None] = ContextVar("span", default=None)


@contextmanager
def _failing(span: Span) -> Iterator[None]:
    """End the span if what it is about fails; else that is left to do."""
    try:
        yield
    except BaseException as error:
        span.end(error=type(error).__name__)
        raise


@contextmanager
def below(span: Span | None) -> Iterator[None]:
    """Let what is asked meanwhile be below the span."""
    token = _current.set(span)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def _as_current(span: Span) -> Iterator[None]:
    """Let what is asked meanwhile be below the span, and end it."""
    with below(span):
        with _failing(span):
            yield
        span.end()


def parent_of(sent: Mapping[str, str], own: str) -> Parent:
    """Return what the request says of the trace that it is part of; ``own`` is ours to give it.

    W3C's header wins over AWS's where both name a trace.
    """
    if found := _W3C.fullmatch(sent.get(_TRACEPARENT, "").strip()):
        trace_id, span_id, flags = found.groups()
        if trace_id != _NO_TRACE and span_id != _NO_SPAN:
            return Parent(trace_id, span_id, bool(int(flags, 16) & 1))
    said = sent.get(_TRACE_ID, "")
    root = _ROOT.search(said) or _ROOT.search(own)
    span = _PARENT.search(said)
    kept = _SAMPLED.search(said)
    return Parent(
        (root[1] + root[2]).lower() if root else _NO_TRACE,
        span[1].lower() if span and _ROOT.search(said) else "",
        None if kept is None else kept[1] == "1",
    )


def amazon(span: Span) -> str:
    """Return a span as ``X-Amzn-Trace-Id`` names it."""
    trace_id = span.trace_id
    kept = int(span.sampled)
    return f"Root=1-{trace_id[:8]}-{trace_id[8:]};Parent={span.span_id};Sampled={kept}"


def w3c(span: Span) -> str:
    """Return a span as ``traceparent`` names it."""
    return f"00-{span.trace_id}-{span.span_id}-{int(span.sampled):02x}"


@dataclass(frozen=True, slots=True)
class Tracing:
    """How the calls of one stage are traced; made at deployment."""

    tracer: Tracer
    api_id: str
    stage: str

    def span(self, call: Call) -> Span:
        """Return the call's span, begun when it came."""
        arrival = call.arrival
        if arrival.span is None:
            route = call.plan.resource.path
            name = f"{call.method} {route}" if route else call.method
            return begin(self.tracer, arrival, name, self._of_call(call))
        return arrival.span

    def _of_call(self, call: Call) -> Attributes:
        about: dict[str, str | int] = {
            "http.request.method": call.method,
            "octetgate.api.id": self.api_id,
            "octetgate.stage": self.stage,
            "octetgate.request.id": call.arrival.request_id,
        }
        if call.plan.resource.path:
            about["http.route"] = call.plan.resource.path
        return about

    def add(self, call: Call, status: int) -> None:
        """End the span of a call that has ended."""
        self.span(call)
        end(call.arrival, status)


def begin(tracer: Tracer, arrival: Arrival, name: str, about: Attributes) -> Span:
    """Return the span of a request, begun when it came; what it is part of, the request says."""
    parent = parent_of(arrival.sent, arrival.trace_id)
    if parent.sampled is False and not parent.span_id:
        # A trace that begins here, but is not wanted: a parent that says so.
        parent = parent._replace(span_id=arrival.request_id.replace("-", "")[:16])
    arrival.span = tracer.begin(name, parent, arrival.time, {**_of_request(arrival), **about})
    arrival.trace_id = amazon(arrival.span)
    return arrival.span


def end(arrival: Arrival, status: int) -> None:
    """End the span of a request that has been answered, if it has one."""
    span, arrival.span = arrival.span, None
    if span is None:
        return
    about: dict[str, str | int] = {"http.response.body.size": arrival.exchange.sent}
    if status:
        about["http.response.status_code"] = status
    if arrival.cache:
        about["octetgate.cache"] = arrival.cache
    failed = status >= _SERVER_ERROR or not status
    error = (arrival.response_type or str(status or "aborted")) if failed else ""
    span.end(about, error=error)


def _of_request(arrival: Arrival) -> Attributes:
    head = arrival.exchange.head
    path, query = split(head.target)
    host = arrival.sent.get("host", "")
    port = host_port(host)
    said = {
        "url.scheme": "https" if arrival.exchange.secure else "http",
        "url.path": path,
        "url.query": query,
        "server.address": host_name(host).strip("[]"),
        "client.address": arrival.exchange.peer,
        "user_agent.original": arrival.sent.get("user-agent", ""),
        "network.protocol.version": head.version.rpartition("/")[2],
    }
    about: dict[str, str | int] = {name: value for name, value in said.items() if value}
    if port:
        about["server.port"] = int(port)
    return about


# --- The ways out -------------------------------------------------------------------------------


def traced(ports: Ports) -> Ports:
    """Return the same ports; what a traced call asks through them is a span, and told so."""
    functions = traced_functions(ports.functions)
    return replace(ports, upstream=_Upstream(ports.upstream), functions=functions)


def traced_functions(functions: Functions) -> Functions:
    """Return the same functions; an invocation below a span is one itself, and told so."""
    return _Functions(functions)


class _Upstream:
    """The way to HTTP backends."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        above = _current.get()
        if above is None:
            return await self._upstream.send(request)
        origin = request.origin
        about: Attributes = {
            "http.request.method": request.method,
            "url.full": f"{origin.scheme}://{origin.host}:{origin.port}{request.target}",
            "server.address": origin.host,
            "server.port": origin.port,
        }
        span = above.child(request.method, Role.CLIENT, about)
        _carry(request, span)
        with _failing(span):
            response = await self._upstream.send(request)
        status = response.status
        # A client's span fails with 4xx too (the conventions say so).
        failed = str(status) if status >= 400 else ""
        span.end({"http.response.status_code": status}, error=failed)
        return response


def _carry(request: UpstreamRequest, span: Span) -> None:
    """Name the span in the request; a signature covers no ``X-Amzn-Trace-Id``."""
    headers = request.headers.copy()
    headers.discard(_TRACE_ID)
    signed = (headers.get("authorization") or "").startswith(_SIGNED)
    kept = signed and _TRACEPARENT in headers
    fresh: list[Field] = [field for field in request.fresh if field[1] != _TRACE_ID]
    fresh.append(("X-Amzn-Trace-Id", _TRACE_ID, amazon(span)))
    if not kept:
        headers.discard(_TRACEPARENT)
        fresh.append((_TRACEPARENT, _TRACEPARENT, w3c(span)))
    request.headers, request.fresh = headers, fresh


class _Functions:
    """The way to functions."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def invoke(self, invocation: Invocation) -> Outcome:
        span = _begun(invocation)
        if span is None:
            return await self._functions.invoke(invocation)
        with _failing(span):
            outcome = await self._functions.invoke(invocation)
        about: Attributes = {"aws.request_id": outcome.request_id}
        span.end(about, error=outcome.function_error or "")
        return outcome

    async def stream(self, invocation: Invocation) -> Stream:
        span = _begun(invocation)
        if span is None:
            return await self._functions.stream(invocation)
        with _failing(span):
            stream = await self._functions.stream(invocation)
        span.end({"aws.request_id": stream.request_id})
        return stream


def _begun(invocation: Invocation) -> Span | None:
    above = _current.get()
    if above is None:
        return None
    arn = invocation.function.split(":")
    name = arn[6] if len(arn) > 6 else invocation.function
    about = {"faas.invoked_name": name, "faas.invoked_provider": "aws", "faas.trigger": "http"}
    if len(arn) > 6:
        about["faas.invoked_region"] = arn[3]
    span = above.child(f"invoke {name}", Role.CLIENT, about)
    invocation.trace_id = amazon(span)
    return span


# --- At deployment ------------------------------------------------------------------------------


def tracing(facts: StageFacts, *, enabled: bool) -> Tracing | None:
    """Return how a stage's calls are traced, or None if they are not."""
    tracer = facts.ports.tracer
    if tracer is None or not enabled:
        return None
    return Tracing(tracer, facts.api_id, facts.stage_name)


class TracedIntegration:
    """An integration whose calls are spans."""

    def __init__(self, integration: Integration, kind: str, tracing: Tracing) -> None:
        self._integration = integration
        self._about = {"octetgate.integration.type": kind}
        self._tracing = tracing

    async def prepare(self, call: Call) -> Any:
        span = self._tracing.span(call)
        if _TRACEPARENT in call.arrival.sent:
            # A function finds the client's headers in its event.
            call.show(_TRACEPARENT, w3c(span))
        return await self._integration.prepare(call)

    async def invoke(self, call: Call, request: Any) -> Any:
        span = self._tracing.span(call).child("integration", Role.INTERNAL, self._about)
        with _as_current(span):
            return await self._integration.invoke(call, request)

    async def answer(self, call: Call, result: Any) -> Reply:
        return await self._integration.answer(call, result)


class TracedAuthorizer:
    """An authorizer whose decisions are spans."""

    def __init__(self, authorizer: Authorizer, model: AuthorizerModel, tracing: Tracing) -> None:
        self._authorizer = authorizer
        self._about = {"octetgate.authorizer.id": model.id, "octetgate.authorizer.type": model.type}
        self._tracing = tracing

    async def authorize(self, call: Call) -> Caller:
        span = self._tracing.span(call).child("authorizer", Role.INTERNAL, self._about)
        with _as_current(span):
            return await self._authorizer.authorize(call)
