"""TestInvokeMethod: a call to an API as it is being edited, by the code that serves deployed ones.

The definition is compiled with ports that write down what goes out and what comes back, and the
call goes through the same pipeline; so nothing on the way of a real call knows of rehearsals
(spec: request-lifecycle 17.3, control-plane 9).
"""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.message import RequestHead
from octetgate.core.http.target import parse_query, split
from octetgate.core.limits.bucket import Throttle
from octetgate.core.limits.quota import Quota
from octetgate.core.model.integration import Integration
from octetgate.core.ports.exchange import Reply, Tls
from octetgate.core.ports.meters import Holder, Meters
from octetgate.core.ports.rehearsal import Rehearsal, Rehearsed
from octetgate.core.routing.hosts import Located
from octetgate.gateway.call import Route
from octetgate.gateway.compile import compile_draft
from octetgate.gateway.grants import Grant
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT
from octetgate.gateway.pipeline import Gateway
from octetgate.gateway.recording import Recorder, failure_line, traced_first, watched
from octetgate.gateway.snapshot import MethodPlan, Ports, RouteKey, StageSnapshot
from octetgate.gateway.transcript import TRACE_ID, Transcript, java_map, shown

STAGE = "test-invoke-stage"
"""What the stage is called, in ``$context`` and in the ARN that a function's policy allows."""

_PEER = "test-invoke-source-ip"
_STREAM_SECONDS = 35.0
_STREAM_BYTES = 1_048_576
_IDS = frozenset({"x-amzn-requestid", "x-amz-apigw-id"})
"""What every deployed answer carries and no rehearsed one (recorded)."""


class Rehearsals:
    """Plays a method's call, over the ports that deployed APIs use."""

    def __init__(
        self, ports: Ports, *, aws_limits: bool = False, stream_seconds: float = _STREAM_SECONDS
    ) -> None:
        self._ports = ports
        self._aws_limits = aws_limits
        self._stream_seconds = stream_seconds

    async def play(self, asked: Rehearsal) -> Rehearsed:
        """Return what the client would get, and the log of how it came to be."""
        began = time.perf_counter()
        if _streams(asked.method.method_integration):
            played = await self._streamed(asked)
        else:
            played = await self._logged(asked)
        return dataclasses.replace(played, latency_ms=round((time.perf_counter() - began) * 1000))

    async def _logged(self, asked: Rehearsal) -> Rehearsed:
        script = Transcript()
        recorder = Recorder(script)
        bare = Ports(self._ports.upstream, self._ports.functions, self._ports.services)
        ports = watched(bare, lambda: recorder)
        route = _route(asked, ports, aws_limits=self._aws_limits)
        _say_request(script, asked, route)
        client = _Client(asked, AWS_PAYLOAD_LIMIT)
        line = await _called(asked, route, client)
        kind = line.get("responseType")
        headers = client.headers(refused=kind is not None)
        if kind is None:
            if recorder.trace_id:
                headers = traced_first(headers, recorder.trace_id)
            script.say(f"Method response body after transformations: {shown(bytes(client.data))}")
            script.say(f"Method response headers: {java_map(headers)}")
            script.say("Successfully completed execution")
        else:
            script.say(recorder.failure or failure_line(kind, line.get("error", "")))
        script.say(f"Method completed with status: {client.status}")
        return _played(client, headers, line, script.text(line["requestId"]))

    async def _streamed(self, asked: Rehearsal) -> Rehearsed:
        """Return what came in time, without a log (spec: payload-encodings 10.1)."""
        client = _Client(asked, _STREAM_BYTES)
        route = _route(asked, self._ports, aws_limits=self._aws_limits)
        line: dict[str, Any] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._stream_seconds):
                line = await _called(asked, route, client)
        return _played(client, client.headers(refused=False), line)


def _played(
    client: "_Client", headers: Headers, line: Mapping[str, Any], log: str = ""
) -> Rehearsed:
    return Rehearsed(
        status=client.status,
        headers=headers,
        body=bytes(client.data),
        log=log,
        latency_ms=0,
        line=line,
    )


def _streams(integration: Integration | None) -> bool:
    return integration is not None and integration.streams


def _route(asked: Rehearsal, ports: Ports, *, aws_limits: bool) -> Route:
    """Return the way to the method, compiled alone and open to everybody.

    Authorizers, keys and throttles are skipped (spec: control-plane 9).
    """
    method = replace(asked.method, authorization_type="NONE", api_key_required=False)
    resource = replace(asked.resource, resource_methods={method.http_method: method})
    definition = replace(asked.definition, resources={resource.id: resource})
    snapshot = compile_draft(
        definition,
        STAGE,
        ports,
        aws_limits=aws_limits,
        variables=asked.variables,
        client_certificate=asked.client_certificate,
    )
    path, _ = split(asked.target)
    located = Located(definition.rest_api.id, STAGE, path, path, context_path=path)
    plan, parameters = _plan(snapshot, asked, path)
    return Route(located, snapshot, plan, parameters, logged="")


def _plan(
    snapshot: StageSnapshot, asked: Rehearsal, path: str
) -> tuple[MethodPlan, dict[str, str]]:
    """Return the method's plan and the path's parameters; a path that does not fit has none."""
    template = asked.resource.path
    # A template fits itself: "{id}" is a segment like any other.
    own = snapshot.routes.find(asked.verb, template)
    if own is None:
        raise LookupError(f"expected {asked.verb} {template} to lead somewhere")
    fits = None if path == template else snapshot.routes.find(asked.verb, path)
    return own.value, {} if fits is None else fits.path_parameters


async def _called(asked: Rehearsal, route: Route, client: "_Client") -> dict[str, Any]:
    """Make the call, and return what its line in the access log says."""
    lines: list[bytes] = []
    first = {key: value for _, key, value in reversed(asked.headers.fields)}
    path, _ = split(asked.target)
    key = (first.get("host"), path, first.get("x-http-method-override") or asked.verb)
    gateway = Gateway(_Leading(key, route), _FREE, lambda line: lines.append(line()))
    await gateway.handle(client)
    line: dict[str, Any] = json.loads(lines[0])
    return line


class _Leading:
    """A table in which every call takes one way."""

    def __init__(self, key: RouteKey, route: Route) -> None:
        self.routes = {key: route}
        self.generation = object()

    def catch_up(self) -> None:
        pass

    def remember(self, key: RouteKey, route: Route) -> None:
        pass

    def stage(self, api_id: str, stage_name: str) -> None:
        pass

    def grants(self, api_id: str, stage_name: str) -> Mapping[str, Grant]:
        return {}

    def domain(self, host: str) -> None:
        pass


class _Uncounted:
    """Neither throttles nor usage know of a rehearsal (spec: control-plane 9)."""

    def take(self, bucket: str, throttle: Throttle) -> bool:
        return True

    def spend(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        return True

    def is_spent(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        return False


_FREE = Meters(_Uncounted(), _Uncounted())


class _Client:
    """An exchange whose client is the caller of TestInvokeMethod."""

    def __init__(self, asked: Rehearsal, limit: int) -> None:
        self.head = RequestHead(asked.verb, asked.target, asked.headers)
        self.body = Body.of(asked.body)
        self.peer = _PEER
        self.secure = False
        self.tls: Tls | None = None
        self.started = False
        self.sent = 0
        self.received = len(asked.body)
        self.status = 0
        self.data = bytearray()
        self._limit = limit
        self._headers = Headers()

    async def send(self, reply: Reply) -> None:
        self.started = True
        self.status = reply.status
        self._headers = Headers.of_fields([*reply.headers.fields, *reply.fresh])
        try:
            while len(self.data) < self._limit and (piece := await reply.body.read()):
                self.data += piece[: self._limit - len(self.data)]
        finally:
            self.sent = len(self.data)
            # The rest is nobody's, and holds a connection to the backend.
            reply.body.close()

    def abort(self) -> None:
        self.started = True

    def headers(self, *, refused: bool) -> Headers:
        """Return what a rehearsed answer shows; a refusal shows no Content-Type (recorded)."""
        hidden = _IDS | {"content-type", TRACE_ID} if refused else _IDS
        return Headers.of_fields([f for f in self._headers.fields if f[1] not in hidden])


def _say_request(script: Transcript, asked: Rehearsal, route: Route) -> None:
    _, query = split(asked.target)
    script.say(f"HTTP Method: {asked.verb}, Resource Path: {asked.resource.path}")
    script.say(f"Method request path: {java_map(route.path_parameters.items())}")
    script.say(f"Method request query string: {java_map(parse_query(query))}")
    script.say(f"Method request headers: {java_map(asked.headers)}")
    script.say(f"Method request body before transformations: {shown(asked.body)}")
