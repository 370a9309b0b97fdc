"""Running a function (spec: lambda 6)."""

from collections.abc import AsyncGenerator

import pybase64

from octetgate.control.calls import Invoke, Members
from octetgate.core.ports.functions import Invocation, InvocationType, Stream, StreamBroken

SERVICE = "lambda"


async def invoke(call: Invoke, asked: Members) -> Members:
    """Run a function and return what it answered, or that it was told to run."""
    outcome = await call.functions.invoke(_invocation(call, asked))
    return {
        "StatusCode": outcome.status,
        "FunctionError": outcome.function_error,
        "LogResult": _in_base64(outcome.log_tail),
        "ExecutedVersion": outcome.executed_version,
        "Payload": outcome.payload,
    }


async def invoke_async(call: Invoke, asked: Members) -> Members:
    """Tell a function to run; AWS's oldest way to say it, which it calls deprecated."""
    invocation = Invocation(
        function=asked["FunctionName"],
        payload=asked["InvokeArgs"],
        type=InvocationType.EVENT,
        request_id=call.request_id,
    )
    return {"Status": (await call.functions.invoke(invocation)).status}


async def invoke_with_response_stream(call: Invoke, asked: Members) -> Members:
    """Run a function and return its answer in events, each as soon as the function wrote it."""
    invocation = _invocation(call, asked)
    if invocation.type is InvocationType.DRY_RUN:
        outcome = await call.functions.invoke(invocation)
        return {"StatusCode": outcome.status, "ExecutedVersion": outcome.executed_version}
    stream = await call.functions.stream(invocation)
    return {
        "StatusCode": 200,
        "ExecutedVersion": stream.executed_version,
        "EventStream": _events(stream),
    }


async def _events(stream: Stream) -> AsyncGenerator[Members, None]:
    """Tell of an answer: chunks, and how it ended.

    A function that fails is no failure of the call, just as with Invoke.
    """
    failed: dict[str, str] = {}
    try:
        while chunk := await stream.read():
            yield {"PayloadChunk": {"Payload": chunk}}
    except StreamBroken as error:
        details = error.payload.decode("utf-8", "replace") or str(error)
        failed = {"ErrorCode": "Unhandled", "ErrorDetails": details}
    finally:
        stream.close()
    yield {"InvokeComplete": {**failed, "LogResult": _in_base64(stream.log_tail)}}


def _invocation(call: Invoke, asked: Members) -> Invocation:
    """Return what is asked for; the function's request id is that of the answer, as on AWS."""
    return Invocation(
        function=asked["FunctionName"],
        qualifier=asked.get("Qualifier"),
        payload=asked.get("Payload") or b"{}",
        type=InvocationType(asked.get("InvocationType", "RequestResponse")),
        client_context=asked.get("ClientContext"),
        log_tail=asked.get("LogType") == "Tail",
        request_id=call.request_id,
    )


def _in_base64(log: bytes | None) -> str | None:
    return None if log is None else pybase64.b64encode(log).decode()
