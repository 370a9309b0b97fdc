"""``HTTP``: the request is mapped for an HTTP backend, and its answer mapped for the client.

Only what is mapped crosses; the client's own headers and query stay behind (spec:
request-lifecycle 6.2 and 6.4).
"""

from collections.abc import Mapping

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Field, Headers
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import Integration
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.upstream import UpstreamRequest
from octetgate.gateway.call import Call
from octetgate.gateway.phases.endpoint import (
    ACCEPT,
    API_ID,
    TRACE_ID,
    Answered,
    Asked,
    answer_mapped,
    ask_mapped,
    bodiless,
    check_connection,
    endpoint_method,
    map_headers,
    user_agent,
)
from octetgate.gateway.phases.endpoint_uri import EndpointUri, with_query
from octetgate.gateway.phases.integration_request import NonProxyRequest, refuse_forbidden
from octetgate.gateway.phases.integration_response import NonProxyResponse
from octetgate.gateway.snapshot import StageFacts


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "Http":
    """Return the integration, or raise BadConfiguration."""
    del resource
    check_connection(facts, integration)
    return Http(facts, method, integration)


class Http:
    """An HTTP endpoint behind mappings."""

    def __init__(self, facts: StageFacts, method: Method, integration: Integration) -> None:
        self._upstream = facts.ports.upstream
        self._uri = EndpointUri(facts, integration)
        self._method = endpoint_method(integration)
        self._timeout_ms = integration.timeout_in_millis
        self._request = NonProxyRequest(facts.media_types, integration)
        self._response = NonProxyResponse(facts.media_types, integration, method.method_responses)

    async def prepare(self, call: Call) -> Asked:
        """Return the mapped request."""
        shaped = await self._request.shape(call)
        endpoint = self._uri.fill(shaped.values.path)
        method, body = self._method or call.method, shaped.body
        if bodiless(method):
            body.close()
            body = Body()
        request = UpstreamRequest(
            endpoint.origin,
            method,
            with_query(endpoint.target, "", shaped.values.query),
            _headers(call, shaped.values.headers, endpoint.authority, body),
            body,
            self._timeout_ms,
        )
        return Asked(request, shaped.overrides)

    async def invoke(self, call: Call, request: Asked) -> Answered:
        """Ask the backend."""
        del call
        return await ask_mapped(self._upstream, request)

    async def answer(self, call: Call, result: Answered) -> Reply:
        """Return the mapped answer."""
        return await answer_mapped(call, self._response, result)


def _headers(call: Call, mapped: Mapping[str, str], authority: str, body: Body) -> Headers:
    """Return the gateway's own headers, then what is mapped (recorded)."""
    api_id = call.stage.facts.api_id
    fields: list[Field] = [
        ("Host", "host", authority),
        ACCEPT,
        user_agent(api_id),
        (API_ID, API_ID.lower(), api_id),
        (TRACE_ID, TRACE_ID.lower(), call.arrival.trace_id),
    ]
    content_type = call.arrival.sent.get("content-type")
    if content_type is not None and body.ready != b"":
        fields.append(("Content-Type", "content-type", content_type))
    headers = Headers.of_fields(fields)
    refuse_forbidden(mapped, aws=False)
    map_headers(headers, mapped)
    return headers
