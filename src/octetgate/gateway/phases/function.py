"""Invoke a Lambda function for a method (spec: lambda 3 and 4, payload-encodings 10.2)."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from octetgate.core.functions.prelude import MalformedPrelude, Prelude
from octetgate.core.mapping.substitution import substitute_stage_variables
from octetgate.core.ports.functions import (
    Functions,
    Invocation,
    InvokeError,
    Outcome,
    PayloadTooLarge,
    Stream,
    StreamBroken,
)
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ExecutionFailed, Fault, IntegrationTimeout
from octetgate.gateway.snapshot import BadConfiguration, StageFacts

_URI = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:lambda:path//?2015-03-31/functions/"
    r"(?P<function>arn:[^:]+:lambda:[^:]+:\d*:function:[^/]+|[^/]+)/invocations"
)
_STREAM_URI = re.compile(
    _URI.pattern.replace("2015-03-31", "2021-11-15").replace(
        "/invocations", "/response-streaming-invocations"
    )
)


@dataclass(slots=True, eq=False)
class FunctionTarget:
    """A function, and the name under which the method asks for it."""

    function: str
    source_arn: str
    timeout_ms: int
    patience: "Patience" = field(init=False)

    def __post_init__(self) -> None:
        self.patience = Patience(self.timeout_ms)


class Patience:
    """How long each call of a method waits: ``asyncio.timeout``, with one timer for all of them.

    They all wait equally long, so the one that began first is the first to have waited enough.
    """

    __slots__ = ("_loop", "_seconds", "_timer", "_tired", "_waiting")

    def __init__(self, timeout_ms: int) -> None:
        self._seconds = timeout_ms / 1000
        self._waiting: dict[asyncio.Task[Any], tuple[float, int]] = {}
        """Until when each task waits, and how often it had been told to end before."""
        self._loop: asyncio.AbstractEventLoop | None = None
        """Found by the first call: the method may be compiled where there is none."""
        self._tired: dict[asyncio.Task[Any], int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        loop = self._loop = self._loop or asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("expected a task; found none")
        self._waiting[task] = loop.time() + self._seconds, task.cancelling()
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._ring, loop)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        task = asyncio.current_task(self._loop)
        if task is None or self._waiting.pop(task, None) is not None:
            return
        told = self._tired.pop(task, None)
        if told is None:
            return
        if task.uncancel() <= told and kind is asyncio.CancelledError:
            raise TimeoutError

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        """End those that have waited enough, and look again when the next will have."""
        self._timer = None
        now = loop.time()
        while self._waiting:
            task, (until, told) = next(iter(self._waiting.items()))
            if until > now:
                self._timer = loop.call_later(until - now, self._ring, loop)
                return
            del self._waiting[task]
            self._tired[task] = told
            task.cancel()


def function_of(facts: StageFacts, uri: str | None) -> str:
    """Return the function's ARN from a Lambda integration URI, stage variables filled in."""
    found = _URI.fullmatch(substitute_stage_variables(uri or "", facts.variables))
    if found is None:
        raise BadConfiguration(
            "uri: expected arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"
            f"{{function ARN}}/invocations, found {uri!r}"
        )
    return found["function"]


def streaming_function_of(facts: StageFacts, uri: str | None) -> str:
    """Return the function's ARN from the URI of a Lambda integration that streams."""
    found = _STREAM_URI.fullmatch(substitute_stage_variables(uri or "", facts.variables))
    if found is None:
        raise BadConfiguration(
            "uri: expected arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/"
            "{function ARN}/response-streaming-invocations, as responseTransferMode is STREAM; "
            f"found {uri!r}"
        )
    return found["function"]


def source_arn(facts: StageFacts, verb: str, resource_path: str) -> str:
    """Return what a function's resource policy has to allow (spec: lambda 3)."""
    method = "*" if verb == "ANY" else verb
    return (
        f"arn:aws:execute-api:{facts.region}:{facts.account_id}:"
        f"{facts.api_id}/{facts.stage_name}/{method}{resource_path}"
    )


async def invoke(
    functions: Functions, target: FunctionTarget, call: Call, invocation: Invocation
) -> Outcome:
    """Return the outcome; a call that Lambda did not carry out is a fault."""
    _address(invocation, target, call)
    try:
        with target.patience:
            outcome = await functions.invoke(invocation)
    except TimeoutError as error:
        reason = f"{target.function} did not answer in {target.timeout_ms} ms"
        raise IntegrationTimeout(reason) from error
    except InvokeError as error:
        raise _refused(error) from error
    call.arrival.endpoint_request_id = outcome.request_id or None
    return outcome


@dataclass(frozen=True, slots=True)
class Begun:
    """A function's streamed answer: what stands before its body, and the rest as it comes."""

    metadata: bytes
    body: "StreamedBody"


async def open_stream(
    functions: Functions,
    target: FunctionTarget,
    call: Call,
    invocation: Invocation,
    idle_seconds: float,
) -> Begun:
    """Return the answer once its prelude is here; whatever goes wrong before that is a fault."""
    _address(invocation, target, call)
    ends_at = asyncio.get_running_loop().time() + target.timeout_ms / 1000
    stream: Stream | None = None
    try:
        async with asyncio.timeout_at(ends_at):
            async with asyncio.timeout(idle_seconds):
                stream = await functions.stream(invocation)
            return await _begun(StreamedBody(stream, ends_at, idle_seconds))
    except BaseException as error:
        if stream is not None:
            stream.close()
        if (fault := _unbegun(error, target)) is not None:
            raise fault from error
        raise


async def _begun(body: "StreamedBody") -> Begun:
    prelude = Prelude()
    while piece := await body.read():
        if (split := prelude.feed(piece)) is not None:
            metadata, body.first = split
            return Begun(metadata, body)
    raise prelude.end()


def _unbegun(error: BaseException, target: FunctionTarget) -> Fault | None:
    """Return the fault for a stream that did not begin."""
    match error:
        case StreamSilent() | TimeoutError():
            return IntegrationTimeout(f"{target.function} did not begin to answer in time; {error}")
        case InvokeError():
            return _refused(error)
        case StreamBroken():
            # As of a function that fails without streaming (spec: lambda 2.1).
            return ExecutionFailed(str(error), status=502)
        case MalformedPrelude():
            # 500 and not 502 (spec: payload-encodings 10.2, the table's second row).
            return ExecutionFailed(str(error))
        case _:
            return None


class StreamSilent(StreamBroken):
    """Nothing came for too long."""


class StreamedBody:
    """A function's stream behind its prelude, given up when it is silent or takes too long."""

    __slots__ = ("_ends_at", "_idle_seconds", "_stream", "first", "left")

    def __init__(self, stream: Stream, ends_at: float, idle_seconds: float) -> None:
        """``ends_at`` is a time of the loop's."""
        self._stream = stream
        self._ends_at = ends_at
        self._idle_seconds = idle_seconds
        self.first = b""
        """What arrived together with the prelude."""
        self.left: int | None = None
        """Bytes that are still to come, if the function said how many there would be."""

    async def read(self) -> bytes:
        piece, self.first = self.first or await self._next(), b""
        if self.left is not None:
            self.left -= len(piece)
            if self.left < 0 or (self.left and not piece):
                raise StreamBroken("Content-Length: expected as many bytes as the function said")
        return piece

    async def _next(self) -> bytes:
        now = asyncio.get_running_loop().time()
        try:
            if now > self._ends_at:
                raise TimeoutError
            async with asyncio.timeout_at(min(now + self._idle_seconds, self._ends_at)):
                return await self._stream.read()
        except TimeoutError:
            raise StreamSilent(
                f"the function was silent for {self._idle_seconds:g} s, "
                "or not done within timeoutInMillis"
            ) from None

    def close(self) -> None:
        self._stream.close()


def _address(invocation: Invocation, target: FunctionTarget, call: Call) -> None:
    invocation.function = target.function
    invocation.source_arn = target.source_arn
    invocation.trace_id = call.arrival.trace_id


def _refused(error: InvokeError) -> Fault:
    reason = f"{error.code}: {error}"
    if isinstance(error, PayloadTooLarge):
        return ExecutionFailed(
            reason, status=413, message="Request Too Long", error_type="RequestEntityTooLarge"
        )
    return ExecutionFailed(reason)
