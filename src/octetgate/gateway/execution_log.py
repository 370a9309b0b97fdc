"""A stage's execution log: what became of a call, line by line, in the words of the service.

Whether a method's calls are told is decided when its stage is compiled: only such a method gets
an integration and an authorizer that tell, over watched ports; any other runs as if there were
no log.  A call's lines are written when it has ended, so that they stand together (spec:
request-lifecycle 17.3; lines that it does not have are those that users of the service report).
"""

import re
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from octetgate.core.http.body import Body, Source
from octetgate.core.http.headers import Headers
from octetgate.core.http.target import parse_query
from octetgate.core.model.access import Authorizer as AuthorizerModel
from octetgate.core.model.responses import GatewayResponseType as Kind
from octetgate.core.model.stage import MethodSetting
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.functions import Invocation
from octetgate.core.ports.upstream import UpstreamRequest
from octetgate.gateway.call import Call, Caller
from octetgate.gateway.faults import Fault
from octetgate.gateway.phases.access_log import stamp
from octetgate.gateway.recording import Pairs, Recorder, failure_line, traced_first
from octetgate.gateway.snapshot import Authorizer, Integration, StageFacts
from octetgate.gateway.transcript import SECRET, Text, Transcript, java_map, masked, shown

LEVELS = ("ERROR", "INFO")
_EVENT_BYTES = 1024
"""Where the service cuts a line (documented)."""
_SAMPLE_BYTES = 8 * _EVENT_BYTES
"""More than a line shows, so that a secret that would be cut is known before."""
_LEAST_SECRET = 6
"""Shorter ones are masked where their names stand; elsewhere they could be any word."""
_IDS = frozenset({"x-amzn-requestid", "x-amz-apigw-id"})
_IDENTITY_HEADER = re.compile(r"method\.request\.header\.([^\s,]+)")
_IDENTITY_QUERY = re.compile(r"method\.request\.querystring\.([^\s,]+)")
_OF_CALLER = frozenset(
    {
        Kind.ACCESS_DENIED,
        Kind.AUTHORIZER_CONFIGURATION_ERROR,
        Kind.AUTHORIZER_FAILURE,
        Kind.EXPIRED_TOKEN,
        Kind.INVALID_SIGNATURE,
        Kind.MISSING_AUTHENTICATION_TOKEN,
        Kind.UNAUTHORIZED,
    }
)
_OF_PLAN = frozenset({Kind.INVALID_API_KEY, Kind.QUOTA_EXCEEDED, Kind.THROTTLED})

_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def recorder() -> Recorder | None:
    """Return who writes down what goes out for the call in hand, if anybody does."""
    return _recorder.get()


class ExecutionRecorder(Recorder):
    """Writes down one call of a deployed method."""

    def __init__(self, call: Call, secrets: Iterable[str], *, bodies: bool) -> None:
        super().__init__(Transcript())
        self._bodies = bodies
        self.began = False
        """Whether the method was reached."""
        found = {each for each in secrets if len(each) >= _LEAST_SECRET}
        self._secrets = sorted(found, key=len, reverse=True)
        self.request_id = call.arrival.request_id

    def redacted(self, text: str) -> str:
        """Return the text with what let the caller in masked, wherever it stands."""
        for secret in self._secrets:
            text = text.replace(secret, masked(secret))
        return text

    def headers(self, pairs: Pairs) -> str:
        return super().headers([(name, self.redacted(value)) for name, value in pairs])

    def shown(self, payload: bytes) -> Text | None:
        return self._beginning(payload) if self._bodies else None

    def _beginning(self, payload: bytes | bytearray) -> str:
        beginning = bytes(payload[:_SAMPLE_BYTES])
        return shown(beginning, self.redacted, is_beginning=len(payload) > _SAMPLE_BYTES)

    async def see(self, body: Body) -> tuple[Body, Text | None]:
        return self.tap(body)

    def tap(self, body: Body) -> tuple[Body, Text | None]:
        """Return the body as it goes on, and how lines show it once it has passed."""
        if not self._bodies:
            return body, None
        if body.ready is not None or body.source is None:
            return body, self.shown(body.ready or b"")
        tapped = _Tapped(body.source)
        return Body(tapped, length=body.length), lambda: self._beginning(tapped.sample)


class _FailureRecorder(ExecutionRecorder):
    """Keeps why a call failed, and writes nothing down of one that did not."""

    def sends(self, request: UpstreamRequest, body: Text | None) -> float:
        return 0.0

    def invokes(self, invocation: Invocation) -> float:
        return 0.0

    def answered(self, since: float, status: int, headers: Pairs, body: Text | None) -> None:
        pass


class _Tapped:
    """A source of which the beginning is kept."""

    __slots__ = ("_source", "sample")

    def __init__(self, source: Source) -> None:
        self._source = source
        self.sample = bytearray()

    async def read(self) -> bytes:
        piece = await self._source.read()
        if len(self.sample) <= _SAMPLE_BYTES:
            self.sample += piece[: _SAMPLE_BYTES + 1 - len(self.sample)]
        return piece

    def close(self) -> None:
        self._source.close()


class _AuthorizerRecorder(Recorder):
    """Writes an authorizer's function down among the lines of its call."""

    def __init__(self, call: ExecutionRecorder) -> None:
        super().__init__(call.script)
        self._call = call

    def headers(self, pairs: Pairs) -> str:
        return self._call.headers(pairs)

    def shown(self, payload: bytes) -> Text | None:
        return self._call.shown(payload)

    def asked(self, uri: str, headers: Pairs, body: Text | None) -> float:
        self.script.say(f"Endpoint request URI: {uri}")
        self.script.say(f"Endpoint request headers: {self.headers(headers)}")
        if body is not None:
            self.script.say("Endpoint request body after transformations: ", body)
        return time.perf_counter()

    def answered(self, since: float, status: int, headers: Pairs, body: Text | None) -> None:
        if body is not None:
            self.script.say("Authorizer result body before parsing: ", body)


@dataclass(frozen=True, slots=True)
class ExecutionLog:
    """How one method's calls are told; made at deployment."""

    write: Callable[[str], None]
    of_stage: str
    """The API and the stage, as lines name them."""
    errors_alone: bool
    bodies: bool
    secret_headers: tuple[str, ...]
    secret_queries: tuple[str, ...]

    def recorder(self, call: Call) -> ExecutionRecorder:
        """Return who writes the call down, the same each time."""
        arrival = call.arrival
        if arrival.recorder is None:
            kind = _FailureRecorder if self.errors_alone else ExecutionRecorder
            bodies = self.bodies and not self.errors_alone
            arrival.recorder = kind(call, self._secrets(call), bodies=bodies)
        return arrival.recorder

    def _secrets(self, call: Call) -> Iterable[str]:
        sent = call.arrival.sent
        values = [sent[name] for name in (*SECRET, *self.secret_headers) if name in sent]
        if self.secret_queries:
            values += [v for n, v in parse_query(call.query) if n in self.secret_queries]
        if call.arrival.grant is not None:
            values.append(call.arrival.grant.key.value)
        # A token stands behind the name of its scheme, and alone where it is handed on.
        return [*values, *(value.rpartition(" ")[2] for value in values)]

    def begin(self, call: Call) -> ExecutionRecorder:
        """Tell that the method was reached, and what it was asked."""
        found = self.recorder(call)
        if found.began:
            return found
        found.began = True
        if self.errors_alone:
            return found
        say, plan = found.script.say, call.plan
        self._say_plan(call, found)
        say(f"Starting execution for request: {found.request_id}")
        say(f"HTTP Method: {call.method}, Resource Path: {plan.resource.path}")
        say(f"Method request path: {java_map(call.route.path_parameters.items())}")
        query = [(name, found.redacted(value)) for name, value in parse_query(call.query)]
        say(f"Method request query string: {java_map(query)}")
        say(f"Method request headers: {found.headers(list(call.headers.items()))}")
        call.body, body = found.tap(call.body)
        if body is not None:
            say("Method request body before transformations: ", body)
        return found

    def _say_plan(self, call: Call, found: ExecutionRecorder) -> None:
        say, method = found.script.say, call.plan.method
        grant = call.arrival.grant
        key = masked(grant.key.value) if grant is not None else ""
        where = f"API Key: {key} API Stage: {self.of_stage}"
        say(f"Verifying Usage Plan for request: {found.request_id}. {where}")
        if not method.api_key_required:
            say(
                f"API Key authorized because method '{self._asked(call)}' does not require API "
                "Key. Request will not contribute to throttle or quota limits"
            )
        say(f"Usage Plan check succeeded for API Key {key} and API Stage {self.of_stage}")

    @staticmethod
    def _asked(call: Call) -> str:
        return f"{call.plan.method.http_method} {call.plan.resource.path}"

    def answered(self, call: Call, reply: Reply) -> None:
        """Tell what the method makes of the integration's answer."""
        if self.errors_alone:
            return
        found = self.recorder(call)
        reply.body, body = found.tap(reply.body)
        headers = Headers.of_fields([*reply.headers.fields, *reply.fresh])
        if found.trace_id:
            headers = traced_first(headers, found.trace_id)
        told = [(name, value) for name, key, value in headers.fields if key not in _IDS]
        if body is not None:
            found.script.say("Method response body after transformations: ", body)
        found.script.say(f"Method response headers: {found.headers(told)}")

    def add(self, call: Call, status: int) -> None:
        """Write down a call that has ended."""
        arrival, fault = call.arrival, call.arrival.fault
        found = self.recorder(call)
        endings = list(self._failures(call, found))
        if not endings and self.errors_alone:
            arrival.recorder = None
            return
        if fault is None or fault.type not in _OF_CALLER | _OF_PLAN:
            self.begin(call)
        if found.began:
            if not endings:
                endings.append("Successfully completed execution")
            endings.append(f"Method completed with status: {status}")
            if arrival.endpoint_request_id:
                endings.append(
                    f"AWS Integration Endpoint RequestId : {arrival.endpoint_request_id}"
                )
        now = time.time()
        ended = [(now, found.redacted(line)) for line in endings]
        first = (arrival.time, f"Extended Request Id: {arrival.extended_request_id}")
        for moment, line in ended if self.errors_alone else (first, *found.script.lines(), *ended):
            self.write(_event(moment, found.request_id, line))
        # Lines know bodies, and who shows them: a circle, unless it is cut here.
        found.script = Transcript()
        arrival.recorder = None

    def _failures(self, call: Call, found: ExecutionRecorder) -> Iterable[str]:
        """Return why the call failed, if it did."""
        fault = call.arrival.fault
        if fault is None:
            if found.failure:
                yield found.failure
            elif call.arrival.error:
                yield f"Execution failed: {call.arrival.error}"
        elif fault.type is Kind.UNAUTHORIZED:
            yield f"Unauthorized request: {found.request_id}"
        elif fault.type is Kind.ACCESS_DENIED:
            yield "The client is not authorized to perform this operation."
        elif fault.type in _OF_PLAN:
            yield from self._of_plan(call, found, fault)
        else:
            yield found.failure or failure_line(fault.type, fault.reason)

    def _of_plan(self, call: Call, found: ExecutionRecorder, fault: Fault) -> Iterable[str]:
        grant = call.arrival.grant
        sent = masked(call.arrival.sent.get("x-api-key", ""))
        key = sent if grant is None else masked(grant.key.value)
        where = f"API Key: {key} API Stage: {self.of_stage}"
        yield f"Verifying Usage Plan for request: {found.request_id}. {where}"
        # What follows the first words is unconfirmed.
        if fault.type is Kind.INVALID_API_KEY:
            yield (
                f"API Key {key} not authorized because method '{self._asked(call)}' requires API "
                f"Key and API Key is not associated with a Usage Plan for API Stage {self.of_stage}"
            )
        else:
            yield f"Usage Plan check failed for API Key {key} and API Stage {self.of_stage}"
            yield f"{fault.message}: {fault.reason}"


def _event(moment: float, request_id: str, line: str) -> str:
    text = f"({request_id}) {line}"
    if len(text) > _EVENT_BYTES // 4:
        text = text.encode("utf-8", "backslashreplace")[:_EVENT_BYTES].decode(errors="ignore")
    return f"{stamp(moment)} {text}"


# --- At deployment ------------------------------------------------------------------------------


def execution_log(
    facts: StageFacts,
    setting: MethodSetting | None,
    write: Callable[[str], None] | None,
    authorizer: AuthorizerModel | None,
) -> ExecutionLog | None:
    """Return how a method's calls are told, or None if they are not."""
    if write is None or setting is None or setting.logging_level not in LEVELS:
        return None
    source = authorizer.identity_source or "" if authorizer is not None else ""
    return ExecutionLog(
        write,
        f"{facts.api_id}/{facts.stage_name}",
        errors_alone=setting.logging_level == "ERROR",
        bodies=setting.data_trace_enabled,
        secret_headers=tuple(name.lower() for name in _IDENTITY_HEADER.findall(source)),
        secret_queries=tuple(_IDENTITY_QUERY.findall(source)),
    )


class ToldIntegration:
    """An integration whose calls are told."""

    def __init__(self, integration: Integration, log: ExecutionLog) -> None:
        self._integration = integration
        self._log = log

    async def prepare(self, call: Call) -> Any:
        self._log.begin(call)
        return await self._integration.prepare(call)

    async def invoke(self, call: Call, request: Any) -> Any:
        token = _recorder.set(self._log.recorder(call))
        try:
            return await self._integration.invoke(call, request)
        finally:
            _recorder.reset(token)

    async def answer(self, call: Call, result: Any) -> Reply:
        reply = await self._integration.answer(call, result)
        self._log.answered(call, reply)
        return reply


class ToldAuthorizer:
    """An authorizer whose decisions are told."""

    def __init__(self, authorizer: Authorizer, model: AuthorizerModel, log: ExecutionLog) -> None:
        self._authorizer = authorizer
        self._id = model.id
        self._log = log

    async def authorize(self, call: Call) -> Caller:
        found = self._log.recorder(call)
        if self._log.errors_alone:
            return await self._authorizer.authorize(call)
        say = found.script.say
        say(f"Starting authorizer: {self._id} for request: {found.request_id}")
        token = _recorder.set(_AuthorizerRecorder(found))
        try:
            caller = await self._authorizer.authorize(call)
        finally:
            _recorder.reset(token)
        if principal := caller.context.get("principalId"):
            say(f"Using valid authorizer policy for principal: {masked(str(principal))}")
        say("Successfully completed authorizer execution")
        return caller
