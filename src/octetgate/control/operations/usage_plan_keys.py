"""The keys of usage plans (control-plane 2.6)."""

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.keys import find_key, find_plan, join_plan
from octetgate.control.paging import paged
from octetgate.core.model.access import ApiKey
from octetgate.core.ports.store import USAGE_PLAN_KEYS

_KIND = "API_KEY"


def create_usage_plan_key(call: Write, asked: Members) -> Members:
    """Give a key a place in a plan."""
    plan = find_plan(call, asked["usagePlanId"])
    if asked["keyType"] != _KIND:
        raise BadRequestException(f"keyType: expected {_KIND}; found {asked['keyType']!r}")
    key = find_key(call, asked["keyId"])
    if call.store.get(USAGE_PLAN_KEYS, f"{plan.id}/{key.id}") is not None:
        raise ConflictException(f"Usage Plan {plan.id} already has API Key {key.id}")
    join_plan(call, plan, key)
    return _shown(key)


def get_usage_plan_key(call: Read, asked: Members) -> Members:
    """Return a key of a plan."""
    return _shown(_find(call, asked))


def get_usage_plan_keys(call: Read, asked: Members) -> Members:
    """Return the keys of a plan whose names begin as asked."""
    plan = find_plan(call, asked["usagePlanId"])
    begins = asked.get("nameQuery") or ""
    members = call.store.list(USAGE_PLAN_KEYS, f"{plan.id}/")
    keys = [find_key(call, member.key_id) for _, member in members]
    found = [(key.id, _shown(key)) for key in keys if (key.name or "").startswith(begins)]
    return paged(found, asked)


def delete_usage_plan_key(call: Write, asked: Members) -> None:
    """Take a key's place in a plan from it; the key stays."""
    key = _find(call, asked)
    call.store.delete(USAGE_PLAN_KEYS, f"{asked['usagePlanId']}/{key.id}")


def _find(call: Read | Write, asked: Members) -> ApiKey:
    plan = find_plan(call, asked["usagePlanId"])
    if call.store.get(USAGE_PLAN_KEYS, f"{plan.id}/{asked['keyId']}") is None:
        raise NotFoundException("Invalid Usage Plan Key identifier specified")
    return find_key(call, asked["keyId"])


def _shown(key: ApiKey) -> Members:
    return {"id": key.id, "type": _KIND, "value": key.value, "name": key.name}
