"""What is known of a call, step by step: first that it arrived, then where it goes.

Every type says how far the call has come; nothing here is filled in later, except the notes
that the access log is written from.
"""

import os
import re
import time
from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import msgspec

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.hops import visible
from octetgate.core.payload.convert import Decision
from octetgate.core.payload.measure import Measure
from octetgate.core.ports.exchange import Exchange

if TYPE_CHECKING:
    from octetgate.core.ports.traces import Span
    from octetgate.core.routing.hosts import Located
    from octetgate.gateway.execution_log import ExecutionRecorder
    from octetgate.gateway.faults import Fault
    from octetgate.gateway.grants import Grant
    from octetgate.gateway.snapshot import MethodPlan, StageSnapshot

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SEVEN = re.compile(r".{7}").findall
_IDS = 256

Identity = tuple[str, str, str]
"""Request id (a UUID), extended request id, the random part of a trace id."""


class Ids:
    """Ids for calls, made many at a time.

    Those of one batch share their first half, which is as random as the rest: 48 bits of each
    are its own.
    """

    __slots__ = ("_ready",)

    def __init__(self) -> None:
        self._ready: list[Identity] = []

    def take(self) -> Identity:
        """Return ids that no other call has."""
        if not self._ready:
            self._ready = _batch()
        return self._ready.pop()


def _batch() -> list[Identity]:
    request = str(uuid4())[:24]
    extended = b2a_base64(os.urandom(6), newline=False).decode()
    trace = os.urandom(6).hex()
    # Cut by C: a slice in Python for each part of each id would take longer than all the rest.
    letters = _SEVEN(b2a_base64(os.urandom(6 * _IDS), newline=False).decode())
    parts = zip(_digits(), _digits(), letters, strict=False)
    return [(request + one, f"{extended}{seven}=", trace + two) for one, two, seven in parts]


def _digits() -> list[str]:
    """Return twelve random hexadecimal digits for each id of a batch."""
    return os.urandom(6 * _IDS).hex("-", 6).split("-")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as an authorizer found out."""

    context: Mapping[str, object]
    """``$context.authorizer``."""
    api_key: str | None = None
    """The value of the API key that the authorizer names for it."""
    identity: Mapping[str, str] | None = None
    """What ``$context.identity`` says of who signed."""


class Notes(msgspec.Struct, eq=False, kw_only=True):
    """What the access log will say; each is set only where there is something to say."""

    request_payload: Decision | None = None
    response_payload: Decision | None = None
    request_measure: Measure | None = None
    """Set where a conversion changes bytes; what passes unchanged is not counted here."""
    response_measure: Measure | None = None
    coding: str = ""
    """What the answer was compressed with."""
    integration_status: int | None = None
    function_status: int | None = None
    """What a function behind a proxy integration said; the other is Lambda's own."""
    integration_started: float = 0.0
    integration_ended: float = 0.0
    first_content: float = 0.0
    """When the first bytes came of an answer that streams."""
    endpoint_request_id: str | None = None
    """What an AWS endpoint called its answer: ``$context.awsEndpointRequestId``."""
    endpoint_request_id2: str | None = None
    """What S3 calls it besides (``x-amz-id-2``)."""
    authorizing_seconds: float | None = None
    """How long it took to find out who calls, where anything had to be found out."""
    authorizer_invoked: "tuple[int, str] | None" = None
    """Status and request id of the invocation that an authorizer made for this call."""
    caller: "Caller | None" = None
    """Who an authorizer says calls."""
    allowed_by_policy: bool = False
    """Whether the API's resource policy allows the call, whoever makes it."""
    grant: "Grant | None" = None
    """The API key that let the call in."""
    replaced_id: bool = False
    """Whether the client named a request id that is no UUID (spec: request-lifecycle 5)."""
    cache: str = ""
    """``hit`` or ``miss`` of the stage's cache, where the method has one."""
    error: str = ""
    response_type: str = ""
    fault: "Fault | None" = None
    """Why the call was refused."""
    span: "Span | None" = None
    """The call's, where its stage is traced."""
    recorder: "ExecutionRecorder | None" = None
    """Who writes it down, where its stage has an execution log."""


class Arrival(Notes, eq=False, kw_only=True):
    """A request that has come in; nothing is known yet of its API."""

    exchange: Exchange
    sent: dict[str, str]
    """First value of each header the client sent, by lower-case name."""
    time: float
    """Epoch seconds."""
    ticks: float
    request_id: str
    extended_request_id: str
    trace_id: str
    """``Root=…`` as it goes on to backends and back to the client (lifecycle 5)."""


_second: tuple[int, str] = (-1, "")


def _seconds(now: float) -> str:
    """Return the time as eight hexadecimal digits; most calls come in the second of another."""
    global _second  # noqa: PLW0603  # a memo of one, the same for everybody
    second = int(now)
    if _second[0] != second:
        _second = (second, f"{second:08x}")
    return _second[1]


class DomainGuard(NamedTuple):
    """What a call of a custom domain's has to come through."""

    domain: str
    mutual: bool
    """Whether clients have to prove who they are."""
    truststore: str | None
    """The id of what that is held against; None while there is nothing, which lets nobody in."""


@dataclass(slots=True, eq=False)
class Route:
    """Where a host, a path and a verb lead; the same for every call that says the same."""

    located: "Located"
    stage: "StageSnapshot"
    plan: "MethodPlan"
    path_parameters: dict[str, str]
    """As in the URL, undecoded."""
    logged: str
    """What the access log says of every call that takes it."""
    canary: "tuple[float, Route] | None" = None
    """Where a share of the calls goes instead, in per cent."""
    guard: DomainGuard | None = None
    is_canary: bool | None = None
    """Whether it leads to a canary; None where the stage has none."""


class Call:
    """A call whose method is known."""

    __slots__ = (
        "_headers",
        "arrival",
        "body",
        "is_reworded",
        "method",
        "plan",
        "query",
        "route",
        "stage",
    )

    def __init__(self, arrival: Arrival, route: Route, method: str, query: str) -> None:
        self.arrival = arrival
        self.route = route
        self.stage = route.stage
        self.plan = route.plan
        self.method = method
        """The client's, after ``X-HTTP-Method-Override``."""
        self.query = query
        """The raw query string, without ``?``."""
        self.body: Body = arrival.exchange.body
        self._headers: Headers | None = None
        self.is_reworded = False
        """Whether the headers say something else than the client did."""

    @property
    def headers(self) -> Headers:
        """What mappings, templates and events may see (spec: request-lifecycle 6.1)."""
        if self._headers is None:
            self._headers = visible(self.arrival.exchange.head.headers)
        return self._headers

    def show(self, name: str, value: str) -> None:
        """Have a header say something else than the client did."""
        headers = self.headers.copy()
        headers.set(name, value)
        self._headers, self.is_reworded = headers, True

    def hide(self, name: str) -> None:
        """Keep a header to the gateway."""
        headers = self.headers.copy()
        headers.discard(name)
        self._headers, self.is_reworded = headers, True


def arrive(exchange: Exchange, ids: Ids) -> Arrival:
    """Return the arrival, with its ids (spec: request-lifecycle 5)."""
    sent = _sent(exchange.head.headers)
    now = time.time()
    request_id, extended_request_id, random = ids.take()
    arrival = Arrival(
        exchange=exchange,
        sent=sent,
        time=now,
        ticks=time.perf_counter(),
        request_id=request_id,
        extended_request_id=extended_request_id,
        trace_id=f"Root=1-{_seconds(now)}-{random}",
    )
    if "x-amzn-requestid" in sent:
        _rename(arrival, sent["x-amzn-requestid"])
    if "x-amzn-trace-id" in sent:
        _join(arrival, sent["x-amzn-trace-id"], random)
    return arrival


def _rename(arrival: Arrival, wish: str) -> None:
    """Give the call the id that the client names."""
    if _UUID.fullmatch(wish):
        arrival.request_id = wish
    else:
        arrival.replaced_id = True


def _join(arrival: Arrival, given: str, random: str) -> None:
    """Make the call a part of the trace that the client names, if it does name one."""
    if "Root=" in given:
        parented = "Parent=" in given
        arrival.trace_id = given if parented else f"{given.rstrip(';')};Parent={random[:16]}"


def _sent(headers: Headers) -> dict[str, str]:
    """Return the first value of each header, worked out once for heads that repeat."""
    kept = headers.kept
    if kept is None:
        return _first_values(headers)
    sent: dict[str, str] | None = kept.get("first values")
    if sent is None:
        sent = kept["first values"] = _first_values(headers)
    return sent


def _first_values(headers: Headers) -> dict[str, str]:
    return {key: value for _, key, value in reversed(headers.fields)}
