"""Calls that visitors of the console try out: played on the draft, or made to our own gateway.

The management process makes the calls to stages, so that the console's pages talk to nobody but
the console.  There is one place that they can go to, whatever is asked: the gateway's port.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from octetgate.console.operations import Pairs, Refusal, Told, Trial, Tried
from octetgate.control.errors import BadRequestException, RequestEntityTooLargeException
from octetgate.control.rehearsing import wire_headers, wire_target
from octetgate.core.http.body import Body, BodyTooLarge
from octetgate.core.http.headers import Headers
from octetgate.core.model.stage import log_group
from octetgate.core.ports.logs import CallLog, KeptLogs
from octetgate.core.ports.rehearsal import Rehearsed
from octetgate.core.ports.upstream import Origin, Upstream, UpstreamError, UpstreamRequest
from octetgate.gateway.phases.access_log import stamp as _stamp
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT
from octetgate.server.trial_signatures import sign

_TIMEOUT_MS = 330_000
"""Longer than any integration may take: the gateway's own answer to a timeout is to be seen."""
_PATIENCE_SECONDS = 1.0
"""Lines are written a tenth of a second after the call; a later one is not worth the wait."""
_PAUSE_SECONDS = 0.05
_OURS = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
"""Headers of the connection to the gateway; Host would choose another API than the one named."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The deployed stages of this gateway, called as any client calls them."""

    upstream: Upstream
    gateway_url: str
    calls: CallLog
    region: str
    execution_logs: KeptLogs

    async def call(self, trial: Trial, *, logs: bool = False) -> Tried:
        """Return the answer once its head is here; both bodies pass piece by piece.

        ``logs`` says that the stage writes down what becomes of every call.
        """
        place = urlsplit(self.gateway_url)
        headers = _headers(trial.headers)
        headers.add("Host", place.netloc)
        path = f"/restapis/{quote(trial.api, safe='')}/{quote(trial.stage, safe='')}"
        target = f"{path}/_user_request_{wire_target(trial.target, '/')}"
        verb = client_verb(trial.verb)
        if trial.signer is not None:
            sign(verb, target, headers, trial.signer, self.region)
        began = _stamp(time.time())
        request = UpstreamRequest(
            # Our own port: its certificate is for the names that clients know it by.
            Origin(place.scheme, place.hostname or "", place.port or 0, verify=False),
            verb,
            target,
            headers,
            trial.body,
            _TIMEOUT_MS,
        )
        try:
            response = await self.upstream.send(request)
        except UpstreamError as error:
            said = f"the gateway at {self.gateway_url} did not answer: {error}"
            raise Refusal("ServiceUnavailableException", said, 503) from error
        request_id = response.headers.get("x-amzn-requestid") or ""
        return Tried(
            status=response.status,
            headers=tuple(response.headers.items()),
            body=response.body,
            told=partial(self._told, request_id, trial, began if logs else ""),
        )

    async def _told(self, request_id: str, trial: Trial, since: str) -> Told:
        """Return the call's lines, as soon as they are there: a moment after the call."""
        if not request_id:
            return Told({})
        until = time.monotonic() + _PATIENCE_SECONDS
        wants_line, wants_log = bool(self.calls.where), bool(since)
        line: Mapping[str, Any] = {}
        log = ""
        while True:
            if wants_line and not line:
                line = await asyncio.to_thread(self._line, request_id)
            if wants_log and not log:
                log = await self._log(request_id, trial, since)
            lacking = (wants_line and not line) or (wants_log and not log)
            if not lacking or time.monotonic() > until:
                return Told(line, log)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _log(self, request_id: str, trial: Trial, since: str) -> str:
        """Return the call's lines in the stage's execution log, or in its canary's."""
        mark = f" ({request_id}) "
        for canary in (False, True):
            group = log_group(trial.api, trial.stage, canary=canary)
            if not await asyncio.to_thread(self.execution_logs.has, group):
                continue
            pieces = [piece async for piece in self.execution_logs.read(group, since=since)]
            lines = b"".join(pieces).decode("utf-8", "replace").splitlines()
            if found := [line for line in lines if mark in line]:
                return "\n".join(found)
        return ""

    def _line(self, request_id: str) -> Mapping[str, Any]:
        lines = self.calls.latest(request_id, 1, lambda line: line.get("requestId") == request_id)
        return lines[0] if lines else {}


def draft_call(trial: Trial) -> dict[str, Any]:
    """Return a call to the draft as the members of TestInvokeMethod, all but its body."""
    several: dict[str, list[str]] = {}
    for name, value in trial.headers:
        several.setdefault(name, []).append(value)
    return {
        "restApiId": trial.api,
        "resourceId": trial.resource,
        "httpMethod": trial.method,
        "pathWithQueryString": trial.target,
        "multiValueHeaders": several,
        "stageVariables": dict(trial.variables),
    }


async def held(trial: Trial) -> bytes:
    """Return the body of a call to the draft, which is held whole, as TestInvokeMethod's is."""
    try:
        return await trial.body.collect(AWS_PAYLOAD_LIMIT)
    except BodyTooLarge as error:
        raise RequestEntityTooLargeException(
            f"the draft takes bodies of at most {error.limit} bytes, as the service does; "
            "deploy it and try the stage, which streams"
        ) from error


def rehearsed(played: Rehearsed) -> Tried:
    """Return what was played as the answer that it is."""
    return Tried(
        status=played.status,
        headers=tuple(played.headers.items()),
        body=Body.of(played.body),
        told=partial(_known, Told(played.line, played.log)),
    )


async def _known(told: Told) -> Told:
    return told


def _headers(pairs: Pairs) -> Headers:
    headers = Headers(wire_headers(pairs))
    for name, key, _ in headers.fields:
        if key in _OURS:
            raise BadRequestException(
                f"headers: {name} belongs to the connection, which the console makes itself"
            )
    return headers


def client_verb(verb: str) -> str:
    """Return a client's method, which is a word."""
    if not verb.isalpha() or not verb.isascii():
        raise BadRequestException(f"httpMethod: expected a method such as POST; found {verb!r}")
    return verb.upper()
