"""What keys have used of their plans, and more for those who run out (control-plane 2.6)."""

from collections.abc import Sequence
from datetime import date

import msgspec

from octetgate.control.calls import Call, Members, Read, Write
from octetgate.control.errors import (
    BadRequestException,
    NotFoundException,
    NotImplementedException,
)
from octetgate.control.keys import find_plan
from octetgate.control.paging import page
from octetgate.control.patching import REPLACE, Listing, Patch, Row, Table, number
from octetgate.core.limits.quota import Period, Quota, day_of, window_of
from octetgate.core.model.access import UsagePlan
from octetgate.core.ports.meters import Holder, MetersFull, Usage
from octetgate.core.ports.store import USAGE_PLAN_KEYS

_LONGEST_DAYS = 90
_UNLIMITED = 2**63 - 1
"""What is shown to remain without a quota (unconfirmed)."""


class _Granted(msgspec.Struct, frozen=True):
    """What a patch asks for."""

    remaining: int | None = None


def get_usage(call: Read, asked: Members) -> Members:
    """Return how many calls each key made and had left on each day."""
    plan = find_plan(call, asked["usagePlanId"])
    first, last = _days(asked)
    wanted = asked.get("keyId")
    members = call.store.list(USAGE_PLAN_KEYS, f"{plan.id}/")
    keys = [(m.key_id, m.key_id) for _, m in members if wanted in {None, "", m.key_id}]
    if wanted and not keys:
        raise NotFoundException("Invalid Usage Plan Key identifier specified")
    found, position = page(keys, asked)
    today = day_of(call.now)
    return {
        "usagePlanId": plan.id,
        "startDate": asked["startDate"],
        "endDate": asked["endDate"],
        "items": {key: _by_day(_meter(call), plan, key, first, last, today) for key in found},
        "position": position,
    }


def update_usage(call: Write, asked: Members) -> Members:
    """Let a key have more calls, or fewer, in the present period of its plan's quota."""
    plan = find_plan(call, asked["usagePlanId"])
    key = asked["keyId"]
    if call.store.get(USAGE_PLAN_KEYS, f"{plan.id}/{key}") is None:
        raise NotFoundException("Invalid Usage Plan Key identifier specified")
    granted = _PATHS.patched(_Granted(), asked.get("patchOperations", ())).remaining
    usage, today = _meter(call), day_of(call.now)
    if granted is not None:
        quota = _quota(plan)
        if quota is None:
            raise BadRequestException(
                f"Usage Plan {plan.id}: expected a quota to change what remains of it; found none"
            )
        try:
            usage.grant(Holder(plan.id, key), quota, today, granted)
        except MetersFull as error:
            raise BadRequestException(str(error)) from error
    shown = date.fromordinal(today).isoformat()
    return {
        "usagePlanId": plan.id,
        "startDate": shown,
        "endDate": shown,
        "items": {key: _by_day(usage, plan, key, today, today, today)},
    }


def _meter(call: Call) -> Usage:
    if call.usage is None:
        raise NotImplementedException("expected a gateway that counts usage, found none")
    return call.usage


def _days(asked: Members) -> tuple[int, int]:
    first, last = (_day(asked, member) for member in ("startDate", "endDate"))
    if not 0 <= last - first < _LONGEST_DAYS:
        raise BadRequestException(
            f"endDate: expected startDate or up to {_LONGEST_DAYS - 1} days later; "
            f"found {asked['startDate']} and {asked['endDate']}"
        )
    return first, last


def _day(asked: Members, member: str) -> int:
    try:
        day = date.fromisoformat(asked[member])
    except ValueError:
        day = None
    if day is None or day.isoformat() != asked[member]:
        raise BadRequestException(
            f"{member}: expected a day as 2026-01-31; found {asked[member]!r}"
        )
    return day.toordinal()


def _quota(plan: UsagePlan) -> Quota | None:
    quota = plan.quota
    return None if quota is None else Quota(quota.limit, Period(quota.period), quota.offset)


def _by_day(
    usage: Usage, plan: UsagePlan, key: str, first: int, last: int, today: int
) -> list[list[int]]:
    """Return [used, remaining] of each day."""
    holder, quota = Holder(plan.id, key), _quota(plan)
    if quota is None:
        return [[used, _UNLIMITED] for used in usage.used(holder, first, last)]
    # A day's remainder takes the whole of its window to tell.
    begin = window_of(first, quota.period)
    present = window_of(last, quota.period) == window_of(today, quota.period)
    used = usage.used(holder, begin, max(last, today) if present else last)
    left = usage.remaining(holder, quota, today)
    return [
        [used[day - begin], _left(quota, used, day - begin, today - begin, left, begin)]
        for day in range(first, last + 1)
    ]


def _left(quota: Quota, used: Sequence[int], day: int, today: int, left: int, begin: int) -> int:
    """Return what remained at the end of a day; days count from ``begin``.

    In the present window that is what remains now and what was used since; an allowance that
    was changed in a window gone by is not kept.
    """
    window = window_of(day + begin, quota.period) - begin
    if window == window_of(today + begin, quota.period) - begin:
        return left + sum(used[day + 1 : today + 1])
    return max(0, quota.limit - sum(used[window : day + 1]))


# --- Patching ----------------------------------------------------------------------------------


def _remaining(asked: _Granted, patch: Patch) -> _Granted:
    given = number(patch)
    if given < 0:
        raise BadRequestException(
            f"Invalid patch value for /remaining: expected at least 0; found {given}"
        )
    return _Granted(remaining=given)


_PATHS: Table[_Granted] = Table((Row("/remaining", (REPLACE,), _remaining),), Listing())
