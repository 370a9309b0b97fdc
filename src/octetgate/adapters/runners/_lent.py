"""Which processes of a pool are lent, and which of them are to come back for those who wait.

Whoever has borrowed a process may keep it while it has calls for it.  So that nobody waits for
ever, a process is recalled for a call that no borrower has, and for a borrower who has fewer.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Collection
from typing import Protocol


class Borrower(Protocol):
    """Somebody who may have several."""


class Loan(Protocol):
    """One process that is lent."""

    is_recalled: bool
    is_busy: bool
    """Whether the holder has said that it comes back only after a call."""

    @property
    def holder(self) -> Borrower:
        """Who has it."""

    def recall(self) -> None:
        """Have it back, at the latest when its call is over; may be called more than once."""

    def ended(self, status: int) -> None:
        """Take notice that the process has ended, and how."""


class Waiting(Protocol):
    """Somebody who waits for a process."""

    @property
    def holder(self) -> Borrower | None:
        """Who it is, if it may have borrowed some already."""


class Lent:
    """The loans of one pool, the oldest first."""

    def __init__(self) -> None:
        self._loans: dict[Loan, None] = {}
        self._settling: list[asyncio.Future[None]] = []

    def add(self, loan: Loan) -> None:
        """Keep a loan in mind."""
        self._loans[loan] = None

    def discard(self, loan: Loan) -> None:
        """Forget it: it is over."""
        self._loans.pop(loan, None)
        self.answered()

    def answered(self) -> None:
        """Take notice that more is known of those that were recalled."""
        if not self.coming:
            settling, self._settling = self._settling, []
            for each in settling:
                if not each.done():
                    each.set_result(None)

    async def settled(self) -> None:
        """Have all back that have no call, and wait until those are known that have one."""
        self.recall_all()
        if self.coming:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._settling.append(waiter)
            await waiter

    @property
    def coming(self) -> int:
        """How many are about to come back at once, as far as is known."""
        return sum(loan.is_recalled and not loan.is_busy for loan in self._loans)

    def recall_for(self, waiting: Collection[Waiting]) -> None:
        """Recall one for each who waits and has a claim to it.

        A second one where the first is busy, which may be for long; no more than that, or one
        who waits would have everything back from somebody who has much to do.
        """
        if not self._loans:
            return
        busy = sum(loan.is_recalled and loan.is_busy for loan in self._loans)
        in_vain: set[Borrower | None] = set()
        for each in itertools.islice(waiting, self.coming + busy // 2, None):
            if each.holder in in_vain:
                continue
            loan = self._due_to(each.holder)
            if loan is None:
                in_vain.add(each.holder)
            else:
                loan.recall()

    def _due_to(self, claimant: Borrower | None) -> Loan | None:
        """Return a loan of the one who has most, if that is more than it should have."""
        kept = [loan for loan in self._loans if not loan.is_recalled]
        counts = Counter(loan.holder for loan in kept if loan.holder is not claimant)
        if not counts:
            return None
        [(holder, most)] = counts.most_common(1)
        own = sum(loan.holder is claimant for loan in self._loans)
        # One is due to anybody; beyond that, none that would only change sides.
        if own and most < own + 2:
            return None
        return next(loan for loan in kept if loan.holder is holder)

    def recall_one(self) -> bool:
        """Recall the oldest for another function; say whether one is to come back."""
        if not self._loans:
            return False
        if not any(loan.is_recalled for loan in self._loans):
            next(iter(self._loans)).recall()
        return True

    def recall_all(self) -> None:
        """Have all of them back."""
        for loan in list(self._loans):
            loan.recall()
