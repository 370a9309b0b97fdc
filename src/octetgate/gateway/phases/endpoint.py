"""Ask an HTTP endpoint, and say in the gateway's terms how that can fail."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from octetgate.core.http.headers import Field, Headers
from octetgate.core.http.hops import DROPPED_WHEN_MAPPED
from octetgate.core.mapping.context import Overrides
from octetgate.core.mapping.substitution import substitute_stage_variables
from octetgate.core.model.integration import STREAM_IDLE_SECONDS, Integration
from octetgate.core.payload.codecs import BadPayload
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.upstream import (
    StreamLimits,
    Upstream,
    UpstreamBroken,
    UpstreamRefused,
    UpstreamRequest,
    UpstreamResponse,
    UpstreamTimeout,
    UpstreamUnreachable,
    UpstreamUntrusted,
)
from octetgate.gateway.call import Call
from octetgate.gateway.faults import (
    ApiConfigurationError,
    IntegrationFailure,
    IntegrationTimeout,
)
from octetgate.gateway.phases.integration_response import NonProxyResponse
from octetgate.gateway.phases.method_request import bad_request_payload
from octetgate.gateway.phases.method_response import method_response, with_type
from octetgate.gateway.snapshot import BadConfiguration, StageFacts

API_ID = "X-Amzn-Apigateway-Api-Id"
TRACE_ID = "X-Amzn-Trace-Id"
ACCEPT: Field = ("Accept", "accept", "application/json")
OURS = frozenset({API_ID.lower(), TRACE_ID.lower()})
"""What an endpoint hears from the gateway alone."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_connection(facts: StageFacts, integration: Integration) -> None:
    """Refuse a connection that is neither a plain one nor through a VPC link.

    Here both are plain: the URI names the host, and a link only says that it is private.
    """
    kind, link = integration.connection_type, integration.connection_id or ""
    if kind not in (None, "INTERNET", "VPC_LINK"):
        raise BadConfiguration(f"connectionType: expected INTERNET or VPC_LINK, found {kind}")
    if kind == "VPC_LINK" and not substitute_stage_variables(link, facts.variables):
        raise BadConfiguration(f"connectionId: expected the id of a VPC link, found {link!r}")


def endpoint_method(integration: Integration) -> str | None:
    """Return the integration's own method, or None for the client's."""
    return None if integration.http_method in (None, "ANY") else integration.http_method


def bodiless(method: str) -> bool:
    """Whether a request of this method to an endpoint behind mappings has no body.

    AWS's behaviour is unconfirmed; no body is what is recommended (spec: payload-encodings 7).
    """
    return method in _BODILESS


def stream_limits(integration: Integration) -> StreamLimits | None:
    """Return the times of an answer that streams (spec: payload-encodings 10.1), or None."""
    if not integration.streams:
        return None
    return StreamLimits(STREAM_IDLE_SECONDS, integration.timeout_in_millis / 1000)


def missing_fields(call: Call) -> list[Field]:
    """Return what stands in for an Accept or User-Agent not sent (lifecycle 6.2)."""
    sent = call.arrival.sent
    fields: list[Field] = []
    if "user-agent" not in sent:
        fields.append(user_agent(call.stage.facts.api_id))
    if "accept" not in sent:
        fields.append(ACCEPT)
    return fields


def user_agent(api_id: str) -> Field:
    """Return the gateway's own ``User-Agent``."""
    return ("User-Agent", "user-agent", f"AmazonAPIGateway_{api_id}")


def map_headers(
    headers: Headers,
    mapped: Mapping[str, str],
    dropped: Collection[str] = DROPPED_WHEN_MAPPED,
) -> None:
    """Let mapped headers replace those of the same name; some vanish (lifecycle 6.2)."""
    for name, value in mapped.items():
        if name.lower() not in dropped:
            headers.set(name, _on_the_wire(name, value))


def _on_the_wire(name: str, value: str) -> str:
    """Return a mapped value, one character a byte; a template may have made any text."""
    if _CONTROL.search(value):
        raise ApiConfigurationError(f"header {name}: expected no controls, found {value!r}")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("latin-1")
    return value


async def ask(upstream: Upstream, request: UpstreamRequest) -> UpstreamResponse:
    """Return the endpoint's response (spec: request-lifecycle 15)."""
    try:
        return await upstream.send(request)
    except UpstreamTimeout as error:
        raise IntegrationTimeout(str(error)) from error
    except UpstreamRefused as error:
        raise ApiConfigurationError(str(error)) from error
    except (UpstreamBroken, UpstreamUnreachable, UpstreamUntrusted) as error:
        raise IntegrationFailure(str(error)) from error
    except BadPayload as error:
        # The body was too large to be checked before it went out; the endpoint saw it break off.
        raise bad_request_payload(error) from error


# --- Behind mappings ---------------------------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """A request, and what its template left for the response's."""

    request: UpstreamRequest
    overrides: Overrides


@dataclass(slots=True)
class Answered:
    """An endpoint's response, and what the request's template left."""

    response: UpstreamResponse
    overrides: Overrides


async def ask_mapped(upstream: Upstream, asked: Asked) -> Answered:
    """Return the endpoint's response to a request that templates made."""
    return Answered(await ask(upstream, asked.request), asked.overrides)


async def answer_mapped(call: Call, shaper: NonProxyResponse, result: Answered) -> Reply:
    """Return what the integration response for the endpoint's status makes of its answer."""
    response = result.response
    call.arrival.integration_status = response.status
    mapped = await shaper.shape(
        call, str(response.status), response.headers, response.body, result.overrides
    )
    headers = with_type(mapped.headers)
    return method_response(call, mapped.status, headers, mapped.body, traced=True)
