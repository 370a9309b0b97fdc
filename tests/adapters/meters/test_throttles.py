"""Buckets that all processes take from."""

import pytest
from tests.adapters.meters.processes import together

from octetgate.adapters.meters.throttles import SharedThrottles
from octetgate.core.limits.bucket import Throttle
from octetgate.core.ports.meters import MetersFull

SLOW = 1e-6
"""Calls a second: so few that no test sees one come back."""


@pytest.fixture
def throttles():
    shared = SharedThrottles(sets=1)
    yield shared
    shared.close()


def test_four_processes_take_a_burst_between_them_to_the_token(throttles):
    def work(number: int) -> int:
        return sum(throttles.take("stage/GET", Throttle(SLOW, 1000)) for _ in range(1500))

    assert sum(together(4, work)) == 1000


def test_buckets_do_not_share_tokens(throttles):
    assert throttles.take("a", Throttle(SLOW, 1))
    assert throttles.take("b", Throttle(SLOW, 1))
    assert not throttles.take("a", Throttle(SLOW, 1))


def test_buckets_at_rest_make_room_and_buckets_in_use_do_not(throttles):
    for each in range(64):
        assert throttles.take(f"at rest {each}", Throttle(1e9, 1))
    for each in range(64):
        assert throttles.take(f"in use {each}", Throttle(SLOW, 1))
    with pytest.raises(MetersFull, match="room for the bucket one more"):
        throttles.take("one more", Throttle(SLOW, 1))
