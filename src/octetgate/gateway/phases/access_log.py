"""One line for every call: who asked what, what came of it, and why bytes changed on the way.

A line is a JSON object, put together by hand: what comes from outside is quoted, everything
else is a number or a word of our own.  What it says is taken down when the call ends; the text
is made when lines are written, many at a time, which costs less than one by one.
"""

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from octetgate.core.http.message import RequestHead
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.stage import Stage
from octetgate.core.payload.convert import Decision
from octetgate.core.payload.hints import Case, Hint, hints, is_beyond_suspicion, no_template
from octetgate.core.payload.measure import Measure
from octetgate.core.ports.metrics import Subject, Tally
from octetgate.gateway.call import Arrival, Call, Route
from octetgate.gateway.snapshot import MethodPlan, StageFacts

WriteLine = Callable[[Callable[[], bytes]], None]
"""Takes what makes a line, and has it made when it is to be written."""

NO_TEMPLATE = "expected a template for "
"""How the reason for a 415 begins that wants a template."""

_BOOLEAN = ("false", "true")
_RULES = 1024
_rules: dict[int, tuple[Decision, str]] = {}
"""By identity; the decision is held with its text, so that no other can take its place."""
_encoder = msgspec.json.Encoder()
_second: tuple[int, str] = (-1, "")
_stamped: tuple[int, str] = (-1, "")


def access_log(
    write: WriteLine,
    arrival: Arrival,
    call: Call | None,
    status: int,
    *,
    complete: bool,
    streamed: bool,
    logged: str = "",
) -> None:
    """Take down the call's line: what it says, and nothing that would keep bodies in memory.

    ``logged`` is what the line says of where a call went that has no route.
    """
    exchange = arrival.exchange
    write(
        partial(
            _line,
            arrival.time,
            time.perf_counter() - arrival.ticks,
            arrival.request_id,
            arrival.replaced_id,
            exchange.peer,
            _of_request(exchange.head),
            status,
            exchange.sent,
            None if call is None else call.route,
            logged,
            arrival.integration_status,
            arrival.integration_ended - arrival.integration_started,
            None if call is None or not call.plan.streams else streaming(arrival),
            arrival.request_payload,
            arrival.request_measure,
            None if call is None else call.body.length,
            exchange.body.ready is None,
            arrival.response_payload,
            arrival.response_measure,
            streamed,
            arrival.coding,
            arrival.cache,
            arrival.response_type,
            arrival.error,
            complete,
        )
    )


def _line(  # noqa: C901, PLR0917  # what a line says
    started: float,
    seconds: float,
    request_id: str,
    replaced_id: bool,  # noqa: FBT001
    ip: str,
    request: str,
    status: int,
    length: int,
    route: Route | None,
    logged: str,
    integration_status: int | None,
    integration_seconds: float,
    stream: "Streaming | None",
    request_payload: Decision | None,
    request_measure: Measure | None,
    request_length: int | None,
    request_streamed: bool,  # noqa: FBT001
    response_payload: Decision | None,
    response_measure: Measure | None,
    response_streamed: bool,  # noqa: FBT001
    coding: str,
    cache: str,
    response_type: str,
    error: str,
    complete: bool,  # noqa: FBT001
) -> bytes:
    """Return the line; times are in milliseconds."""
    more = "" if integration_status is None else f',"integrationStatus":{integration_status}'
    if stream is not None:
        more += f',"integrationLatency":{stream.whole * 1000:.3f}'
        more += ',"responseTransferMode":"STREAMED"'
        more += f',"timeToAllHeaders":{stream.to_headers * 1000:.3f}'
        if stream.to_content is not None:
            more += f',"timeToFirstContent":{stream.to_content * 1000:.3f}'
    elif integration_seconds > 0:
        more += f',"integrationLatency":{integration_seconds * 1000:.3f}'
    if request_payload is not None:
        told = _payload(request_payload, request_measure, request_length, request_streamed)
        hint = _hint(route, request_payload, request_measure, response_type, error)
        more += f',"requestPayload":{{{told}{hint}}}'
    elif error.startswith(NO_TEMPLATE):
        more += f',"requestPayload":{{{_no_template(error)}}}'
    if response_payload is not None:
        # What a refusal sends is not this payload; what was compressed is not as long as it was.
        passed = 0 if response_type else None if coding else length
        told = _payload(response_payload, response_measure, passed, response_streamed)
        hint = _hint(route, response_payload, response_measure, response_type, error)
        more += f',"responsePayload":{{{told}{hint}}}'
    if coding:
        more += f',"compressed":"{coding}"'
    if cache:
        more += f',"cache":"{cache}"'
    if replaced_id:
        more += ',"notice":"UUID_REPLACED_INVALID_REQUEST_ID"'
    if response_type:
        more += f',"responseType":"{response_type}"'
    if error:
        more += f',"error":{_quoted(error)}'
    if not complete:
        more += ',"incomplete":true'
    line = (
        f'{{"time":"{stamp(started)}","requestId":"{request_id}","ip":"{ip}",{request},'
        f'"status":{status},"responseLength":{length},"responseLatency":{seconds * 1000:.3f}'
        f"{logged if route is None else route.logged}{more}}}"
    )
    return line.encode("latin-1")


def refused_at_the_door(
    write: WriteLine, tallies: Sequence[Tally], peer: str, status: int, reason: str
) -> None:
    """Take down, and add up, what came to the door and was no request."""
    write(partial(_refused, time.time(), peer, status, reason))
    for tally in tallies:
        tally.add(status, 0.0, 0.0, 0, 0, "")


def _refused(moment: float, peer: str, status: int, reason: str) -> bytes:
    line = (
        f'{{"time":"{stamp(moment)}","ip":"{peer}","status":{status},'
        f'"notice":"REFUSED_AT_THE_DOOR","error":{_quoted(reason)}}}'
    )
    return line.encode("latin-1")


class Streaming(NamedTuple):
    """How long an integration has taken that streams, in seconds since it was asked."""

    whole: float
    """As documented: the latency is that of the whole stream, and its head has its own."""
    to_headers: float
    to_content: float | None
    """To the first bytes of its body; None if none came, or nobody saw them pass."""


def streaming(arrival: Arrival) -> Streaming | None:
    """Return the times of a call whose integration streams, if it has begun to."""
    began, first = arrival.integration_started, arrival.first_content
    if not arrival.integration_ended:
        return None
    return Streaming(
        time.perf_counter() - began,
        arrival.integration_ended - began,
        first - began if first else None,
    )


def add_up(tallies: Sequence[Tally], arrival: Arrival, status: int, *, complete: bool) -> None:
    """Add the call to the numbers of what it was part of."""
    exchange = arrival.exchange
    # A head that went out counts, whatever became of the body behind it.
    counted = status if complete or exchange.started else 0
    seconds = time.perf_counter() - arrival.ticks
    asked = arrival.integration_ended - arrival.integration_started
    for tally in tallies:
        tally.add(counted, seconds, asked, exchange.received, exchange.sent, arrival.cache)


def method_tallies(
    facts: StageFacts, stage: Stage, resource: Resource, method: Method
) -> tuple[Tally, ...]:
    """Return what a method's calls are added to: its stage's numbers, and its own if wanted.

    A method has numbers of its own where its settings enable detailed metrics, as on AWS.
    """
    tallies = facts.ports.tallies
    if tallies is None:
        return ()
    setting = stage.setting(resource.path, method.http_method)
    if setting is None or not setting.metrics_enabled:
        return stage_tallies(facts)
    own = tallies.of(Subject(facts.api_id, facts.stage_name, resource.path, method.http_method))
    return (*stage_tallies(facts), own)


def stage_tallies(facts: StageFacts) -> tuple[Tally, ...]:
    """Return what every call of a stage is added to."""
    tallies = facts.ports.tallies
    return () if tallies is None else (tallies.of(Subject(facts.api_id, facts.stage_name)),)


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


def log_of_url(url_id: str) -> str:
    """Return what a line says of a call of a function URL."""
    return f',"functionUrl":{_quoted(url_id)}'


def _facts(decision: Decision) -> str:
    """Return which conversion rule acted, as members, and keep it: decisions are made once."""
    text = _encoder.encode(decision.facts())[1:-1].decode("latin-1")
    if len(_rules) >= _RULES:
        _rules.clear()
    _rules[id(decision)] = (decision, text)
    return text


def _payload(
    decision: Decision,
    measure: Measure | None,
    passed: int | None,
    streamed: bool,  # noqa: FBT001
) -> str:
    """Return a direction's members; bytes stay out where nobody counted them."""
    known = _rules.get(id(decision))
    told = _facts(decision) if known is None else known[1]
    way = _BOOLEAN[streamed]
    if measure is not None:
        return (
            f'{told},"bytesIn":{measure.bytes_in},"bytesOut":{measure.bytes_out},"streamed":{way}'
        )
    if passed is None:
        return f'{told},"streamed":{way}'
    return f'{told},"bytesIn":{passed},"bytesOut":{passed},"streamed":{way}'


def _hint(
    route: Route | None,
    decision: Decision,
    measure: Measure | None,
    response_type: str,
    error: str,
) -> str:
    """Return what was probably not meant, or nothing; bytes that passed unchanged are well."""
    if route is None or (measure is None and not response_type):
        return ""
    if measure is not None and not response_type and is_beyond_suspicion(decision, measure.sample):
        return ""
    integration = route.plan.method.method_integration
    wanted = "for the template" if "request" in decision.row else "response template"
    case = Case(
        decision=decision,
        listed=route.stage.facts.media_types,
        kind=None if integration is None else integration.type,
        verb=route.plan.method.http_method,
        templated=wanted in error,
        failed=bool(response_type),
        bytes_in=None if measure is None else measure.bytes_in,
        bytes_out=None if measure is None else measure.bytes_out,
        sample=b"" if measure is None else measure.sample,
    )
    found = next(hints(case), None)
    return "" if found is None else f",{_said(found)}"


def _no_template(error: str) -> str:
    media_type, _, known = error.removeprefix(NO_TEMPLATE).partition(", found ")
    return _said(no_template(media_type, [known]))


def _said(hint: Hint) -> str:
    return f'"hint":{{"name":"{hint.name}","says":{_quoted(hint.says)}}}'


def _quoted(text: str) -> str:
    """Return the text as JSON, a character for each byte of its UTF-8.

    Strings of such characters are put together, and become bytes, at the price of a copy.
    """
    try:
        quoted = _encoder.encode(text)
    except UnicodeEncodeError:  # half of a surrogate pair, which only an error's text can hold
        quoted = json.dumps(text).encode()
    return quoted.decode("latin-1")


def stamp(now: float) -> str:
    """Return epoch seconds as lines of logs have them: ``2026-01-31T12:00:00.123Z``."""
    # One strftime a second is enough, and many calls begin in the same millisecond.
    global _second, _stamped  # noqa: PLW0603  # memos of one, the same for everybody
    milliseconds = int(now * 1000)
    if _stamped[0] != milliseconds:
        second, rest = divmod(milliseconds, 1000)
        if _second[0] != second:
            _second = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
        _stamped = (milliseconds, f"{_second[1]}.{rest:03d}Z")
    return _stamped[1]
