"""The tasks in which an application answers exchanges, each for one exchange after another.

A task for every exchange would cost a small call a twentieth of its time.  There are as many as
there are exchanges in hand, and some to spare.
"""

import asyncio
import logging
from collections.abc import Callable

from octetgate.adapters.wire.h1_exchange import ServerExchange
from octetgate.core.ports.exchange import Application

_log = logging.getLogger(__name__)

_SPARE = 256
"""As many wait for their next exchange; more end."""

Finish = Callable[[ServerExchange], None]
"""Told when the application has left an exchange, whatever came of it."""


class Handlers:
    """Gives every exchange a task of its own for as long as the application has it in hand."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._spare: list[_Handler] = []
        """Those that wait; the one that worked last is last, and works first."""

    def answer(self, exchange: ServerExchange, finish: Finish) -> "asyncio.Task[None]":
        """Return the task that has begun to answer this, to be cancelled until ``finish``.

        A task that was cancelled ends with the exchange.
        """
        while self._spare:
            handler = self._spare.pop()
            if not handler.turn.done():  # else it was cancelled by whoever ends the loop
                handler.turn.set_result((exchange, finish))
                return handler.task
        handler = _Handler()
        handler.turn = self._loop.create_future()
        handler.turn.set_result((exchange, finish))
        handler.task = task = self._loop.create_task(self._serve(handler))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End the tasks that wait; no exchange is in hand any more, and none will be."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, handler: "_Handler") -> None:
        app, task = self._app, handler.task
        while True:
            exchange, finish = await handler.turn
            try:
                await app(exchange)
            except asyncio.CancelledError:
                finish(exchange)
                raise
            except Exception:  # noqa: BLE001  # whatever it is, the client is owed an end
                _log.exception("the application raised, which it promises not to")
            finish(exchange)
            if task.cancelling() or len(self._spare) >= _SPARE:
                return
            del exchange, finish  # nothing of it stays while the next is awaited
            # Only now, for `finish` may have begun an exchange that was waiting: answered here it
            # would go on at once, and a client that sends many together would hold the loop.
            handler.turn = self._loop.create_future()
            self._spare.append(handler)


class _Handler:
    """A task, and the future that gives it its next exchange."""

    __slots__ = ("task", "turn")

    task: asyncio.Task[None]
    turn: asyncio.Future[tuple[ServerExchange, Finish]]
