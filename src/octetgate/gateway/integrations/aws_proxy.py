"""``AWS_PROXY``: the request becomes a Lambda proxy event, the answer becomes the response.

No mapping takes part; ``isBase64Encoded``, Accept and the API's binary media types decide
about bytes (spec: payload-encodings 6, lambda 1 and 2).
"""

from collections.abc import Coroutine
from typing import Any

import pybase64

from octetgate.core.functions.answer_fields import MalformedProxyResponse
from octetgate.core.functions.proxy_event import proxy_response, streamed_response
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.hops import response_headers_lambda_proxy
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.integration import STREAM_IDLE_SECONDS, Integration
from octetgate.core.payload.codecs import BadPayload, codec
from octetgate.core.payload.convert import (
    Decision,
    Step,
    explain_proxy_request,
    explain_proxy_response,
)
from octetgate.core.payload.hints import SAMPLE_BYTES
from octetgate.core.payload.measure import Measure, Measured
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.functions import Invocation, Outcome
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ApiConfigurationError, ExecutionFailed
from octetgate.gateway.phases.function import (
    Begun,
    FunctionTarget,
    function_of,
    invoke,
    open_stream,
    source_arn,
    streaming_function_of,
)
from octetgate.gateway.phases.function_event import proxy_event_of
from octetgate.gateway.phases.integration_request import (
    ParameterMapping,
    RequestSource,
    refuse_forbidden,
)
from octetgate.gateway.phases.method_request import whole
from octetgate.gateway.phases.method_response import method_response, noticed, with_type
from octetgate.gateway.snapshot import StageFacts


def compile(  # noqa: A001 - the word that every integration uses
    facts: StageFacts, resource: Resource, method: Method, integration: Integration
) -> "AwsProxy | StreamingAwsProxy":
    """Return the integration, or raise BadConfiguration."""
    if integration.streams:
        function = streaming_function_of(facts, integration.uri)
        return StreamingAwsProxy(facts, resource, method, integration, function)
    return AwsProxy(facts, resource, method, integration, function_of(facts, integration.uri))


_DECISIONS = 256
"""Remembered of each direction; whoever sends more different headers gains nothing."""
_USUAL_BYTES = 512
"""Of a function's headers; what is longer will hardly come again."""


class _LambdaProxy:
    """A Lambda function that speaks for itself."""

    def __init__(
        self,
        facts: StageFacts,
        resource: Resource,
        method: Method,
        integration: Integration,
        function: str,
    ) -> None:
        self._facts = facts
        self._method = integration.http_method
        self._parameters = ParameterMapping(integration.request_parameters)
        self._decided: dict[str | None, Decision] = {}
        self._decided_back: dict[tuple[str | None, bool], Decision] = {}
        self._answered: dict[tuple[tuple[str, str], ...], Headers] = {}
        self._target = FunctionTarget(
            function,
            source_arn(facts, method.http_method, resource.path),
            integration.timeout_in_millis,
        )

    async def prepare(self, call: Call) -> Invocation:
        """Return the invocation with the proxy event."""
        if self._method != "POST":
            # Recorded: Lambda's API is POST, and nothing says so before the call.
            raise ApiConfigurationError(f"httpMethod: expected POST, found {self._method}")
        # Most calls have no body, and need not go through all that could await one.
        body, encoded = (None, False) if call.body.length == 0 else await self._body(call)
        if self._parameters:
            # Mappings do nothing for proxies, but a forbidden name still fails (recorded).
            values = self._parameters.resolve(RequestSource(call))
            refuse_forbidden(values.headers, aws=True)
        payload = proxy_event_of(call, body, is_base64_encoded=encoded)
        return Invocation(function="", payload=payload, is_json=True)

    async def _body(self, call: Call) -> tuple[str | bytes | None, bool]:
        data = await whole(call.body)
        if not data:
            return None, False
        decision = self._decide(call.arrival.sent.get("content-type"))
        call.arrival.request_payload = decision
        encoded = decision.step is Step.ENCODE
        body = pybase64.b64encode(data) if encoded else data.decode("utf-8", "replace")
        call.arrival.request_measure = Measure(len(data), _size(body), data[:SAMPLE_BYTES])
        return body, encoded

    def _decide(self, content_type: str | None) -> Decision:
        """Return what is done to a body of this Content-Type, decided once."""
        decision = self._decided.get(content_type)
        if decision is None:
            decision = explain_proxy_request(self._facts.media_types, content_type)
            if len(self._decided) < _DECISIONS:
                self._decided[content_type] = decision
        return decision


class AwsProxy(_LambdaProxy):
    """The answer comes in one piece."""

    def invoke(self, call: Call, request: Invocation) -> Coroutine[Any, Any, Outcome]:
        """Ask the function."""
        return invoke(self._facts.ports.functions, self._target, call, request)

    async def answer(self, call: Call, result: Outcome) -> Reply:
        """Return the function's answer; what is none is a 502."""
        call.arrival.integration_status = result.status
        try:
            response = proxy_response(result.payload)
        except MalformedProxyResponse as error:
            raise ExecutionFailed(
                f"Malformed Lambda proxy response: {error}", status=502
            ) from error
        call.arrival.function_status = response.status
        headers = self._headers(response.headers)
        decision = self._decide_answer(call.arrival.sent.get("accept"), response.is_base64_encoded)
        call.arrival.response_payload = decision if response.body else None
        conversion, body = codec(decision.step), Body.of(response.body)
        if conversion is None:
            size = len(response.body)
            call.arrival.response_measure = Measure(size, size, response.body[:SAMPLE_BYTES])
        else:
            body = await _converted(call, body, Measured(conversion))
        return method_response(call, response.status, headers, body, traced=True)

    def _headers(self, told: list[tuple[str, str]]) -> Headers:
        """Return the function's headers as the client gets them; usual ones are shared."""
        key = tuple(told)
        headers = self._answered.get(key)
        if headers is None:
            headers = with_type(response_headers_lambda_proxy(Headers(told)))
            size = sum(len(name) + len(value) for name, value in told)
            if size <= _USUAL_BYTES and len(self._answered) < _DECISIONS:
                self._answered[key] = headers.share()
        return headers

    def _decide_answer(self, accept: str | None, flag: bool) -> Decision:  # noqa: FBT001
        """Return what is done to an answer with the flag for a client that accepts this."""
        decision = self._decided_back.get((accept, flag))
        if decision is None:
            decision = explain_proxy_response(self._facts.media_types, accept, flag)
            if len(self._decided_back) < _DECISIONS:
                self._decided_back[accept, flag] = decision
        return decision


async def _converted(call: Call, body: Body, conversion: Measured) -> Body:
    call.arrival.response_measure = conversion.measure
    try:
        return await body.through(conversion)
    except BadPayload as error:
        raise ApiConfigurationError(f"response payload: {error}") from error


class StreamingAwsProxy(_LambdaProxy):
    """The answer is on its way to the client while it is being written.

    Nothing decodes or compresses it (spec: payload-encodings 10).
    """

    async def invoke(self, call: Call, request: Invocation) -> Begun:
        """Ask the function, and wait for its prelude."""
        functions = self._facts.ports.functions
        return await open_stream(functions, self._target, call, request, STREAM_IDLE_SECONDS)

    async def answer(self, call: Call, result: Begun) -> Reply:
        """Return the head that the prelude tells, and the body as it comes."""
        call.arrival.integration_status = 200
        try:
            response = streamed_response(result.metadata)
        except MalformedProxyResponse as error:
            result.body.close()
            raise ExecutionFailed(f"Malformed Lambda proxy response: {error}") from error
        call.arrival.function_status = response.status
        told = Headers(response.headers)
        length = result.body.left = _length(told)
        fields = [field for field in told.fields if field[1] != "content-length"]
        headers = response_headers_lambda_proxy(Headers.of_fields(fields))
        body = noticed(call, Body(result.body, length=length))
        return method_response(call, response.status, with_type(headers), body, traced=True)


def _length(headers: Headers) -> int | None:
    """Return the length that the function gives; without one the answer is chunked."""
    told = headers.get("content-length") or ""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else None


def _size(body: str | bytes) -> int:
    """Return the bytes that a body has, as UTF-8 if it is text."""
    return len(body) if isinstance(body, bytes) or body.isascii() else len(body.encode())
