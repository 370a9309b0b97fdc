"""What every answer carries, whatever stood behind the method (spec: request-lifecycle 5)."""

import time

from octetgate.core.http.body import Body, Source
from octetgate.core.http.headers import Field, Headers
from octetgate.core.payload.codings import response_coding
from octetgate.core.payload.deflation import Deflate
from octetgate.core.ports.exchange import Reply
from octetgate.gateway.call import Arrival, Call
from octetgate.gateway.faults import ExecutionFailed
from octetgate.gateway.phases.integration_response import KEEP_LENGTH, gathered, only_announced
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT

_TRACE = "X-Amzn-Trace-Id"
_NOT_COMPRESSED = frozenset({204, 206, 304})
"""Answers without a body, and the one whose Content-Range counts the bytes as they are."""


def method_response(
    call: Call, status: int, headers: Headers, body: Body, *, traced: bool
) -> Reply:
    """Return the reply: with request ids, the trace id where AWS sends it, and a type."""
    arrival = call.arrival
    fresh = [
        ("x-amzn-RequestId", "x-amzn-requestid", arrival.request_id),
        ("x-amz-apigw-id", "x-amz-apigw-id", arrival.extended_request_id),
    ]
    if traced:
        fresh.append((_TRACE, "x-amzn-trace-id", arrival.trace_id))
    return Reply(status, headers, body, fresh)


def noticed(call: Call, body: Body) -> Body:
    """Return the body, which takes down when its first bytes come.

    One whose length is known stays as it is: long ones go from socket to socket and nobody
    sees them.
    """
    source = body.source
    if source is None or body.length is not None:
        return body
    return Body(_Noticed(call.arrival, source))


class _Noticed:
    """A source, and whoever wants to know when it began."""

    __slots__ = ("_arrival", "_source")

    def __init__(self, arrival: Arrival, source: Source) -> None:
        self._arrival = arrival
        self._source = source

    async def read(self) -> bytes:
        piece = await self._source.read()
        if piece and not self._arrival.first_content:
            self._arrival.first_content = time.perf_counter()
        return piece

    def close(self) -> None:
        self._source.close()


def with_type(headers: Headers) -> Headers:
    """Return the headers, with ``application/json`` where they name no type."""
    if "content-type" not in headers:
        headers.add("Content-Type", "application/json")
    return headers


async def bounded_and_compressed(call: Call, reply: Reply) -> Reply:
    """Return the reply within AWS's limits, where they are to be kept, and compressed.

    Asked only when there is one of the two to do.
    """
    if call.stage.facts.aws_limits is not None and not call.plan.streams:
        await _refuse_long_answer(call, reply)
    least = call.plan.minimum_compression_size
    return reply if least is None else await _compressed(call, reply, least)


async def _refuse_long_answer(call: Call, reply: Reply) -> None:
    """Refuse an answer longer than AWS buffers.

    The documented status is of the 500 family; the body is unconfirmed.
    """
    if only_announced(call, reply.body):
        return
    await gathered(reply.body, AWS_PAYLOAD_LIMIT)
    size = reply.body.length
    if reply.body.ready is None or size is None or size > AWS_PAYLOAD_LIMIT:
        reply.body.close()
        raise ExecutionFailed(f"response payload: expected at most {AWS_PAYLOAD_LIMIT} bytes")


async def _compressed(call: Call, reply: Reply, least: int) -> Reply:
    """Return the reply compressed, if the client asks for it and it has ``least`` bytes or more.

    Whatever names a Content-Encoding has one already: of an integration that maps headers only
    a mapped one counts (spec: payload-encodings 9, unconfirmed).
    """
    if reply.status in _NOT_COMPRESSED or "content-encoding" in reply.headers:
        return reply
    sent = call.arrival.exchange.head.headers
    coding = response_coding(sent.all("accept-encoding"))
    if coding is None:
        return reply
    body = reply.body
    arrival = call.arrival
    if only_announced(call, body):
        if body.length is None or body.length < least:
            return reply
        arrival.coding = coding
        return _encoded(reply, coding, Body(body.source))
    if not await _reaches(body, least):
        return reply
    arrival.coding = coding
    # A ready answer keeps a Content-Length; one that streams lets no piece wait for the next.
    flushing = body.ready is None
    return _encoded(reply, coding, await body.through(Deflate(coding, flushing=flushing)))


async def _reaches(body: Body, least: int) -> bool:
    """Say whether there is a body of so many bytes; reads ahead no further than that takes."""
    if body.length is None:
        await gathered(body, least - 1)
    if body.length is None:
        return True
    if body.length < max(least, 1):
        return False
    if body.length <= KEEP_LENGTH:
        await gathered(body, KEEP_LENGTH)
    return True


def _encoded(reply: Reply, coding: str, body: Body) -> Reply:
    fresh: list[Field] = [*reply.fresh, ("Content-Encoding", "content-encoding", coding)]
    varies = ",".join(reply.headers.all("vary")).lower()
    if "*" not in varies and "accept-encoding" not in varies:
        # AWS documents no Vary.  Without it a cache on the way would hand compressed bytes to
        # clients that cannot read them.
        fresh.append(("Vary", "vary", "Accept-Encoding"))
    return Reply(reply.status, reply.headers, body, fresh)
