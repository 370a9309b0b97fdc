"""The server's side of an HTTP/1.1 connection: requests in, one reply each, in order.

A connection is receiving a head, or has an exchange in hand, or is leaving.  The exchange's
handler is a task that it has to itself; requests that arrive meanwhile wait, and reading stops
when too many bytes of them do.

What happens when the client leaves (``connection_lost``):

- whoever waits for the request's body gets ClientGone;
- whoever waits in ``send`` for the client gets ClientGone;
- a handler that waits for anything else is cancelled, so that an upstream is freed at once.
  Inside ``send`` that cancellation, too, is turned into ClientGone.

A client that only half-closes (FIN after its request) is still there and gets its answer.
"""

import asyncio
import socket
import struct

from octetgate.adapters.wire.flow import Inlet, Wire
from octetgate.adapters.wire.framing import Chunked, Counted
from octetgate.adapters.wire.h1_exchange import CLOSE, ServerExchange
from octetgate.adapters.wire.heads import (
    HEAD_END,
    MAX_HEAD,
    MAX_REQUEST_LINE,
    BadHead,
    Framing,
    check_partial_head,
    read_request,
)
from octetgate.adapters.wire.listener import DescribeTls, Listener
from octetgate.adapters.wire.writing import status_line
from octetgate.core.http.body import Body
from octetgate.core.http.message import RequestHead
from octetgate.core.ports.exchange import ClientGone

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)
_PIPELINED_BYTES = 64 * 1024
_WINDOW_BYTES = 64 * 1024
_DRAINED_BYTES = 256 * 1024
"""Rather than read more than this of a body that nobody wants, the connection is given up."""


class ServerConnection(Wire):
    """One client."""

    def __init__(self, listener: Listener, describe: DescribeTls | None = None) -> None:
        super().__init__(listener.settings.write_buffer_bytes)
        self._describe = describe
        self._listener = listener
        self._settings = listener.settings
        self.trusted_proxies = listener.settings.trusted_proxies
        self.clock = listener.clock
        self.clock.wake()
        self._since = self.clock.now
        """When what this connection waits for last came nearer."""
        self._unsent = 0
        self._held: bytes | bytearray = b""
        """Bytes of a head that is not whole, or of requests whose turn has not come."""
        self._at = 0
        """Where in ``_held`` the bytes begin that nobody has taken."""
        self._scanned = 0
        """How many of these are known not to hold the end of a head."""
        self._exchange: ServerExchange | None = None
        self._task: asyncio.Task[None] | None = None
        self._finished: asyncio.Future[None] | None = None
        """Told when the exchange in hand is over, while somebody waits for that."""
        self._inlet: Inlet | None = None
        """The request's body while it is arriving."""
        self._fault: BadHead | None = None
        """What was wrong with the request's body."""
        self._half_closed = False
        self._leaving = False
        self.peer = ""

    # --- What arrives ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if isinstance(peer, tuple) else ""
        if self._describe is not None:
            self.tls = self._describe(transport.get_extra_info("ssl_object"))
        self._listener.entered(self)
        if len(self._listener.connections) > self._settings.max_connections:
            self._refuse(BadHead("too many connections", 503))

    def data_received(self, data: bytes) -> None:
        if self._inlet is not None:
            data = self._receive_body(self._inlet, data)
            if not data:
                return
        if self._leaving:
            return
        alone = self._exchange is None and not self._held and data.endswith(HEAD_END)
        if alone and data.find(HEAD_END) == len(data) - 4:
            self._receive_only_head(data)
            return
        self._hold(data)
        if self._exchange is None:
            self._receive_head()
        elif len(self._held) - self._at > _PIPELINED_BYTES:
            self.hold_reading()

    def eof_received(self) -> bool:
        self._half_closed = True
        if self._inlet is not None:
            self._break_body(self._inlet, BadHead("expected a whole body, found its beginning"))
        return self._exchange is not None and not self._exchange.complete

    def connection_lost(self, exc: Exception | None) -> None:
        gone = ClientGone("the client closed the connection")
        told = self.lose(gone)
        if self._inlet is not None:
            told = self._inlet.fail(gone) or told
        self._since = self.clock.now
        if self._task is None:
            self._left()
        elif not told:
            self._task.cancel()

    def _hold(self, data: bytes) -> None:
        """Keep what came behind what is held; a piece alone is not copied."""
        if not self._held:
            self._held = data
        elif self._at or isinstance(self._held, bytes):
            self._held = bytearray(memoryview(self._held)[self._at :])
            self._held += data
            self._at = 0
        else:
            self._held += data

    def _peek(self, size: int) -> bytes:
        """Return so many of the bytes held, or what there is of them."""
        return bytes(self._held[self._at : self._at + size])

    def _skip(self, size: int) -> None:
        """Let go of so many of the bytes held."""
        self._at += size
        if self._at == len(self._held):
            self._held, self._at = b"", 0

    def _receive_only_head(self, data: bytes) -> None:
        """Take a piece that is one head and nothing else, as most are."""
        try:
            if len(data) > MAX_HEAD:
                raise BadHead(f"expected at most {MAX_HEAD} bytes of header", 431)
            self._begin(*read_request(data[:-4]))
        except BadHead as error:
            self._refuse(error)

    def _receive_head(self) -> None:
        end = self._held.find(HEAD_END, self._at + self._scanned)
        try:
            if end < 0:
                self._await_head()
                return
            if end - self._at > MAX_HEAD:
                raise BadHead(f"expected at most {MAX_HEAD} bytes of header", 431)
            self._scanned = 0
            raw = self._peek(end - self._at)
            self._skip(len(raw) + len(HEAD_END))
            self._begin(*read_request(raw))
        except BadHead as error:
            self._refuse(error)

    def _await_head(self) -> None:
        if self._at:
            self._held, self._at = self._held[self._at :], 0
        held = self._held
        if not held:
            return
        if not self._scanned:
            self._since = self.clock.now
        check_partial_head(held, self._scanned, MAX_REQUEST_LINE)
        self._scanned = max(0, len(held) - 3)

    def _begin(self, head: RequestHead, framing: Framing) -> None:
        body = Body() if framing.length == 0 else self._open_body(framing)
        reader = None if self._inlet is None else self._inlet.reader
        self._exchange = exchange = ServerExchange(self, head, body, framing, reader)
        self._task = self._listener.handlers.answer(exchange, self._finish)

    def _open_body(self, framing: Framing) -> Body:
        """Return the body: ready when it came with its head, else as it comes."""
        length = framing.length
        reader = Chunked() if length is None else Counted(length)
        pieces = []
        unasked = framing.expects_continue and not self._held
        while self._held and not reader.ended:
            # In windows, so that many small requests in one piece are not copied again and again.
            window = self._peek(length or _WINDOW_BYTES)
            pieces.append(reader.feed(window))
            self._skip(len(window) - len(reader.rest))
        if reader.ended:
            return Body.of(b"".join(pieces))
        self._inlet = inlet = Inlet(self, reader, self._say_continue if unasked else None)
        self._since = self.clock.now
        self.go_on_reading()
        for piece in filter(None, pieces):
            inlet.put(piece)
        return Body(inlet, length=length)

    def _receive_body(self, inlet: Inlet, data: bytes) -> bytes:
        """Hand on what belongs to the body; return what came after it."""
        self._since = self.clock.now
        try:
            if not inlet.feed(data):
                return b""
        except BadHead as fault:
            self._break_body(inlet, fault)
            return b""
        self._inlet = None
        if self._exchange is not None and self._exchange.complete:
            self._next()
        return inlet.reader.rest

    def progress(self) -> None:
        self._since = self.clock.now

    def _break_body(self, inlet: Inlet, fault: BadHead) -> None:
        """The request will never be whole: nothing more is understood on this connection."""
        self._inlet = None
        self._fault = fault
        inlet.fail(ClientGone(str(fault)))

    def _say_continue(self) -> None:
        if self.lost is None:
            self.push()
            self.transport.write(_CONTINUE)

    # --- The exchange ---

    def _finish(self, exchange: ServerExchange) -> None:
        """Decide what becomes of the connection after an exchange."""
        self._task = None
        self._since = self.clock.now
        if self._finished is not None and not self._finished.done():
            self._finished.set_result(None)
        if self.lost is not None:
            self._left()
        elif not exchange.complete:
            self._give_up(exchange)
        elif not exchange.keep_alive or self._half_closed or self._listener.closing:
            self._leave(linger=self._inlet is not None or bool(self._held))
        elif self._inlet is None:
            self._next()
        else:
            exchange.body.close()

    def _left(self) -> None:
        """Let go of the last exchange, which leads back here: nobody else breaks that circle."""
        self._exchange = None
        self._inlet = None
        self._listener.left(self)

    def _give_up(self, exchange: ServerExchange) -> None:
        """End an exchange that has no whole reply."""
        if exchange.started:
            self.cut()
        elif self._fault is not None:
            self._refuse(self._fault)
        else:
            self._refuse(BadHead("the request was not answered", 500))

    def _next(self) -> None:
        """Turn to the next request, which may be here already."""
        self._exchange = None
        if len(self._held) - self._at <= _PIPELINED_BYTES:
            self.go_on_reading()
        if self._held:
            self._receive_head()

    def may_keep(self, framing: Framing) -> bool:
        """Return whether the connection can serve another request after this one's reply."""
        if not framing.keep_alive or self._half_closed or self._listener.closing:
            return False
        inlet = self._inlet
        if inlet is None:
            return self._fault is None
        reader = inlet.reader
        small = isinstance(reader, Counted) and reader.left <= _DRAINED_BYTES
        return small and not inlet.unbegun

    # --- Leaving ---

    def _refuse(self, error: BadHead) -> None:
        """Answer what never became an exchange, or got no reply, and close."""
        text = f"{error}\n".encode("ascii", "backslashreplace")
        if self._exchange is None:
            self._listener.refused(self.peer, error.status, str(error))
        self.push()
        self.transport.write(
            b"%b%bContent-Type: text/plain\r\nContent-Length: %d\r\n%b%b"
            % (status_line(error.status), self.clock.date, len(text), CLOSE, text)
        )
        self._leave(linger=True)

    def _leave(self, *, linger: bool) -> None:
        """Close so that the last reply is heard.

        Closing while the client is still sending would reset the connection, and a reset takes
        away what the client has not read yet.  So only our side is closed, and what comes is
        thrown away for a while.
        """
        self._leaving = True
        self.push()
        if self._half_closed or not linger:
            self.transport.close()
        if self.transport.is_closing():
            return
        self._since = self.clock.now
        self._held, self._at = b"", 0
        if self._inlet is not None:
            self._inlet.close()
            self._inlet = None
        self.go_on_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def cut(self) -> None:
        """End the connection in a way that shows that the reply is not whole."""
        exchange = self._exchange
        self.push()
        if exchange is None or not exchange.ends_with_connection:
            # What was written is delivered; the missing end of the framing tells the rest.
            self.transport.close()
            return
        # A close would look like the reply's end, so it has to be a reset.
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    async def end(self) -> None:
        """Close at once, whatever is going on."""
        task = self._task
        if task is not None:
            # Where the client has just left, the cancellation turns into ClientGone, and the
            # task goes on to other exchanges: then it is done with ours and does not end.
            self._finished = self.loop.create_future()
            task.cancel()
            await asyncio.wait([task, self._finished], return_when=asyncio.FIRST_COMPLETED)
        self.transport.abort()

    def end_if_idle(self) -> None:
        """Close unless an exchange is in hand; then its reply will be the last."""
        if self._exchange is None and not self._leaving:
            self.push()
            self.transport.close()

    # --- Deadlines ---

    def sweep(self, now: float) -> None:
        """Give up whatever has waited too long."""
        if self.lost is not None:
            self._sweep_lost(now)
        elif self.transport.get_write_buffer_size():
            self._sweep_writing(now)
        else:
            self._unsent = 0
            if now - self._since > self._patience(now):
                self._expire()

    def _patience(self, now: float) -> float:
        settings = self._settings
        if self._leaving:
            return settings.linger_seconds
        if self._exchange is None:
            return settings.head_seconds if self._held else settings.idle_seconds
        if self._inlet is None:
            return float("inf")
        if not self._inlet.wanted and not self._exchange.complete:
            self._since = now  # It is the application that takes its time.
        return settings.body_seconds

    def _expire(self) -> None:
        if self._inlet is not None and self._exchange is not None and not self._exchange.complete:
            fault = BadHead("expected the rest of the body, it did not come", 408)
            self._break_body(self._inlet, fault)
        elif self._exchange is None and self._held:
            self._refuse(BadHead("expected the rest of the head, it did not come", 408))
        else:
            self.transport.abort()

    def _sweep_writing(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent = unsent
            self._since = now
        elif now - self._since > self._settings.write_seconds:
            self.transport.abort()

    def _sweep_lost(self, now: float) -> None:
        # It was told that the client is gone and went on nevertheless.
        if self._task is not None and now - self._since > self._settings.body_seconds:
            self._task.cancel()
