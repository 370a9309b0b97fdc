"""Finding and writing API keys, and their places in usage plans."""

from hashlib import sha256

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.records import parts
from octetgate.core.model.access import ApiKey, ApiKeyValue, UsagePlan, UsagePlanKey
from octetgate.core.ports.store import (
    API_KEY_VALUES,
    API_KEYS,
    STAGES,
    USAGE_PLAN_KEYS,
    USAGE_PLANS,
)

_SHORTEST, _LONGEST = 20, 128
_LONGEST_NAME = 1024
_LONGEST_DESCRIPTION = 125_000


def find_key(call: Read | Write, key_id: str) -> ApiKey:
    """Return an API key."""
    key = call.store.get(API_KEYS, key_id)
    if key is None:
        raise NotFoundException("Invalid API Key identifier specified")
    return key


def find_plan(call: Read | Write, plan_id: str) -> UsagePlan:
    """Return a usage plan."""
    plan = call.store.get(USAGE_PLANS, plan_id)
    if plan is None:
        raise NotFoundException("Invalid Usage Plan ID specified")
    return plan


def key_of_value(call: Read | Write, value: str) -> str | None:
    """Return the id of the key that has the value."""
    found = call.store.get(API_KEY_VALUES, _digest(value))
    return found.key_id if found else None


def keep_key(call: Write, key: ApiKey) -> None:
    """Check a key and write it (spec: control-plane 6); its value is its own."""
    if len(key.value) < _SHORTEST:
        raise BadRequestException(f"API Key value should be at least {_SHORTEST} characters")
    if len(key.value) > _LONGEST:
        raise BadRequestException(f"API Key value exceeds maximum size of {_LONGEST} characters")
    if len(key.name or "") > _LONGEST_NAME:
        raise BadRequestException(
            f"Invalid API Key name, can be at most {_LONGEST_NAME} characters."
        )
    if len(key.description or "") > _LONGEST_DESCRIPTION:
        # What AWS takes for long is unconfirmed.
        raise BadRequestException("Invalid API Key description specified.")
    for stage in key.stage_keys:
        if call.store.get(STAGES, stage) is None:
            raise NotFoundException("Invalid stage identifier specified")
    if key_of_value(call, key.value) not in {None, key.id}:
        raise ConflictException("API Key already exists")
    call.store.put(API_KEYS, key.id, key)
    call.store.put(API_KEY_VALUES, _digest(key.value), ApiKeyValue(key_id=key.id))


def drop_key(call: Write, key: ApiKey) -> None:
    """Forget a key and its places in usage plans."""
    for plan_id, _ in call.store.list(USAGE_PLANS):
        call.store.delete(USAGE_PLAN_KEYS, f"{plan_id}/{key.id}")
    call.store.delete(API_KEY_VALUES, _digest(key.value))
    call.store.delete(API_KEYS, key.id)


def shown_key(key: ApiKey, *, with_value: bool) -> Members:
    """Return a key as the API shows it."""
    value = key.value if with_value else None
    return {**parts(key), "value": value, "tags": key.tags or None}


def join_plan(call: Write, plan: UsagePlan, key: ApiKey) -> None:
    """Give a key its place in a plan; two plans cannot lead it to the same stage."""
    refuse_second_way(call, plan, key)
    member = UsagePlanKey(key_id=key.id, created_date=call.now)
    call.store.put(USAGE_PLAN_KEYS, f"{plan.id}/{key.id}", member)


def refuse_second_way(call: Write, plan: UsagePlan, key: ApiKey) -> None:
    """Refuse a plan that would lead a key where another leads it (spec: lifecycle 9)."""
    stages = {(each.api_id, each.stage) for each in plan.api_stages}
    for other_id, other in call.store.list(USAGE_PLANS):
        if other_id == plan.id:
            continue
        if call.store.get(USAGE_PLAN_KEYS, f"{other_id}/{key.id}") is None:
            continue
        for each in other.api_stages:
            if (each.api_id, each.stage) in stages:
                # AWS's words as its users report them.
                raise ConflictException(
                    f"Usage Plan {plan.id} cannot be added because API Key {key.id} cannot "
                    "reference multiple Usage Plans with the same API stage: "
                    f"{each.api_id}:{each.stage}"
                )


def forget_stages(call: Write, api: str, stage: str | None = None) -> None:
    """Lead no key to a stage that is gone, or to any of an API (spec: control-plane 8)."""

    def is_gone(api_id: str, stage_name: str) -> bool:
        return api_id == api and stage in {None, stage_name}

    for plan_id, plan in call.store.list(USAGE_PLANS):
        kept = tuple(each for each in plan.api_stages if not is_gone(each.api_id, each.stage))
        if kept != plan.api_stages:
            call.store.put(USAGE_PLANS, plan_id, replace(plan, api_stages=kept))
    for key_id, key in call.store.list(API_KEYS):
        named = [each.partition("/") for each in key.stage_keys]
        left = tuple(f"{a}/{s}" for a, _, s in named if not is_gone(a, s))
        if left != key.stage_keys:
            call.store.put(API_KEYS, key_id, replace(key, stage_keys=left))


def _digest(value: str) -> str:
    # Values are secrets, and keys of documents are written into the feed of changes.
    return sha256(value.encode()).hexdigest()
