"""What one process prints: a pipe, read into its function's log and the tail of its call."""

import asyncio
import os

from octetgate.adapters.runners._log import FunctionLog, Tail, now

_AT_ONCE = 64 * 1024
"""A pipe's usual size."""
_READS = 4
"""At a time: a process that never stops printing must not keep others waiting."""
_HELD_SECONDS = 0.05
"""How long the first line of a call may wait for the others: most calls are over by then."""
_PAUSE_SECONDS = 0.02
"""Between two looks at a pipe in which little came: to be woken for each line costs more than
the short call that printed it."""
_MUCH = 16 * 1024
"""So much at once is read on without a pause, or a process that prints would have to wait."""


class Output:
    """Standard output and error of one process, in the order of its printing."""

    def __init__(self, log: FunctionLog) -> None:
        self._log = log
        self._tail = Tail()
        self._reading: int | None = None
        self._held: tuple[bytes, bytes] | None = None
        self._letting_go: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None

    def open(self) -> int:
        """Return the end to write to, which belongs to the caller."""
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._watch()
        return writing

    def _watch(self) -> None:
        """Be woken by what is printed next."""
        if self._reading is not None:
            asyncio.get_running_loop().add_reader(self._reading, self._woken)

    def _woken(self) -> None:
        if self._reading is not None:
            asyncio.get_running_loop().remove_reader(self._reading)
        self._look()

    def _look(self) -> None:
        """Read what is there, and look again in a moment if there was something."""
        self._pause = None
        size = self.read()
        if not size:
            self._watch()
        elif self._reading is not None:
            seconds = _PAUSE_SECONDS if size < _MUCH else 0
            self._pause = asyncio.get_running_loop().call_later(seconds, self._look)

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
        self._held = (now(), data)
        if self._letting_go is None:
            loop = asyncio.get_running_loop()
            self._letting_go = loop.call_later(_HELD_SECONDS, self._timely)

    def tail(self) -> bytes:
        """Return the end of what was printed since the tail was begun."""
        self.read()
        return self._tail.end()

    def _keep(self, data: bytes) -> None:
        if data:
            self._tail.feed(data)
            held, self._held = self._held, None
            self._log.write(data, by=self, behind=held)

    def _timely(self) -> None:
        self._letting_go = None
        self._let_go()

    def _let_go(self) -> None:
        """Write the first line of a call if it waits for others still."""
        if self._held is not None:
            (stamp, data), self._held = self._held, None
            self._log.write(data, by=self, stamp=stamp)

    def close(self) -> None:
        self._let_go()
        for timer in (self._letting_go, self._pause):
            if timer is not None:
                timer.cancel()
        if self._reading is not None:
            asyncio.get_running_loop().remove_reader(self._reading)
            os.close(self._reading)
            self._reading = None
