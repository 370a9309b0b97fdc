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
from collections.abc import Mapping
from pathlib import Path

from octetgate.adapters.runners import _frames
from octetgate.adapters.runners._address import address, prepare
from octetgate.adapters.runners._frames import BadFrame, Cancel, Done, Invoke, Refusal
from octetgate.core.ports.functions import (
    Functions,
    Invocation,
    InvokeError,
    Outcome,
    PayloadTooLarge,
)

_log = logging.getLogger(__name__)

_READ_AHEAD = 2**20
_RETRY_SECONDS = 0.05
_ERRORS: Mapping[str, type[InvokeError]] = {
    error.code: error for error in InvokeError.__subclasses__()
}


async def serve(functions: Functions, path: Path) -> "Server":
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

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._writers: set[asyncio.StreamWriter] = set()
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self, listening: socket.socket) -> None:
        """Accept connections on the socket."""
        self._path = Path(listening.getsockname())
        self._server = await asyncio.start_unix_server(
            self._converse, sock=listening, limit=_READ_AHEAD
        )

    async def close(self) -> None:
        """Stop; the callers of calls under way see the connection end."""
        self._path.unlink(missing_ok=True)
        self._server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        for writer in list(self._writers):
            writer.close()
        for writer in list(self._writers):
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        self._writers.add(writer)
        calls: dict[int, asyncio.Task[None]] = {}
        try:
            while (frame := await _frames.receive(reader)) is not None:
                head, payload = frame
                if isinstance(head, Invoke):
                    calls[head.id] = self._begin(head, payload, writer, calls)
                elif isinstance(head, Cancel) and head.id in calls:
                    calls[head.id].cancel()
        except BadFrame as error:
            _log.warning("supervisor: closed a connection: %s", error)
        finally:
            for call in calls.values():
                call.cancel()
            self._writers.discard(writer)
            writer.close()

    def _begin(
        self,
        head: Invoke,
        payload: bytes,
        writer: asyncio.StreamWriter,
        calls: dict[int, asyncio.Task[None]],
    ) -> asyncio.Task[None]:
        call = asyncio.get_running_loop().create_task(self._answer(head, payload, writer))
        self._calls.add(call)

        def ended(call: asyncio.Task[None]) -> None:
            self._calls.discard(call)
            calls.pop(head.id, None)

        call.add_done_callback(ended)
        return call

    async def _answer(self, head: Invoke, payload: bytes, writer: asyncio.StreamWriter) -> None:
        answer: Done | Refusal
        result = b""
        try:
            outcome = await self._functions.invoke(_frames.invocation(head, payload))
            answer, result = _frames.done(head.id, outcome), outcome.payload
        except InvokeError as error:
            answer = _refusal(head.id, error)
        except Exception:  # noqa: BLE001 - a mistake of ours must not leave the caller waiting
            _log.exception("supervisor: a call of %s failed", head.function)
            answer = _refusal(head.id, InvokeError("functions: the supervisor failed"))
        # A caller that is gone needs no answer.
        with contextlib.suppress(ConnectionError):
            await _frames.send(writer, answer, result)


def _refusal(number: int, error: InvokeError) -> Refusal:
    return Refusal(
        id=number, code=error.code, status=error.status, message=str(error), reason=error.reason
    )


class UnixFunctions:
    """The callers' end; keeps the promise of :class:`octetgate.core.ports.functions.Functions`."""

    def __init__(self, path: Path, *, connect_seconds: float = 5.0) -> None:
        """``connect_seconds`` is how long a call waits for a supervisor that is starting."""
        self._path = path
        self._connect_seconds = connect_seconds
        self._connecting: asyncio.Task[_Connection] | None = None
        self._connection: _Connection | None = None

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Return the outcome; raises InvokeError when the function did not run."""
        if len(invocation.payload) > _frames.PAYLOAD_LIMIT:
            raise PayloadTooLarge(
                f"payload: expected at most {_frames.PAYLOAD_LIMIT} bytes; "
                f"found {len(invocation.payload)}"
            )
        return await (await self._connected()).invoke(invocation)

    async def close(self) -> None:
        """Let go of the connection; calls under way fail."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> "_Connection":
        """Return the connection; calls that need a new one wait for the same attempt."""
        if self._connection is not None and not self._connection.lost:
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
                        ends = await asyncio.open_unix_connection(path, limit=_READ_AHEAD)
                        return _Connection(*ends)
                    await asyncio.sleep(_RETRY_SECONDS)
        except (OSError, TimeoutError) as error:
            raise InvokeError(f"functions: expected a supervisor at {path}; found none") from error


class _Connection:
    """One connection to the supervisor, and the calls that wait on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Outcome]] = {}
        self.lost = False
        self._listening = asyncio.get_running_loop().create_task(self._listen(reader))

    async def invoke(self, invocation: Invocation) -> Outcome:
        number = next(self._numbers)
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[number] = outcome
        try:
            await _frames.send(self._writer, _frames.invoke(number, invocation), invocation.payload)
            return await outcome
        except ConnectionError as error:
            raise _left() from error
        except asyncio.CancelledError:
            _frames.write(self._writer, Cancel(id=number))
            raise
        finally:
            del self._waiting[number]
            if outcome.done() and not outcome.cancelled():
                outcome.exception()  # known, or of no interest any more

    async def close(self) -> None:
        self._writer.close()
        await self._listening

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Hand outcomes to those who wait for them, until the connection ends."""
        try:
            while (frame := await _frames.receive(reader)) is not None:
                self._hand_over(*frame)
        except BadFrame as error:
            _log.warning("functions: closed the connection to the supervisor: %s", error)
        finally:
            self.lost = True
            self._writer.close()
            for outcome in self._waiting.values():
                if not outcome.done():
                    outcome.set_exception(_left())

    def _hand_over(self, head: _frames.Head, payload: bytes) -> None:
        outcome = self._waiting.get(head.id)
        if outcome is None or outcome.done():
            return  # whoever waited has left
        if isinstance(head, Done):
            outcome.set_result(_frames.outcome(head, payload))
        elif isinstance(head, Refusal):
            outcome.set_exception(_raised(head))


def _left() -> InvokeError:
    return InvokeError("functions: the supervisor left; the function may or may not have run")


def _raised(refusal: Refusal) -> InvokeError:
    """Return the error that was raised at the other end."""
    error = _ERRORS.get(refusal.code, InvokeError)(refusal.message)
    error.code, error.status, error.reason = refusal.code, refusal.status, refusal.reason
    return error
