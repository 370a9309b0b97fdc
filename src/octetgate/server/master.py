"""The master process: starts the others, starts them again, and ends them in order.

SIGTERM, SIGINT and SIGHUP stop it once calls in flight are finished, a second one at once;
SIGUSR1 has the access logs opened anew, after they were moved away.

It has no event loop and no threads, so it can fork at any time, and nothing it does can
crash it along with a child.
"""

import contextlib
import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from octetgate.server.board import Board, State
from octetgate.server.processes import (
    Child,
    Ending,
    Order,
    Role,
    adopt_orphans,
    end_orphans,
    fork,
)

LOG = logging.getLogger("octetgate.server")

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 10.0
"""A child that lived for so long was not broken from the start; its pauses begin anew."""
ONE_SIGNAL_SECONDS = 0.5
"""Signals so close together are one: who signals us and our group means us once."""
LAST_SECONDS = 5.0
"""What those who leave last get, once the others have left."""
CLOSING_SECONDS = 1.0
"""What a process gets to cut its calls by itself, once their grace is over."""
_STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SIGNALS = (*_STOP, signal.SIGUSR1, signal.SIGCHLD)


class Master:
    """Runs roles until a signal, or the end of one whose ending says so, stops all."""

    def __init__(
        self, roles: Sequence[Role], *, listening: Sequence[socket.socket], grace_seconds: float
    ) -> None:
        self.board = Board([role.name for role in roles])
        self._roles = {role.name: role for role in roles}
        self._listening = listening
        self._grace_seconds = grace_seconds
        self._children: dict[str, Child] = {}
        self._due: dict[str, float] = {}
        self._restarts = dict.fromkeys(self._roles, 0)
        self._failures = dict.fromkeys(self._roles, 0)
        self._selector = selectors.DefaultSelector()
        self._signalled_at: float | None = None
        self._impatient = False
        self._reopen = False
        self._announced = False
        self._stopping: float | None = None
        """When to stop being patient, once stopping."""
        self._cut = False
        self._status = 0

    def run(self, announce: Callable[[], None]) -> int:
        """Work until all have left; return the exit status.

        ``announce`` is called when every process but the guests is ready.
        """
        adopt_orphans()
        with self._listen_to_signals():
            for role in self._roles.values():
                if not role.is_guest:
                    self._start(role)
            while self._children or self._due:
                self._wait()
                self._reap()
                end_orphans({child.pid for child in self._children.values()})
                self._start_due()
                self._move_on(announce)
        self._selector.close()
        return self._status

    def stop(self) -> None:
        """Stop listening, and let every process finish what it does."""
        if self._stopping is None:
            self._stopping = time.monotonic() + self._grace_seconds + CLOSING_SECONDS
            self._due.clear()
            for each in self._listening:
                each.close()

    @contextlib.contextmanager
    def _listen_to_signals(self) -> Iterator[None]:
        hears, says = socket.socketpair()
        hears.setblocking(False)
        says.setblocking(False)
        self._selector.register(hears, selectors.EVENT_READ)
        signal.set_wakeup_fd(says.fileno(), warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, self._signalled)
        self._hears = hears
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            # What is left to do is quick, and must not be cut short by impatience.
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            hears.close()
            says.close()

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGUSR1:
            self._reopen = True
        if number not in _STOP:
            return
        now = time.monotonic()
        self._signalled_at = self._signalled_at or now
        self._impatient = now - self._signalled_at >= ONE_SIGNAL_SECONDS

    # -- starting ------------------------------------------------------------------------

    def _start(self, role: Role) -> None:
        mine = set(role.keeps)
        others = [child.line for child in self._children.values()]
        self.board.write(role.name, State.STARTING, 0, self._restarts[role.name])
        child = fork(role, self.board, [*(s for s in self._listening if s not in mine), *others])
        self._children[role.name] = child
        self._selector.register(child.line, selectors.EVENT_READ, child)

    def _start_due(self) -> None:
        now = time.monotonic()
        for name in [name for name, due in self._due.items() if due <= now]:
            del self._due[name]
            self._restarts[name] += 1
            self._start(self._roles[name])

    # -- one turn ------------------------------------------------------------------------

    def _wait(self) -> None:
        times = list(self._due.values())
        if self._stopping is not None and not self._cut:
            times.append(self._stopping)
        timeout = max(0.0, min(times) - time.monotonic()) if times else None
        for key, _ in self._selector.select(timeout):
            if isinstance(key.data, Child):
                if not key.data.hear():
                    self._selector.unregister(key.data.line)
            else:
                with contextlib.suppress(BlockingIOError):
                    self._hears.recv(4096)

    def _reap(self) -> None:
        while True:
            try:
                pid, waited = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for child in [child for child in self._children.values() if child.pid == pid]:
                self._ended(child, os.waitstatus_to_exitcode(waited))

    def _move_on(self, announce: Callable[[], None]) -> None:
        if self._reopen:
            self._reopen = False
            for child in self._children.values():
                child.tell(Order.REOPEN)
        if self._signalled_at is not None and self._stopping is None:
            LOG.info("stopping; calls in flight have %g s to finish", self._grace_seconds)
            self.stop()
        if self._stopping is not None:
            self._lead_out(self._stopping)
        elif not self._announced and self._all_ready():
            self._announced = True
            announce()
            for role in self._roles.values():
                if role.is_guest:
                    self._start(role)

    def _all_ready(self) -> bool:
        hosts = [role.name for role in self._roles.values() if not role.is_guest]
        return all(name in self._children and self._children[name].is_ready for name in hosts)

    # -- ending --------------------------------------------------------------------------

    def _lead_out(self, patience_ends: float) -> None:
        """Tell those whose turn it is to leave; kill who does not."""
        children = list(self._children.values())
        first = [child for child in children if not child.role.leaves_last]
        for child in first or children:
            if not child.is_told:
                self.board.write(
                    child.role.name, State.LEAVING, child.pid, self._restarts[child.role.name]
                )
                child.tell(Order.LEAVE)
                if not first:
                    self._stopping = patience_ends = time.monotonic() + LAST_SECONDS
        if not self._cut and (self._impatient or time.monotonic() >= patience_ends):
            self._cut = True
            self._status = self._status or 1
            for child in children:
                LOG.warning("%s (process %d) is cut off", child.role.name, child.pid)
                child.kill()

    def _ended(self, child: Child, status: int) -> None:
        name = child.role.name
        # Its last word may still lie there: that it was ready, for instance.
        child.hear()
        del self._children[name]
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.line)
        child.line.close()
        self.board.write(name, State.GONE, 0, self._restarts[name])
        if self._stopping is not None:
            return
        ending = child.role.ending
        if ending is Ending.STOP_ALL:
            self._status = abs(status)
            self.stop()
        elif not self._announced and not child.is_ready:
            LOG.error("%s could not start (%s); stopping", name, _how(status))
            self._status = abs(status) or 1
            self.stop()
        elif ending is Ending.RESTART:
            self._again_later(child, status)

    def _again_later(self, child: Child, status: int) -> None:
        name = child.role.name
        if time.monotonic() - child.started >= STEADY_SECONDS:
            self._failures[name] = 0
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** self._failures[name])
        self._failures[name] += 1
        LOG.error("%s (process %d) ended: %s; again in %g s", name, child.pid, _how(status), pause)
        self._due[name] = time.monotonic() + pause


def _how(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"killed by {signal.Signals(-status).name}"
