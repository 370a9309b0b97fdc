"""Where lines go: a file, standard output, or a socket that somebody listens on.

None of them holds anybody up: a sink takes as many bytes as can go without waiting.
"""

import contextlib
import errno
import fcntl
import ipaddress
import os
import re
import select
import socket
import stat
from pathlib import Path
from typing import Protocol

_STANDARD = {"stdout": 1, "stderr": 2}
_SOCKET = re.compile(
    r"tcp://(?P<host>\[[0-9a-fA-F:.]+\]|[0-9.]+):(?P<port>\d{1,5})|unix://(?P<path>/.+)"
)
EXPECTED = "tcp://ADDRESS:PORT or unix:///PATH"
"""What a socket's URL looks like.  An address and no name: looking a name up takes time."""


class Sink(Protocol):
    """Takes bytes, as many as can go without waiting."""

    def write(self, data: bytes) -> int:
        """Return how many bytes were taken; OSError if the destination is broken or full."""

    def close(self) -> None:
        """Let go of it."""


def open_sink(destination: str, turns_at: int = 0) -> Sink:
    """Return where lines go for ``stdout``, ``stderr``, a socket's URL or a file's path.

    A file may be bounded: see :class:`TurningSink`.
    """
    if is_socket(destination):
        return SocketSink(destination)
    return TurningSink(destination, turns_at) if turns_at else FileSink(destination)


def is_socket(destination: str) -> bool:
    """Whether it is the URL of a socket."""
    found = _SOCKET.fullmatch(destination)
    return found is not None and (found["path"] is not None or _is_address(found))


def _is_address(found: re.Match[str]) -> bool:
    try:
        ipaddress.ip_address(found["host"].strip("[]"))
    except ValueError:
        return False
    return 0 < int(found["port"]) < 1 << 16


class FileSink:
    """A file to append to, or standard output."""

    def __init__(self, destination: str) -> None:
        std = _STANDARD.get(destination)
        if std is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
            self._file = os.open(destination, flags, 0o640)
        else:
            self._file = os.dup(std)
        self._regular = stat.S_ISREG(os.fstat(self._file).st_mode)
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLOUT)

    def write(self, data: bytes) -> int:
        if not data:
            return 0
        if self._regular:
            return os.write(self._file, data)
        # Standard output is shared with other programs, so it cannot be made non-blocking; but
        # what polls as ready takes PIPE_BUF bytes at once, and in one piece.
        if not self._poll.poll(0):
            return 0
        try:
            return os.write(self._file, _piece(data))
        except BlockingIOError:
            return 0

    def size_at(self, path: Path) -> int | None:
        """Return how long the file is, or None if another stands at its path by now."""
        try:
            there = path.stat()
        except FileNotFoundError:
            return None
        own = os.fstat(self._file)
        return own.st_size if os.path.samestat(there, own) else None

    def close(self) -> None:
        os.close(self._file)


class TurningSink:
    """A file that several processes append to, and the one before it with ``.1`` at its end.

    Whoever finds it too long gives it the other name; the others notice before they write next.
    """

    def __init__(self, path: str, most: int) -> None:
        self._path = Path(path)
        self._before = Path(f"{path}.1")
        self._most = most
        self._sink = FileSink(path)

    def write(self, data: bytes) -> int:
        if not data:
            return 0
        size = self._sink.size_at(self._path)
        if size is None or size >= self._most:
            self._turn()
        return self._sink.write(data)

    def _turn(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # The lock is for an instant; only one may find that it is still the same file.
            fcntl.flock(folder, fcntl.LOCK_EX)
            size = self._sink.size_at(self._path)
            if size is not None and size >= self._most:
                self._path.replace(self._before)
            sink = FileSink(str(self._path))
        finally:
            os.close(folder)
        self._sink.close()
        self._sink = sink

    def close(self) -> None:
        self._sink.close()


def _piece(data: bytes) -> bytes:
    """Return the longest start of the data that is written in one piece, whole lines if it can."""
    if len(data) <= select.PIPE_BUF:
        return data
    end = data.rfind(b"\n", 0, select.PIPE_BUF) + 1
    return data[: end or select.PIPE_BUF]


class SocketSink:
    """A stream socket, connected when there is something to say, and again when it broke.

    What the other side had not read when the connection broke is lost.  The line that was being
    sent then is not begun again in the middle: its rest is thrown away.
    """

    def __init__(self, destination: str) -> None:
        found = _SOCKET.fullmatch(destination)
        if found is None:
            raise ValueError(f"expected {EXPECTED}; found {destination!r}")
        self._address: str | tuple[str, int] = found["path"] or (
            found["host"].strip("[]"),
            int(found["port"]),
        )
        self._socket: socket.socket | None = None
        self._is_connected = False
        self._torn = False
        """Whether the connection before broke in the middle of a line."""
        self._in_line = False

    def write(self, data: bytes) -> int:
        if not data:
            return 0
        try:
            return self._write(data)
        except OSError:
            self._torn, self._in_line = self._torn or self._in_line, False
            self.close()
            raise

    def _write(self, data: bytes) -> int:
        connection = self._connected()
        if connection is None:
            return 0
        if self._torn:
            # Without its end it is still the line that nobody will get whole.
            rest = data.find(b"\n") + 1 or len(data)
            self._torn = not data[:rest].endswith(b"\n")
            return rest
        try:
            taken = connection.send(data, socket.MSG_NOSIGNAL)
        except BlockingIOError:
            return 0
        self._in_line = not data[:taken].endswith(b"\n")
        return taken

    def _connected(self) -> socket.socket | None:
        """Return the connection, or None while it comes about."""
        if self._socket is None:
            family = socket.AF_UNIX
            if isinstance(self._address, tuple):
                family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
            self._socket = socket.socket(family, socket.SOCK_STREAM)
            self._socket.setblocking(False)
            failed = self._socket.connect_ex(self._address)
            if failed not in {0, errno.EINPROGRESS}:
                raise OSError(failed, os.strerror(failed))
            self._is_connected = not failed
        if not self._is_connected:
            poll = select.poll()
            poll.register(self._socket, select.POLLOUT)
            if not poll.poll(0):
                return None
            if failed := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(failed, os.strerror(failed))
            self._is_connected = True
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket, self._is_connected = None, False
