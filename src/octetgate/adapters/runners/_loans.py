"""What gateway workers and the supervisor tell each other of processes that are lent.

A worker that has borrowed a process gives it calls itself, over the process's own line, whose
descriptor comes with the loan.  All that is said about it goes over a socket of packets beside
the one for calls: a packet is a message, and may carry a descriptor.
"""

import asyncio
import os
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

_PACKET = 64 * 1024
_PACKETS = 64
"""Heard at a time."""


class Ask(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """On what terms may this caller give calls of this function to its processes?"""

    id: int
    function: str
    qualifier: str | None
    source_arn: str | None
    url_auth_type: str | None


class Terms(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """On these, for as long as the store has this revision."""

    id: int
    pool: int
    """Whose processes; the number stays the same while the processes do."""
    revision: int
    name: str
    function_arn: str
    """As the caller named the function."""
    version: str
    timeout: int
    payload_limit: int
    answer_limit: int
    most: int
    """Processes that there may be."""
    queue: int
    queue_bytes: int
    queue_seconds: float
    """How many calls may wait, of how many bytes together, and for how long."""


class Declined(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """On none: its calls go through the supervisor."""

    id: int
    revision: int


class Claim(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """There is a call for one of the pool's processes."""

    pool: int


class Unclaim(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """There are no calls any more for which none was lent."""

    pool: int


class Lent(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """Here is a process; its line comes with the packet."""

    pool: int
    loan: int
    init_seconds: float | None
    """How long its start took, for the first call."""


class Denied(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """There will be none; calls go through the supervisor, which knows what to say."""

    pool: int


class Recall(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """The process is to come back, at the latest when its call is over."""

    loan: int


class Returned(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """It is back."""

    loan: int


class Busy(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """It has a call, and comes back after it."""

    loan: int


class GaveUp(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """Its call was not answered after so many seconds, and its caller was told."""

    loan: int
    request_id: str
    seconds: float


class Unheard(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """Its line is closed; has it ended?"""

    loan: int


class Ended(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """It has: with this status, or by a signal as a negative one."""

    loan: int
    status: int


Message = (
    Ask
    | Terms
    | Declined
    | Claim
    | Unclaim
    | Lent
    | Denied
    | Recall
    | Returned
    | Busy
    | GaveUp
    | Unheard
    | Ended
)

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Message).decode


def loans_path(functions: Path) -> Path:
    """Return where the socket for loans is, beside the one for calls."""
    return functions.with_suffix(".loans")


class Channel:
    """One end of a connection: messages in, messages out, none of which waits for another."""

    def __init__(
        self,
        connected: socket.socket,
        hears: Callable[[Message, int | None], None],
        lost: Callable[[], None],
    ) -> None:
        """``hears`` is given each message, and the descriptor that came with it."""
        connected.setblocking(False)
        self._socket = connected
        self._hears = hears
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._unsent: deque[tuple[bytes, int | None]] = deque()
        self.is_lost = False
        self._loop.add_reader(connected, self._read)

    def _read(self) -> None:
        for _ in range(_PACKETS):
            if self.is_lost:
                return
            try:
                packet, descriptors, _, _ = socket.recv_fds(
                    self._socket, _PACKET, 1, socket.MSG_CMSG_CLOEXEC
                )
            except BlockingIOError:
                return
            except OSError:
                packet, descriptors = b"", []
            descriptor = descriptors[0] if descriptors else None
            try:
                message = _decode(packet)
            except msgspec.DecodeError:  # nothing, which is the end, or nothing that we say
                self.close()
                return
            self._hears(message, descriptor)

    def send(self, message: Message, descriptor: int | None = None) -> None:
        """Send a message, and a descriptor with it, which stays the caller's."""
        packet = _encode(message)
        if self._unsent or not self._sent(packet, descriptor):
            # Its number may be another's by the time it goes out.
            kept = None if descriptor is None else os.dup(descriptor)
            self._unsent.append((packet, kept))
            self._loop.add_writer(self._socket, self._write)

    def _sent(self, packet: bytes, descriptor: int | None) -> bool:
        if self.is_lost:
            return True
        try:
            if descriptor is None:
                self._socket.send(packet)
            else:
                socket.send_fds(self._socket, [packet], [descriptor])
        except BlockingIOError:
            return False
        except OSError:
            self._loop.call_soon(self.close)
        return True

    def _write(self) -> None:
        while self._unsent:
            if not self._sent(*self._unsent[0]):
                return
            _, kept = self._unsent.popleft()
            if kept is not None:
                os.close(kept)
        self._loop.remove_writer(self._socket)

    def close(self) -> None:
        """End it; the one who hears is told, once."""
        if self.is_lost:
            return
        self.is_lost = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        for _, kept in self._unsent:
            if kept is not None:
                os.close(kept)
        self._unsent.clear()
        self._lost()
