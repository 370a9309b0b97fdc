"""A visitor's call while it is made: both bodies pass piece by piece, and leaving ends it.

The answer of a tried API is data here and never an answer of the console's own: its status and
headers stand in one header of ours, its bytes in a body that no browser shows or runs, and what
is told about the call comes behind them.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from octetgate.core.http.body import Body
from octetgate.core.ports.exchange import ClientGone

ANSWER = "x-octetgate-answer"
"""Has the tried API's status and headers: JSON in Base64."""
_LENGTH_BYTES = 4
"""At the very end stands how long the part before it is that tells about the call."""
_SAMPLE_BYTES = 128
"""As much of a body's beginning is looked at to explain what became of it."""

_T = TypeVar("_T")

_INERT = {
    # The policy for a document that is none: should a browser ever show these bytes as a page,
    # that page has no origin, no scripts and nothing to load.
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Content-Disposition": 'attachment; filename="answer"',
    "Content-Type": "application/octet-stream",
}


class Upload:
    """The body that a visitor sends, as a source; it knows when they leave."""

    def __init__(self, request: Request) -> None:
        self._receive = request.receive
        self._over = asyncio.Event()
        self._ended = False
        self.sample = b""
        """How it began."""
        self.received = 0
        """Bytes so far."""
        stated = request.headers.get("content-length")
        self._length = int(stated) if stated else None

    def body(self) -> Body:
        """Return it as a body."""
        if self._length == 0:
            self.close()
            return Body.of(b"")
        return Body(self, length=self._length)

    async def read(self) -> bytes:
        """Return the next piece; ClientGone if it will never be whole."""
        while not self._ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone("the visitor left")
            piece: bytes = message.get("body", b"")
            if not message.get("more_body", False):
                self._ended = True
                self._over.set()
            if piece:
                self.received += len(piece)
                self.sample = self.sample or piece[:_SAMPLE_BYTES]
                return piece
        return b""

    def close(self) -> None:
        """Read no further; what still comes is thrown away."""
        self._ended = True
        self._over.set()

    async def while_here(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Return what comes of the work; if the visitor leaves, it is cancelled: ClientGone."""
        async with asyncio.TaskGroup() as group:
            doing = group.create_task(_outcome(work))
            leaving = group.create_task(self._leave())
            await asyncio.wait([doing, leaving], return_when=asyncio.FIRST_COMPLETED)
            doing.cancel()
            leaving.cancel()
        if doing.cancelled():
            raise ClientGone("the visitor left")
        value, error = doing.result()
        if error is not None:
            raise error
        return cast("_T", value)

    async def _leave(self) -> None:
        # As long as the body comes, whoever reads it hears of it.
        await self._over.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _outcome(work: Coroutine[Any, Any, _T]) -> tuple[_T | None, Exception | None]:
    try:
        return await work, None
    except Exception as error:  # noqa: BLE001  # It is raised where it is waited for.
        return None, error


class Answer(Response):
    """The answer of a tried API: its bytes as they come, then what is told about the call."""

    def __init__(
        self,
        upload: Upload,
        head: Mapping[str, Any],
        pieces: Callable[[], AsyncIterator[bytes]],
        told: Callable[[], Awaitable[str]],
    ) -> None:
        known = base64.b64encode(json.dumps(head).encode()).decode()
        super().__init__(headers={**_INERT, ANSWER: known})
        # How long it is nobody knows before it is over.
        del self.headers["content-length"]
        self._upload = upload
        self._pieces = pieces
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it for as long as the visitor is there."""
        del scope, receive
        with contextlib.suppress(ClientGone):
            await self._upload.while_here(self._send(send))

    async def _send(self, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        async for piece in self._pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        told = (await self._told()).encode()
        length = len(told).to_bytes(_LENGTH_BYTES, "big")
        await send({"type": "http.response.body", "body": told + length})
