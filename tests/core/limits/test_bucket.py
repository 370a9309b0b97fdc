"""The bucket in one number is the bucket in tokens."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.limits.bucket import UNTOUCHED, Throttle, take

NOW = 1000.0


class Tokens:
    """A token bucket as it is usually written, in exact numbers."""

    def __init__(self, rate: int, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self.tokens = Fraction(burst)
        self.seen = Fraction(0)

    def take(self, now: Fraction) -> bool:
        self.tokens = min(Fraction(self.burst), self.tokens + (now - self.seen) * self.rate)
        self.seen = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def empty(throttle: Throttle) -> tuple[float, int]:
    """Take every token there is at once; return the bucket and how many there were."""
    full_at, taken, given = UNTOUCHED, True, -1
    while taken:
        full_at, taken = take(full_at, NOW, throttle)
        given += 1
    return full_at, given


@given(
    rate=st.sampled_from([1, 2, 4, 64, 1024]),
    burst=st.integers(1, 40),
    pauses=st.lists(st.integers(0, 3000), min_size=1, max_size=300),
)
def test_the_moment_says_what_tokens_would(rate, burst, pauses):
    # 1/1024 s apart and rates that divide it: both buckets calculate without rounding.
    tokens, full_at, now = Tokens(rate, burst), UNTOUCHED, Fraction(1)
    for pause in pauses:
        now += Fraction(pause, 1024)
        full_at, taken = take(full_at, float(now), Throttle(rate, burst))
        assert taken == tokens.take(now)


@pytest.mark.parametrize("rate", [3, 7, 100, 333.3, 0.1])
def test_a_rested_bucket_gives_its_whole_burst_whatever_the_rate(rate):
    assert empty(Throttle(rate, 20))[1] == 20


@pytest.mark.parametrize("throttle", [Throttle(0, 10), Throttle(10, 0), Throttle(0, 0)])
def test_a_limit_of_nothing_lets_nothing_pass(throttle):
    assert empty(throttle)[1] == 0


def test_ten_seconds_at_a_rate_admit_what_the_rate_brings_and_the_burst():
    full_at, admitted = UNTOUCHED, 0
    for call in range(10_000):
        full_at, taken = take(full_at, NOW + call / 1000, Throttle(100, 20))
        admitted += taken
    assert admitted in {1019, 1020}


def test_a_raised_rate_forgives_what_the_old_one_would_still_hold_back():
    fast = Throttle(100, 10)
    full_at, _ = empty(Throttle(0.001, 10))
    # Empty at the old rate for hours; at the new one a token is there in 10 ms.
    full_at, taken = take(full_at, NOW, fast)
    assert not taken
    assert take(full_at, NOW + 0.011, fast)[1]
