"""Windows of quotas follow the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.core.limits.quota import Period, Quota, day_of, window_of


@pytest.mark.parametrize(
    "period, begins",
    [
        (Period.DAY, date(2026, 11, 29)),
        (Period.WEEK, date(2026, 11, 23)),
        (Period.MONTH, date(2026, 11, 1)),
    ],
)
def test_a_sunday_late_in_november_is_in_windows_that_began(period, begins):
    assert window_of(date(2026, 11, 29).toordinal(), period) == begins.toordinal()


@given(st.dates(date(1970, 1, 1), date(2400, 1, 1)), st.sampled_from(Period))
def test_every_day_is_in_the_one_window_that_began_last(day, period):
    ordinal = day.toordinal()
    begins = window_of(ordinal, period)
    assert begins <= ordinal
    assert {window_of(each, period) for each in range(begins, ordinal + 1)} == {begins}
    assert begins == ordinal or window_of(begins - 1, period) < begins


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year >= 1970))
def test_a_moment_is_in_its_day_in_utc(moment):
    assert day_of(moment.timestamp()) == moment.toordinal()


def test_a_day_ends_at_midnight_in_utc():
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    assert day_of(midnight.timestamp()) == date(2026, 12, 1).toordinal()
    last = midnight - timedelta(microseconds=1)
    assert day_of(last.timestamp()) == date(2026, 11, 30).toordinal()


def test_an_offset_shortens_the_first_window_alone():
    quota = Quota(limit=10, period=Period.DAY, offset=4)
    assert (quota.allowance(is_first=True), quota.allowance(is_first=False)) == (6, 10)
    assert Quota(limit=3, period=Period.DAY, offset=4).allowance(is_first=True) == 0
