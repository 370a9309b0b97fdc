"""One request in hand on a server's connection, and the reply that it is owed."""

import asyncio
from typing import TYPE_CHECKING

from octetgate.adapters.wire.framing import Reader
from octetgate.adapters.wire.heads import Framing
from octetgate.adapters.wire.relay import relay
from octetgate.adapters.wire.writing import reply_lines, status_line
from octetgate.core.http.body import Body
from octetgate.core.http.forwarded import client, is_in, is_secure
from octetgate.core.http.message import RequestHead
from octetgate.core.ports.exchange import Reply

if TYPE_CHECKING:
    from octetgate.adapters.wire.h1_server import ServerConnection

_KEEP_ALIVE = b"Connection: keep-alive\r\n\r\n"
CLOSE = b"Connection: close\r\n\r\n"
_JOINED_BYTES = 64 * 1024
"""Up to here copying a body behind its head is cheaper than a write of its own."""


class ServerExchange:
    """The one request in hand, and the reply it is owed."""

    __slots__ = (
        "_connection",
        "_framing",
        "_reader",
        "body",
        "complete",
        "ends_with_connection",
        "head",
        "keep_alive",
        "peer",
        "secure",
        "sent",
        "started",
        "tls",
    )

    def __init__(
        self,
        connection: "ServerConnection",
        head: RequestHead,
        body: Body,
        framing: Framing,
        reader: Reader | None,
    ) -> None:
        """``reader`` is what the rest of the body comes through; None when it is all here."""
        self._connection = connection
        self._reader = reader
        self._framing = framing
        self.head = head
        self.body = body
        self.peer = connection.peer
        self.secure = connection.secure
        if connection.trusted_proxies and is_in(self.peer, connection.trusted_proxies):
            self.peer = client(self.peer, head.headers, connection.trusted_proxies)
            self.secure = is_secure(head.headers, otherwise=self.secure)
        self.tls = connection.tls
        self.started = False
        self.sent = 0
        self.complete = False
        """Whether the whole reply has been handed to the transport."""
        self.keep_alive = False
        self.ends_with_connection = False
        """Whether nothing but the connection's end says where the reply ends."""

    @property
    def received(self) -> int:
        return (self.body.length or 0) if self._reader is None else self._reader.received

    async def send(self, reply: Reply) -> None:
        connection = self._connection
        try:
            if self.started:
                raise RuntimeError("an exchange is owed one reply, and this is the second")
            if connection.lost is not None:
                raise connection.lost
            data = reply.body.ready
            if self.head.method == "HEAD" or reply.status in {204, 304}:
                self._send_head(reply)
            elif data is not None:
                self._send_ready(reply, data)
            else:
                await self._stream(reply, reply.body)
            if connection.paused:
                await connection.drain()
            self.complete = True
        except asyncio.CancelledError:
            reply.body.close()
            task = asyncio.current_task()
            if connection.lost is None or task is None or task.uncancel():
                raise
            raise connection.lost from None
        except BaseException:
            reply.body.close()
            raise

    def abort(self) -> None:
        self.started = True
        self._connection.cut()

    def _send_head(self, reply: Reply) -> None:
        """Answer what has no body on the wire; only HEAD may say how long it would be."""
        length = None if reply.status in {204, 304} else reply.body.length
        self._connection.write_soon(self._head(reply, length, chunked=False))
        reply.body.close()

    def _send_ready(self, reply: Reply, data: bytes) -> None:
        connection = self._connection
        head = self._head(reply, len(data), chunked=False)
        if len(data) <= _JOINED_BYTES:
            connection.write_soon(head + data)
        else:
            connection.push()
            connection.transport.write(head)
            connection.transport.write(data)
        self.sent = len(data)

    async def _stream(self, reply: Reply, body: Body) -> None:
        chunked = body.length is None and self.head.version == "HTTP/1.1"
        self.ends_with_connection = body.length is None and not chunked
        connection, length = self._connection, body.length
        transport = connection.transport
        connection.push()
        transport.write(self._head(reply, length, chunked=chunked))
        if length is not None:
            self.sent += await relay(body, connection)
        while piece := await body.read():
            if connection.lost is not None:
                raise connection.lost
            self.sent += len(piece)
            if chunked:
                transport.writelines((b"%x\r\n" % len(piece), piece, b"\r\n"))
            elif length is None or self.sent <= length:
                transport.write(piece)
            else:
                break
            if connection.paused:
                await connection.drain()
        if chunked:
            transport.write(b"0\r\n\r\n")
        elif length is not None and self.sent != length:
            self.abort()
            raise ValueError(f"expected {length} bytes of reply, found {self.sent}")

    def _head(self, reply: Reply, length: int | None, *, chunked: bool) -> bytes:
        """Return the reply's head, and from here on it has started."""
        if length is not None:
            framing = b"Content-Length: %d\r\n" % length
        else:
            framing = b"Transfer-Encoding: chunked\r\n" if chunked else b""
        connection = self._connection
        keep = not self.ends_with_connection and connection.may_keep(self._framing)
        first, lines = status_line(reply.status), reply_lines(reply.headers, reply.fresh)
        end = _KEEP_ALIVE if keep else CLOSE
        head = b"".join((first, connection.clock.date, lines, framing, end))
        self.keep_alive = keep
        self.started = True
        return head
