"""Short messages of one turn of the event loop, written one after the other at its end.

A write wakes whoever reads at the other end.  When many connections have something to say in
one turn, the first write wakes the peer and the others find it awake; written each at its own
time, every one of them would have to wake it again.
"""

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary


class Outbox:
    """What is to be pushed at the end of this turn of one event loop."""

    __slots__ = ("_loop", "_pushes")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pushes: list[Callable[[], None]] = []

    def add(self, push: Callable[[], None]) -> None:
        """Have this called when whatever is ready now has run."""
        if not self._pushes:
            self._loop.call_soon(self._flush)
        self._pushes.append(push)

    def _flush(self) -> None:
        pushes, self._pushes = self._pushes, []
        for push in pushes:
            push()


_outboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, Outbox] = WeakKeyDictionary()


def outbox_of(loop: asyncio.AbstractEventLoop) -> Outbox:
    """Return the loop's outbox."""
    outbox = _outboxes.get(loop)
    if outbox is None:
        outbox = _outboxes[loop] = Outbox(loop)
    return outbox
