"""``AWS``: a Lambda function, or any other AWS service, behind mappings.

A function gets what the request template makes of the body, and its JSON result is the
integration response's body: the launch article's integration (spec: payload-encodings 3.4 and
4.4, mapping 12).  Any other service is asked over HTTP, signed (spec: mapping 13).
"""

from dataclasses import dataclass

import msgspec

from octetgate.core.functions.answer_fields import NO_JSON
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.mapping.context import Overrides
from octetgate.core.mapping.substitution import substitute_stage_variables
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import Integration
from octetgate.core.model.service_uri import parse
from octetgate.core.payload.query_answer import wrapped
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.functions import Invocation, InvocationType, Outcome
from octetgate.core.ports.upstream import UpstreamRequest
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ApiConfigurationError
from octetgate.gateway.phases.endpoint import Answered, Asked, answer_mapped, ask_mapped
from octetgate.gateway.phases.function import (
    FunctionTarget,
    function_of,
    invoke,
    source_arn,
)
from octetgate.gateway.phases.integration_request import (
    NonProxyRequest,
    refuse_forbidden,
)
from octetgate.gateway.phases.integration_response import NonProxyResponse
from octetgate.gateway.phases.integration_response import whole as whole_response
from octetgate.gateway.phases.method_request import whole
from octetgate.gateway.phases.method_response import method_response, with_type
from octetgate.gateway.phases.service import ServiceTarget, request_id, sendable, sign
from octetgate.gateway.snapshot import StageFacts

_JSON = Headers([("Content-Type", "application/json")])
_INVOCATION_TYPE = "x-amz-invocation-type"


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "AwsLambda | AwsService":
    """Return the integration, or raise BadConfiguration."""
    uri = parse(substitute_stage_variables(integration.uri or "", facts.variables))
    if uri is not None and uri.service != "lambda":
        return AwsService(facts, method, integration)
    return AwsLambda(facts, resource, method, integration)


@dataclass(slots=True)
class Invoked:
    """An invocation, and what its template left for the response's."""

    invocation: Invocation
    overrides: Overrides


@dataclass(slots=True)
class Returned:
    """A function's outcome, and what the request's template left."""

    outcome: Outcome
    overrides: Overrides


class _Error(msgspec.Struct, rename="camel"):
    """The one member of a function's result that selection patterns see."""

    error_message: object = None


class AwsLambda:
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

    async def prepare(self, call: Call) -> Invoked:
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
        ready = shaped.body.ready
        payload = (await whole(shaped.body) if ready is None else ready) or b"{}"
        invocation = Invocation(function="", payload=payload, type=kind, is_json=shaped.is_json)
        return Invoked(invocation, shaped.overrides)

    async def invoke(self, call: Call, request: Invoked) -> Returned:
        """Ask the function."""
        outcome = await invoke(self._functions, self._target, call, request.invocation)
        return Returned(outcome, request.overrides)

    async def answer(self, call: Call, result: Returned) -> Reply:
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
    except NO_JSON:
        return ""
    return message if isinstance(message, str) else ""


class AwsService:
    """An AWS service asked over HTTP, its requests signed."""

    def __init__(self, facts: StageFacts, method: Method, integration: Integration) -> None:
        self._upstream = facts.ports.upstream
        self._services = facts.ports.services
        self._target = ServiceTarget(facts, integration)
        self._timeout_ms = integration.timeout_in_millis
        self._request = NonProxyRequest(facts.media_types, integration)
        self._response = NonProxyResponse(facts.media_types, integration, method.method_responses)

    async def prepare(self, call: Call) -> Asked:
        """Return the mapped request, signed."""
        shaped = await self._request.shape(call)
        refuse_forbidden(shaped.values.headers, aws=True)
        service, method = self._target.service, self._target.method or call.method
        target, given = self._target.target(shaped.values)
        body = await sendable(service, method, shaped.body)
        headers = self._target.headers(call, shaped.values, body, given)
        request = UpstreamRequest(service.origin, method, target, headers, body, self._timeout_ms)
        sign(self._services, service, request)
        return Asked(request, shaped.overrides)

    async def invoke(self, call: Call, request: Asked) -> Answered:
        """Ask the service."""
        del call
        return await ask_mapped(self._upstream, request)

    async def answer(self, call: Call, result: Answered) -> Reply:
        """Return what the integration response for the service's status makes of its answer."""
        response = result.response
        call.arrival.endpoint_request_id = identity = request_id(response)
        call.arrival.endpoint_request_id2 = response.headers.get("x-amz-id-2")
        if self._target.wraps and response.status < 300:
            answer = await whole_response(response.body)
            response.body = Body.of(wrapped(self._target.action or "", answer, identity or ""))
        return await answer_mapped(call, self._response, result)
