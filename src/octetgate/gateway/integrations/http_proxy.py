"""``HTTP_PROXY``: the request goes to an HTTP backend, and its answer comes back, as they are.

Both bodies stream.  Whether bytes change on the way follows the conversion tables; nothing
else touches them (spec: payload-encodings 7, request-lifecycle 5.2, 6.2 and 6.4).
"""

from octetgate.core.http.headers import Headers
from octetgate.core.http.hops import DROPPED_TO_HTTP_PROXY, response_headers_http_proxy
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import ContentHandling, Integration
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.upstream import UpstreamRequest, UpstreamResponse
from octetgate.gateway.call import Call
from octetgate.gateway.phases.endpoint import (
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
    ParameterValues,
    RequestConversion,
    RequestSource,
    refuse_forbidden,
    whole,
)
from octetgate.gateway.phases.integration_response import ResponseConversion
from octetgate.gateway.phases.method_response import method_response
from octetgate.gateway.snapshot import StageFacts

_NO_VALUES = ParameterValues()
_DROPPED = DROPPED_TO_HTTP_PROXY | OURS


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "HttpProxy":
    """Return the integration, or raise BadConfiguration."""
    del resource, method
    refuse_other_connections(integration)
    return HttpProxy(facts, integration)


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
        body = await self._conversion.convert(call)
        values = _NO_VALUES
        if self._parameters:
            text = ""
            if self._parameters.needs_body:
                text = (await whole(body)).decode("utf-8", "replace")
            values = self._parameters.resolve(RequestSource(call, text))
        endpoint = self._uri.fill(values.path)
        target = with_query(endpoint.target, call.query, values.query)
        headers = self._headers(call, values, endpoint.authority)
        return UpstreamRequest(
            endpoint.origin, self._method or call.method, target, headers, body, self._timeout_ms
        )

    async def invoke(self, call: Call, request: UpstreamRequest) -> UpstreamResponse:
        """Ask the backend."""
        del call
        return await ask(self._upstream, request)

    async def answer(self, call: Call, result: UpstreamResponse) -> Reply:
        """Return the backend's answer."""
        call.arrival.notes.integration_status = result.status
        body = await self._response.convert(call, result.headers.get("content-type"), result.body)
        headers = response_headers_http_proxy(result.headers)
        return Reply(result.status, method_response(call, headers, traced=False), body)

    def _headers(self, call: Call, values: ParameterValues, authority: str) -> Headers:
        fields = [field for field in call.headers.fields if field[1] not in _DROPPED]
        headers = Headers.of_fields(fields + calling_fields(call, authority))
        if values.headers:
            refuse_forbidden(values.headers, aws=False)
            map_headers(headers, values.headers)
        return headers


def _response_handling(integration: Integration) -> ContentHandling | None:
    # AWS applies no response contentHandling to proxies.  Ours: PASSTHROUGH, which AWS does not
    # have, holds wherever it is written (spec: payload-encodings 12); on the integration it
    # covers both directions, for a proxy has no integration response of its own.
    passthrough = ContentHandling.PASSTHROUGH
    written = [r.content_handling for r in integration.integration_responses.values()]
    if passthrough in (integration.content_handling, *written):
        return passthrough
    return None
