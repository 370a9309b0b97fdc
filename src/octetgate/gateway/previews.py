"""A method's call that reaches no backend: what would be sent, and what an answer would become.

It is a rehearsal whose ways out lead nowhere: they keep what they are given, and say what the
backend is supposed to say.  So a template can be looked at while it is being written, and no
function runs for it.
"""

from typing import NoReturn

from octetgate.core.http.body import Body
from octetgate.core.ports.functions import Invocation, InvokeError, Outcome
from octetgate.core.ports.rehearsal import Previewed, Rehearsal, Supposed
from octetgate.core.ports.upstream import UpstreamRequest, UpstreamResponse
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT
from octetgate.gateway.rehearsal import Rehearsals
from octetgate.gateway.snapshot import Ports


class Previews:
    """Plays calls over ports that lead nowhere."""

    def __init__(self, ports: Ports, *, aws_limits: bool = False) -> None:
        self._services = ports.services
        self._aws_limits = aws_limits

    async def play(self, asked: Rehearsal, supposed: Supposed) -> Previewed:
        """Return what the backend would be sent, and what the client would get."""
        backend = _Nowhere(supposed)
        ports = Ports(backend, backend, self._services)
        answered = await Rehearsals(ports, aws_limits=self._aws_limits).play(asked)
        return Previewed(sent=backend.sent, answered=answered)


class _Nowhere:
    """A backend, of whatever kind, that answers as it is supposed to."""

    def __init__(self, supposed: Supposed) -> None:
        self._supposed = supposed
        self.sent: bytes | None = None

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        await request.body.gather(AWS_PAYLOAD_LIMIT)
        self.sent = bytes(request.body.ready or b"")
        supposed = self._supposed
        return UpstreamResponse(supposed.status, supposed.headers, Body.of(supposed.body))

    async def invoke(self, invocation: Invocation) -> Outcome:
        self.sent = invocation.payload
        return Outcome(status=200, payload=self._supposed.body)

    async def stream(self, invocation: Invocation) -> NoReturn:
        self.sent = invocation.payload
        raise InvokeError("a streamed answer has no preview")
