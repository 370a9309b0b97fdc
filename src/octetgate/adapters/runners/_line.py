"""The line to a process of our own runtimes: calls go out, answers come in, one at a time.

A pair of sockets that was there before the process was, so nobody else is at either end.  What
goes out is two lengths, a head in JSON and the event; what comes in is a letter, a length and a
payload.  The runtimes in ``runtimes/`` speak the other side of it.  Whoever holds this end,
the supervisor or a gateway worker that has borrowed the process, acts on what is heard.
"""

import asyncio
import struct
from typing import Protocol, cast

import msgspec

from octetgate.adapters.runners._stream import Sink
from octetgate.core.functions.lifecycle import OutOfTurn

READY, RESULT, ERROR, LAST_RESULT, LAST_ERROR = b"N", b"R", b"E", b"F", b"L"
"""It can take a call; it returned; it raised; the same, and it ends and takes no other call."""
BEGAN, PIECE, INIT_ERROR = b"B", b"P", b"I"
"""It begins to answer piece by piece; it goes on so; it cannot start."""
_KINDS = READY + RESULT + ERROR + LAST_RESULT + LAST_ERROR + BEGAN + PIECE + INIT_ERROR

_OUT = struct.Struct(">II")
_IN = struct.Struct(">cI")
_BUFFER = 64 * 1024
_JOINED = 64 * 1024
"""An event up to this size leaves in one piece with its head."""
_PIECE_LIMIT = 1024 * 1024

_encode = msgspec.json.Encoder().encode


class Told(Protocol):
    """A call, as a process is told of it."""

    @property
    def request_id(self) -> str: ...
    @property
    def function_arn(self) -> str: ...
    @property
    def trace_id(self) -> str | None: ...
    @property
    def client_context(self) -> str | None: ...
    @property
    def payload(self) -> bytes: ...


class Hearer(Protocol):
    """The one who acts on what a process says over its line.

    What it may not say now raises OutOfTurn, and has no effect.
    """

    def ready(self) -> None:
        """Take notice that it has started, and can take a call."""

    def began(self, content_type: str) -> Sink | None:
        """Return where an answer goes as it arrives, or None if it is to be kept."""

    def answered(self, payload: bytes | None, *, failed: bool, is_last: bool) -> None:
        """Take the answer, None if it was longer than the limit.

        It can take another call now, unless that was its last.
        """

    def init_failed(self, payload: bytes) -> None:
        """Take notice that it cannot start; the payload says why."""

    def line_closed(self, *, is_read: bool) -> None:
        """Take notice that nothing more will be heard.

        ``is_read`` says whether the process may have read the call that it was given last.
        """


class Line(asyncio.BufferedProtocol):
    """Our end of it."""

    def __init__(self, hearer: Hearer, answer_limit: int) -> None:
        self._hearer = hearer
        self._answer_limit = answer_limit
        self._buffer = memoryview(bytearray(_BUFFER))
        self._filled = 0
        self._kind = b""
        """Of a payload that is longer than what came with its letter."""
        self._payload: bytearray | None = None
        self._arrived = 0
        self._to_skip = 0
        self._kept: list[bytes] | None = None
        """Pieces of an answer that is wanted whole."""
        self._kept_size = 0
        self._sink: Sink | None = None
        self._is_made = False
        self.is_open = False
        """Whether what is written may arrive: neither end is known to be closed."""
        self._transport: asyncio.Transport

    # --- Reading; the loop calls these ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._is_made = self.is_open = True

    def get_buffer(self, sizehint: int) -> memoryview:
        del sizehint
        if self._payload is not None:
            return memoryview(self._payload)[self._arrived :]
        return self._buffer[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        if self._payload is None:
            if self._filled or not self._is_answer(nbytes):
                self._filled += nbytes
                self._read_buffer()
            return
        self._arrived += nbytes
        if self._arrived == len(self._payload):
            payload, self._payload = bytes(self._payload), None
            self._hear(self._kind, payload)

    def _is_answer(self, nbytes: int) -> bool:
        """Say whether so many bytes are one whole answer, as most are; and take it then."""
        if nbytes < _IN.size or self._to_skip or self._kept is not None:
            return False
        kind, size = _IN.unpack_from(self._buffer)
        if kind != RESULT or size != nbytes - _IN.size or size > self._answer_limit:
            return False
        payload = bytes(self._buffer[_IN.size : nbytes])
        try:  # noqa: SIM105  # as below
            self._hearer.answered(payload, failed=False, is_last=False)
        except OutOfTurn:
            pass
        return True

    def _read_buffer(self) -> None:
        """Hear what is whole in the buffer; keep the rest at its beginning."""
        buffer, at = self._buffer, 0
        while True:
            if self._to_skip:
                skipped = min(self._to_skip, self._filled - at)
                self._to_skip -= skipped
                at += skipped
                if self._to_skip:
                    break
                self._hear(self._kind, None)
            if self._filled - at < _IN.size:
                break
            kind, size = _IN.unpack_from(buffer, at)
            at += _IN.size
            if kind not in _KINDS:
                self.close()  # what runs there is not ours
                return
            if size > (_PIECE_LIMIT if kind == PIECE else self._answer_limit):
                self._kind, self._to_skip = kind, size
            elif self._filled - at < size:
                self._payload = bytearray(size)
                self._arrived = self._filled - at
                self._payload[: self._arrived] = buffer[at : self._filled]
                self._kind, at = kind, self._filled
                break
            else:
                payload = bytes(buffer[at : at + size])
                at += size
                self._hear(kind, payload)
        self._filled -= at
        if at and self._filled:
            buffer[: self._filled] = bytes(buffer[at : at + self._filled])

    def _hear(self, kind: bytes, payload: bytes | None) -> None:
        """Act on one message; None is a payload that was longer than it may be."""
        # Whoever speaks here is a function's process, and may say anything at any time.
        try:  # noqa: SIM105  # contextlib.suppress takes longer than hearing most messages
            self._act(kind, payload)
        except OutOfTurn:
            pass

    def _act(self, kind: bytes, payload: bytes | None) -> None:
        match kind:
            case b"R" | b"F":
                self._end(payload, failed=False, is_last=kind == LAST_RESULT)
            case b"E" | b"L":
                self._end(payload, failed=True, is_last=kind == LAST_ERROR)
            case b"P" if self._sink is not None:
                self._sink.feed(payload or b"")
            case b"P" if self._kept is not None:
                self._keep(payload)
            case b"B":
                self._kept, self._kept_size = [], 0
                self._sink = self._hearer.began((payload or b"").decode("latin-1"))
            case b"N":
                self._hearer.ready()
            case b"I":
                self._hearer.init_failed(payload or b"{}")
            case _:
                pass  # a piece of nothing

    def _keep(self, piece: bytes | None) -> None:
        self._kept_size += _PIECE_LIMIT if piece is None else len(piece)
        if self._kept is not None and piece is not None:
            if self._kept_size > self._answer_limit:
                self._kept.clear()
            else:
                self._kept.append(piece)

    def _end(self, payload: bytes | None, *, failed: bool, is_last: bool) -> None:
        kept, self._kept, self._sink = self._kept, None, None
        if kept is not None and not failed:
            payload = b"".join(kept) if self._kept_size <= self._answer_limit else None
        self._kept_size = 0
        self._hearer.answered(payload, failed=failed, is_last=is_last)

    def eof_received(self) -> bool:
        self.is_open = False
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        # Who hears and what is heard hold each other, and may do so for long.
        self._buffer, self._payload, self._kept = memoryview(bytearray()), None, None
        # The kernel tells of a process that ended without having read all that was written to it.
        self._hearer.line_closed(is_read=not isinstance(exc, ConnectionError))

    # --- Writing ---

    def give(self, told: Told, deadline_ms: int, init_seconds: float | None) -> None:
        """Hand a call over; ``init_seconds`` is how long the start took, for the first."""
        head = _encode(
            (
                told.request_id,
                deadline_ms,
                told.function_arn,
                told.trace_id,
                told.client_context,
                init_seconds,
            )
        )
        payload = told.payload
        parts = (_OUT.pack(len(head), len(payload)), head, payload)
        if len(payload) <= _JOINED:
            self._transport.write(b"".join(parts))
        else:
            self._transport.writelines(parts)

    # --- Holding back, and the end ---

    def hold_reading(self) -> None:
        """Let the process wait with what it writes; may be called more than once."""
        self._transport.pause_reading()

    def go_on_reading(self) -> None:
        """Read again; may be called more than once."""
        self._transport.resume_reading()

    def fileno(self) -> int:
        """Return the descriptor of our end, which stays ours."""
        number: int = self._transport.get_extra_info("socket").fileno()
        return number

    def close(self) -> None:
        """Let go of this end at once; others may hold it too."""
        self.is_open = False
        if self._is_made:
            self._transport.abort()
