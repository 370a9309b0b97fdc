"""Running a function (spec: lambda 6)."""

import pybase64

from octetgate.control.calls import Invoke, Members
from octetgate.core.ports.functions import Invocation, InvocationType

SERVICE = "lambda"


async def invoke(call: Invoke, asked: Members) -> Members:
    """Run a function and return what it answered, or that it was told to run."""
    outcome = await call.functions.invoke(
        Invocation(
            function=asked["FunctionName"],
            qualifier=asked.get("Qualifier"),
            payload=asked.get("Payload") or b"{}",
            type=InvocationType(asked.get("InvocationType", "RequestResponse")),
            client_context=asked.get("ClientContext"),
            log_tail=asked.get("LogType") == "Tail",
        )
    )
    log = outcome.log_tail
    return {
        "StatusCode": outcome.status,
        "FunctionError": outcome.function_error,
        "LogResult": None if log is None else pybase64.b64encode(log).decode(),
        "ExecutedVersion": outcome.executed_version,
        "Payload": outcome.payload,
    }
