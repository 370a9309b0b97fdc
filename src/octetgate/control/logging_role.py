"""The role that an account names for its logs, without which stages have none."""

from collections.abc import Sequence
from typing import Any

from octetgate.control.calls import Read, Write
from octetgate.control.errors import BadRequestException
from octetgate.core.model.account import Account
from octetgate.core.ports.store import ACCOUNTS

_LOG_LEVEL = "/logging/loglevel"
_NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"


def account_key(call: Read | Write) -> str:
    """Return under which key the caller's account is kept: each region has one."""
    return f"{call.account}/{call.region}"


def find_account(call: Read | Write) -> Account:
    """Return the caller's account in its region."""
    return call.store.get(ACCOUNTS, account_key(call)) or Account()


def refuse_logs_without_role(call: Write, patches: Sequence[Any]) -> None:
    """Refuse to switch execution logs on in an account without a role for them.

    No role is needed here to write a file; it is asked for as AWS asks, so that what was set up
    here works there (spec: request-lifecycle 17.3).
    """
    asks = any(
        (patch.get("path") or "").endswith(_LOG_LEVEL) and patch.get("value") in {"ERROR", "INFO"}
        for patch in patches
    )
    if asks and not find_account(call).cloudwatch_role_arn:
        raise BadRequestException(_NO_ROLE)
