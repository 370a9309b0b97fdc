"""Usage plans: which stages, how fast, and how many calls (control-plane 2.6)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.keys import find_key, find_plan, refuse_second_way
from octetgate.control.paging import paged
from octetgate.control.patching import (
    ADD,
    EVERY,
    REMOVE,
    REPLACE,
    Listing,
    Patch,
    Row,
    Table,
    decimal,
    number,
    option,
    required,
)
from octetgate.control.records import parts
from octetgate.control.tagging import given_tags
from octetgate.core.functions.answer_fields import NO_JSON
from octetgate.core.model.access import ApiStage, QuotaSettings, ThrottleSettings, UsagePlan
from octetgate.core.ports.store import STAGES, USAGE_PLAN_KEYS, USAGE_PLANS

_PERIODS = ("DAY", "WEEK", "MONTH")
_STAGE = re.compile(r"(?P<api>[^:]+):(?P<stage>[^:]+)")
_METHOD = re.compile(r"/[^\s]*/(GET|PUT|POST|DELETE|PATCH|OPTIONS|HEAD|ANY)")


def create_usage_plan(call: Write, asked: Members) -> Members:
    """Make a usage plan."""
    quota = asked.get("quota")
    plan = UsagePlan(
        id=call.new_id(6),
        name=asked["name"],
        description=asked.get("description"),
        api_stages=tuple(map(_stage, asked.get("apiStages") or ())),
        throttle=_throttle(asked.get("throttle")),
        quota=None if quota is None else QuotaSettings(**quota),
        tags=given_tags(asked),
    )
    _keep(call, plan)
    return _shown(plan)


def get_usage_plan(call: Read, asked: Members) -> Members:
    """Return a usage plan."""
    return _shown(find_plan(call, asked["usagePlanId"]))


def get_usage_plans(call: Read, asked: Members) -> Members:
    """Return the usage plans, or those that a key has a place in."""
    found = call.store.list(USAGE_PLANS)
    if asked.get("keyId"):
        key = find_key(call, asked["keyId"]).id
        found = [
            (plan_id, plan)
            for plan_id, plan in found
            if call.store.get(USAGE_PLAN_KEYS, f"{plan_id}/{key}") is not None
        ]
    return paged([(plan_id, _shown(plan)) for plan_id, plan in found], asked)


def update_usage_plan(call: Write, asked: Members) -> Members:
    """Patch a usage plan."""
    plan = find_plan(call, asked["usagePlanId"])
    plan = _PATHS.patched(plan, asked.get("patchOperations", ()))
    _keep(call, plan)
    return _shown(plan)


def delete_usage_plan(call: Write, asked: Members) -> None:
    """Forget a usage plan that leads to no stage; its keys stay."""
    plan = find_plan(call, asked["usagePlanId"])
    if plan.api_stages:
        # AWS's words as its users report them.
        raise BadRequestException(
            f"Cannot delete Usage Plan {plan.id} because there are API Stages associated with "
            f"it, including {plan.api_stages[0].api_id}:{plan.api_stages[0].stage}"
        )
    for key, _ in call.store.list(USAGE_PLAN_KEYS, f"{plan.id}/"):
        call.store.delete(USAGE_PLAN_KEYS, key)
    call.store.delete(USAGE_PLANS, plan.id)


def _stage(given: Members) -> ApiStage:
    throttle = given.get("throttle")
    by_method = {name: _throttle(each) for name, each in (throttle or {}).items()}
    return ApiStage(
        api_id=given.get("apiId") or "",
        stage=given.get("stage") or "",
        throttle={name: each for name, each in by_method.items() if each is not None} or None,
    )


def _throttle(given: Members | None) -> ThrottleSettings | None:
    if given is None:
        return None
    return ThrottleSettings(
        burst_limit=given.get("burstLimit", 0), rate_limit=given.get("rateLimit", 0.0)
    )


def _shown(plan: UsagePlan) -> Members:
    return {**parts(plan), "tags": plan.tags or None}


# --- What a plan may look like -----------------------------------------------------------------


def _keep(call: Write, plan: UsagePlan) -> None:
    """Check a plan and write it (spec: control-plane 6)."""
    if not plan.name.strip():
        raise BadRequestException("Usage plan name cannot be empty")
    for throttle in _throttles(plan):
        if throttle.burst_limit < 0 or not 0 <= throttle.rate_limit < float("inf"):
            raise BadRequestException(
                "throttle: expected a burstLimit and a rateLimit of at least 0; found "
                f"{throttle.burst_limit} and {throttle.rate_limit:g}"
            )
    if plan.quota is not None:
        _check_quota(plan.quota)
    for stage in plan.api_stages:
        _check_stage(call, plan, stage)
    for _, member in call.store.list(USAGE_PLAN_KEYS, f"{plan.id}/"):
        refuse_second_way(call, plan, find_key(call, member.key_id))
    call.store.put(USAGE_PLANS, plan.id, plan)


def _throttles(plan: UsagePlan) -> Iterator[ThrottleSettings]:
    if plan.throttle is not None:
        yield plan.throttle
    for stage in plan.api_stages:
        yield from (stage.throttle or {}).values()


def _check_quota(quota: QuotaSettings) -> None:
    if quota.period not in _PERIODS:
        raise BadRequestException(
            f"quota.period: expected one of {', '.join(_PERIODS)}; found {quota.period!r}"
        )
    if quota.limit < 0 or quota.offset < 0:
        raise BadRequestException(
            "quota: expected a limit and an offset of at least 0; found "
            f"{quota.limit} and {quota.offset}"
        )


def _check_stage(call: Write, plan: UsagePlan, stage: ApiStage) -> None:
    named = [(each.api_id, each.stage) for each in plan.api_stages]
    if not stage.api_id or not stage.stage or named.count((stage.api_id, stage.stage)) > 1:
        raise BadRequestException("Invalid API Stage specified")
    if call.store.get(STAGES, f"{stage.api_id}/{stage.stage}") is None:
        raise _no_stage(plan, stage.api_id, stage.stage)
    for method in stage.throttle or {}:
        if not _METHOD.fullmatch(method):
            raise BadRequestException(
                f"apiStages.throttle: expected a path and a method, as /pets/GET; found {method!r}"
            )


def _no_stage(plan: UsagePlan, api: str, stage: str) -> NotFoundException:
    return NotFoundException(
        f"Invalid API Stage {{api: {api}, stage: {stage}}} specified for usageplan {plan.id}"
    )


# --- Patching ----------------------------------------------------------------------------------


def _place(plan: UsagePlan, text: str | None) -> tuple[str, str]:
    """Return the API and the stage that ``api:stage`` names."""
    del plan
    match = _STAGE.fullmatch(text or "")
    if match is None:
        raise BadRequestException("Invalid API Stage specified")
    return match["api"], match["stage"]


def _stages(plan: UsagePlan, patch: Patch) -> UsagePlan:
    api, stage = _place(plan, patch.value)
    kept = tuple(each for each in plan.api_stages if (each.api_id, each.stage) != (api, stage))
    if patch.op == REMOVE:
        if len(kept) == len(plan.api_stages):
            raise _no_stage(plan, api, stage)
        return replace(plan, api_stages=kept)
    if len(kept) < len(plan.api_stages):
        return plan
    return replace(plan, api_stages=(*kept, ApiStage(api_id=api, stage=stage)))


def _with_throttles(
    plan: UsagePlan, patch: Patch, throttles: Mapping[str, ThrottleSettings] | None
) -> UsagePlan:
    place = _place(plan, patch.names[1])
    stages = tuple(
        replace(each, throttle=dict(throttles) if throttles else None)
        if (each.api_id, each.stage) == place
        else each
        for each in plan.api_stages
    )
    return replace(plan, api_stages=stages)


def _throttles_of(plan: UsagePlan, patch: Patch) -> dict[str, ThrottleSettings]:
    place = _place(plan, patch.names[1])
    for each in plan.api_stages:
        if (each.api_id, each.stage) == place:
            return dict(each.throttle or {})
    raise _no_stage(plan, *place)


def _stage_throttle(plan: UsagePlan, patch: Patch) -> UsagePlan:
    """Set what the methods of a stage may take, all at once: JSON by path and method."""
    _throttles_of(plan, patch)
    if patch.op == REMOVE:
        return _with_throttles(plan, patch, None)
    try:
        given = msgspec.json.decode(patch.value or "", type=dict[str, ThrottleSettings])
    except NO_JSON as error:
        raise BadRequestException(
            f"Invalid patch value for {patch.path}: expected JSON as "
            f'{{"/pets/GET": {{"rateLimit": 1, "burstLimit": 2}}}}; {error}'
        ) from None
    return _with_throttles(plan, patch, given)


def _no_method_throttle(plan: UsagePlan, patch: Patch) -> UsagePlan:
    throttles = _throttles_of(plan, patch)
    throttles.pop("/".join(patch.names[3:5]), None)
    return _with_throttles(plan, patch, throttles)


def _method_throttle(plan: UsagePlan, patch: Patch) -> UsagePlan:
    throttles = _throttles_of(plan, patch)
    method = "/".join(patch.names[3:5])
    throttles[method] = _limited(throttles.get(method), patch)
    return _with_throttles(plan, patch, throttles)


def _limited(throttle: ThrottleSettings | None, patch: Patch) -> ThrottleSettings:
    base = throttle or ThrottleSettings()
    if patch.name == "burstLimit":
        return replace(base, burst_limit=number(patch))
    return replace(base, rate_limit=decimal(patch))


def _own_throttle(plan: UsagePlan, patch: Patch) -> UsagePlan:
    return replace(plan, throttle=_limited(plan.throttle, patch))


def _quota(plan: UsagePlan, patch: Patch) -> UsagePlan:
    given: Any = patch.value or "" if patch.name == "period" else number(patch)
    return replace(plan, quota=replace(plan.quota or QuotaSettings(), **{patch.name: given}))


def _unset(plan: UsagePlan, patch: Patch) -> UsagePlan:
    return replace(plan, **{patch.name: None})


_OF_METHOD = "/apiStages/{stage}/throttle/{path}/{method}"

_PATHS: Table[UsagePlan] = Table(
    (
        Row("/apiStages", (ADD, REMOVE), _stages),
        Row("/apiStages/{stage}/throttle", EVERY, _stage_throttle),
        Row(_OF_METHOD, (REMOVE,), _no_method_throttle),
        Row(f"{_OF_METHOD}/rateLimit", (ADD, REPLACE), _method_throttle),
        Row(f"{_OF_METHOD}/burstLimit", (ADD, REPLACE), _method_throttle),
        Row("/description", (REPLACE,), option("description")),
        Row("/name", (REPLACE,), required("name")),
        Row("/productCode", EVERY, option("product_code")),
        Row("/quota", (REMOVE,), _unset),
        Row("/quota/limit", (ADD, REPLACE), _quota),
        Row("/quota/offset", (ADD, REPLACE), _quota),
        Row("/quota/period", (ADD, REPLACE), _quota),
        Row("/throttle", (REMOVE,), _unset),
        Row("/throttle/burstLimit", (ADD, REPLACE), _own_throttle),
        Row("/throttle/rateLimit", (ADD, REPLACE), _own_throttle),
    ),
    Listing(),
)
