from datetime import UTC, datetime

import pytest

from octetgate.cli.console import Trouble
from octetgate.cli.logs import begin

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "since, time",
    [
        ("90s", "2026-01-31T11:58:30.000Z"),
        ("5m", "2026-01-31T11:55:00.000Z"),
        ("2h", "2026-01-31T10:00:00.000Z"),
        ("1d", "2026-01-30T12:00:00.000Z"),
        ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00.000Z"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"),
    ],
)
def test_since_is_how_long_ago_or_a_time(since, time):
    assert begin(since, lambda: NOON) == time


@pytest.mark.parametrize("since", ["", "5", "5 m", "yesterday", "-5m"])
def test_any_other_since_is_refused(since):
    with pytest.raises(Trouble, match="--since: expected 90s, 5m, 2h, 1d or a time such as"):
        begin(since, lambda: NOON)
