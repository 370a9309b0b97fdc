"""A usage plan's quota: how many calls a key has in a day, a week or a month.

Windows are those of the calendar in UTC (spec: request-lifecycle 9, unconfirmed); weeks begin
on Mondays (unconfirmed).  Days are proleptic Gregorian ordinals, as ``date.toordinal`` counts.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_SECONDS = 86_400


class Period(Enum):
    """How long a quota lasts."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class Quota:
    """So many calls in each period."""

    limit: int
    period: Period
    offset: int = 0
    """What the first period of a key has less."""

    def allowance(self, *, is_first: bool) -> int:
        """Return how many calls a window has."""
        return max(0, self.limit - self.offset) if is_first else self.limit


def day_of(epoch_seconds: float) -> int:
    """Return the day of a moment."""
    return _EPOCH + int(epoch_seconds // _DAY_SECONDS)


def window_of(day: int, period: Period) -> int:
    """Return the first day of the window that a day is in."""
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - (day - 1) % 7
    return date.fromordinal(day).replace(day=1).toordinal()
