"""``HTTP_PROXY``: the request goes to an HTTP backend, and its answer comes back, as they are.

Both bodies stream.  Whether bytes change on the way follows the conversion tables; nothing
else touches them (spec: payload-encodings 7, request-lifecycle 5.2, 6.2 and 6.4).
"""

from dataclasses import dataclass

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Field, Headers
from octetgate.core.http.hops import (
    DROPPED_TO_HTTP_PROXY,
    nominated,
    response_headers_http_proxy,
)
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import ContentHandling, Integration
from octetgate.core.payload.convert import Step
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.upstream import Origin, UpstreamRequest, UpstreamResponse
from octetgate.gateway.call import Call
from octetgate.gateway.phases.endpoint import (
    API_ID,
    OURS,
    ask,
    calling_fields,
    endpoint_method,
    map_headers,
    refuse_other_connections,
)
from octetgate.gateway.phases.endpoint_uri import EndpointUri, with_query
from octetgate.gateway.phases.integration_request import (
    ParameterMapping,
    RequestConversion,
    RequestSource,
    converted_request,
    refuse_forbidden,
    whole,
)
from octetgate.gateway.phases.integration_response import ResponseConversion, converted_response
from octetgate.gateway.phases.method_response import method_response
from octetgate.gateway.snapshot import StageFacts

# AWS drops Content-Encoding because it has inflated the body; this gateway has not, and a label
# belongs to its bytes.
_DROPPED = (DROPPED_TO_HTTP_PROXY | OURS) - {"content-encoding"}


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "HttpProxy":
    """Return the integration, or raise BadConfiguration."""
    del resource, method
    refuse_other_connections(integration)
    return HttpProxy(facts, integration)


@dataclass(frozen=True, slots=True)
class _Addressed:
    """Where a call goes, and what its mappings add."""

    origin: Origin
    target: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    own: list[Field]
    """``Host`` and the API's id."""


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
        self._response = ResponseConversion(facts.media_types, _response_handling(integration))

    async def prepare(self, call: Call) -> UpstreamRequest:
        """Return the client's request, addressed to the backend."""
        body = call.body
        if body.ready != b"":
            step = self._conversion.note(call)
            if step is not Step.KEEP:
                body = await converted_request(body, step)
        addressed = call.route.memo
        if not isinstance(addressed, _Addressed):
            addressed = self._address(call, await self._text(body))
        return UpstreamRequest(
            addressed.origin,
            self._method or call.method,
            with_query(addressed.target, call.query, addressed.query),
            self._headers(call, addressed),
            body,
            self._timeout_ms,
        )

    async def _text(self, body: Body) -> str:
        if not self._parameters.needs_body:
            return ""
        return (await whole(body)).decode("utf-8", "replace")

    def _address(self, call: Call, text: str) -> "_Addressed":
        values = self._parameters.resolve(RequestSource(call, text))
        refuse_forbidden(values.headers, aws=False)
        endpoint = self._uri.fill(values.path)
        own = [("Host", "host", endpoint.authority), (API_ID, API_ID.lower(), self._api_id)]
        addressed = _Addressed(endpoint.origin, endpoint.target, values.query, values.headers, own)
        if self._parameters.of_route:
            call.route.memo = addressed
        return addressed

    def _headers(self, call: Call, addressed: "_Addressed") -> Headers:
        arrival = call.arrival
        fields = [f for f in arrival.exchange.head.headers.fields if f[1] not in _DROPPED]
        if "connection" in arrival.sent and (named := nominated(arrival.exchange.head.headers)):
            fields = [field for field in fields if field[1] not in named]
        fields += addressed.own
        fields += calling_fields(call)
        headers = Headers.of_fields(fields)
        if addressed.headers:
            map_headers(headers, addressed.headers)
        return headers

    async def invoke(self, call: Call, request: UpstreamRequest) -> UpstreamResponse:
        """Ask the backend."""
        del call
        return await ask(self._upstream, request)

    async def answer(self, call: Call, result: UpstreamResponse) -> Reply:
        """Return the backend's answer."""
        call.arrival.notes.integration_status = result.status
        body = result.body
        if body.ready != b"":
            step = self._response.note(call, result.headers.get("content-type"))
            if step is not Step.KEEP:
                body = await converted_response(body, step)
        headers = response_headers_http_proxy(result.headers)
        return Reply(result.status, method_response(call, headers, traced=False), body)


def _response_handling(integration: Integration) -> ContentHandling | None:
    # AWS applies no response contentHandling to proxies.  Ours: PASSTHROUGH, which AWS does not
    # have, holds wherever it is written (spec: payload-encodings 12); on the integration it
    # covers both directions, for a proxy has no integration response of its own.
    passthrough = ContentHandling.PASSTHROUGH
    written = [r.content_handling for r in integration.integration_responses.values()]
    if passthrough in (integration.content_handling, *written):
        return passthrough
    return None
