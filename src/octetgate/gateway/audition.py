"""TestInvokeAuthorizer: an authorizer as it is being edited, asked about a made-up call.

The authorizer is the one that deployed methods use, over a port that writes down what goes out
and what comes back; nothing is remembered, and the policy is shown, not applied (control-plane
2.5).  The lines of the log are those that users of the service report; why a token is not
believed is a line of ours.
"""

import time
from collections.abc import Mapping
from dataclasses import replace as replaced
from typing import Any, Protocol

from msgspec.structs import replace

from octetgate.core import kinds
from octetgate.core.functions.authorizer import Granted
from octetgate.core.http.body import Body
from octetgate.core.http.message import RequestHead
from octetgate.core.http.target import split
from octetgate.core.model.access import AuthorizerType
from octetgate.core.model.api import Resource
from octetgate.core.model.responses import GatewayResponseType
from octetgate.core.ports.exchange import Reply, Tls
from octetgate.core.ports.functions import Functions, Invocation, Outcome, Stream
from octetgate.core.ports.rehearsal import Audition, Auditioned
from octetgate.core.routing.hosts import Located
from octetgate.gateway.authorizers import PACKAGE
from octetgate.gateway.authorizers._lambda import Identity, LambdaAuthorizer
from octetgate.gateway.authorizers._tokens import header_source, token_of
from octetgate.gateway.call import Call, Caller, Ids, Route, arrive
from octetgate.gateway.compile import compile_draft
from octetgate.gateway.faults import AuthorizerConfigurationError, Fault, Unauthorized
from octetgate.gateway.recording import lambda_uri, to_lambda
from octetgate.gateway.snapshot import BadConfiguration, Ports, StageSnapshot
from octetgate.gateway.transcript import MISCONFIGURED, Transcript, java_map, masked, shown

STAGE = "ESTestInvoke-stage"
"""What the stage is called in the method's ARN."""
_PEER = "test-invoke-source-ip"
_VERB = "GET"
_BY_TOKEN = (AuthorizerType.COGNITO_USER_POOLS, AuthorizerType.JWT)


class Auditions:
    """Asks authorizers, over the ports that deployed APIs use."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._ids = Ids()

    async def play(self, asked: Audition) -> Auditioned:
        """Return what the authorizer said, and the log of how it came to say so."""
        script = Transcript()
        watched = replaced(self._ports, functions=_Watched(self._ports.functions, script))
        call = self._call(asked, watched)
        request_id = call.arrival.request_id
        began = time.perf_counter()
        status, granted, claims = 0, None, None
        try:
            if asked.authorizer.type in _BY_TOKEN:
                claims = await _believed(asked, call, script)
            else:
                granted = await _asked(asked, call, script)
        except Fault as fault:
            status = fault.status
            _say_failure(script, fault, request_id)
        return Auditioned(
            status=status,
            log=script.text(
                request_id, f"Starting authorizer: {asked.authorizer.id} for request: "
            ),
            latency_ms=round((time.perf_counter() - began) * 1000),
            principal_id=granted.principal_id if granted else None,
            policy=granted.document if granted else None,
            claims=claims,
        )

    def _call(self, asked: Audition, ports: Ports) -> Call:
        verb = asked.context.get("httpMethod", _VERB)
        path, query = split(asked.target)
        snapshot = _snapshot(asked, ports)
        plan = replaced(snapshot.nowhere, resource=Resource(id="", path=path))
        located = Located(snapshot.facts.api_id, STAGE, path, path, context_path=path)
        arrival = arrive(_Client(asked, verb), self._ids)
        return Call(arrival, Route(located, snapshot, plan, {}, logged=""), verb, query)


async def _asked(asked: Audition, call: Call, script: Transcript) -> Granted:
    guard: LambdaAuthorizer = _compiled(asked, call.stage)
    identity = guard.identity(call, asked.context)
    script.say(f"Incoming identity: {_told(asked.authorizer.type, identity)}")
    granted = await guard.ask(call, identity, asked.context)
    principal = masked(granted.principal_id)
    script.say(f"Using valid authorizer policy for principal: {principal}")
    script.say("Successfully completed authorizer execution")
    return granted


async def _believed(asked: Audition, call: Call, script: Transcript) -> Mapping[str, str]:
    """Return the claims of the call's token; a method without scopes is what it is tried for."""
    guard: _Guard = _compiled(asked, call.stage)
    token = token_of(call, header_source(asked.authorizer.identity_source))
    script.say(f"Incoming identity: {masked(token)}")
    try:
        caller = await guard.authorize(call)
    except Unauthorized as fault:
        script.say(f"The token is not to be believed: {fault.reason}")
        raise
    script.say("Successfully completed authorizer execution")
    claims: Mapping[str, str] = caller.context["claims"]  # type: ignore[assignment]  # as text
    return claims


def _compiled(asked: Audition, snapshot: StageSnapshot) -> Any:
    try:
        module = kinds.load(PACKAGE, asked.authorizer.type)
        return module.compile(snapshot.facts, asked.authorizer)
    except (BadConfiguration, kinds.NoSuchKind) as error:
        raise AuthorizerConfigurationError(str(error)) from error


def _snapshot(asked: Audition, ports: Ports) -> StageSnapshot:
    """Return a stage of the API without methods: authorizers are compiled against its facts."""
    definition = replace(asked.definition, resources={}, authorizers={})
    return compile_draft(definition, STAGE, ports, aws_limits=False, variables=asked.variables)


def _told(kind: AuthorizerType, identity: Identity) -> str:
    """Return an identity as the log shows it: the end of a token, or of each of several."""
    if kind == AuthorizerType.TOKEN:
        return "".join(map(masked, identity.values()))
    return java_map((name, masked(value)) for name, value in identity.items())


def _say_failure(script: Transcript, fault: Fault, request_id: str) -> None:
    match fault.type:
        case GatewayResponseType.UNAUTHORIZED:
            script.say(f"Unauthorized request: {request_id}")
        case GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR:
            script.say(MISCONFIGURED + fault.reason)
        case _:
            script.say(f"Execution failed due to an internal error: {fault.reason}")
    script.say(fault.error_type)


class _Guard(Protocol):
    """An authorizer, as far as it is asked about a token."""

    async def authorize(self, call: Call) -> Caller: ...


class _Watched:
    """The way to Lambda functions, told as the HTTP call that it is on AWS."""

    def __init__(self, functions: Functions, script: Transcript) -> None:
        self._functions = functions
        self._script = script

    async def invoke(self, invocation: Invocation) -> Outcome:
        say = self._script.say
        say(f"Endpoint request URI: {lambda_uri(invocation)}")
        say(f"Endpoint request headers: {java_map(to_lambda(invocation))}")
        say(f"Endpoint request body after transformations: {shown(invocation.payload)}")
        outcome = await self._functions.invoke(invocation)
        say(f"Authorizer result body before parsing: {shown(outcome.payload)}")
        return outcome

    async def stream(self, invocation: Invocation) -> Stream:
        return await self._functions.stream(invocation)


class _Client:
    """An exchange that nobody waits for: it is only asked about."""

    def __init__(self, asked: Audition, verb: str) -> None:
        self.head = RequestHead(verb, asked.target, asked.headers)
        self.body = Body.of(asked.body)
        self.peer = _PEER
        self.secure = False
        self.tls: Tls | None = None
        self.started = False
        self.sent = self.received = 0

    async def send(self, reply: Reply) -> None:
        reply.body.close()

    def abort(self) -> None:
        self.started = True
