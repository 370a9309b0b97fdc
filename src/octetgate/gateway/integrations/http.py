"""``HTTP``: the request is mapped for an HTTP backend, and its answer mapped for the client.

Only what is mapped crosses; the client's own headers and query stay behind (spec:
request-lifecycle 6.2 and 6.4).
"""

from dataclasses import dataclass

from octetgate.core.http.headers import Field, Headers
from octetgate.core.mapping.context import Overrides
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import Integration
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.upstream import UpstreamRequest, UpstreamResponse
from octetgate.gateway.call import Call
from octetgate.gateway.phases.endpoint import (
    ACCEPT,
    API_ID,
    TRACE_ID,
    ask,
    endpoint_method,
    map_headers,
    refuse_other_connections,
    user_agent,
)
from octetgate.gateway.phases.endpoint_uri import EndpointUri, with_query
from octetgate.gateway.phases.integration_request import NonProxyRequest, Shaped, refuse_forbidden
from octetgate.gateway.phases.integration_response import NonProxyResponse
from octetgate.gateway.phases.method_response import method_response, with_type
from octetgate.gateway.snapshot import StageFacts


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "Http":
    """Return the integration, or raise BadConfiguration."""
    del resource
    refuse_other_connections(integration)
    return Http(facts, method, integration)


@dataclass(slots=True)
class Asked:
    """A request, and what its template left for the response's."""

    request: UpstreamRequest
    overrides: Overrides


@dataclass(slots=True)
class Answered:
    """A backend's response, and what the request's template left."""

    response: UpstreamResponse
    overrides: Overrides


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
        request = UpstreamRequest(
            endpoint.origin,
            self._method or call.method,
            with_query(endpoint.target, "", shaped.values.query),
            _headers(call, shaped, endpoint.authority),
            shaped.body,
            self._timeout_ms,
        )
        return Asked(request, shaped.overrides)

    async def invoke(self, call: Call, request: Asked) -> Answered:
        """Ask the backend."""
        del call
        return Answered(await ask(self._upstream, request.request), request.overrides)

    async def answer(self, call: Call, result: Answered) -> Reply:
        """Return the mapped answer."""
        response = result.response
        call.arrival.integration_status = response.status
        mapped = await self._response.shape(
            call, str(response.status), response.headers, response.body, result.overrides
        )
        headers = with_type(mapped.headers)
        return method_response(call, mapped.status, headers, mapped.body, traced=True)


def _headers(call: Call, shaped: Shaped, authority: str) -> Headers:
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
    if content_type is not None and shaped.body.ready != b"":
        fields.append(("Content-Type", "content-type", content_type))
    headers = Headers.of_fields(fields)
    refuse_forbidden(shaped.values.headers, aws=False)
    map_headers(headers, shaped.values.headers)
    return headers
