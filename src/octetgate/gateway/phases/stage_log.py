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
from octetgate.core.model.api import RestApi
from octetgate.core.model.responses import GatewayResponseType
from octetgate.core.model.stage import Stage
from octetgate.core.ports.stage_logs import BadDestination, StageLogs
from octetgate.gateway.call import Call
from octetgate.gateway.faults import AccessDenied, Fault
from octetgate.gateway.phases.access_log import streaming
from octetgate.gateway.phases.method_request import context_values

_NOTHING = "-"
_OF_AUTHORIZING = frozenset(
    {
        GatewayResponseType.ACCESS_DENIED,
        GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR,
        GatewayResponseType.AUTHORIZER_FAILURE,
        GatewayResponseType.EXPIRED_TOKEN,
        GatewayResponseType.INVALID_SIGNATURE,
        GatewayResponseType.MISSING_AUTHENTICATION_TOKEN,
        GatewayResponseType.UNAUTHORIZED,
    }
)
"""Refusals that come of finding out who calls."""


@dataclass(frozen=True, slots=True)
class StageLog:
    """How a stage's calls are written down."""

    line: Substitution
    write: Callable[[str], None]
    constants: Mapping[str, object]
    """What every line of the stage says alike."""
    paths: Mapping[str, tuple[str, ...]]
    """Where in ``$context`` each variable of the line stands."""
    endings: tuple[Callable[[Call], Mapping[str, object]], ...]
    """What finds out the less usual of them, as far as the line names any."""

    def add(self, call: Call, status: int) -> None:
        """Write down a call that has ended."""
        values = {**context_values(call), **self.constants, **_of_ending(call, status)}
        for ending in self.endings:
            values |= ending(call)
        self.write(self.line.render(lambda name: self._said(values, name)))

    def _said(self, values: Mapping[str, object], name: str) -> str:
        path = self.paths.get(name)
        found = None if path is None else _found(values, path)
        if found is None:
            return _NOTHING
        return found if name.endswith("messageString") else _shown(found)


def stage_log(
    api: RestApi, stage: Stage, logs: StageLogs | None, problems: list[str]
) -> StageLog | None:
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
    line = substitution.compile(settings.format)
    # Only $context means something here.
    names = [name.split(".") for name in line.names if name.startswith("context.")]
    wanted = {name[1] for name in names}
    return StageLog(
        line,
        write,
        constants={"endpointType": api.endpoint_configuration.types[0]},
        paths={".".join(name): tuple(name[1:]) for name in names},
        endings=tuple(find for roots, find in _ENDINGS if roots & wanted),
    )


def _shown(found: str) -> str:
    """Return what a variable stands for as it is written.

    What a client sent cannot end the quotes or the line that it stands in, be it JSON or not.
    """
    return found.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _found(values: Mapping[str, object], path: tuple[str, ...]) -> str | None:
    """Return what a variable stands for, as text."""
    value: object = values
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def _of_ending(call: Call, status: int) -> dict[str, object]:
    """Return what is known of a call only when it has ended; latencies in milliseconds."""
    arrival = call.arrival
    return {
        "status": status,
        "responseLength": arrival.exchange.sent,
        "responseLatency": _milliseconds(time.perf_counter() - arrival.ticks),
        "awsEndpointRequestId2": arrival.endpoint_request_id2,
        "customDomain": {"basePathMatched": call.route.located.base_path or None},
        "xrayTraceId": arrival.trace_id,
    }


def _of_error(call: Call) -> dict[str, object]:
    """Return ``$context.error``: why the gateway refused the call."""
    fault = call.arrival.fault
    if fault is None:
        return {}
    return {
        "error": {
            "message": fault.message,
            "messageString": json.dumps(fault.message),
            "responseType": str(fault.type),
            "validationErrorString": fault.validation_error or None,
        }
    }


def _of_connection(call: Call) -> dict[str, object]:
    """Return what is known of the client's TLS."""
    exchange = call.arrival.exchange
    tls = exchange.tls if exchange.secure else None
    return {} if tls is None else {"cipherSuite": tls.cipher, "tlsVersion": tls.version}


def _of_asking(call: Call) -> dict[str, object]:
    """Return what the integration came to, in its own variables and under their older names."""
    integration = _of_integration(call)
    return {
        "integrationLatency": integration["latency"],
        "integrationStatus": integration["integrationStatus"],
        "integrationErrorMessage": integration["error"],
        "integration": integration,
    }


def _of_integration(call: Call) -> dict[str, object]:
    """Return ``$context.integration``; of a stream the latency is the whole stream's."""
    arrival = call.arrival
    streams = call.plan.streams
    stream = streaming(arrival) if streams else None
    asked = arrival.integration_started > 0
    known: dict[str, object] = {
        "status": arrival.function_status or arrival.integration_status,
        "integrationStatus": arrival.integration_status,
        "latency": None,
        "requestId": arrival.endpoint_request_id,
        "error": arrival.error if asked and arrival.error else None,
        "responseTransferMode": "STREAMED" if streams else "BUFFERED",
    }
    if stream is not None:
        known["latency"] = _milliseconds(stream.whole)
        known["timeToAllHeaders"] = _milliseconds(stream.to_headers)
        if stream.to_content is not None:
            known["timeToFirstContent"] = _milliseconds(stream.to_content)
    elif asked:
        # What never answered has no end.
        ended = arrival.integration_ended or time.perf_counter()
        known["latency"] = _milliseconds(ended - arrival.integration_started)
    return known


def _of_authorizing(call: Call) -> dict[str, object]:
    """Return what finding out who calls came to, by the phases that AWS tells apart.

    A signature is authenticated, a token or a function's word is an authorizer's business, and
    what a policy makes of either is authorizing.
    """
    arrival, kind = call.arrival, call.plan.method.authorization_type
    if arrival.authorizing_seconds is None:
        return {}
    spent = _milliseconds(arrival.authorizing_seconds)
    fault = arrival.fault if arrival.fault and arrival.fault.type in _OF_AUTHORIZING else None
    denied = fault if isinstance(fault, AccessDenied) else None
    unknown = fault if denied is None else None
    found: dict[str, object] = _attempt(unknown, spent)
    judged: dict[str, object] = {} if unknown else _attempt(denied, 0)
    if kind == "AWS_IAM":
        return {"authenticate": found, "authorize": judged}
    if arrival.authorizer_invoked is not None:
        status, request_id = arrival.authorizer_invoked
        found |= {"integrationStatus": status, "requestId": request_id or None}
    found = {**(arrival.caller.context if arrival.caller else {}), **found}
    return {"authorizer": found, "authorize": judged if kind == "CUSTOM" else {}}


def _attempt(fault: Fault | None, milliseconds: int) -> dict[str, object]:
    status, error = (200, None) if fault is None else (fault.status, fault.message)
    return {"status": status, "error": error, "latency": milliseconds}


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


_ENDINGS = (
    (
        {"integration", "integrationLatency", "integrationStatus", "integrationErrorMessage"},
        _of_asking,
    ),
    ({"error"}, _of_error),
    ({"cipherSuite", "tlsVersion"}, _of_connection),
    ({"authenticate", "authorize", "authorizer"}, _of_authorizing),
)
