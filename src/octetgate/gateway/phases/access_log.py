"""One line for every call: who asked what, what came of it, and why bytes changed on the way.

A line is a JSON object, put together by hand: what comes from outside is quoted, everything
else is a number or a word of our own.  What it says is taken down when the call ends; the text
is made when lines are written, many at a time, which costs less than one by one.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec

from octetgate.core.http.message import RequestHead
from octetgate.core.payload.convert import Decision
from octetgate.gateway.call import Arrival, Call
from octetgate.gateway.snapshot import MethodPlan, StageFacts

WriteLine = Callable[[Callable[[], str]], None]
"""Takes what makes a line, and has it made when it is to be written."""

_RULES = 1024
_rules: dict[int, tuple[Decision, str]] = {}
"""By identity; the decision is held with its text, so that no other can take its place."""
_encoder = msgspec.json.Encoder()
_stamped: tuple[int, str] = (0, "")


class _Said(NamedTuple):
    """What a line says, and nothing that would keep the call's bodies in memory."""

    time: float
    seconds: float
    request_id: str
    ip: str
    request: str
    status: int
    length: int
    route: str
    integration_status: int | None
    integration_seconds: float
    request_payload: Decision | None
    response_payload: Decision | None
    response_type: str
    error: str
    complete: bool


def access_log(
    write: WriteLine, arrival: Arrival, call: Call | None, status: int, *, complete: bool
) -> None:
    """Take down the call's line."""
    exchange = arrival.exchange
    said = _Said(
        arrival.time,
        time.perf_counter() - arrival.ticks,
        arrival.request_id,
        exchange.peer,
        _of_request(exchange.head),
        status,
        exchange.sent,
        "" if call is None else call.route.logged,
        arrival.integration_status,
        arrival.integration_ended - arrival.integration_started,
        arrival.request_payload,
        arrival.response_payload,
        arrival.response_type,
        arrival.error,
        complete,
    )
    write(partial(_line, said))


def _line(said: _Said) -> str:
    """Return the line; times are in milliseconds."""
    line = (
        f'{{"time":"{_stamp(said.time)}","requestId":"{said.request_id}","ip":"{said.ip}",'
        f'{said.request},"status":{said.status},"responseLength":{said.length},'
        f'"responseLatency":{said.seconds * 1000:.3f}{said.route}'
    )
    if said.integration_status is not None:
        line += f',"integrationStatus":{said.integration_status}'
    if said.integration_seconds > 0:
        line += f',"integrationLatency":{said.integration_seconds * 1000:.3f}'
    if said.request_payload is not None:
        line += f',"requestPayload":{_rule(said.request_payload)}'
    if said.response_payload is not None:
        line += f',"responsePayload":{_rule(said.response_payload)}'
    if said.response_type:
        line += f',"responseType":"{said.response_type}"'
    if said.error:
        line += f',"error":{_quoted(said.error)}'
    if not said.complete:
        line += ',"incomplete":true'
    return line + "}"


def _of_request(head: RequestHead) -> str:
    """Return what every line says of a request with this head."""
    kept = head.headers.kept
    if kept is not None and (known := kept.get("logged")) is not None:
        return str(known)
    agent = head.headers.get("user-agent")
    said = f'"httpMethod":"{head.method}","path":{_quoted(head.target)}'
    if agent is not None:
        said += f',"userAgent":{_quoted(agent)}'
    if kept is not None:
        kept["logged"] = said
    return said


def log_of_route(facts: StageFacts, plan: MethodPlan) -> str:
    """Return what the lines of every call of a method have in common."""
    integration = plan.method.method_integration
    kind = "" if integration is None else f',"integrationType":"{integration.type}"'
    path = plan.resource.path
    where = f',"resourcePath":{_quoted(path)}' if path else ""
    return f',"apiId":{_quoted(facts.api_id)},"stage":{_quoted(facts.stage_name)}{where}{kind}'


def _rule(decision: Decision) -> str:
    """Return which conversion rule acted; conversions make each decision once."""
    known = _rules.get(id(decision))
    if known is not None:
        return known[1]
    text = _quoted(str(decision))
    if len(_rules) >= _RULES:
        _rules.clear()
    _rules[id(decision)] = (decision, text)
    return text


def _quoted(text: str) -> str:
    try:
        return _encoder.encode(text).decode()
    except UnicodeEncodeError:  # half of a surrogate pair, which only an error's text can hold
        return json.dumps(text)


def _stamp(now: float) -> str:
    # One strftime a second is enough.
    global _stamped  # noqa: PLW0603  # a memo of one, the same for everybody
    second = int(now)
    if _stamped[0] != second:
        _stamped = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
    return f"{_stamped[1]}.{int((now - second) * 1000):03d}Z"
