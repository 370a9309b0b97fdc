"""The server's side of TLS on a connection: handshake first, then a transport for what is served.

asyncio has TLS of its own.  Ours is for four things that it cannot: the host that a client names
decides what the handshake is like, also whether the client has to show a certificate; a client
that is refused hears why (asyncio drops the alert); one direction may end before the other; and
whoever dawdles in the handshake makes room for others.

Everything is encrypted and decrypted in memory, by OpenSSL; below is a plain transport, which
also keeps the rules of flow: what it says of its buffers goes straight through.
"""

import asyncio
import contextlib
import re
import ssl
from typing import Any, Protocol, cast

from octetgate.adapters.wire.client_hello import NotTls, Unfinished, server_name
from octetgate.core.ports.handshakes import Terms

BUFFER_BYTES = 256 * 1024
_PIECE_BYTES = 256 * 1024
_UNRECOGNIZED_NAME = b"\x15\x03\x03\x00\x02\x02\x70"
"""A fatal alert (RFC 6066 3); there is no context yet that could say it."""

_PLAIN_HTTP = re.compile(rb"[A-Z]{3,10} [/h*]")
_SPEAK_TLS = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 44\r\n"
    b"Connection: close\r\n\r\nthis port speaks TLS: call it with https://\n"
)
"""For who forgot the s, and would look for the mistake elsewhere."""


class Welcome(Protocol):
    """What the connections of one TLS port share."""

    seconds: float
    """What a handshake may take."""
    buffer: memoryview
    """What the kernel reads into; empty again before the next connection's turn."""

    def agree(self, server_name: str | None) -> tuple[ssl.SSLContext, Terms] | None:
        """Return how a handshake for this name goes; None if there can be none."""

    def serve(self, tls: ssl.SSLObject, terms: Terms) -> asyncio.Protocol:
        """Return what speaks to a client that came through."""

    def begun(self, connection: "TlsConnection") -> None: ...

    def over(self, connection: "TlsConnection") -> None:
        """Called once for each that has begun: it came through, or is gone."""

    def failed(self, error: Exception, terms: Terms | None, peer: str) -> None:
        """Hear why a handshake came to nothing, and with whom."""


class TlsConnection(asyncio.Transport, asyncio.BufferedProtocol):
    """One client: a protocol to the transport below, a transport to the protocol above."""

    def __init__(self, welcome: Welcome) -> None:
        super().__init__()
        self._welcome = welcome
        self._hello = b""
        """The client's first message, as far as it has come."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._terms: Terms | None = None
        self._app: asyncio.Protocol | None = None
        """None until the client came through."""
        self._reading = True
        self._ended = False
        """Whether the client has said everything."""
        self._closing = False

    # --- To the transport below ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._below = cast("asyncio.Transport", transport)
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(self._welcome.seconds, self._expire)
        self._welcome.begun(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._welcome.buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._closing and self._app is None:
            return  # It has been refused, and only has to hear of it.
        data = self._welcome.buffer[:nbytes]
        if self._tls is None:
            self._hello += data
            self._read_hello()
            return
        self._incoming.write(data)
        if self._app is None:
            self._shake_hands(self._tls)
        else:
            self._decrypt(self._tls, self._app)

    def eof_received(self) -> bool:
        if self._app is None:
            if not self._closing:
                self._fail(NotTls("the client left in the middle of the handshake"))
            return False
        self._incoming.write_eof()
        self._go_on()
        return not self._closing

    def connection_lost(self, exc: Exception | None) -> None:
        # Nothing of it leads back here any more: what OpenSSL holds is not to wait for the
        # collector.
        app, self._app, self._tls = self._app, None, None
        self._closing = True
        if app is None:
            self._patience.cancel()
            self._welcome.over(self)
        else:
            app.connection_lost(exc)

    def pause_writing(self) -> None:
        if self._app is not None:
            self._app.pause_writing()

    def resume_writing(self) -> None:
        if self._app is not None:
            self._app.resume_writing()

    # --- The handshake ---

    def _read_hello(self) -> None:
        try:
            name = server_name(self._hello)
            agreed = self._welcome.agree(name)
            if agreed is None:
                self._below.write(_UNRECOGNIZED_NAME)
                raise NotTls(f"there is no certificate for {name!r}")
        except Unfinished:
            return
        except NotTls as error:
            if _PLAIN_HTTP.match(self._hello):
                self._below.write(_SPEAK_TLS)
            self._fail(error)
            return
        context, self._terms = agreed
        tls = self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._incoming.write(self._hello)
        self._hello = b""
        self._shake_hands(tls)

    def _shake_hands(self, tls: ssl.SSLObject) -> None:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            self._send()
        except ssl.SSLError as error:
            self._send()  # the alert
            self._fail(error)
        else:
            self._send()
            self._come_through(tls, cast("Terms", self._terms))

    def _come_through(self, tls: ssl.SSLObject, terms: Terms) -> None:
        self._patience.cancel()
        self._welcome.over(self)
        app = self._app = self._welcome.serve(tls, terms)
        app.connection_made(self)
        self._decrypt(tls, app)

    def _fail(self, error: Exception) -> None:
        """Let the client hear what was written, and have nothing more of it.

        Closing while it is still sending would reset the connection, and a reset takes away
        what it has not read yet; so it has what is left of its time to close by itself.
        """
        self._closing = True
        self._welcome.failed(error, self._terms, self._peer)
        if self._below.can_write_eof():
            self._below.write_eof()

    @property
    def _peer(self) -> str:
        peer = self._below.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) else ""

    def _expire(self) -> None:
        if not self._closing:
            late = TimeoutError("the handshake took too long")
            self._welcome.failed(late, self._terms, self._peer)
        self._below.abort()

    # --- What is served ---

    def _decrypt(self, tls: ssl.SSLObject, app: asyncio.Protocol) -> None:
        """Hand on what can be read, until nobody wants more of it."""
        while self._reading and not self._ended and not self._below.is_closing():
            try:
                data = tls.read(_PIECE_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError as error:
                if isinstance(error, ssl.SSLZeroReturnError | ssl.SSLEOFError):
                    self._end(app)
                else:
                    self._send()  # the alert
                    self.abort()
                return
            if not data:
                self._end(app)
                return
            app.data_received(data)
        if self._outgoing.pending:
            self._send()  # keys may have to be changed

    def _end(self, app: asyncio.Protocol) -> None:
        """Hand on that the client has said everything; it may still be owed something."""
        self._ended = True
        if not app.eof_received():
            self.close()

    def _send(self) -> None:
        if self._outgoing.pending and not self._below.is_closing():
            self._below.write(self._outgoing.read())

    # --- To the protocol above ---

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "ssl_object":
            return self._tls
        if name == "sslcontext":
            return None if self._tls is None else self._tls.context
        return self._below.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._closing or self._below.is_closing()

    def is_reading(self) -> bool:
        return self._reading

    def pause_reading(self) -> None:
        self._reading = False
        self._below.pause_reading()

    def resume_reading(self) -> None:
        if self._reading or self._below.is_closing():
            return
        self._reading = True
        self._below.resume_reading()
        # What was decrypted no further than this waits in memory, where no socket tells of it.
        asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._tls is not None and self._app is not None:
            self._decrypt(self._tls, self._app)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._below.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self._below.get_write_buffer_size()

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        if self._tls is None or self.is_closing():
            return
        rest = memoryview(data)
        while rest:
            # OpenSSL takes a record at a time.
            rest = rest[self._tls.write(rest) :]
        self._send()

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        return self._below.can_write_eof()

    def write_eof(self) -> None:
        """Say that nothing more comes; what the client says is still read."""
        self._say_goodbye()
        if not self._below.is_closing():
            self._below.write_eof()

    def close(self) -> None:
        if self._closing:
            return
        self._say_goodbye()
        self._closing = True
        self._below.close()

    def abort(self) -> None:
        self._closing = True
        self._below.abort()

    def _say_goodbye(self) -> None:
        if self._tls is None or self.is_closing():
            return
        with contextlib.suppress(ssl.SSLError):  # The client has not said it yet, and need not.
            self._tls.unwrap()
        self._send()
