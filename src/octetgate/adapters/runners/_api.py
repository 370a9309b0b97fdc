"""The Runtime API of one process, on a loopback port of its own.

Requests are read and replies are written here; what they mean for the process is its worker's
business.  Our own runtimes have a line instead, but whatever runs in them may ask here too.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from octetgate.adapters.runners._link import Link
from octetgate.adapters.runners._stream import Sink
from octetgate.core.functions import runtime_api
from octetgate.core.functions.lifecycle import OutOfTurn
from octetgate.core.functions.runtime_api import (
    Answer,
    Assignment,
    Failure,
    InitFailure,
    Next,
    Reply,
    Request,
)
from octetgate.core.http.headers import Headers


class Process(Protocol):
    """The one who knows what the process may say now; its methods raise OutOfTurn."""

    def asked(self, asking: Link) -> None:
        """Take notice that it wants a call."""

    def init_failed(self, payload: bytes) -> None:
        """Take notice that it cannot start."""

    def assignment(self) -> Assignment | None:
        """Return the call that it has."""

    def begin(self, answering: Link, content_type: str | None) -> Sink | None:
        """Return where its answer goes as it arrives, if somebody takes it so."""

    def take(self, answering: Link, payload: bytes | None, *, failed: bool) -> Reply:
        """Take its answer, None if that was too long; return what to say to that."""

    def hung_up(self, link: Link) -> None:
        """Take notice that it closed a connection."""


class Api:
    """Serves the process; others of the machine are turned away where that can be known."""

    def __init__(self, process: Process, answer_limit: int, user: Callable[[], int | None]) -> None:
        """``user`` returns the only one who may speak here, if there is one."""
        self._process = process
        self._answer_limit = answer_limit
        self._user = user
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Return the port that it listens on from now on; raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def _accept(self) -> Link:
        link = Link(self, self._answer_limit, self._user())
        self._links.add(link)
        return link

    def close(self) -> None:
        """Close every connection."""
        for link in list(self._links):
            link.close()
        if self._server is not None:
            self._server.close()

    # --- What is said on a connection ---

    def hear(
        self, link: Link, method: str, path: str, headers: Headers, body: bytes | None
    ) -> None:
        try:
            request = runtime_api.understand(method, path, headers, body or b"")
            reply = self._act(link, request, too_long=body is None)
        except runtime_api.Refused as refusal:
            reply = refusal.reply
        except OutOfTurn as error:
            reply = runtime_api.out_of_turn(str(error))
        if reply is not None:
            link.reply(reply)

    def _act(self, link: Link, request: Request, *, too_long: bool) -> Reply | None:
        """Return the reply, if it is due now."""
        match request:
            case Next():
                self._process.asked(link)
                return None
            case InitFailure(payload=payload):
                self._process.init_failed(payload)
                return runtime_api.ACCEPTED
            case Answer() | Failure():
                if (assignment := self._process.assignment()) is not None:
                    runtime_api.check(request, assignment)
                whole = None if too_long else request.payload
                return self._process.take(link, whole, failed=isinstance(request, Failure))

    def opened(self, link: Link, method: str, path: str, headers: Headers) -> Sink | None:
        """Return where an answer goes that streams to a caller who takes it so.

        Whatever else it may be is kept, and judged when it is whole.
        """
        beginning = runtime_api.beginning(method, path, headers)
        assignment = self._process.assignment()
        if beginning is None or assignment is None:
            return None
        try:
            runtime_api.check(beginning, assignment)
            return self._process.begin(link, beginning.content_type)
        except (runtime_api.Refused, OutOfTurn):
            return None

    def hung_up(self, link: Link) -> None:
        self._links.discard(link)
        self._process.hung_up(link)
