"""API keys: secrets that usage plans lead to stages (control-plane 2.6)."""

import secrets
import string

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException
from octetgate.control.key_files import BadFile, ImportedKey, read_keys
from octetgate.control.keys import (
    drop_key,
    find_key,
    join_plan,
    keep_key,
    key_of_value,
    shown_key,
)
from octetgate.control.paging import paged
from octetgate.control.patching import (
    ADD,
    REMOVE,
    REPLACE,
    Listing,
    Patch,
    Row,
    Table,
    flag,
    option,
)
from octetgate.control.tagging import given_tags
from octetgate.core.model.access import ApiKey
from octetgate.core.ports.store import API_KEYS, USAGE_PLANS

_ALPHABET = string.ascii_letters + string.digits
_VALUE_LENGTH = 40


def create_api_key(call: Write, asked: Members) -> Members:
    """Make a key; without a value, with one that nobody can guess."""
    stages = asked.get("stageKeys") or ()
    key = ApiKey(
        id=call.new_id(10),
        value=asked.get("value") or _value(),
        created_date=call.now,
        last_updated_date=call.now,
        name=asked.get("name"),
        description=asked.get("description"),
        customer_id=asked.get("customerId"),
        enabled=asked.get("enabled", False),
        stage_keys=tuple(f"{each.get('restApiId')}/{each.get('stageName')}" for each in stages),
        tags=given_tags(asked),
    )
    keep_key(call, key)
    return shown_key(key, with_value=True)


def get_api_key(call: Read, asked: Members) -> Members:
    """Return a key, with its value when that is asked for."""
    key = find_key(call, asked["apiKey"])
    return shown_key(key, with_value=asked.get("includeValue", False))


def get_api_keys(call: Read, asked: Members) -> Members:
    """Return the keys whose names begin as asked and whose customer is the one asked for."""
    begins, customer = asked.get("nameQuery") or "", asked.get("customerId")
    with_values = asked.get("includeValues", False)
    found = [
        (key_id, shown_key(key, with_value=with_values))
        for key_id, key in call.store.list(API_KEYS)
        if (key.name or "").startswith(begins) and customer in {None, "", key.customer_id}
    ]
    return paged(found, asked)


def update_api_key(call: Write, asked: Members) -> Members:
    """Patch a key; its value is for ever."""
    key = _PATHS.patched(find_key(call, asked["apiKey"]), asked.get("patchOperations", ()))
    key = replace(key, last_updated_date=call.now)
    keep_key(call, key)
    return shown_key(key, with_value=False)


def delete_api_key(call: Write, asked: Members) -> None:
    """Forget a key; the usage plans that had it have it no more."""
    drop_key(call, find_key(call, asked["apiKey"]))


def import_api_keys(call: Write, asked: Members) -> Members:
    """Make the keys of a file; one whose value is known is overwritten."""
    try:
        keys, warnings = read_keys(_bytes(asked["body"]))
    except BadFile as error:
        raise BadRequestException(str(error)) from None
    ids = [_import(call, key, warnings) for key in keys]
    if warnings and asked.get("failOnWarnings"):
        raise BadRequestException("; ".join(warnings))
    return {"ids": ids, "warnings": warnings or None}


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


def _import(call: Write, given: ImportedKey, warnings: list[str]) -> str:
    known = key_of_value(call, given.value)
    base = find_key(call, known) if known else None
    key = ApiKey(
        id=known or call.new_id(10),
        value=given.value,
        created_date=base.created_date if base else call.now,
        last_updated_date=call.now,
        name=given.name,
        description=given.description or None,
        enabled=given.enabled,
        customer_id=base.customer_id if base else None,
        stage_keys=base.stage_keys if base else (),
        tags=base.tags if base else {},
    )
    keep_key(call, key)
    for plan_id in given.usage_plan_ids:
        plan = call.store.get(USAGE_PLANS, plan_id)
        if plan is None:
            warnings.append(f"{given.name}: no usage plan {plan_id}")
        else:
            join_plan(call, plan, key)
    return key.id


def _value() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_VALUE_LENGTH))


# --- Patching ----------------------------------------------------------------------------------


def _stages(key: ApiKey, patch: Patch) -> ApiKey:
    value = _named(patch)
    kept = tuple(stage for stage in key.stage_keys if stage != value)
    if patch.op == ADD:
        kept = (*kept, value)
    return replace(key, stage_keys=kept)


def _labels(key: ApiKey, patch: Patch) -> ApiKey:
    # AWS's table has labels; nothing that it answers ever shows one.
    _named(patch)
    return key


def _named(patch: Patch) -> str:
    if not patch.value:
        raise BadRequestException(f"Invalid null or empty value in {patch.name}")
    return patch.value


_PATHS: Table[ApiKey] = Table(
    (
        Row("/customerId", (REPLACE,), option("customer_id")),
        Row("/description", (REPLACE,), option("description")),
        Row("/enabled", (REPLACE,), flag("enabled")),
        Row("/name", (REPLACE,), option("name")),
        Row("/labels", (ADD, REMOVE), _labels),
        Row("/stages", (ADD, REMOVE), _stages),
    ),
    Listing(),
)
