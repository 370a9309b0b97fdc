"""A stage's own access log: a line for each call, in the words of its ``accessLogSettings``.

The line is text with ``$context`` variables in it; what a call has not is ``-``.  Variables
are those of templates and some that only logs have (spec: request-lifecycle 17.1 and 17.2).
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from octetgate.core.mapping import substitution
from octetgate.core.mapping.substitution import Substitution
from octetgate.core.model.stage import Stage
from octetgate.core.ports.stage_logs import BadDestination, StageLogs
from octetgate.gateway.call import Call
from octetgate.gateway.phases.method_request import context_values

_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class StageLog:
    """How a stage's calls are written down."""

    line: Substitution
    write: Callable[[str], None]

    def add(self, call: Call, status: int) -> None:
        """Write down a call that has ended."""
        values = context_values(call) | _of_ending(call, status)
        self.write(self.line.render(lambda name: _shown(values, name) or _NOTHING))


def stage_log(stage: Stage, logs: StageLogs | None, problems: list[str]) -> StageLog | None:
    """Return how the stage's calls are written down, or None if they are not."""
    settings = stage.access_log_settings
    if logs is None or settings is None:
        return None
    if not settings.destination_arn or not settings.format:
        return None
    try:
        write = logs.open(settings.destination_arn)
    except BadDestination as error:
        problems.append(str(error))
        return None
    return StageLog(substitution.compile(settings.format), write)


def _shown(values: Mapping[str, object], name: str) -> str | None:
    """Return what a variable stands for as it is written.

    What a client sent cannot end the quotes that it stands in, be the line JSON or not.
    """
    found = _found(values, name)
    if found is None or name.endswith("messageString"):
        return found
    return found.replace("\\", "\\\\").replace('"', '\\"')


def _found(values: Mapping[str, object], name: str) -> str | None:
    """Return what a variable stands for, as text; only ``$context`` means something here."""
    root, *parts = name.split(".")
    value: object = values if root == "context" else None
    for part in parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, int | float) else None


def _of_ending(call: Call, status: int) -> dict[str, object]:
    """Return what is known of a call only when it has ended; latencies in milliseconds."""
    arrival, sent = call.arrival, call.arrival.exchange.sent
    asked = arrival.integration_started > 0
    latency = _milliseconds(arrival.integration_ended - arrival.integration_started)
    integration = {
        "status": arrival.integration_status,
        "integrationStatus": arrival.integration_status,
        "latency": latency if asked else None,
        "requestId": arrival.endpoint_request_id,
        "error": arrival.error if asked and arrival.error else None,
        "responseTransferMode": "STREAM" if call.plan.streams else "BUFFERED",
    }
    fault = arrival.fault
    return {
        "status": status,
        "responseLength": sent,
        "responseLatency": _milliseconds(time.perf_counter() - arrival.ticks),
        "integrationLatency": integration["latency"],
        "integrationStatus": arrival.integration_status,
        "integrationErrorMessage": integration["error"],
        "integration": integration,
        "xrayTraceId": arrival.trace_id,
        "error": {}
        if fault is None
        else {
            "message": fault.message,
            "messageString": json.dumps(fault.message),
            "responseType": str(fault.type),
            "validationErrorString": fault.validation_error or None,
        },
    }


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))
