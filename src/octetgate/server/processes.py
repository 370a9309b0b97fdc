"""A child process: forked by the master, and never alive without it.

A child and its master share one socket.  The child says that it is ready; the master tells it
to open its logs anew, or to leave; either end closing means that the other is gone.  Signals
are the master's alone: a terminal's Ctrl-C and ``kill -- -PGID`` reach every process of the
group, and the order in which they leave would be lost.
"""

import asyncio
import contextlib
import ctypes
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from octetgate.server.board import Board, State

BEAT_SECONDS = 1.0
_READY = b"r"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


class Order(Enum):
    """What a master tells its children, in one byte."""

    LEAVE = b"l"
    """Finish what you do, and end."""
    REOPEN = b"o"
    """The logs were moved away: open them anew by their names."""


class Ending(Enum):
    """What the master does when a child has ended by itself."""

    RESTART = "restart"
    """Start it again, after a pause that grows."""
    DONE = "done"
    """Nothing: its work is done."""
    STOP_ALL = "stop all"
    """Stop the others too; its exit status becomes ours."""


class Post:
    """A child's side of the line to its master."""

    def __init__(self, name: str, line: socket.socket, board: Board) -> None:
        self.name = name
        self.board = board
        self._line = line

    def ready(self) -> None:
        """Say that the work has begun: calls are answered from here on."""
        entry = self.board.read(self.name)
        self.board.write(self.name, State.READY, os.getpid(), entry.restarts)
        with contextlib.suppress(BrokenPipeError):
            self._line.send(_READY)

    async def told_to_leave(self, reopen: Callable[[], None] | None = None) -> None:
        """Return when the master says so; until then tell the board that we are there."""
        loop = asyncio.get_running_loop()
        told = asyncio.Event()

        def hear() -> None:
            order = self._hear()
            if order is Order.LEAVE:
                told.set()
            elif reopen is not None:
                reopen()

        loop.add_reader(self._line, hear)
        try:
            while not told.is_set():
                self.board.beat(self.name)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), BEAT_SECONDS)
        finally:
            loop.remove_reader(self._line)

    def wait_to_leave(self) -> None:
        """Do the same in a child without an event loop."""
        while True:
            self.board.beat(self.name)
            heard, _, _ = select.select([self._line], [], [], BEAT_SECONDS)
            if heard and self._hear() is Order.LEAVE:
                return

    def _hear(self) -> Order:
        said = self._line.recv(1)
        if not said:
            os._exit(1)  # The master is gone, and nobody will read what we could still say.
        return Order(said)


@dataclass(frozen=True, slots=True)
class Role:
    """One process to run."""

    name: str
    main: Callable[[Post], int | None]
    """Works until it is told to leave; may return an exit status."""
    keeps: tuple[socket.socket, ...] = ()
    """Listening sockets that are its own; it closes the others."""
    ending: Ending = Ending.RESTART
    is_guest: bool = False
    """Whether it starts only when every other process is ready."""
    leaves_last: bool = False
    """Whether the others need it to finish what they do."""


@dataclass(slots=True)
class Child:
    """A running process, from the master's side."""

    role: Role
    pid: int
    line: socket.socket
    started: float = field(default_factory=time.monotonic)
    is_ready: bool = False
    is_told: bool = False

    def tell(self, order: Order) -> None:
        """Give it an order; one that is gone already needs none."""
        self.is_told = self.is_told or order is Order.LEAVE
        with contextlib.suppress(OSError):
            self.line.send(order.value)

    def hear(self) -> bool:
        """Take what it said; False when it has hung up."""
        try:
            said = self.line.recv(64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        self.is_ready = self.is_ready or _READY in said
        return bool(said)

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def fork(role: Role, board: Board, not_its_own: Iterable[socket.socket]) -> Child:
    """Start a process for the role.  ``not_its_own`` is closed in it."""
    ours, theirs = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    master = os.getpid()
    pid = os.fork()
    if pid:
        theirs.close()
        return Child(role, pid, ours)
    status = 1
    try:
        settle(master)
        for each in (ours, *not_its_own):
            each.close()
        status = role.main(Post(role.name, theirs, board)) or 0
    except BaseException:  # noqa: BLE001  # The top of this process: nobody above could say it.
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        # What the master would do at its end (its `finally`s) is not ours to do.
        os._exit(status)


def settle(master: int) -> None:
    """Make this process a child: deaf to the terminal, and ended by its master's death."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Not SIG_IGN, which programs that we start would inherit.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, _nothing)
    die_with_parent(master)


def _nothing(_number: int, _frame: object) -> None:
    """Hear a signal that is meant for the master."""


def adopt_orphans() -> None:
    """Become the parent of whatever loses its own below this process, instead of pid 1.

    A function may have started something that left its session.  Its supervisor ends that, but
    after a ``kill -9`` of the supervisor nobody else would know of it.
    """
    with contextlib.suppress(AttributeError):  # not Linux
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(known: Collection[int]) -> None:
    """Kill every child of this process that is not among the known ones."""
    with contextlib.suppress(OSError):  # not Linux
        listed = Path("/proc/thread-self/children").read_text("ascii")
        for pid in map(int, listed.split()):
            if pid not in known:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent ends, however that happens."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It ended before we asked.
        os._exit(1)
