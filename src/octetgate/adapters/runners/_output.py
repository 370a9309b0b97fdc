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


class Output:
    """Standard output and error of one process, in the order of its printing."""

    def __init__(self, log: FunctionLog) -> None:
        self._log = log
        self._tail = Tail()
        self._reading: int | None = None
        self._held: tuple[bytes, bytes] | None = None
        self._letting_go: asyncio.TimerHandle | None = None

    def open(self) -> int:
        """Return the end to write to, which belongs to the caller."""
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        asyncio.get_running_loop().add_reader(self._reading, self.read)
        return writing

    def read(self) -> None:
        """Take what is in the pipe."""
        for _ in range(_READS):
            if self._reading is None:
                return
            try:
                data = os.read(self._reading, _AT_ONCE)
            except BlockingIOError:
                return
            if not data:
                self.close()
            self._keep(data)

    def print(self, text: str) -> None:
        """Add a line of our own."""
        self._keep(text.encode())

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
        if self._letting_go is not None:
            self._letting_go.cancel()
        if self._reading is not None:
            asyncio.get_running_loop().remove_reader(self._reading)
            os.close(self._reading)
            self._reading = None
