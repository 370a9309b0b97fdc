from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.control.refusals import absent, bad, refused

from octetgate.core.limits.quota import Period, Quota
from octetgate.core.ports.meters import Holder

TODAY = date(2026, 7, 15)
"""A Wednesday in the middle of a month: two days before it are of the same windows."""


@pytest.fixture(autouse=True)
def noon(management):
    """Let management believe that it is noon of that day, however long the tests take."""
    management.clock.stopped_at = datetime.combine(TODAY, time(12), UTC).timestamp()
    yield
    management.clock.stopped_at = None


def days(first, last):
    return {"startDate": first.isoformat(), "endDate": last.isoformat()}


@pytest.fixture
def plan(gw):
    """Return a plan of ten calls in a month and a key of it: the holder whose calls count."""
    plan = gw.create_usage_plan(name="gold", quota={"limit": 10, "period": "MONTH"})["id"]
    key = gw.create_api_key(enabled=True)["id"]
    gw.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    return Holder(plan, key)


def spend(management, holder, day, times):
    for _ in range(times):
        assert management.usage.spend(holder, Quota(10, Period.MONTH), day.toordinal())


def test_a_key_that_made_no_calls_has_all_of_its_quota(gw, plan):
    found = gw.get_usage(usagePlanId=plan.usage_plan_id, **days(TODAY, TODAY))
    del found["ResponseMetadata"]
    assert found == {
        "usagePlanId": plan.usage_plan_id,
        **days(TODAY, TODAY),
        "items": {plan.api_key_id: [[0, 10]]},
    }


def test_each_day_has_its_calls_and_what_then_remained_of_the_window(gw, management, plan):
    spend(management, plan, TODAY, 3)
    first = TODAY - timedelta(days=2)
    found = gw.get_usage(
        usagePlanId=plan.usage_plan_id, keyId=plan.api_key_id, **days(first, TODAY)
    )["items"][plan.api_key_id]
    assert found == [[0, 10], [0, 10], [3, 7]]


def test_more_can_be_given_and_taken_in_the_present_window(gw, management, plan):
    spend(management, plan, TODAY, 4)
    place = {"usagePlanId": plan.usage_plan_id, "keyId": plan.api_key_id}
    more = [{"op": "replace", "path": "/remaining", "value": "20"}]
    found = gw.update_usage(**place, patchOperations=more)
    assert found["items"] == {plan.api_key_id: [[4, 20]]}
    assert (found["startDate"], found["endDate"]) == (TODAY.isoformat(),) * 2
    spend(management, plan, TODAY, 1)
    seen = gw.get_usage(usagePlanId=plan.usage_plan_id, **days(TODAY, TODAY))
    assert seen["items"] == {plan.api_key_id: [[5, 19]]}
    none = [{"op": "replace", "path": "/remaining", "value": "0"}]
    assert gw.update_usage(**place, patchOperations=none)["items"] == {plan.api_key_id: [[5, 0]]}
    ordinal = TODAY.toordinal()
    assert not management.usage.spend(plan, Quota(10, Period.MONTH), ordinal)


def test_a_plan_without_a_quota_counts_and_leaves_everything(gw, management):
    plan = gw.create_usage_plan(name="free")["id"]
    key = gw.create_api_key()["id"]
    gw.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    management.usage.spend(Holder(plan, key), None, TODAY.toordinal())
    found = gw.get_usage(usagePlanId=plan, **days(TODAY, TODAY))
    assert found["items"] == {key: [[1, 2**63 - 1]]}
    more = [{"op": "replace", "path": "/remaining", "value": "20"}]
    found = refused(gw.update_usage, usagePlanId=plan, keyId=key, patchOperations=more)
    assert found == bad(
        f"Usage Plan {plan}: expected a quota to change what remains of it; found none"
    )


def test_keys_of_a_plan_come_in_pages(gw, plan):
    other = gw.create_api_key()["id"]
    gw.create_usage_plan_key(usagePlanId=plan.usage_plan_id, keyId=other, keyType="API_KEY")
    asked = {"usagePlanId": plan.usage_plan_id, **days(TODAY, TODAY), "limit": 1}
    first = gw.get_usage(**asked)
    second = gw.get_usage(**asked, position=first["position"])
    assert [*first["items"], *second["items"]] == [plan.api_key_id, other]
    assert "position" not in second


@pytest.mark.parametrize(
    "first, last, message",
    [
        ("2026-1-1", "2026-01-02", "startDate: expected a day as 2026-01-31; found '2026-1-1'"),
        ("20260101", "2026-01-02", "startDate: expected a day as 2026-01-31; found '20260101'"),
        ("2026-01-01", "x", "endDate: expected a day as 2026-01-31; found 'x'"),
        (
            "2026-01-02",
            "2026-01-01",
            ("endDate: expected startDate or up to 89 days later; found 2026-01-02 and 2026-01-01"),
        ),
        (
            "2026-01-01",
            "2026-12-31",
            ("endDate: expected startDate or up to 89 days later; found 2026-01-01 and 2026-12-31"),
        ),
    ],
)
def test_days_that_cannot_be_are_refused(gw, plan, first, last, message):
    found = refused(gw.get_usage, usagePlanId=plan.usage_plan_id, startDate=first, endDate=last)
    assert found == bad(message)


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-31"])
def test_days_long_gone_and_long_to_come_have_no_calls(gw, plan, first):
    found = gw.get_usage(usagePlanId=plan.usage_plan_id, startDate=first, endDate=first)
    assert found["items"] == {plan.api_key_id: [[0, 10]]}


def test_what_is_unknown_is_not_found(gw, plan):
    day = days(TODAY, TODAY)
    found = refused(gw.get_usage, usagePlanId="nope", **day)
    assert found == absent("Invalid Usage Plan ID specified")
    missing = absent("Invalid Usage Plan Key identifier specified")
    assert refused(gw.get_usage, usagePlanId=plan.usage_plan_id, keyId="nope", **day) == missing
    found = refused(gw.update_usage, usagePlanId=plan.usage_plan_id, keyId="nope")
    assert found == missing


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        ("replace", "/used", "1", "Invalid patch path  '/used' specified for op 'replace'. Must be one of: [/remaining]"),
        ("add", "/remaining", "1", "Invalid patch path  '/remaining' specified for op 'add'. Please choose supported operations"),
        ("replace", "/remaining", "x", "Invalid patch value for /remaining: expected an integer; found 'x'"),
        ("replace", "/remaining", "-1", "Invalid patch value for /remaining: expected at least 0; found -1"),
    ],
)  # fmt: skip
def test_a_patch_that_cannot_be_is_refused(gw, plan, op, path, value, message):
    operations = [{"op": op, "path": path, "value": value}]
    found = refused(
        gw.update_usage,
        usagePlanId=plan.usage_plan_id,
        keyId=plan.api_key_id,
        patchOperations=operations,
    )
    assert found == bad(message)
