"""Ask an HTTP endpoint, and say in the gateway's terms how that can fail."""

from collections.abc import Mapping

from octetgate.core.http.headers import Field, Headers
from octetgate.core.http.hops import DROPPED_WHEN_MAPPED
from octetgate.core.model.integration import Integration
from octetgate.core.payload.codecs import BadPayload
from octetgate.core.ports.upstream import (
    Upstream,
    UpstreamBroken,
    UpstreamRefused,
    UpstreamRequest,
    UpstreamResponse,
    UpstreamTimeout,
    UpstreamUntrusted,
)
from octetgate.gateway.call import Call
from octetgate.gateway.faults import (
    ApiConfigurationError,
    IntegrationFailure,
    IntegrationTimeout,
)
from octetgate.gateway.phases.method_request import bad_request_payload
from octetgate.gateway.snapshot import BadConfiguration

API_ID = "X-Amzn-Apigateway-Api-Id"
TRACE_ID = "X-Amzn-Trace-Id"
ACCEPT: Field = ("Accept", "accept", "application/json")
OURS = frozenset({API_ID.lower(), TRACE_ID.lower()})
"""What an endpoint hears from the gateway alone."""


def refuse_other_connections(integration: Integration) -> None:
    """Refuse a connection that is not a plain one."""
    kind = integration.connection_type
    if kind not in (None, "INTERNET"):
        raise BadConfiguration(f"connectionType: expected INTERNET, found {kind}")


def endpoint_method(integration: Integration) -> str | None:
    """Return the integration's own method, or None for the client's."""
    return None if integration.http_method in (None, "ANY") else integration.http_method


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


def map_headers(headers: Headers, mapped: Mapping[str, str]) -> None:
    """Let mapped headers replace those of the same name; some vanish (lifecycle 6.2)."""
    for name, value in mapped.items():
        if name.lower() not in DROPPED_WHEN_MAPPED:
            headers.set(name, value)


async def ask(upstream: Upstream, request: UpstreamRequest) -> UpstreamResponse:
    """Return the endpoint's response (spec: request-lifecycle 15)."""
    try:
        return await upstream.send(request)
    except UpstreamTimeout as error:
        raise IntegrationTimeout(str(error)) from error
    except UpstreamRefused as error:
        raise ApiConfigurationError(str(error)) from error
    except (UpstreamBroken, UpstreamUntrusted) as error:
        raise IntegrationFailure(str(error)) from error
    except BadPayload as error:
        # The body was too large to be checked before it went out; the endpoint saw it break off.
        raise bad_request_payload(error) from error
