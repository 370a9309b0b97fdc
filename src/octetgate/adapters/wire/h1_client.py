"""The client's side of an HTTP/1.1 connection: one call at a time, both directions at once.

The response is read while the request's body is still being written.  A response that is over
before the upload is, or that refuses it, stops the upload; such a connection is not used again.
"""

import asyncio
import select
from collections.abc import Callable

from octetgate.adapters.wire.flow import Inlet, Wire
from octetgate.adapters.wire.framing import UntilClosed
from octetgate.adapters.wire.heads import (
    HEAD_END,
    MAX_HEAD,
    BadHead,
    Framing,
    check_partial_head,
    read_response,
    stated_length,
)
from octetgate.adapters.wire.relay import relay
from octetgate.adapters.wire.responses import NOTHING, ResponseBody, reader_of
from octetgate.adapters.wire.writing import write_request
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.upstream import (
    StreamLimits,
    UpstreamBroken,
    UpstreamRequest,
    UpstreamResponse,
    UpstreamTimeout,
)

_JOINED_BYTES = 64 * 1024
"""Up to here copying a body behind its head is cheaper than a write of its own."""
_NEVER = float("inf")
_FRESH_SECONDS = 0.5


class ClientConnection(Wire):
    """One connection to an origin."""

    def __init__(
        self,
        idle: Callable[["ClientConnection"], None],
        gone: Callable[["ClientConnection"], None],
        write_buffer_bytes: int,
    ) -> None:
        super().__init__(write_buffer_bytes)
        self._idle = idle
        """Told when the connection can take another call."""
        self._gone = gone
        """Told once, when it never will."""
        self.born = self.since = self.loop.time()
        """``since``: when it became idle, or a byte of a body came."""
        self.calls = 0
        self._method = ""
        self._answer: asyncio.Future[UpstreamResponse] | None = None
        """Waits for the response's head."""
        self._heard = False
        """Whether any byte of a response has come."""
        self._written = 0
        self._unsent = 0
        self._timeout = 0.0
        self._deadline = _NEVER
        self._stream: StreamLimits | None = None
        self._ends_at = _NEVER
        """When a response that streams has to be over."""
        self._timer: asyncio.TimerHandle | None = None
        self._held = b""
        self._scanned = 0
        self._inlet: Inlet | None = None
        """The response's body while it is arriving."""
        self._keep_alive = True
        self._upload: asyncio.Task[None] | None = None
        """Writes a request's body that was not ready; owned, and ended, by this connection."""
        self._upload_body: Body | None = None

    # --- A call ---

    @property
    def busy(self) -> bool:
        """Whether a call is not over."""
        return self._answer is not None or self._inlet is not None or self._upload is not None

    def usable(self) -> bool:
        """Whether an idle connection is still open, as far as we can know.

        The end of one that has been idle for a while may have arrived without the loop having
        got to it; a call sent into it would be lost, and nobody may repeat it.
        """
        if self.transport.is_closing():
            return False
        if self.loop.time() - self.since < _FRESH_SECONDS:
            return True
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        """Return the response once its head is here; see the port for the errors."""
        answer = self.ask(request)
        try:
            return await answer
        except BaseException:
            self.give_up(answer)
            raise

    def ask(self, request: UpstreamRequest) -> "asyncio.Future[UpstreamResponse]":
        """Write the request; the future gets the response, or the error.

        Whoever stops waiting for it has to :meth:`give_up`.
        """
        self._answer = answer = self.loop.create_future()
        try:
            self._write(request)
        except BaseException:
            self.abort()
            raise
        return answer

    def give_up(self, answer: "asyncio.Future[UpstreamResponse]") -> None:
        """Free what an answer holds that nobody waits for any more."""
        # Once answered, the connection may be another call's.
        if self._answer is answer:
            self.abort()
        elif answer.done() and not answer.cancelled() and not answer.exception():
            answer.result().body.close()

    def _write(self, request: UpstreamRequest) -> None:
        body, ready = request.body, request.body.ready
        head = write_request(
            request.method, request.target, request.headers, body.length, request.fresh
        )
        self.calls += 1
        self._method = request.method
        self._heard = False
        self._keep_alive = True
        self._timeout = request.timeout_ms / 1000
        self._stream = request.stream
        if request.stream is not None:
            self._ends_at = self.loop.time() + request.stream.seconds
        if ready is None:
            self._upload_body = body
            self._written = len(head)
            self.transport.write(head)
            self._upload = self.loop.create_task(self._pour(body))
            return
        self._written = len(head) + len(ready)
        if len(ready) <= _JOINED_BYTES:
            self.write_soon(head + ready)
        else:
            self.transport.write(head)
            self.transport.write(ready)
        self._await_head()

    async def _pour(self, body: Body) -> None:
        """Write the body as fast as it comes and the upstream takes it."""
        try:
            if body.length is None:
                await self._pour_chunks(body)
            else:
                await self._pour_counted(body, body.length)
        except Exception as error:  # noqa: BLE001  # it belongs to whoever waits for the answer
            self._fail(error)
        else:
            self._uploaded()

    async def _pour_counted(self, body: Body, length: int) -> None:
        sent = await relay(body, self)
        if self.paused:
            await self.drain()
        while piece := await body.read():
            sent += len(piece)
            if sent > length:
                break
            self.transport.write(piece)
            if self.paused:
                await self.drain()
        if sent != length:
            raise ValueError(f"expected {length} bytes of request, found {sent}")

    async def _pour_chunks(self, body: Body) -> None:
        while piece := await body.read():
            self.transport.writelines((b"%x\r\n" % len(piece), piece, b"\r\n"))
            if self.paused:
                await self.drain()
        self.transport.write(b"0\r\n\r\n")

    def _uploaded(self) -> None:
        self._upload = self._upload_body = None
        if self._answer is not None:
            self._await_head()
        elif self._inlet is None:
            self._over()

    def _stop_upload(self) -> None:
        """The upstream has said enough; the rest of the request stays unsaid."""
        if self._upload is None:
            return
        self._keep_alive = False
        self._upload.cancel()
        self._upload = None
        if self._upload_body is not None:
            self._upload_body.close()
            self._upload_body = None

    def _over(self) -> None:
        """The response is complete: pass the connection on, or close it."""
        if self._upload is not None:
            self._stop_upload()
        self.since = self.loop.time()
        if self._keep_alive and self.lost is None and not self.transport.is_closing():
            self._idle(self)
        else:
            self.transport.close()

    def abort(self) -> None:
        """Close without more ado; nothing on this connection is of use any more."""
        self._stop_upload()
        self.transport.abort()

    def _fail(self, error: Exception) -> None:
        """Tell whoever waits for this call that it has failed."""
        answer, self._answer = self._answer, None
        if answer is not None:
            if not answer.done():
                answer.set_exception(error)
        elif self._inlet is not None:
            self._inlet.fail(error)
        self._inlet = None
        self.abort()

    # --- What arrives ---

    def data_received(self, data: bytes) -> None:
        if self._inlet is not None:
            self._receive_body(self._inlet, data)
        elif self._answer is not None:
            self._heard = True
            if self._held:
                data = self._held + data
            try:
                self._receive_head(data)
            except BadHead as error:
                self._fail(UpstreamBroken(f"expected an HTTP/1.1 response: {error}"))
        else:
            # Nobody asked: what it says next would be taken for the answer to the next call.
            self.abort()

    def eof_received(self) -> None:
        if self._ends_with_connection():
            return
        self._closed_early("the upstream closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        broken = UpstreamBroken("the upstream closed the connection")
        self.lose(broken)
        if exc is None:
            self._ends_with_connection()
        self._closed_early(f"the upstream closed the connection ({exc})")
        self._stop_upload()
        if self._timer is not None:
            self._timer.cancel()
        self._gone(self)

    def _closed_early(self, message: str) -> None:
        unsent = self.transport.get_write_buffer_size() if self.lost is None else 0
        unsent += len(self.unpushed)
        sent = self._heard or unsent < self._written
        self._fail(UpstreamBroken(message, sent=sent))

    def _receive_head(self, data: bytes) -> None:
        """Read the final response's head; interim ones are passed over."""
        while True:
            end = data.find(HEAD_END, self._scanned)
            if end > MAX_HEAD:
                raise BadHead(f"expected at most {MAX_HEAD} bytes of header", 431)
            if end < 0:
                check_partial_head(data, self._scanned)
                self._held = data
                self._scanned = max(0, len(data) - 3)
                return
            self._held, self._scanned = b"", 0
            status, headers, framing = read_response(data[:end], self._method)
            data = data[end + 4 :]
            if status == 101:
                raise BadHead("the protocol was switched, which was not asked for")
            if status >= 200:
                self._answered(status, headers, framing, data)
                return

    def _answered(self, status: int, headers: Headers, framing: Framing, rest: bytes) -> None:
        self._keep_alive = framing.keep_alive and not framing.until_closed
        if status >= 400:
            # Writing on could make the upstream reset the connection, and its answer with it.
            self._stop_upload()
        body = self._open_body(headers, framing, rest)
        answer, self._answer = self._answer, None
        if answer is None or answer.done():  # It was cancelled a moment ago.
            self.abort()
            return
        answer.set_result(UpstreamResponse(status, headers, body))
        if self._inlet is None:
            self._over()

    def _open_body(self, headers: Headers, framing: Framing, rest: bytes) -> Body:
        """Return the body: ready when it came with its head, else as it comes."""
        if framing.length == 0:
            self._keep_alive = self._keep_alive and not rest
            if self._method == "HEAD":
                return Body(NOTHING, length=stated_length(headers))
            return Body()
        if len(rest) == framing.length:
            return Body.of(rest)
        reader = reader_of(framing)
        piece = reader.feed(rest) if rest else b""
        if reader.ended:
            self._keep_alive = self._keep_alive and not reader.rest
            return Body.of(piece)
        self._inlet = inlet = ResponseBody(self, reader, self.abort)
        if piece:
            inlet.put(piece)
        return Body(inlet, length=framing.length)

    def _receive_body(self, inlet: Inlet, data: bytes) -> None:
        self.since = self.loop.time()
        try:
            ended = inlet.feed(data)
        except BadHead as error:
            self._fail(UpstreamBroken(f"expected an HTTP/1.1 response: {error}"))
            return
        if ended:
            self._keep_alive = self._keep_alive and not inlet.reader.rest
            self._inlet = None
            self._over()

    def progress(self) -> None:
        self.since = self.loop.time()

    def _ends_with_connection(self) -> bool:
        """End a body that only the connection's end delimits; return whether there was one."""
        inlet = self._inlet
        if inlet is None or not isinstance(inlet.reader, UntilClosed):
            return False
        inlet.end()
        self._inlet = None
        self._over()
        return True

    # --- Deadlines ---

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_head()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._await_head()

    def _await_head(self) -> None:
        """Let the wait for the head begin now: the upstream has taken what there was.

        The timer is one for many calls: it is left where it is unless it would ring too late,
        and looks at the deadline only when it rings.
        """
        self._deadline = self.loop.time() + self._timeout
        if self._timer is None or self._timer.when() > self._deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._answer is None:
            return
        unsent = self.transport.get_write_buffer_size() + len(self.unpushed)
        waits_for_client = self._upload is not None and not self.paused
        if waits_for_client or unsent < self._unsent:
            self._unsent = unsent
            self._await_head()
        elif self.loop.time() < self._deadline:
            self._timer = self.loop.call_at(self._deadline, self._ring)
        else:
            self._fail(UpstreamTimeout(f"no response within {self._timeout:g} s"))

    def sweep(self, now: float, body_seconds: float) -> None:
        """Give up a body that somebody waits for and that does not come, or not to its end."""
        if self._stream is not None and self._inlet is not None:
            body_seconds = self._stream.idle_seconds
            if now > self._ends_at:
                self._fail(UpstreamBroken(f"no end after {self._stream.seconds:g} s"))
        if self._inlet is None or not self._inlet.wanted:
            self.since = max(self.since, now) if self.busy else self.since
        elif now - self.since > body_seconds:
            self._fail(UpstreamBroken(f"no byte of the response for {body_seconds:g} s"))
