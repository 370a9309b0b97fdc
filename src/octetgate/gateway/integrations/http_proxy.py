"""``HTTP_PROXY``: the request goes to an HTTP backend, and its answer comes back, as they are.

Both bodies stream.  Whether bytes change on the way follows the conversion tables; nothing
else touches them (spec: payload-encodings 7, request-lifecycle 5.2, 6.2 and 6.4).
"""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.hops import (
    DROPPED_TO_HTTP_PROXY,
    nominated,
    response_headers_http_proxy,
)
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import Integration
from octetgate.core.payload.convert import Step
from octetgate.core.payload.handling import http_proxy_response_handling
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.upstream import Origin, UpstreamRequest, UpstreamResponse
from octetgate.gateway.call import Call, Route
from octetgate.gateway.phases.endpoint import (
    API_ID,
    OURS,
    TRACE_ID,
    ask,
    check_connection,
    endpoint_method,
    map_headers,
    missing_fields,
    stream_limits,
)
from octetgate.gateway.phases.endpoint_uri import EndpointUri, with_query
from octetgate.gateway.phases.integration_request import (
    ParameterMapping,
    RequestConversion,
    RequestSource,
    converted_request,
    refuse_forbidden,
)
from octetgate.gateway.phases.integration_response import ResponseConversion, converted_response
from octetgate.gateway.phases.method_request import whole
from octetgate.gateway.phases.method_response import method_response, noticed, with_type
from octetgate.gateway.snapshot import StageFacts

_DROPPED = DROPPED_TO_HTTP_PROXY | OURS


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "HttpProxy":
    """Return the integration, or raise BadConfiguration."""
    del resource, method
    check_connection(facts, integration)
    return HttpProxy(facts, integration)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where a call goes and with which headers: all of it that is not this call's alone."""

    route: Route
    origin: Origin
    target: str
    headers: Headers


class HttpProxy:
    """A transparent pipe to one HTTP endpoint."""

    def __init__(self, facts: StageFacts, integration: Integration) -> None:
        self._upstream = facts.ports.upstream
        self._api_id = facts.api_id
        self._uri = EndpointUri(facts, integration)
        self._parameters = ParameterMapping(integration.request_parameters)
        self._method = endpoint_method(integration)
        self._timeout_ms = integration.timeout_in_millis
        handling = integration.content_handling
        self._conversion = RequestConversion(facts.media_types, handling)
        self._response = ResponseConversion(
            facts.media_types, http_proxy_response_handling(integration)
        )
        self._stream = stream_limits(integration)

    async def prepare(self, call: Call) -> UpstreamRequest:
        """Return the client's request, addressed to the backend."""
        body = call.body
        if body.ready != b"":
            step = self._conversion.note(call)
            if step is not Step.KEEP:
                body = await converted_request(call, body, step)
        asked = self._asked_before(call) or await self._ask(call, body)
        return UpstreamRequest(
            asked.origin,
            self._method or call.method,
            asked.target,
            asked.headers,
            body,
            self._timeout_ms,
            [(TRACE_ID, "x-amzn-trace-id", call.arrival.trace_id)],
            self._stream,
        )

    def _asked_before(self, call: Call) -> "_Asked | None":
        """Return what an earlier call with the same head came to on the same route."""
        kept = call.arrival.exchange.head.headers.kept
        asked = None if kept is None else kept.get("asked")
        return asked if isinstance(asked, _Asked) and asked.route is call.route else None

    async def _ask(self, call: Call, body: Body) -> "_Asked":
        values = self._parameters.resolve(RequestSource(call, await self._text(body)))
        refuse_forbidden(values.headers, aws=False)
        endpoint = self._uri.fill(values.path)
        headers = self._headers(call, endpoint.authority)
        map_headers(headers, values.headers)
        target = with_query(endpoint.target, call.query, values.query)
        asked = _Asked(call.route, endpoint.origin, target, headers)
        kept = call.arrival.exchange.head.headers.kept
        if kept is not None and self._parameters.of_route:
            headers.share()
            kept["asked"] = asked
        return asked

    async def _text(self, body: Body) -> str:
        if not self._parameters.needs_body:
            return ""
        return (await whole(body)).decode("utf-8", "replace")

    def _headers(self, call: Call, authority: str) -> Headers:
        sent = call.arrival.exchange.head.headers
        named = nominated(sent)
        if call.plan.method.authorization_type == "AWS_IAM":
            # The signature was meant for the gateway.
            named |= {"authorization"}
        fields = [f for f in sent.fields if f[1] not in _DROPPED and f[1] not in named]
        fields += [("Host", "host", authority), (API_ID, API_ID.lower(), self._api_id)]
        return Headers.of_fields(fields + missing_fields(call))

    def invoke(self, call: Call, request: UpstreamRequest) -> Coroutine[Any, Any, UpstreamResponse]:
        """Ask the backend."""
        del call
        return ask(self._upstream, request)

    async def answer(self, call: Call, result: UpstreamResponse) -> Reply:
        """Return the backend's answer."""
        call.arrival.integration_status = result.status
        body = result.body
        if body.ready != b"":
            step = self._response.note(call, result.headers.get("content-type"))
            if step is not Step.KEEP:
                body = await converted_response(call, body, step)
        if self._stream is not None:
            body = noticed(call, body)
        headers = _answered(result.headers)
        return method_response(call, result.status, headers, body, traced=False)


def _answered(headers: Headers) -> Headers:
    """Return the backend's headers as the client gets them; those of a repeated head, again."""
    kept = headers.kept
    if kept is None:
        return with_type(response_headers_http_proxy(headers))
    answered: Headers | None = kept.get("answered")
    if answered is None:
        answered = kept["answered"] = with_type(response_headers_http_proxy(headers)).share()
    return answered
