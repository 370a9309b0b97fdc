"""What one process prints: a pipe, read into its function's log and the tail of its call."""

import asyncio
import contextlib
import fcntl
import os

from octetgate.adapters.runners._log import FunctionLog, Tail, now

_AT_ONCE = 64 * 1024
"""A pipe's usual size."""
_PIPE = 256 * 1024
"""What fits into one of ours: a process that prints more must not wait for us very often."""
_READS = 4
"""At a time: a process that never stops printing must not keep others waiting."""
_ROUND_SECONDS = 0.05
"""Between two looks at the pipes of those that print: to be woken for each line costs more than
the short call that printed it."""
_EMPTY_ROUNDS = 5
"""After which a process that printed nothing wakes us again when it does."""
_MUCH = 16 * 1024
_SOON_SECONDS = 0.005
"""After so much at once the next look is sooner, or the process could have to wait for it."""


class Rounds:
    """Looks at all that print at the same moment, while there are any."""

    def __init__(self) -> None:
        self._printing: set[Output] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nobody has printed for a while."""
        return not self._printing

    def join(self, output: "Output") -> None:
        """Look at this one too, the first time within a round; may be called more than once."""
        self._printing.add(output)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_ROUND_SECONDS, self._look)

    def leave(self, output: "Output") -> None:
        """Look at it no more; may be called for one that is not looked at."""
        self._printing.discard(output)

    def _look(self) -> None:
        self._timer = None
        if self._printing:
            self._timer = asyncio.get_running_loop().call_later(_ROUND_SECONDS, self._look)
        for output in list(self._printing):
            output.look()


class Output:
    """Standard output and error of one process, in the order of its printing."""

    def __init__(self, log: FunctionLog, rounds: Rounds) -> None:
        self._log = log
        self._rounds = rounds
        self._tail = Tail()
        self._reading: int | None = None
        self._is_watched = False
        """Whether we are woken by what is printed next."""
        self._empty_rounds = 0
        self._soon: asyncio.TimerHandle | None = None
        self._held: tuple[bytes, bytes] | None = None

    def open(self) -> int:
        """Return the end to write to, which belongs to the caller."""
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        # Not on Linux, or more than a user may have: the usual size will do.
        with contextlib.suppress(AttributeError, OSError):
            fcntl.fcntl(self._reading, fcntl.F_SETPIPE_SZ, _PIPE)
        self._watch()
        return writing

    def _watch(self) -> None:
        if self._reading is not None and not self._is_watched:
            self._is_watched = True
            asyncio.get_running_loop().add_reader(self._reading, self._woken)

    def _unwatch(self) -> None:
        if self._reading is not None and self._is_watched:
            self._is_watched = False
            asyncio.get_running_loop().remove_reader(self._reading)

    def _woken(self) -> None:
        self._unwatch()
        self._rounds.join(self)
        self._read_on()

    def look(self) -> None:
        """Take what has come since the last round."""
        self._empty_rounds += 1
        self._read_on()
        self._let_go()
        if self._empty_rounds >= _EMPTY_ROUNDS:
            self._watch()
        if self._is_watched or self._reading is None:
            self._rounds.leave(self)

    def _read_on(self) -> None:
        """Take what is there, and soon again if it was much."""
        much = self.read() >= _MUCH
        if self._soon is not None:
            self._soon.cancel()
        loop = asyncio.get_running_loop()
        self._soon = loop.call_later(_SOON_SECONDS, self._read_on) if much else None

    def read(self) -> int:
        """Take what is in the pipe; return how much that was."""
        size = 0
        for _ in range(_READS):
            if self._reading is None:
                break
            try:
                data = os.read(self._reading, _AT_ONCE)
            except BlockingIOError:
                break
            if not data:
                self.close()
            size += len(data)
            self._keep(data)
            if len(data) < _AT_ONCE:
                break  # that was all
        if size:
            self._empty_rounds = 0
        return size

    def print(self, text: str) -> None:
        """Add a line of our own."""
        self._keep(text.encode())

    def begin_tail(self) -> None:
        """Begin a new tail: what is printed from now on."""
        self.read()
        self._tail = Tail()

    def begin(self, line: str) -> None:
        """Begin a new tail with a line of our own."""
        data = line.encode()
        self._tail = Tail()
        self._tail.feed(data)
        self._let_go()
        # It waits for others until the next round: most calls are over by then.
        self._held = (now(), data)
        self._rounds.join(self)

    def tail(self) -> bytes:
        """Return the end of what was printed since the tail was begun."""
        self.read()
        return self._tail.end()

    def _keep(self, data: bytes) -> None:
        if data:
            self._tail.feed(data)
            held, self._held = self._held, None
            self._log.write(data, by=self, behind=held)

    def _let_go(self) -> None:
        """Write the first line of a call if it waits for others still."""
        if self._held is not None:
            (stamp, data), self._held = self._held, None
            self._log.write(data, by=self, stamp=stamp)

    def close(self) -> None:
        self._let_go()
        self._rounds.leave(self)
        self._unwatch()
        if self._reading is not None:
            os.close(self._reading)
            self._reading = None
