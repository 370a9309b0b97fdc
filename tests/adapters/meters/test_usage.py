"""What keys have used, kept in a file."""

from datetime import date

import pytest
from tests.adapters.meters.processes import killed_while, together

from octetgate.adapters.meters.usage import KeptUsage
from octetgate.core.limits.quota import Period, Quota
from octetgate.core.ports.meters import DAYS_KEPT, Holder, MetersFull

HOLDER = Holder("plan12", "key3456789")
MONDAY = date(2026, 11, 23).toordinal()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "usage"


@pytest.fixture
def usage(path):
    kept = KeptUsage(path, sets=1)
    yield kept
    kept.close()


def spend(usage: KeptUsage, calls: int, quota: Quota | None, day: int = MONDAY) -> int:
    return sum(usage.spend(HOLDER, quota, day) for _ in range(calls))


@pytest.mark.parametrize("period", Period)
def test_a_window_admits_its_limit_and_the_next_window_begins_anew(usage, period):
    quota = Quota(10, period)
    assert spend(usage, 15, quota) == 10
    tomorrow = MONDAY + 1
    assert spend(usage, 15, quota, tomorrow) == (10 if period is Period.DAY else 0)
    assert spend(usage, 15, quota, MONDAY + 31) == 10


def test_the_offset_holds_in_the_first_window_alone(usage):
    quota = Quota(10, Period.DAY, offset=4)
    assert usage.remaining(HOLDER, quota, MONDAY) == 6
    assert spend(usage, 15, quota) == 6
    assert spend(usage, 15, quota, MONDAY + 1) == 10


def test_processes_together_spend_a_quota_to_the_call(usage):
    assert sum(together(4, lambda _: spend(usage, 500, Quota(777, Period.WEEK)))) == 777
    assert usage.used(HOLDER, MONDAY, MONDAY) == [777]
    assert usage.remaining(HOLDER, Quota(777, Period.WEEK), MONDAY) == 0


def test_a_killed_process_takes_no_count_with_it(usage, path):
    def work(die):
        spend(usage, 123, None)
        die()

    killed_while(work)
    again = KeptUsage(path, sets=1)
    assert again.used(HOLDER, MONDAY - 1, MONDAY + 1) == [0, 123, 0]
    again.close()


def test_calls_without_a_quota_are_counted_by_day(usage):
    assert spend(usage, 3, None) == 3
    assert spend(usage, 2, None, MONDAY + 5) == 2
    assert usage.used(HOLDER, MONDAY, MONDAY + 5) == [3, 0, 0, 0, 0, 2]


def test_days_long_gone_are_forgotten_not_mixed_up(usage):
    spend(usage, 7, None)
    spend(usage, 1, None, MONDAY + 2)
    later = MONDAY + DAYS_KEPT
    spend(usage, 2, None, later)
    assert usage.used(HOLDER, MONDAY, MONDAY + 2) == [0, 0, 1]
    assert usage.used(HOLDER, later - 1, later) == [0, 2]
    much_later = later + 10 * DAYS_KEPT
    spend(usage, 4, None, much_later)
    assert sum(usage.used(HOLDER, much_later - DAYS_KEPT, much_later)) == 4


def test_granting_calls_changes_the_present_window_alone(usage):
    quota = Quota(10, Period.DAY)
    spend(usage, 10, quota)
    usage.grant(HOLDER, quota, MONDAY, 25)
    assert usage.remaining(HOLDER, quota, MONDAY) == 25
    assert spend(usage, 40, quota) == 25
    assert usage.used(HOLDER, MONDAY, MONDAY) == [35]
    assert spend(usage, 40, quota, MONDAY + 1) == 10


def test_a_quota_is_spent_when_its_last_call_is_counted_and_not_in_the_next_window(usage):
    quota = Quota(2, Period.DAY)
    assert not usage.is_spent(HOLDER, quota, MONDAY)
    spend(usage, 2, quota)
    assert usage.is_spent(HOLDER, quota, MONDAY)
    assert not usage.is_spent(HOLDER, quota, MONDAY + 1)
    assert not usage.is_spent(HOLDER, None, MONDAY)


def test_who_was_never_counted_has_used_nothing(usage):
    assert usage.used(Holder("a", "b"), MONDAY, MONDAY + 1) == [0, 0]
    assert usage.remaining(Holder("a", "b"), Quota(5, Period.DAY), MONDAY) == 5


def test_a_full_file_says_whose_calls_it_cannot_count(usage):
    for each in range(64):
        usage.spend(Holder("plan", f"key {each}"), None, MONDAY)
    with pytest.raises(MetersFull, match="api_key_id='one more'"):
        usage.spend(Holder("plan", "one more"), None, MONDAY)
