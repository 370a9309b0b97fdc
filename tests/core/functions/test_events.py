import pytest

from octetgate.core.functions.events import is_too_old, pauses
from octetgate.core.model.function import EventInvokeConfig


def config(**members):
    return EventInvokeConfig(last_modified=0.0, **members)


@pytest.mark.parametrize(
    "given, expected",
    [
        (None, [60, 120]),
        (config(), [60, 120]),
        (config(maximum_retry_attempts=2), [60, 120]),
        (config(maximum_retry_attempts=1), [60]),
        (config(maximum_retry_attempts=0), []),
    ],
)
def test_a_call_is_tried_again_as_often_as_is_configured(given, expected):
    assert pauses(given, [60, 120]) == expected


@pytest.mark.parametrize(
    "given, seconds, too_old",
    [
        (None, 21600, False),
        (None, 21601, True),
        (config(), 21601, True),
        (config(maximum_event_age_in_seconds=60), 60, False),
        (config(maximum_event_age_in_seconds=60), 61, True),
    ],
)
def test_a_call_is_given_up_at_an_age(given, seconds, too_old):
    assert is_too_old(given, seconds) is too_old
