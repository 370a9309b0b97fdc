"""``AWS``: a Lambda function behind mappings, the launch article's integration.

The function gets what the request template makes of the body, and its JSON result is the
integration response's body (spec: payload-encodings 3.4 and 4.4, mapping 12).
"""

from dataclasses import dataclass

import msgspec

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.mapping.context import Overrides
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import Integration
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.functions import Invocation, InvocationType, Outcome
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ApiConfigurationError
from octetgate.gateway.phases.function import (
    FunctionTarget,
    function_of,
    invoke,
    source_arn,
)
from octetgate.gateway.phases.integration_request import (
    NonProxyRequest,
    refuse_forbidden,
    whole,
)
from octetgate.gateway.phases.integration_response import NonProxyResponse
from octetgate.gateway.phases.method_response import method_response, with_type
from octetgate.gateway.snapshot import StageFacts

_JSON = Headers([("Content-Type", "application/json")])
_INVOCATION_TYPE = "x-amz-invocation-type"


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "Aws":
    """Return the integration, or raise BadConfiguration."""
    return Aws(facts, resource, method, integration)


@dataclass(slots=True)
class Asked:
    """An invocation, and what its template left for the response's."""

    invocation: Invocation
    overrides: Overrides


@dataclass(slots=True)
class Answered:
    """A function's outcome, and what the request's template left."""

    outcome: Outcome
    overrides: Overrides


class _Error(msgspec.Struct, rename="camel"):
    """The one member of a function's result that selection patterns see."""

    error_message: object = None


class Aws:
    """A Lambda function called through templates."""

    def __init__(
        self, facts: StageFacts, resource: Resource, method: Method, integration: Integration
    ) -> None:
        self._functions = facts.ports.functions
        self._target = FunctionTarget(
            function_of(facts, integration.uri),
            source_arn(facts, method.http_method, resource.path),
            integration.timeout_in_millis,
        )
        self._request = NonProxyRequest(facts.media_types, integration, for_function=True)
        self._response = NonProxyResponse(facts.media_types, integration, method.method_responses)

    async def prepare(self, call: Call) -> Asked:
        """Return the invocation that the template makes of the request."""
        shaped = await self._request.shape(call)
        mapped = {name.lower(): value for name, value in shaped.values.headers.items()}
        refuse_forbidden(mapped, aws=True)
        wanted = mapped.get(_INVOCATION_TYPE, InvocationType.REQUEST_RESPONSE)
        try:
            kind = InvocationType(wanted.strip("'"))
        except ValueError:
            known = ", ".join(InvocationType)
            raise ApiConfigurationError(
                f"X-Amz-Invocation-Type: expected {known}, found {wanted!r}"
            ) from None
        # A body that nothing rendered is the client's; an empty one is an empty event.
        payload = await whole(shaped.body) or b"{}"
        invocation = Invocation(function="", payload=payload, type=kind)
        return Asked(invocation, shaped.overrides)

    async def invoke(self, call: Call, request: Asked) -> Answered:
        """Ask the function."""
        outcome = await invoke(self._functions, self._target, call, request.invocation)
        return Answered(outcome, request.overrides)

    async def answer(self, call: Call, result: Answered) -> Reply:
        """Return what the selected integration response makes of the function's result."""
        outcome = result.outcome
        call.arrival.integration_status = outcome.status
        if outcome.function_error:
            call.arrival.error = f"function error: {outcome.payload[:500].decode(errors='replace')}"
        mapped = await self._response.shape(
            call, error_message(outcome.payload), _JSON, Body.of(outcome.payload), result.overrides
        )
        headers = with_type(mapped.headers)
        return method_response(call, mapped.status, headers, mapped.body, traced=True)


def error_message(payload: bytes) -> str:
    """Return a result's ``errorMessage``, or nothing: that is what selection patterns match.

    Any object with that member counts, raised or returned (recorded).
    """
    if not payload.lstrip().startswith(b"{"):
        return ""
    try:
        message = msgspec.json.decode(payload, type=_Error).error_message
    except msgspec.DecodeError:
        return ""
    return message if isinstance(message, str) else ""
