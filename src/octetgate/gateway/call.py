"""What is known of a call, step by step: first that it arrived, then where it goes.

Every type says how far the call has come; nothing here is filled in later, except the notes
that the access log is written from.
"""

import os
import re
import time
from base64 import b64encode
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
_RANDOM_BLOCK = 4096


class Randomness:
    """Random bytes from the system, fetched a block at a time: a system call costs more."""

    __slots__ = ("_block", "_used")

    def __init__(self) -> None:
        self._block = b""
        self._used = 0

    def take(self, size: int) -> bytes:
        """Return ``size`` fresh random bytes."""
        if self._used + size > len(self._block):
            self._block = os.urandom(_RANDOM_BLOCK)
            self._used = 0
        self._used += size
        return self._block[self._used - size : self._used]


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
    dice = randomness.take(43)
    wanted = sent.get("x-amzn-requestid")
    if wanted is None or _UUID.fullmatch(wanted) is None:
        wanted = _uuid(dice[:16])
    return Arrival(
        exchange,
        wanted,
        b64encode(dice[16:27]).decode(),
        _trace_id(sent.get("x-amzn-trace-id"), int(now), dice[27:39].hex(), dice[35:43].hex()),
        now,
        time.perf_counter(),
        sent,
    )


def _uuid(dice: bytes) -> str:
    digits = dice.hex()
    variant = "89ab"[dice[8] & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _trace_id(given: str | None, now: int, root: str, parent: str) -> str:
    # Root and Parent: kept.  Root alone: a new Parent.  Nothing: a new Root.
    if given is None or "Root=" not in given:
        return f"Root=1-{now:08x}-{root}"
    return given if "Parent=" in given else f"{given.rstrip(';')};Parent={parent}"
