"""The ways out of the gateway, watched: what goes out and what comes back is written down.

The ports do what the ones behind them do; nothing that uses them can tell.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec

from octetgate.core.functions.answer_fields import NO_JSON
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.model.responses import DEFAULTS, GatewayResponseType
from octetgate.core.ports.functions import Functions, Invocation, InvokeDenied, Outcome, Stream
from octetgate.core.ports.upstream import (
    Upstream,
    UpstreamRefused,
    UpstreamRequest,
    UpstreamResponse,
)
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT
from octetgate.gateway.snapshot import Ports
from octetgate.gateway.transcript import (
    MISCONFIGURED,
    TRACE_ID,
    Text,
    Transcript,
    java_map,
    shown,
)

_SIGNED = "AWS4-HMAC-SHA256 "
_SECRET = frozenset({"authorization", "x-amz-security-token"})
_TIMED_OUT = "Execution failed due to a timeout error"
_NO_NETWORK = "Execution failed due to a network error communicating with endpoint"

Pairs = Iterable[tuple[str, str]]


class Recorder:
    """Writes down what the watched ports see, and keeps what lines alone do not tell."""

    def __init__(self, script: Transcript) -> None:
        self.script = script
        self.failure = ""
        """The line for what went wrong, where a port knows it better than the fault."""
        self.trace_id = ""

    async def see(self, body: Body) -> tuple[Body, Text | None]:
        """Return the body as it goes on, and how lines show it: it is held, as far as AWS holds."""
        await body.gather(AWS_PAYLOAD_LIMIT)
        return body, shown(body.ready)

    def shown(self, payload: bytes) -> Text | None:
        """Return how lines show bytes; None if they do not."""
        return shown(payload)

    def headers(self, pairs: Pairs) -> str:
        """Return headers as lines show them."""
        return java_map(_masked(pairs))

    def sends(self, request: UpstreamRequest, body: Text | None) -> float:
        """Write down a request to an HTTP backend; returns when it went out."""
        origin = request.origin
        headers = [*request.headers, *((name, value) for name, _, value in request.fresh)]
        host = request.headers.get("host") or origin.host
        return self.asked(f"{origin.scheme}://{host}{request.target}", headers, body)

    def invokes(self, invocation: Invocation) -> float:
        """Write down the invocation of a function likewise."""
        payload = self.shown(invocation.payload)
        return self.asked(lambda_uri(invocation), to_lambda(invocation), payload)

    def asked(self, uri: str, headers: Pairs, body: Text | None) -> float:
        """Write down a request; returns when it went out."""
        self.trace_id = next((v for n, v in headers if n.lower() == TRACE_ID), "")
        self.script.say(f"Endpoint request URI: {uri}")
        self.script.say(f"Endpoint request headers: {self.headers(headers)}")
        if body is not None:
            self.script.say("Endpoint request body after transformations: ", body)
        self.script.say(f"Sending request to {uri}")
        return time.perf_counter()

    def answered(self, since: float, status: int, headers: Pairs, body: Text | None) -> None:
        """Write down a response."""
        spent = round((time.perf_counter() - since) * 1000)
        self.script.say(f"Received response. Status: {status}, Integration latency: {spent} ms")
        self.script.say(f"Endpoint response headers: {self.headers(headers)}")
        if body is not None:
            self.script.say("Endpoint response body before transformations: ", body)


def _masked(headers: Pairs) -> Pairs:
    """Return the headers without what would let a reader ask an AWS service as we do."""
    headers = list(headers)
    signed = any(value.startswith(_SIGNED) for _, value in headers)
    if not signed:
        return headers
    return [
        (name, f"{'*' * 32}{value[-6:]}" if name.lower() in _SECRET else value)
        for name, value in headers
    ]


def watched(ports: Ports, find: Callable[[], Recorder | None]) -> Ports:
    """Return the same ports, watched by whom ``find`` names for each call, if by anybody."""
    upstream, functions = _Upstream(ports.upstream, find), _Functions(ports.functions, find)
    return replace(ports, upstream=upstream, functions=functions)


class _Upstream:
    """The way to HTTP backends, watched."""

    def __init__(self, upstream: Upstream, find: Callable[[], Recorder | None]) -> None:
        self._upstream = upstream
        self._find = find

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        recorder = self._find()
        if recorder is None:
            return await self._upstream.send(request)
        request.body, body = await recorder.see(request.body)
        since = recorder.sends(request, body)
        try:
            response = await self._upstream.send(request)
        except UpstreamRefused as error:
            recorder.failure = f"{MISCONFIGURED}Invalid endpoint address: {error}"
            raise
        response.body, body = await recorder.see(response.body)
        recorder.answered(since, response.status, response.headers, body)
        return response


class _Functions:
    """The way to Lambda functions, watched, and told as the HTTP call that it is on AWS."""

    def __init__(self, functions: Functions, find: Callable[[], Recorder | None]) -> None:
        self._functions = functions
        self._find = find

    async def invoke(self, invocation: Invocation) -> Outcome:
        recorder = self._find()
        if recorder is None:
            return await self._functions.invoke(invocation)
        since = recorder.invokes(invocation)
        try:
            outcome = await self._functions.invoke(invocation)
        except InvokeDenied as error:
            recorder.failure = f"{MISCONFIGURED}Invalid permissions on Lambda function: {error}"
            raise
        payload = recorder.shown(outcome.payload)
        recorder.answered(since, outcome.status, _from_lambda(outcome), payload)
        if outcome.function_error:
            recorder.failure = (
                f"Lambda execution failed with status {outcome.status} due to customer function "
                f"error: {_message(outcome.payload)}. Lambda request id: {outcome.request_id}"
            )
        return outcome

    async def stream(self, invocation: Invocation) -> Stream:
        recorder = self._find()
        if recorder is None:
            return await self._functions.stream(invocation)
        since = recorder.invokes(invocation)
        stream = await self._functions.stream(invocation)
        recorder.answered(since, 200, [("x-amzn-RequestId", stream.request_id)], None)
        return stream


def failure_line(kind: str, reason: str) -> str:
    """Return the line for a call that ended in a gateway response."""
    match GatewayResponseType(kind):
        case GatewayResponseType.INTEGRATION_TIMEOUT:
            return _TIMED_OUT
        case GatewayResponseType.INTEGRATION_FAILURE:
            return _NO_NETWORK
        case known if DEFAULTS[known].status >= 500:
            return MISCONFIGURED + reason
        case known:
            return f"{DEFAULTS[known].message}: {reason}"


def traced_first(headers: Headers, trace_id: str) -> Headers:
    """Return the headers behind the trace id, where it stands in every recording."""
    rest = [field for field in headers.fields if field[1] != TRACE_ID]
    return Headers.of_fields([("X-Amzn-Trace-Id", TRACE_ID, trace_id), *rest])


def lambda_uri(invocation: Invocation) -> str:
    """Return where AWS sends an invocation; here it goes to a process of this machine."""
    function = invocation.function
    region = function.split(":")[3] if function.count(":") >= 6 else ""
    host = f"lambda.{region}.amazonaws.com" if region else "lambda.amazonaws.com"
    return f"https://{host}/2015-03-31/functions/{function}/invocations"


def to_lambda(invocation: Invocation) -> list[tuple[str, str]]:
    """Return the headers that an invocation has on AWS, as far as there is something to say."""
    said = {
        "X-Amz-Invocation-Type": invocation.type.value,
        "X-Amz-Source-Arn": invocation.source_arn,
        "X-Amzn-Trace-Id": invocation.trace_id,
        "Content-Type": "application/json",
    }
    return [(name, value) for name, value in said.items() if value]


def _from_lambda(outcome: Outcome) -> list[tuple[str, str]]:
    said = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": outcome.request_id,
        "X-Amz-Function-Error": outcome.function_error,
        "X-Amz-Executed-Version": outcome.executed_version,
    }
    return [(name, value) for name, value in said.items() if value]


class _Error(msgspec.Struct, rename="camel"):
    error_message: str = ""


def _message(payload: bytes) -> str:
    try:
        return msgspec.json.decode(payload, type=_Error).error_message
    except NO_JSON:
        return shown(payload)
