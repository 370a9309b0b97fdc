"""Function URLs: the life of a call that goes straight to a function, in order.

No API, stage or method takes part, so this is a pipeline of its own: found, admitted, told to
the function as an event, and answered in its words (payload format 2.0).
"""

import asyncio
import logging
import time
from typing import Protocol

import pybase64

from octetgate.core.functions import cors
from octetgate.core.functions.answer_fields import MalformedProxyResponse
from octetgate.core.functions.prelude import CONTENT_TYPE, MalformedPrelude, Prelude
from octetgate.core.functions.url_event import (
    Signer,
    UrlRequest,
    UrlResponse,
    is_text,
    streamed_url_response,
    url_event,
    url_response,
)
from octetgate.core.http.body import Body, BodyTooLarge
from octetgate.core.http.forwarded import passed_on
from octetgate.core.http.headers import Headers
from octetgate.core.http.hops import PROXY_RESPONSE, visible
from octetgate.core.http.target import split
from octetgate.core.model.function import FunctionUrl
from octetgate.core.payload.codecs import BadPayload, Decode
from octetgate.core.ports.exchange import ClientGone, Exchange, Reply
from octetgate.core.ports.functions import (
    Functions,
    Invocation,
    InvokeError,
    Stream,
    StreamBroken,
)
from octetgate.core.ports.traces import Attributes, Tracer
from octetgate.core.routing.hosts import function_url
from octetgate.gateway.call import Arrival, Ids, arrive
from octetgate.gateway.phases.access_log import WriteLine, access_log, log_of_url
from octetgate.gateway.phases.method_request import AWS_PAYLOAD_LIMIT
from octetgate.gateway.pipeline import let_go
from octetgate.gateway.tracing import begin, below, end, traced_functions
from octetgate.gateway.url_refusals import (
    Refused,
    failed,
    forbidden,
    not_invoked,
    refusal,
    too_large,
)
from octetgate.gateway.url_signers import KeyTable, signer

_log = logging.getLogger(__name__)


class UrlTable(Protocol):
    """The function URLs that are served now."""

    def find(self, url_id: str) -> FunctionUrl | None:
        """Return the URL of that id."""

    def is_traced(self, url: FunctionUrl) -> bool:
        """Return whether calls of a URL that was found have spans."""


class FunctionUrls:
    """Answers calls of function URLs."""

    def __init__(
        self,
        table: UrlTable,
        keys: KeyTable,
        functions: Functions,
        write_log: WriteLine,
        tracer: Tracer | None = None,
    ) -> None:
        self._table = table
        self._keys = keys
        self._functions = functions if tracer is None else traced_functions(functions)
        self._write_log = write_log
        self._tracer = tracer
        self._ids = Ids()

    async def handle(self, exchange: Exchange) -> None:
        """Answer one call, and write its line."""
        arrival = arrive(exchange, self._ids)
        url_id = ""
        status, complete, streamed = 0, False, False
        try:
            try:
                url_id, path = _asked(exchange)
                reply = await self._answer(arrival, url_id, path)
            except Refused as refused:
                arrival.error = str(refused)
                exchange.body.close()
                reply = refusal(refused)
                let_go(refused)
            _mark(reply, arrival)
            status, streamed = reply.status, reply.body.ready is None
            await exchange.send(reply)
            complete = True
        except (ClientGone, asyncio.CancelledError) as gone:
            arrival.error = arrival.error or "the client left"
            if not isinstance(gone, ClientGone):
                raise
            let_go(gone)
        except StreamBroken as error:
            # Part of the body has gone out; only a cut connection tells the client so.
            arrival.error = str(error)
            exchange.abort()
            let_go(error)
        except Exception:  # noqa: BLE001  # a bug: logged, answered 502, never swallowed
            _log.exception("request %s", arrival.request_id)
            arrival.error = "internal error, see the server's log"
            status, complete = await self._bug(exchange)
        finally:
            end(arrival, status if complete else 0)
            access_log(
                self._write_log,
                arrival,
                None,
                status,
                complete=complete,
                streamed=streamed,
                logged=log_of_url(url_id),
            )

    @staticmethod
    async def _bug(exchange: Exchange) -> tuple[int, bool]:
        """Answer 502 if nothing has been said yet; return the status and whether it got out."""
        if exchange.started:
            exchange.abort()
            return 502, False
        try:
            await exchange.send(refusal(failed("")))
        except ClientGone:
            return 502, False
        return 502, True

    async def _answer(self, arrival: Arrival, url_id: str, path: str) -> Reply:
        url = self._table.find(url_id)
        if url is None:
            raise forbidden(f"no function URL {url_id!r}")
        if self._tracer is not None and self._table.is_traced(url):
            begin(self._tracer, arrival, arrival.exchange.head.method, _about(url, arrival))
        sent = arrival.exchange.head.headers
        if url.cors is not None and cors.is_preflight(arrival.exchange.head.method, sent):
            return Reply(200, Headers(cors.preflight(url.cors, sent)), Body())
        body = await _collected(arrival.exchange)
        signed = self._signed(url, arrival, body)
        invocation = Invocation(
            function=url.arn,
            payload=_event(arrival, url_id, path, body, signed),
            # Whoever signs is of the account, and needs no permission of the function's.
            url_auth_type=None if signed else url.auth_type,
            trace_id=arrival.trace_id,
            request_id=arrival.request_id,
        )
        arrival.integration_started = time.perf_counter()
        try:
            with below(arrival.span):
                response, answer = await self._invoked(url, invocation)
        except InvokeError as error:
            raise not_invoked(error) from error
        except (StreamBroken, MalformedPrelude, MalformedProxyResponse, BadPayload) as error:
            raise failed(str(error)) from error
        arrival.integration_ended = time.perf_counter()
        arrival.integration_status = 200
        return Reply(response.status, _headers(url, response, sent.get("origin")), answer)

    def _signed(self, url: FunctionUrl, arrival: Arrival, body: bytes) -> Signer | None:
        """Return who signed a call that has to be signed."""
        if url.auth_type == "NONE":
            return None
        region, account = url.arn.split(":")[3:5]
        key = signer(arrival.exchange, body, self._keys, arrival.time, region)
        return Signer(
            access_key=key.access_key_id,
            account_id=account,
            user_arn=f"arn:aws:iam::{account}:user/{key.name}",
        )

    async def _invoked(self, url: FunctionUrl, invocation: Invocation) -> tuple[UrlResponse, Body]:
        """Return what the function says, and the body that the client gets."""
        if url.streams:
            stream = await self._functions.stream(invocation)
            try:
                return await _begun(stream)
            except BaseException:
                stream.close()
                raise
        outcome = await self._functions.invoke(invocation)
        if outcome.function_error is not None:
            shown = outcome.payload[:500].decode("utf-8", "replace")
            raise StreamBroken(f"function error: {shown}")
        response = url_response(outcome.payload)
        body = Body.of(response.body)
        return response, await body.through(Decode()) if response.is_base64_encoded else body


async def _begun(stream: Stream) -> tuple[UrlResponse, Body]:
    """Return the head of a stream once it has begun, and the rest of it.

    With a prelude the function says both; without one every byte is body.
    """
    if stream.content_type != CONTENT_TYPE:
        first = await stream.read()
        kind = stream.content_type or "application/octet-stream"
        response = UrlResponse(status=200, headers=[("Content-Type", kind)])
        return response, Body(_Rest(first, stream))
    prelude = Prelude()
    while piece := await stream.read():
        if (split_up := prelude.feed(piece)) is not None:
            metadata, first = split_up
            return streamed_url_response(metadata), Body(_Rest(first, stream))
    raise prelude.end()


class _Rest:
    """A stream whose first bytes were read ahead."""

    __slots__ = ("_first", "_stream")

    def __init__(self, first: bytes, stream: Stream) -> None:
        self._first = first
        self._stream = stream

    async def read(self) -> bytes:
        first, self._first = self._first, b""
        return first or await self._stream.read()

    def close(self) -> None:
        self._stream.close()


def _asked(exchange: Exchange) -> tuple[str, str]:
    head = exchange.head
    found = function_url(head.headers.get("host"), split(head.target)[0])
    if found is None:
        raise forbidden("expected a function URL's host or path")
    return found


async def _collected(exchange: Exchange) -> bytes:
    try:
        return await exchange.body.collect(AWS_PAYLOAD_LIMIT)
    except BodyTooLarge as error:
        raise too_large(str(error)) from error


def _event(arrival: Arrival, url_id: str, path: str, data: bytes, signed: Signer | None) -> bytes:
    exchange = arrival.exchange
    body: str | bytes | None = None
    if data:
        sent = arrival.sent
        if is_text(sent.get("content-type"), sent.get("content-encoding")):
            body = data.decode("utf-8", "replace")
        else:
            body = pybase64.b64encode(data)
    return url_event(
        UrlRequest(
            url_id=url_id,
            method=exchange.head.method,
            path=path,
            query=split(exchange.head.target)[1],
            headers=_forwarded(arrival),
            source_ip=exchange.peer,
            request_id=arrival.request_id,
            time=time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(arrival.time)),
            time_epoch=int(arrival.time * 1000),
            body=body,
            signer=signed,
        )
    )


def _forwarded(arrival: Arrival) -> Headers:
    """Return the client's headers and what the URL adds."""
    exchange = arrival.exchange
    headers = visible(exchange.head.headers).copy()
    _, _, port = arrival.sent.get("host", "").partition(":")
    length = arrival.sent.get("content-length")
    if length is not None:
        headers.set("content-length", length)
    headers.set("x-forwarded-for", passed_on(headers, exchange.peer))
    headers.set("x-forwarded-port", port or ("443" if exchange.secure else "80"))
    headers.set("x-forwarded-proto", "https" if exchange.secure else "http")
    headers.set("x-amzn-trace-id", arrival.trace_id)
    return headers


def _headers(url: FunctionUrl, response: UrlResponse, origin: str | None) -> Headers:
    """Return the function's headers, those of CORS its URL's own.

    What is about a connection, or is the server's to say, vanishes (unconfirmed in detail).
    """
    headers = response.headers
    if url.cors is not None:
        headers = [*cors.without_own(headers), *cors.of_answer(url.cors, origin)]
    return Headers((name, value) for name, value in headers if name.lower() not in PROXY_RESPONSE)


def _about(url: FunctionUrl, arrival: Arrival) -> Attributes:
    return {
        "http.request.method": arrival.exchange.head.method,
        "octetgate.function_url.id": url.url_id,
        "octetgate.request.id": arrival.request_id,
    }


def _mark(reply: Reply, arrival: Arrival) -> None:
    reply.fresh = (
        ("x-amzn-RequestId", "x-amzn-requestid", arrival.request_id),
        ("X-Amzn-Trace-Id", "x-amzn-trace-id", arrival.trace_id),
    )
