"""The account's own settings of API Gateway, for each region (control-plane 2.8)."""

import re

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException
from octetgate.control.logging_role import account_key, find_account
from octetgate.control.patching import ADD, REMOVE, REPLACE, Listing, Patch, Row, Table
from octetgate.core.model.account import Account
from octetgate.core.ports.store import ACCOUNTS

_USAGE_PLANS = "UsagePlans"
_ROLE = re.compile(r"arn:[^:]+:iam::\d{12}:role/.+")


def get_account(call: Read, asked: Members) -> Members:
    """Return the account's settings."""
    del asked
    return _shown(find_account(call))


def update_account(call: Write, asked: Members) -> Members:
    """Patch the account's settings."""
    account = _PATHS.patched(find_account(call), asked.get("patchOperations", ()))
    call.store.put(ACCOUNTS, account_key(call), account)
    return _shown(account)


def _shown(account: Account) -> Members:
    return {
        "cloudwatchRoleArn": account.cloudwatch_role_arn,
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
        "features": [_USAGE_PLANS],
        "apiKeyVersion": "4",
    }


# --- Patching ----------------------------------------------------------------------------------


def _role(account: Account, patch: Patch) -> Account:
    if patch.value and not _ROLE.fullmatch(patch.value):
        raise BadRequestException(
            "Invalid patch value for /cloudwatchRoleArn: expected "
            f"arn:aws:iam::{{account}}:role/{{name}}; found {patch.value!r}"
        )
    return replace(account, cloudwatch_role_arn=patch.value or None)


def _features(account: Account, patch: Patch) -> Account:
    # The one feature there is is on, and is not for turning off (documented).
    if patch.op == REMOVE or patch.value != _USAGE_PLANS:
        raise BadRequestException(
            f"Invalid patch value for /features: expected add of {_USAGE_PLANS}; "
            f"found {patch.op} of {patch.value!r}"
        )
    return account


_PATHS: Table[Account] = Table(
    (
        Row("/cloudwatchRoleArn", (REPLACE,), _role),
        Row("/features", (ADD, REMOVE), _features),
    ),
    Listing(),
)
