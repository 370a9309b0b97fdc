"""One connection of a function's process to its Runtime API.

The processes are ours and speak plain HTTP/1.1, but what runs in them is not: whatever
arrives is bounded, and what is not HTTP ends the connection.
"""

import asyncio
from http import HTTPStatus
from typing import Protocol, cast

import httptools

from octetgate.adapters.runners import _peer
from octetgate.adapters.runners._stream import Sink
from octetgate.core.functions.runtime_api import Refused, Reply
from octetgate.core.http.headers import Field, Headers

HEAD_LIMIT = 256 * 1024
"""Bytes of one request's path and headers; clients put whole stack traces into a header."""
_JOINED = 32 * 1024
"""A body up to this size leaves in one piece with its head."""
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Listener(Protocol):
    """The one who acts on what a process says."""

    def opened(self, link: "Link", method: str, path: str, headers: Headers) -> Sink | None:
        """Return where the body goes as it arrives, or None if it is to be kept."""

    def hear(
        self, link: "Link", method: str, path: str, headers: Headers, body: bytes | None
    ) -> None:
        """Act on one request; ``body`` is None if it was longer than the limit.

        It is empty if there was a sink for it; ``headers`` then have the trailers as well.
        """

    def hung_up(self, link: "Link") -> None:
        """Take notice that the connection is closed."""


class Link(asyncio.Protocol):
    """Reads requests, one after the other, and writes replies."""

    def __init__(self, listener: Listener, body_limit: int, user: int | None = None) -> None:
        """``user`` is the only one who may speak here, if there is one."""
        self._listener = listener
        self._body_limit = body_limit
        self._user = user
        self._is_parsing = False
        self._unanswered = 0
        self._held: list[bytes] = []
        """Replies that are not written yet."""
        self._parser = httptools.HttpRequestParser(self)
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._user is not None and _peer.user(transport) != self._user:
            # Loopback is everybody's: another function could take this one's events.
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._listener.hung_up(self)

    def data_received(self, data: bytes) -> None:
        self._is_parsing = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._is_parsing = False
            if not self._transport.is_closing():
                self.reply(Refused(400, "InvalidRequest", f"expected HTTP/1.1; {error}").reply)
                self.close()
        else:
            self._is_parsing = False
            if self._unanswered == 0:
                self._let_go()
            self._bound_head(len(data))

    def _bound_head(self, arrived: int) -> None:
        """End the connection if a head goes on for ever; the parser would keep it all."""
        self._head_size += arrived if self._in_head else 0
        if self._head_size > HEAD_LIMIT:
            self.close()

    # The parser calls these.

    def on_message_begin(self) -> None:
        self._path = b""
        self._fields: list[Field] = []
        self._head_size = 0
        self._in_head = True
        self._body: list[bytes] = []
        self._body_size = 0
        self._sink: Sink | None = None

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        text = name.decode("latin-1")
        self._fields.append((text, text.lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_size = 0
        # Trailers are added to the same list.
        self._headers = Headers.of_fields(self._fields)
        self._asked = self._parser.get_method().decode("ascii"), self._path.decode("latin-1")
        if (self._headers.get("expect") or "").lower() == "100-continue":
            self._let_go()
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._sink = self._listener.opened(self, *self._asked, self._headers)

    def on_body(self, piece: bytes) -> None:
        if self._sink is not None:
            self._sink.feed(piece)
            return
        self._body_size += len(piece)
        if self._body_size > self._body_limit:
            self._body.clear()
        else:
            self._body.append(piece)

    def on_message_complete(self) -> None:
        self._unanswered += 1
        too_long = self._body_size > self._body_limit
        self._listener.hear(
            self,
            *self._asked,
            self._headers,
            None if too_long else b"".join(self._body),
        )
        self._body.clear()

    def hold_reading(self) -> None:
        """Let the process wait with what it writes; may be called more than once."""
        self._transport.pause_reading()

    def go_on_reading(self) -> None:
        """Read again; may be called more than once."""
        self._transport.resume_reading()

    def reply(self, reply: Reply) -> None:
        """Write one response."""
        head = _head(reply)
        self._held += (head, reply.body)
        self._unanswered = max(0, self._unanswered - 1)
        if not self._is_parsing:
            self._let_go()

    def _let_go(self) -> None:
        """Write what was replied.

        Who asks for the next call together with the answer to the last waits for both replies:
        they are written as one, when there is a call, and wake the process once.
        """
        held, self._held = self._held, []
        if held and len(held[-1]) <= _JOINED:
            self._transport.write(b"".join(held))
        elif held:
            self._transport.writelines(held)

    def close(self) -> None:
        self._let_go()
        self._transport.close()


def _head(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {_PHRASES[reply.status]}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    lines.append(f"Content-Length: {len(reply.body)}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1")
