"""The last minutes of what is counted, for charts: looked at while somebody wants to see them.

Counts only grow.  Whoever asks has them looked at, every few seconds at most, and what was added
since the last look is kept; of those alone that anything was added to, so that a quiet server
keeps next to nothing, and one that nobody looks at does nothing.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from octetgate.core.ports.metrics import CallTotals, FunctionTotals, Subject, Totals

STEP_SECONDS = 2.0
KEPT_SECONDS = 600.0

_Key = TypeVar("_Key", str, Subject)


class Step(NamedTuple):
    """What was added between two looks."""

    ended: float
    """Epoch seconds."""
    seconds: float
    added: Totals


class History:
    """The steps of the last ten minutes, as long or short as somebody looked."""

    def __init__(
        self, totals: Callable[[], Totals], clock: Callable[[], float] = time.time
    ) -> None:
        self._totals = totals
        self._clock = clock
        self._steps: deque[Step] = deque()
        self._looking = asyncio.Lock()
        self._seen = 0.0
        self._before: Totals | None = None

    async def steps(self, since: float) -> list[Step]:
        """Return the steps that ended after a time."""
        async with self._looking:
            if self._clock() - self._seen >= STEP_SECONDS:
                await self._look()
        return [step for step in self._steps if step.ended > since]

    async def _look(self) -> None:
        """Keep what was added since the last look, unless that was too long ago to tell when."""
        totals, now = await asyncio.to_thread(self._totals), self._clock()
        while self._steps and self._steps[0].ended < now - KEPT_SECONDS:
            self._steps.popleft()
        if self._before is not None and now - self._seen < KEPT_SECONDS:
            self._steps.append(Step(now, now - self._seen, _added(self._before, totals)))
        self._before, self._seen = totals, now


def _added(before: Totals, after: Totals) -> Totals:
    return Totals(
        {key: CallTotals(*minus) for key, minus in _minus(before.calls, after.calls)},
        {key: FunctionTotals(*minus) for key, minus in _minus(before.functions, after.functions)},
    )


def _minus(before: dict[_Key, Any], after: dict[_Key, Any]) -> Iterator[tuple[_Key, list[Any]]]:
    """Yield what has been added, number by number, where anything has."""
    for key, now in after.items():
        then = before.get(key)
        if now == then:
            continue
        yield (
            key,
            [_difference(old, new) for old, new in zip(then or _nothing(now), now, strict=True)],
        )


def _difference(then: Any, now: Any) -> Any:
    if isinstance(now, tuple):
        return tuple(b - a for a, b in zip(then, now, strict=True))
    return now - then


def _nothing(like: Iterable[Any]) -> list[Any]:
    return [(0.0,) * len(each) if isinstance(each, tuple) else 0.0 for each in like]


def quantile(counts: Iterable[float], bounds: tuple[float, ...], share: float) -> float | None:
    """Return the seconds that a share of the calls stayed within; None of no calls.

    Inside a bucket calls are taken to lie evenly; beyond the last bound, it is the answer.
    """
    kept = list(counts)
    wanted, so_far = share * sum(kept), 0.0
    if not sum(kept):
        return None
    for at, count in enumerate(kept[: len(bounds)]):
        if so_far + count >= wanted and count:
            low = bounds[at - 1] if at else 0.0
            return low + (bounds[at] - low) * (wanted - so_far) / count
        so_far += count
    return bounds[-1]
