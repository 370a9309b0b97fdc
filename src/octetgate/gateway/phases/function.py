"""Invoke a Lambda function for a method (spec: lambda 3 and 4)."""

import asyncio
import re
from dataclasses import dataclass

from octetgate.core.mapping.substitution import substitute_stage_variables
from octetgate.core.ports.functions import (
    Functions,
    Invocation,
    InvokeError,
    Outcome,
    PayloadTooLarge,
)
from octetgate.gateway.call import Call
from octetgate.gateway.faults import ExecutionFailed, Fault, IntegrationTimeout
from octetgate.gateway.snapshot import BadConfiguration, StageFacts

_URI = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:lambda:path//?2015-03-31/functions/"
    r"(?P<function>arn:[^:]+:lambda:[^:]+:\d*:function:[^/]+|[^/]+)/invocations"
)


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    """A function, and the name under which the method asks for it."""

    function: str
    source_arn: str
    timeout_ms: int


def function_of(facts: StageFacts, uri: str | None) -> str:
    """Return the function's ARN from a Lambda integration URI, stage variables filled in."""
    found = _URI.fullmatch(substitute_stage_variables(uri or "", facts.variables))
    if found is None:
        raise BadConfiguration(
            "uri: expected arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"
            f"{{function ARN}}/invocations, found {uri!r}"
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
    invocation.function = target.function
    invocation.source_arn = target.source_arn
    invocation.trace_id = call.arrival.trace_id
    try:
        async with asyncio.timeout(target.timeout_ms / 1000):
            outcome = await functions.invoke(invocation)
    except TimeoutError as error:
        reason = f"{target.function} did not answer in {target.timeout_ms} ms"
        raise IntegrationTimeout(reason) from error
    except InvokeError as error:
        raise _refused(error) from error
    call.arrival.endpoint_request_id = outcome.request_id or None
    return outcome


def _refused(error: InvokeError) -> Fault:
    reason = f"{error.code}: {error}"
    if isinstance(error, PayloadTooLarge):
        return ExecutionFailed(
            reason, status=413, message="Request Too Long", error_type="RequestEntityTooLarge"
        )
    return ExecutionFailed(reason)
