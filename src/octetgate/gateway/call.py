"""What is known of a call, step by step: first that it arrived, then where it goes.

Every type says how far the call has come; nothing here is filled in later, except the notes
that the access log is written from.
"""

import os
import re
import time
from binascii import b2a_base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.hops import visible
from octetgate.core.payload.convert import Decision
from octetgate.core.ports.exchange import Exchange

if TYPE_CHECKING:
    from octetgate.core.routing.hosts import Located
    from octetgate.gateway.snapshot import MethodPlan, StageSnapshot

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
_RANDOM_BLOCK = 3072


class Randomness:
    """Random characters from the system, fetched a block at a time: a system call costs more."""

    __slots__ = ("_digits", "_used")

    def __init__(self) -> None:
        self._digits = ""
        self._used = 0

    def digits(self, size: int) -> str:
        """Return fresh hexadecimal digits."""
        end = self._used + size
        if end > len(self._digits):
            self._digits = os.urandom(_RANDOM_BLOCK).hex()
            end = size
        self._used = end
        return self._digits[end - size : end]


@dataclass(slots=True)
class Notes:
    """What the access log and the transcript will say."""

    request_payload: Decision | None = None
    response_payload: Decision | None = None
    integration_status: int | None = None
    integration_started: float = 0.0
    integration_ended: float = 0.0
    error: str = ""
    response_type: str = ""


@dataclass(slots=True)
class Arrival:
    """A request that has come in; nothing is known yet of its API."""

    exchange: Exchange
    request_id: str
    extended_request_id: str
    trace_id: str
    """``Root=…`` as it goes on to backends and back to the client."""
    time: float
    """Epoch seconds."""
    ticks: float
    """``time.perf_counter`` at the start."""
    sent: dict[str, str]
    """First value of each header the client sent, by lower-case name."""
    notes: Notes = field(default_factory=Notes)


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
    memo: object = None
    """What the integration works out from the route alone, so that it need not do so again."""


class Call:
    """A call whose method is known."""

    __slots__ = ("_headers", "arrival", "body", "method", "plan", "query", "route", "stage")

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

    @property
    def headers(self) -> Headers:
        """What mappings, templates and events may see (spec: request-lifecycle 6.1)."""
        if self._headers is None:
            self._headers = visible(self.arrival.exchange.head.headers)
        return self._headers


def arrive(exchange: Exchange, randomness: Randomness) -> Arrival:
    """Return the arrival, with its ids (spec: request-lifecycle 5)."""
    sent = {key: value for _, key, value in reversed(exchange.head.headers.fields)}
    now = time.time()
    dice = randomness.digits(78)
    wanted = sent.get("x-amzn-requestid")
    if wanted is None or _UUID.fullmatch(wanted) is None:
        variant = _VARIANT[dice[16]]
        wanted = (
            f"{dice[:8]}-{dice[8:12]}-4{dice[13:16]}-{variant}{dice[17:20]}-{dice[20:32]}"
        )
    trace = sent.get("x-amzn-trace-id")
    if trace is None or "Root=" not in trace:
        trace = f"Root=1-{int(now):08x}-{dice[32:56]}"
    elif "Parent=" not in trace:
        trace = f"{trace.rstrip(';')};Parent={dice[32:48]}"
    extended = b2a_base64(bytes.fromhex(dice[56:]), newline=False).decode()
    return Arrival(exchange, wanted, extended, trace, now, time.perf_counter(), sent)
