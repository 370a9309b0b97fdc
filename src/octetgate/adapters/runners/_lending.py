"""Lends processes to gateway workers: the supervisor's end.

What is lent stays in its pool and under watch, and ends as any other; only its calls come from
somebody else.  Lent are processes whose calls need nobody's leave: those of functions that
have no reserved concurrency, run from a package, and are not chosen among by weights.
"""

import asyncio
import itertools
import socket
import time
from collections.abc import Callable
from pathlib import Path

from octetgate.adapters.runners import _admission
from octetgate.adapters.runners._address import address, prepare
from octetgate.adapters.runners._loans import (
    Ask,
    Busy,
    Channel,
    Claim,
    Declined,
    Denied,
    Ended,
    GaveUp,
    Lent,
    Message,
    Recall,
    Returned,
    Terms,
    Unclaim,
    Unheard,
    loans_path,
)
from octetgate.adapters.runners._pool import Pool
from octetgate.adapters.runners._pools import Pools
from octetgate.adapters.runners._worker import Worker
from octetgate.core.functions.lifecycle import State
from octetgate.core.functions.names import function_name
from octetgate.core.ports.functions import Invocation, InvokeError


class Lending:
    """Serves everybody who wants to borrow."""

    def __init__(self, pools: Pools, payload_limit: int, queue_seconds: float) -> None:
        self._pools = pools
        self._limits = payload_limit, queue_seconds
        self._borrowers: set[Borrower] = set()
        self._listening: socket.socket | None = None
        self._path: Path | None = None

    def start(self, functions: Path) -> None:
        """Listen beside the socket for calls; raises OSError or NoPlaceForSocket."""
        path = address(loans_path(functions))
        prepare(path)
        # The socket for calls is ours already, so whoever served here is gone.
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            listening.bind(str(path))
            path.chmod(0o600)
            listening.listen(128)
        except OSError:
            listening.close()
            raise
        listening.setblocking(False)
        self._listening, self._path = listening, path
        asyncio.get_running_loop().add_reader(listening, self._accept)

    def _accept(self) -> None:
        if self._listening is None:
            return
        try:
            connected, _ = self._listening.accept()
        except OSError:
            return
        self._borrowers.add(Borrower(self._pools, self._limits, connected, self._borrowers.discard))

    def close(self) -> None:
        """Lend no more; whoever has borrowed sees the connection end."""
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        for borrower in list(self._borrowers):
            borrower.close()


class Borrower:
    """One connection: a gateway worker, and what it has."""

    def __init__(
        self,
        pools: Pools,
        limits: tuple[int, float],
        connected: socket.socket,
        left: "Callable[[Borrower], None]",
    ) -> None:
        self._pools = pools
        self._payload_limit, self._queue_seconds = limits
        self._left = left
        self._numbers = itertools.count(1)
        self._loans: dict[int, Loan] = {}
        self._asks: set[asyncio.Task[None]] = set()
        self._channel = Channel(connected, self._hear, self._lost)

    def close(self) -> None:
        """End the connection, and every process that is lent."""
        self._channel.close()

    @property
    def is_gone(self) -> bool:
        """Whether nobody is at the other end any more."""
        return self._channel.is_lost

    def _lost(self) -> None:
        for ask in self._asks:
            ask.cancel()
        for loan in list(self._loans.values()):
            # Whether it has a call, and how far it is with it, nobody knows.
            self._over(loan)
            loan.worker.retire()
        self._left(self)

    def send(self, message: Message, descriptor: int | None = None) -> None:
        self._channel.send(message, descriptor)

    # --- What is said ---

    def _hear(self, message: Message, descriptor: int | None) -> None:
        del descriptor
        match message:
            case Ask():
                ask = asyncio.get_running_loop().create_task(self._answer(message))
                self._asks.add(ask)
                ask.add_done_callback(self._asks.discard)
            case Claim(pool=number):
                self._claim(number)
            case Unclaim(pool=number):
                if (pool := self._pools.numbered(number)) is not None:
                    pool.forget_claims(self)
            case Returned(loan=number) if number in self._loans:
                self._returned(self._loans[number])
            case Busy(loan=number) if number in self._loans:
                self._loans[number].comes_later()
            case GaveUp(loan=number) if number in self._loans:
                loan = self._loans[number]
                self._over(loan)
                loan.worker.give_up(message.request_id, message.seconds)
            case Unheard(loan=number) if number in self._loans:
                self._loans[number].worker.line_closed()
            case _:
                pass  # about a loan that is over, or nothing that a borrower says

    async def _answer(self, ask: Ask) -> None:
        try:
            self.send(await self._terms(ask))
        except InvokeError:
            # Whoever calls is told why.
            self.send(Declined(id=ask.id, revision=self._pools.revision))

    async def _terms(self, ask: Ask) -> Terms | Declined:
        name = function_name(ask.function, ask.qualifier)
        if name is None:
            return Declined(id=ask.id, revision=self._pools.revision)
        target = self._pools.find(name)
        revision = self._pools.revision
        _admission.admit(
            target,
            Invocation(
                function=ask.function,
                payload=b"",
                source_arn=ask.source_arn,
                url_auth_type=ask.url_auth_type,
            ),
        )
        alias = target.function.aliases.get(name.qualifier or "")
        is_free = (
            not target.version.brings_runtime
            and not target.version.folder
            and target.function.reserved_concurrency is None
            and not (alias is not None and alias.additional_version_weights)
        )
        if not is_free:
            return Declined(id=ask.id, revision=revision)
        pool = await self._pools.pool(target)
        return Terms(
            id=ask.id,
            pool=pool.number,
            revision=revision,
            name=target.name.name,
            function_arn=target.arn,
            version=target.version.version,
            timeout=target.version.timeout,
            payload_limit=self._payload_limit,
            answer_limit=pool.plan.answer_limit,
            most=pool.bounds.workers,
            queue=pool.bounds.queue,
            queue_bytes=pool.bounds.queue_bytes,
            queue_seconds=self._queue_seconds,
        )

    def _claim(self, number: int) -> None:
        pool = self._pools.numbered(number)
        if pool is None:
            self.send(Denied(pool=number))
            return
        claim = PoolClaim(self, pool)
        try:
            pool.submit(claim)
        except InvokeError as error:
            claim.refuse(error)

    def lend(self, pool: Pool, worker: Worker) -> bool:
        """Lend the process; say whether that can be."""
        if not worker.can_be_lent:
            self.send(Denied(pool=pool.number))
            return False
        number = next(self._numbers)
        loan = self._loans[number] = Loan(self, number, pool, worker)
        descriptor, init_seconds = worker.lend(loan)
        pool.lent.add(loan)
        self.send(Lent(pool=pool.number, loan=number, init_seconds=init_seconds), descriptor)
        return True

    def _returned(self, loan: "Loan") -> None:
        self._over(loan)
        if loan.worker.state is State.LENT:
            loan.worker.take_back()

    def _over(self, loan: "Loan") -> None:
        del self._loans[loan.number]
        loan.pool.lent.discard(loan)


class Loan:
    """One process that is lent."""

    def __init__(self, holder: Borrower, number: int, pool: Pool, worker: Worker) -> None:
        self.holder = holder
        self.number = number
        self.pool = pool
        self.worker = worker
        self.is_recalled = False
        self.is_busy = False

    def recall(self) -> None:
        """Have it back, at the latest when its call is over; may be called more than once."""
        if not self.is_recalled:
            self.is_recalled = True
            self.holder.send(Recall(loan=self.number))

    def comes_later(self) -> None:
        """Take notice that it has a call."""
        self.is_busy = True
        self.pool.lent.answered()
        self.pool.grow()

    def ended(self, status: int) -> None:
        """Take notice that the process has ended; the holder says what becomes of its call."""
        self.pool.lent.discard(self)
        self.holder.send(Ended(loan=self.number, status=status))


class PoolClaim:
    """A borrower's wait for a process."""

    def __init__(self, holder: Borrower, pool: Pool) -> None:
        self.holder: Borrower | None = holder
        self._borrower = holder
        self._pool = pool
        self.came = time.monotonic()
        self.size = 0

    @property
    def wanted(self) -> bool:
        return not self._borrower.is_gone

    def take(self, worker: Worker) -> bool:
        return self._borrower.lend(self._pool, worker)

    def start_failed(self, error: Callable[[str], bytes], tail: bytes) -> None:
        del error, tail
        self._borrower.send(Denied(pool=self._pool.number))

    def refuse(self, error: InvokeError) -> None:
        del error
        self._borrower.send(Denied(pool=self._pool.number))
