"""One line for every call: who asked what, what came of it, and why bytes changed on the way."""

import time
from collections.abc import Callable

import msgspec

from octetgate.gateway.call import Arrival, Call

WriteLine = Callable[[str], None]


class Line(msgspec.Struct, rename="camel", omit_defaults=True):
    """A line of the access log, in its order; times in milliseconds."""

    time: str
    request_id: str
    ip: str
    http_method: str
    path: str
    status: int
    response_length: int
    response_latency: float
    api_id: str = ""
    stage: str = ""
    resource_path: str = ""
    integration_type: str = ""
    integration_status: int | None = None
    integration_latency: float | None = None
    request_payload: str = ""
    """Which conversion rule acted on the request's body."""
    response_payload: str = ""
    response_type: str = ""
    """The gateway response type, when one was sent."""
    error: str = ""
    incomplete: bool = False
    """The reply was cut, or never begun."""
    user_agent: str = ""


_encoder = msgspec.json.Encoder()
_stamped: tuple[int, str] = (0, "")


def access_log(
    write: WriteLine, arrival: Arrival, call: Call | None, status: int, *, complete: bool
) -> None:
    """Write the call's line."""
    exchange, notes = arrival.exchange, arrival.notes
    line = Line(
        _stamp(arrival.time),
        arrival.request_id,
        exchange.peer,
        exchange.head.method,
        exchange.head.target,
        status,
        exchange.sent,
        _milliseconds(time.perf_counter() - arrival.ticks),
        response_type=notes.response_type,
        error=notes.error,
        incomplete=not complete,
        user_agent=arrival.sent.get("user-agent", ""),
    )
    if call is not None:
        _add_call(line, call)
    write(_encoder.encode(line).decode())


def _add_call(line: Line, call: Call) -> None:
    facts, notes = call.stage.facts, call.arrival.notes
    line.api_id = facts.api_id
    line.stage = facts.stage_name
    line.resource_path = call.plan.resource.path
    integration = call.plan.method.method_integration
    line.integration_type = "" if integration is None else integration.type
    line.integration_status = notes.integration_status
    if notes.integration_ended:
        line.integration_latency = _milliseconds(
            notes.integration_ended - notes.integration_started
        )
    if notes.request_payload is not None:
        line.request_payload = str(notes.request_payload)
    if notes.response_payload is not None:
        line.response_payload = str(notes.response_payload)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _stamp(now: float) -> str:
    # One strftime a second is enough.
    global _stamped  # noqa: PLW0603  # a memo of one, the same for everybody
    second = int(now)
    if _stamped[0] != second:
        _stamped = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
    return f"{_stamped[1]}.{int((now - second) * 1000):03d}Z"
