"""One line for every call: who asked what, what came of it, and why bytes changed on the way.

A line is a JSON object.  It is put together by hand, because a line is written for each call:
what comes from outside is quoted, and everything else is a number or a word of our own.
"""

import time
from collections.abc import Callable

import msgspec

from octetgate.core.payload.convert import Decision
from octetgate.gateway.call import Arrival, Call, Notes
from octetgate.gateway.snapshot import MethodPlan, StageFacts

WriteLine = Callable[[str], None]

_encoder = msgspec.json.Encoder()
_stamped: tuple[int, str] = (0, "")


def access_log(
    write: WriteLine, arrival: Arrival, call: Call | None, status: int, *, complete: bool
) -> None:
    """Write the call's line; times are in milliseconds."""
    exchange, notes, sent = arrival.exchange, arrival.notes, arrival.sent
    head = exchange.head
    milliseconds = (time.perf_counter() - arrival.ticks) * 1000
    line = (
        f'{{"time":"{_stamp(arrival.time)}","requestId":"{arrival.request_id}",'
        f'"ip":"{exchange.peer}","httpMethod":"{head.method}","path":{_quoted(head.target)},'
        f'"status":{status},"responseLength":{exchange.sent},'
        f'"responseLatency":{milliseconds:.3f}'
    )
    if call is not None:
        line += call.route.logged + _of_integration(notes)
    if notes.response_type:
        line += f',"responseType":"{notes.response_type}"'
    if notes.error:
        line += f',"error":{_quoted(notes.error)}'
    if not complete:
        line += ',"incomplete":true'
    if "user-agent" in sent:
        line += f',"userAgent":{_quoted(sent["user-agent"])}'
    write(line + "}")


def log_of_route(facts: StageFacts, plan: MethodPlan) -> str:
    """Return what the lines of every call of a method have in common."""
    integration = plan.method.method_integration
    kind = "" if integration is None else f',"integrationType":"{integration.type}"'
    return (
        f',"apiId":{_quoted(facts.api_id)},"stage":{_quoted(facts.stage_name)}'
        f',"resourcePath":{_quoted(plan.resource.path)}{kind}'
    )


def _of_integration(notes: Notes) -> str:
    said = ""
    if notes.integration_status is not None:
        said = f',"integrationStatus":{notes.integration_status}'
    if notes.integration_ended:
        milliseconds = (notes.integration_ended - notes.integration_started) * 1000
        said += f',"integrationLatency":{milliseconds:.3f}'
    if notes.request_payload is not None:
        said += f',"requestPayload":{_rule(notes.request_payload)}'
    if notes.response_payload is not None:
        said += f',"responsePayload":{_rule(notes.response_payload)}'
    return said


def _rule(decision: Decision) -> str:
    """Return which conversion rule acted."""
    return _quoted(f"{decision.row}: {decision.why}")


def _quoted(text: str) -> str:
    return _encoder.encode(text).decode()


def _stamp(now: float) -> str:
    # One strftime a second is enough.
    global _stamped  # noqa: PLW0603  # a memo of one, the same for everybody
    second = int(now)
    if _stamped[0] != second:
        _stamped = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
    return f"{_stamped[1]}.{int((now - second) * 1000):03d}Z"
