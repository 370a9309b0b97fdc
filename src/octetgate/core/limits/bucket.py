"""A token bucket, as one number: when it will be full again.

API Gateway throttles with token buckets: a bucket holds ``burst`` tokens, ``rate`` of them
come back every second, and each call takes one (spec: request-lifecycle 9).  What is missing
from a bucket is what its rate brings until it is full, so that moment is all there is to
remember, and a bucket whose moment has passed is like one that was never used.
"""

from typing import NamedTuple

UNTOUCHED = 0.0
"""The state of a full bucket, whatever the clock says."""

_ROUNDING = 1e-9
"""Seconds.  Sums of floats may come out a little long, and a whole token must not be lost."""


class Throttle(NamedTuple):
    """How many calls, and how fast; 0 of either lets none pass."""

    rate: float
    """Calls a second, in the long run."""
    burst: float
    """Calls at once, after a rest."""


def take(full_at: float, now: float, throttle: Throttle) -> tuple[float, bool]:
    """Return the bucket's next state, and whether it had a token for one call.

    ``full_at`` and ``now`` are seconds of one clock.
    """
    rate, burst = throttle
    if rate <= 0 or burst < 1:
        return full_at, False
    refill = burst / rate
    # Emptier than empty would be a debt from when the rate was lower; nobody has to pay it.
    full_at = min(max(full_at, now), now + refill)
    full_again = full_at + 1 / rate
    if full_again - now <= refill + _ROUNDING:
        return full_again, True
    return full_at, False
