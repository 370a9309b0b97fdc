"""Borrows processes from the supervisor, and gives them calls: a gateway worker's end.

A call that finds its function's terms known and a process at hand crosses one border, to that
process, instead of three.  Whatever is not so plain is left to the supervisor.
"""

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octetgate.adapters.runners import _admission
from octetgate.adapters.runners._address import address
from octetgate.adapters.runners._desk import Desk
from octetgate.adapters.runners._desk_call import DeskCall
from octetgate.adapters.runners._loans import (
    Ask,
    Channel,
    Declined,
    Denied,
    Ended,
    Lent,
    Message,
    Recall,
    Returned,
    Terms,
    loans_path,
)
from octetgate.core.ports.functions import Invocation, InvocationType, Outcome
from octetgate.core.ports.metrics import FunctionTallies, Uncounted

_TERMS = 4096
"""Callers whose terms are kept in mind."""
_DESKS = 256
"""Beyond so many, those are forgotten that have nothing to do."""
_AVOID_SECONDS = 5.0
"""How long calls are left to the supervisor after it had no process to lend."""

_Caller = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was said to a caller's ask, and until when that holds if nothing changes."""

    revision: int
    terms: Terms | None
    until: float


class Borrowing:
    """What this process has borrowed."""

    def __init__(
        self,
        functions: Path,
        revision: Callable[[], int],
        tallies: FunctionTallies | None = None,
    ) -> None:
        """``functions`` is the supervisor's socket; ``revision`` tells the store's."""
        self._path = functions
        self._revision = revision
        self._tallies = tallies or Uncounted()
        self._channel: Channel | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[_Caller, _Answer] = {}
        self._asked: dict[int, asyncio.Future[Terms | None]] = {}
        self._asking: dict[_Caller, asyncio.Future[Terms | None]] = {}
        self._desks: dict[int, Desk] = {}
        self._passing: set[asyncio.Task[None]] = set()

    def leave_to(self, supervisor: Callable[[Invocation], Coroutine[Any, Any, Outcome]]) -> None:
        """Have the calls carried out so for which nothing is borrowed."""
        self._supervisor = supervisor

    def invoke(self, invocation: Invocation) -> Awaitable[Outcome]:
        """Return what will be the outcome; raises InvokeError now or when it is awaited.

        No coroutine where the terms are known: every layer is resumed for every call.
        """
        if invocation.type is not InvocationType.REQUEST_RESPONSE or invocation.log_tail:
            return self._supervisor(invocation)
        caller = (
            invocation.function,
            invocation.qualifier,
            invocation.source_arn,
            invocation.url_auth_type,
        )
        terms = self._known(caller)
        if terms is None:
            return self._ask_and_invoke(caller, invocation)
        return self._invoke(terms, invocation)

    async def _ask_and_invoke(self, caller: _Caller, invocation: Invocation) -> Outcome:
        terms = await self._terms(caller)
        if terms is None:
            return await self._supervisor(invocation)
        return await self._invoke(terms, invocation)

    def _invoke(self, terms: Terms, invocation: Invocation) -> Awaitable[Outcome]:
        desk = self._desks.get(terms.pool) or self._open_desk(terms)
        if desk is None:
            return self._supervisor(invocation)
        call = DeskCall(
            _admission.request_id(invocation.request_id),
            _admission.payload(invocation, terms.payload_limit),
            terms.function_arn,
            _admission.trace_id(invocation.trace_id),
            _admission.client_context(invocation.client_context),
            desk.loop.create_future(),
            invocation,
        )
        desk.take(call)
        return call.outcome

    def _pass_on(self, call: DeskCall) -> None:
        """Have the supervisor carry out a call that no process here has seen."""
        passing = asyncio.get_running_loop().create_task(self._passed_on(call))
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)
        # Over, or nobody waits for it any more.
        call.outcome.add_done_callback(lambda _: passing.cancel())

    async def _passed_on(self, call: DeskCall) -> None:
        try:
            outcome = await self._supervisor(call.invocation)
        except Exception as error:  # noqa: BLE001  # whatever it is, the caller hears of it
            call.refuse(error)
        else:
            call.answer(outcome)

    # --- Terms ---

    def _known(self, caller: _Caller) -> Terms | None:
        """Return the terms if they are known as of now."""
        answer = self._answers.get(caller)
        if answer is None or answer.revision != self._revision():
            return None
        return answer.terms

    async def _terms(self, caller: _Caller) -> Terms | None:
        """Return the terms as of now, or None if there are none."""
        answer = self._answers.get(caller)
        now = asyncio.get_running_loop().time()
        if answer is not None and answer.revision == self._revision() and now < answer.until:
            return None  # _known has seen that there are none
        asking = self._asking.get(caller)
        if asking is None:
            asking = self._ask(caller)
            if asking is None:
                return None
        return await asyncio.shield(asking)

    def _ask(self, caller: _Caller) -> "asyncio.Future[Terms | None] | None":
        channel = self._connected()
        if channel is None:
            return None
        function, qualifier, source_arn, url_auth_type = caller
        number = next(self._numbers)
        asked: asyncio.Future[Terms | None] = asyncio.get_running_loop().create_future()
        self._asked[number] = self._asking[caller] = asked

        def answered(asked: "asyncio.Future[Terms | None]") -> None:
            del asked
            del self._asking[caller], self._asked[number]

        asked.add_done_callback(answered)
        channel.send(
            Ask(
                id=number,
                function=function,
                qualifier=qualifier,
                source_arn=source_arn,
                url_auth_type=url_auth_type,
            )
        )
        return asked

    def _answered(self, number: int, revision: int, terms: Terms | None) -> None:
        asked = self._asked.get(number)
        if asked is None or asked.done():
            return
        caller = next(caller for caller, waits in self._asking.items() if waits is asked)
        if len(self._answers) >= _TERMS:
            self._answers.clear()
        until = asyncio.get_running_loop().time() + _AVOID_SECONDS
        self._answers[caller] = _Answer(revision, terms, until)
        asked.set_result(terms)

    def _open_desk(self, terms: Terms) -> Desk | None:
        if self._channel is None:
            return None
        if len(self._desks) >= _DESKS:
            self._desks = {n: desk for n, desk in self._desks.items() if not desk.is_empty}
        desk = Desk(terms, self._channel, self._tallies.of(terms.name), self._pass_on)
        self._desks[terms.pool] = desk
        return desk

    # --- The connection ---

    def _connected(self) -> Channel | None:
        """Return the channel, if there is a supervisor at its other end."""
        if self._channel is None:
            connecting = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            connecting.setblocking(False)
            try:
                connecting.connect(str(address(loans_path(self._path))))
            except OSError:
                # There is none yet, or it is very busy: calls take the other way.
                connecting.close()
                return None
            self._channel = Channel(connecting, self._hear, self._lost)
        return self._channel

    def _lost(self) -> None:
        self._channel = None
        self._answers.clear()
        for asked in list(self._asked.values()):
            if not asked.done():
                asked.set_result(None)
        desks, self._desks = self._desks, {}
        for desk in desks.values():
            desk.abandon()

    def close(self) -> None:
        """Give everything back; calls under way fail."""
        if self._channel is not None:
            self._channel.close()

    def _hear(self, message: Message, descriptor: int | None) -> None:
        match message:
            case Terms():
                self._answered(message.id, message.revision, message)
            case Declined():
                self._answered(message.id, message.revision, None)
            case Lent() if descriptor is not None:
                self._lent(message, socket.socket(fileno=descriptor))
            case Denied(pool=pool):
                self._denied(pool)
            case Recall(loan=loan):
                for desk in self._desks.values():
                    desk.recall(loan)
            case Ended(loan=loan, status=status):
                for desk in self._desks.values():
                    desk.ended(loan, status)
            case _:
                pass  # nothing that a supervisor says

    def _lent(self, lent: Lent, line: socket.socket) -> None:
        desk = self._desks.get(lent.pool)
        if desk is not None:
            desk.lent(lent, line)
        elif self._channel is not None:
            line.close()
            self._channel.send(Returned(loan=lent.loan))

    def _denied(self, pool: int) -> None:
        """Leave what waits to the supervisor, and what comes in the next moments."""
        until = asyncio.get_running_loop().time() + _AVOID_SECONDS
        for caller, answer in list(self._answers.items()):
            if answer.terms is not None and answer.terms.pool == pool:
                self._answers[caller] = _Answer(answer.revision, None, until)
        if (desk := self._desks.get(pool)) is not None:
            desk.leave()
            if desk.is_empty:
                del self._desks[pool]
