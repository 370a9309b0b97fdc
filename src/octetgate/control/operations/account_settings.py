"""The account's limits and what it uses of them (spec: lambda 8)."""

from octetgate.control.accounts import limits, usage
from octetgate.control.calls import Members, Read

SERVICE = "lambda"


def get_account_settings(call: Read, asked: Members) -> Members:
    """Return AWS's limits of a new account, and what is used of them.

    What really limits calls is the machine: see docs/explanation/functions.md.
    """
    del asked
    return {"AccountLimit": limits(call.store), "AccountUsage": usage(call.store)}
