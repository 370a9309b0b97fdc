"""Functions over a Unix socket: how gateway workers and management reach the one supervisor.

Calls share one connection per process.  A caller that leaves cancels its call at the other
end; a supervisor that leaves fails the calls that it had and is looked for again by the next.
"""

import asyncio
import contextlib
import errno
import itertools
import logging
import os
import socket
from collections.abc import Awaitable, Mapping
from functools import partial
from pathlib import Path

from octetgate.adapters.runners import _frames
from octetgate.adapters.runners._address import address, prepare
from octetgate.adapters.runners._borrowing import Borrowing
from octetgate.adapters.runners._conversation import Conversation
from octetgate.adapters.runners._desk import left
from octetgate.adapters.runners._frames import (
    BadFrame,
    Begun,
    Cancel,
    Done,
    Look,
    Piece,
    Refusal,
    Seen,
    Taken,
)
from octetgate.adapters.runners._stream import Stream
from octetgate.adapters.runners._wire import FrameWire
from octetgate.core.ports.functions import (
    Invocation,
    InvokeError,
    LocalFunctions,
    Outcome,
    PayloadTooLarge,
    Provision,
)

__all__ = ["Borrowing", "Server", "UnixFunctions", "serve"]

_log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.05
_ERRORS: Mapping[str, type[InvokeError]] = {
    error.code: error for error in InvokeError.__subclasses__()
}


async def serve(functions: LocalFunctions, path: Path) -> "Server":
    """Let processes of the same user invoke functions; raises OSError or NoPlaceForSocket."""
    listening = _listen(address(path))
    server = Server(functions)
    await server.start(listening)
    return server


def _listen(path: Path) -> socket.socket:
    prepare(path)
    _remove_abandoned(path)
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(os.fspath(path))
        # Before it listens nobody can connect, so nobody slips in before the mode is set.
        path.chmod(0o600)
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def _remove_abandoned(path: Path) -> None:
    """Remove the socket of a supervisor that was killed; raises OSError if one serves there."""
    with socket.socket(socket.AF_UNIX) as knock:
        try:
            knock.connect(os.fspath(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, "expected no other supervisor; found one", os.fspath(path))


class Server:
    """The supervisor's end."""

    def __init__(self, functions: LocalFunctions) -> None:
        self._functions = functions
        self._conversations: set[Conversation] = set()

    async def start(self, listening: socket.socket) -> None:
        """Accept connections on the socket."""
        self._path = Path(listening.getsockname())
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._accept, sock=listening)

    async def close(self) -> None:
        """Stop; the callers of calls under way see the connection end."""
        self._path.unlink(missing_ok=True)
        self._server.close()
        conversations = list(self._conversations)
        for conversation in conversations:
            conversation.cancel()
        for conversation in conversations:
            await conversation.closed()

    def _accept(self) -> FrameWire:
        conversation = Conversation(self._functions, self._conversations.discard)
        self._conversations.add(conversation)
        return conversation.wire


class UnixFunctions:
    """The callers' end; keeps the promise of :class:`octetgate.core.ports.functions.Functions`."""

    def __init__(
        self, path: Path, *, connect_seconds: float = 5.0, borrowing: Borrowing | None = None
    ) -> None:
        """``connect_seconds`` is how long a call waits for a supervisor that is starting.

        ``borrowing`` carries out the calls that need no supervisor.
        """
        self._path = path
        self._borrowing = borrowing
        if borrowing is not None:
            borrowing.leave_to(self._invoke)
        self._connect_seconds = connect_seconds
        self._connecting: asyncio.Task[_Connection] | None = None
        self._connection: _Connection | None = None

    def invoke(self, invocation: Invocation) -> Awaitable[Outcome]:
        """Return the outcome; raises InvokeError when the function did not run."""
        if self._borrowing is None:
            return self._invoke(invocation)
        return self._borrowing.invoke(invocation)

    async def _invoke(self, invocation: Invocation) -> Outcome:
        """Have the supervisor carry out the call."""
        return await (await self._admitting(invocation)).invoke(invocation)

    async def stream(self, invocation: Invocation) -> Stream:
        """Return the answer as soon as it begins; raises InvokeError."""
        return await (await self._admitting(invocation)).stream(invocation)

    async def provision(self, function: str, qualifier: str) -> Provision:
        """Return how far the processes are that are to be kept warm; raises InvokeError."""
        return await (await self._connected()).look(function, qualifier)

    async def close(self) -> None:
        """Let go of the connection; calls under way fail."""
        if self._borrowing is not None:
            self._borrowing.close()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            await self._connection.close()

    async def _admitting(self, invocation: Invocation) -> "_Connection":
        """Return the connection if it can carry the call; raises InvokeError."""
        if len(invocation.payload) > _frames.PAYLOAD_LIMIT:
            raise PayloadTooLarge(
                f"payload: expected at most {_frames.PAYLOAD_LIMIT} bytes; "
                f"found {len(invocation.payload)}"
            )
        return await self._connected()

    async def _connected(self) -> "_Connection":
        """Return the connection; calls that need a new one wait for the same attempt."""
        if self._connection is not None and not self._connection.is_lost:
            return self._connection
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
            self._connecting.add_done_callback(self._attempted)
        attempt = self._connecting
        try:
            return await asyncio.shield(attempt)
        except asyncio.CancelledError:
            if attempt.cancelled():
                raise InvokeError("functions: closed while looking for the supervisor") from None
            raise

    def _attempted(self, attempt: "asyncio.Task[_Connection]") -> None:
        self._connecting = None
        if not attempt.cancelled() and attempt.exception() is None:
            self._connection = attempt.result()

    async def _connect(self) -> "_Connection":
        path = address(self._path)
        try:
            async with asyncio.timeout(self._connect_seconds):
                while True:
                    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                        return await self._reached(path)
                    await asyncio.sleep(_RETRY_SECONDS)
        except (OSError, TimeoutError) as error:
            raise InvokeError(f"functions: expected a supervisor at {path}; found none") from error

    @staticmethod
    async def _reached(path: Path) -> "_Connection":
        connection = _Connection()
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: connection.wire, os.fspath(path))
        return connection


class _Connection:
    """One connection to the supervisor, and the calls that wait on it."""

    def __init__(self) -> None:
        self.wire = FrameWire(self)
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Outcome]] = {}
        self._streams: dict[int, Stream] = {}
        self._looks: dict[int, asyncio.Future[Provision]] = {}
        self.is_lost = False

    async def invoke(self, invocation: Invocation) -> Outcome:
        number, outcome = self._expect()
        try:
            await self._ask(number, invocation, streams=False)
            return await outcome
        except asyncio.CancelledError:
            self.wire.write(Cancel(id=number))
            raise
        finally:
            outcome.cancel()
            if not outcome.cancelled():
                outcome.exception()  # known, or of no interest any more

    async def stream(self, invocation: Invocation) -> Stream:
        number, outcome = self._expect()
        stream = self._streams[number] = Stream(outcome)
        stream.on_read = partial(self._taken, number)
        outcome.add_done_callback(partial(self._over, number))
        try:
            await self._ask(number, invocation, streams=True)
            await stream.begun()
        except BaseException:
            stream.close()
            raise
        return stream

    async def look(self, function: str, qualifier: str) -> Provision:
        number = next(self._numbers)
        seen: asyncio.Future[Provision] = asyncio.get_running_loop().create_future()
        self._looks[number] = seen
        try:
            await self.wire.send(Look(id=number, function=function, qualifier=qualifier))
            return await seen
        except ConnectionError as error:
            raise left() from error
        finally:
            del self._looks[number]

    def _expect(self) -> "tuple[int, asyncio.Future[Outcome]]":
        """Return the number of a new call, and what will be its outcome."""
        number = next(self._numbers)
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[number] = outcome
        outcome.add_done_callback(lambda _: self._waiting.pop(number))
        return number, outcome

    async def _ask(self, number: int, invocation: Invocation, *, streams: bool) -> None:
        head = _frames.invoke(number, invocation, streams=streams)
        try:
            await self.wire.send(head, invocation.payload)
        except ConnectionError as error:
            raise left() from error

    def _taken(self, number: int, size: int) -> None:
        """Let the supervisor send on."""
        if number in self._streams and not self.is_lost:
            self.wire.write(Taken(id=number, size=size))

    def _over(self, number: int, outcome: "asyncio.Future[Outcome]") -> None:
        """Forget a stream that has ended, or that nobody wants any more."""
        del self._streams[number]
        if outcome.cancelled() and not self.is_lost:
            self.wire.write(Cancel(id=number))

    async def close(self) -> None:
        await self.wire.closed()

    def lost(self, error: BadFrame | None) -> None:
        """Fail the calls that wait."""
        if error is not None:
            _log.warning("functions: closed the connection to the supervisor: %s", error)
        self.is_lost = True
        for outcome in self._waiting.values():
            if not outcome.done():
                outcome.set_exception(left())
        for seen in self._looks.values():
            if not seen.done():
                seen.set_exception(left())

    def hear(self, head: _frames.Head, payload: bytes) -> None:
        """Hand an outcome to the one who waits for it."""
        if head.id in self._looks:
            self._show(head, self._looks[head.id])
            return
        outcome = self._waiting.get(head.id)
        if outcome is None or outcome.done():
            return  # whoever waited has left
        stream = self._streams.get(head.id)
        match head:
            case Done():
                outcome.set_result(_frames.outcome(head, payload))
            case Refusal():
                outcome.set_exception(_raised(head))
            case Begun() if stream is not None:
                stream.executed_version = head.executed_version
                stream.request_id = head.request_id
                stream.begin(head.content_type)
            case Piece() if stream is not None:
                stream.feed(payload)
            case _:
                pass  # nothing that a supervisor says

    @staticmethod
    def _show(head: _frames.Head, seen: "asyncio.Future[Provision]") -> None:
        match head:
            case Seen() if not seen.done():
                seen.set_result(Provision(head.allocated, head.available, head.reason))
            case Refusal() if not seen.done():
                seen.set_exception(_raised(head))
            case _:
                pass  # nobody waits, or nothing that a supervisor says


def _raised(refusal: Refusal) -> InvokeError:
    """Return the error that was raised at the other end."""
    error = _ERRORS.get(refusal.code, InvokeError)(refusal.message)
    error.code, error.status, error.reason = refusal.code, refusal.status, refusal.reason
    return error
