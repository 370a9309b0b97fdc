"""What an API key may do at a stage: the usage plan that leads it there (spec: lifecycle 9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from octetgate.core.limits.bucket import Throttle
from octetgate.core.limits.quota import Period, Quota
from octetgate.core.model.access import ApiKey, ApiStage, QuotaSettings, ThrottleSettings, UsagePlan
from octetgate.core.ports.meters import Holder
from octetgate.core.ports.store import API_KEYS, USAGE_PLAN_KEYS, USAGE_PLANS, Reading


@dataclass(frozen=True, slots=True)
class Grant:
    """An API key at one stage."""

    key: ApiKey
    holder: Holder
    quota: Quota | None
    throttle: Throttle | None
    """For all methods of the stage together that have none of their own."""
    by_method: Mapping[str, Throttle]
    """By ``/pets/GET``."""


def read_grants(reading: Reading, api_id: str, stage_name: str) -> dict[str, Grant]:
    """Return the grants of a stage by the keys' values; disabled keys have none.

    A key is led to a stage by one plan (AWS refuses a second); the first one counts.
    """
    grants: dict[str, Grant] = {}
    for plan_id, plan in reading.list(USAGE_PLANS):
        stage = _stage_of(plan, api_id, stage_name)
        if stage is None:
            continue
        for _, member in reading.list(USAGE_PLAN_KEYS, f"{plan_id}/"):
            key = reading.get(API_KEYS, member.key_id)
            if key is not None and key.enabled:
                grants.setdefault(key.value, _grant(plan, stage, key))
    return grants


def _stage_of(plan: UsagePlan, api_id: str, stage_name: str) -> ApiStage | None:
    asked = (api_id, stage_name)
    return next((each for each in plan.api_stages if (each.api_id, each.stage) == asked), None)


def _grant(plan: UsagePlan, stage: ApiStage, key: ApiKey) -> Grant:
    by_method = {name: _throttle(each) for name, each in (stage.throttle or {}).items()}
    return Grant(
        key,
        Holder(plan.id, key.id),
        None if plan.quota is None else _quota(plan.quota),
        None if plan.throttle is None else _throttle(plan.throttle),
        by_method,
    )


def _throttle(settings: ThrottleSettings) -> Throttle:
    return Throttle(settings.rate_limit, settings.burst_limit)


def _quota(settings: QuotaSettings) -> Quota:
    return Quota(settings.limit, Period(settings.period), settings.offset)
