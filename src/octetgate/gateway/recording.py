"""The ways out of the gateway, watched: what goes out and what comes back is written down.

The ports do what the ones behind them do; nothing that uses them can tell.
"""

import time

import msgspec

from octetgate.core.ports.functions import Functions, Invocation, InvokeDenied, Outcome, Stream
from octetgate.core.ports.upstream import (
    Upstream,
    UpstreamRefused,
    UpstreamRequest,
    UpstreamResponse,
)
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT
from octetgate.gateway.snapshot import Ports
from octetgate.gateway.transcript import MISCONFIGURED, TRACE_ID, Transcript, java_map, shown

_SIGNED = "AWS4-HMAC-SHA256 "
_SECRET = frozenset({"authorization", "x-amz-security-token"})


class Recorder:
    """Writes down what the watched ports see, and keeps what lines alone do not tell."""

    def __init__(self, script: Transcript) -> None:
        self.script = script
        self.failure = ""
        """The line for what went wrong, where a port knows it better than the fault."""
        self.trace_id = ""

    def asked(self, uri: str, headers: list[tuple[str, str]], body: bytes | None) -> float:
        """Write down a request; returns when it went out."""
        self.trace_id = next((v for n, v in headers if n.lower() == TRACE_ID), "")
        self.script.say(f"Endpoint request URI: {uri}")
        self.script.say(f"Endpoint request headers: {java_map(_masked(headers))}")
        self.script.say(f"Endpoint request body after transformations: {shown(body)}")
        self.script.say(f"Sending request to {uri}")
        return time.perf_counter()

    def answered(
        self, since: float, status: int, headers: list[tuple[str, str]], body: bytes | None
    ) -> None:
        """Write down a response."""
        spent = round((time.perf_counter() - since) * 1000)
        self.script.say(f"Received response. Status: {status}, Integration latency: {spent} ms")
        self.script.say(f"Endpoint response headers: {java_map(headers)}")
        self.script.say(f"Endpoint response body before transformations: {shown(body)}")


def _masked(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers without what would let a reader ask an AWS service as we do."""
    signed = any(value.startswith(_SIGNED) for _, value in headers)
    if not signed:
        return headers
    return [
        (name, f"{'*' * 32}{value[-6:]}" if name.lower() in _SECRET else value)
        for name, value in headers
    ]


def watched(ports: Ports, recorder: Recorder) -> Ports:
    """Return the same ports, watched."""
    upstream = _Upstream(ports.upstream, recorder)
    return Ports(upstream, _Functions(ports.functions, recorder), ports.services)


class _Upstream:
    """The way to HTTP backends, watched; bodies are held, as far as AWS holds any."""

    def __init__(self, upstream: Upstream, recorder: Recorder) -> None:
        self._upstream = upstream
        self._recorder = recorder

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        recorder, origin = self._recorder, request.origin
        await request.body.gather(AWS_PAYLOAD_LIMIT)
        headers = [*request.headers, *((name, value) for name, _, value in request.fresh)]
        host = request.headers.get("host") or origin.host
        uri = f"{origin.scheme}://{host}{request.target}"
        since = recorder.asked(uri, headers, request.body.ready)
        try:
            response = await self._upstream.send(request)
        except UpstreamRefused as error:
            recorder.failure = f"{MISCONFIGURED}Invalid endpoint address: {error}"
            raise
        await response.body.gather(AWS_PAYLOAD_LIMIT)
        recorder.answered(since, response.status, list(response.headers), response.body.ready)
        return response


class _Functions:
    """The way to Lambda functions, watched, and told as the HTTP call that it is on AWS."""

    def __init__(self, functions: Functions, recorder: Recorder) -> None:
        self._functions = functions
        self._recorder = recorder

    async def invoke(self, invocation: Invocation) -> Outcome:
        recorder = self._recorder
        since = recorder.asked(lambda_uri(invocation), to_lambda(invocation), invocation.payload)
        try:
            outcome = await self._functions.invoke(invocation)
        except InvokeDenied as error:
            recorder.failure = f"{MISCONFIGURED}Invalid permissions on Lambda function: {error}"
            raise
        recorder.answered(since, outcome.status, _from_lambda(outcome), outcome.payload)
        if outcome.function_error:
            recorder.failure = (
                f"Lambda execution failed with status {outcome.status} due to customer function "
                f"error: {_message(outcome.payload)}. Lambda request id: {outcome.request_id}"
            )
        return outcome

    async def stream(self, invocation: Invocation) -> Stream:
        # Of calls that stream AWS writes no log (spec: payload-encodings 10.1).
        return await self._functions.stream(invocation)


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
    except msgspec.DecodeError:
        return shown(payload)
