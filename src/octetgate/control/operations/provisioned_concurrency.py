"""Processes of a version that are kept warm (spec: lambda 8)."""

import asyncio
from typing import Any

from msgspec.structs import replace

from octetgate.control.accounts import CONCURRENT, LEAST_UNRESERVED
from octetgate.control.calls import Invoke, Members, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    ProvisionedConcurrencyConfigNotFoundException,
)
from octetgate.control.lambdas import Found, find_qualified, find_whole, listed, shown_date
from octetgate.core.functions.versions import provisioned_versions
from octetgate.core.model.function import LATEST, Function, Provisioned
from octetgate.core.ports.functions import Provision
from octetgate.core.ports.store import FUNCTIONS

SERVICE = "lambda"

_MOST = CONCURRENT - LEAST_UNRESERVED


def put_provisioned_concurrency_config(call: Write, asked: Members) -> Members:
    """Have so many processes of a version kept warm; they are started from now on."""
    found, wanted = find_qualified(call, asked), asked["ProvisionedConcurrentExecutions"]
    if found.qualifier is None:
        raise InvalidParameterValueException(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
    if found.version.version == LATEST:
        raise InvalidParameterValueException(
            f"Alias with weights can not be used with Provisioned Concurrency: expected an alias "
            f"of a published version; found {found.qualifier}, which leads to {LATEST}"
        )
    provisioned = Provisioned(requested=wanted, last_modified=call.now)
    function = found.function
    function = replace(function, provisioned={**function.provisioned, found.qualifier: provisioned})
    _check_room(function)
    _check_overlap(function, found)
    call.store.put(FUNCTIONS, function.name, function)
    return _shown(provisioned, Provision(allocated=0, available=0))


async def get_provisioned_concurrency_config(call: Invoke, asked: Members) -> Members:
    """Return how many are wanted, and how many of them there are."""
    found, provisioned = await asyncio.to_thread(_looked_up, call, asked)
    provision = await call.functions.provision(found.function.arn, found.key)
    return _shown(provisioned, provision)


def delete_provisioned_concurrency_config(call: Write, asked: Members) -> None:
    """Keep no processes warm any more; those that there are end when they have no work."""
    found = find_qualified(call, asked)
    _find(found)
    function = found.function
    left = {key: value for key, value in function.provisioned.items() if key != found.key}
    call.store.put(FUNCTIONS, function.name, replace(function, provisioned=left))


async def list_provisioned_concurrency_configs(call: Invoke, asked: Members) -> Members:
    """Return what is wanted of each version and alias, and how much of it there is."""
    function = await asyncio.to_thread(_looked_up_whole, call, asked)
    shown: list[tuple[str, dict[str, Any]]] = []
    for qualifier, provisioned in function.provisioned.items():
        provision = await call.functions.provision(function.arn, qualifier)
        arn = f"{function.arn}:{qualifier}"
        shown.append((qualifier, {"FunctionArn": arn, **_shown(provisioned, provision)}))
    return listed(shown, asked, "ProvisionedConcurrencyConfigs")


def _looked_up(call: Invoke, asked: Members) -> tuple[Found, Provisioned]:
    with call.look() as view:
        found = find_qualified(view, asked)
    return found, _find(found)


def _looked_up_whole(call: Invoke, asked: Members) -> Function:
    with call.look() as view:
        return find_whole(view, asked)


def _find(found: Found) -> Provisioned:
    provisioned = found.function.provisioned.get(found.key)
    if provisioned is None:
        raise ProvisionedConcurrencyConfigNotFoundException(
            "No Provisioned Concurrency Config found for this function"
        )
    return provisioned


def _check_room(function: Function) -> None:
    """Refuse more than the function, or an account, may have at once."""
    wanted = sum(each.requested for each in function.provisioned.values())
    reserved = function.reserved_concurrency
    if reserved is not None and wanted > reserved:
        raise InvalidParameterValueException(
            "Requested Provisioned Concurrency should not be greater than the "
            f"reservedConcurrentExecution for function: expected at most {reserved}; found {wanted}"
        )
    if wanted > _MOST:
        raise InvalidParameterValueException(
            "Specified ConcurrentExecutions for function is greater than account's unreserved "
            f"concurrency [{_MOST}]."
        )


def _check_overlap(function: Function, found: Found) -> None:
    """Refuse to provision a version twice: by its number and by an alias, or by two aliases."""
    apart = provisioned_versions(function)
    if apart[found.version.version] != function.provisioned[found.key].requested:
        raise InvalidParameterValueException(
            "Alias can't be used for Provisioned Concurrency configuration on an already "
            f"Provisioned version: {found.version.version}"
        )


def _shown(provisioned: Provisioned, provision: Provision) -> dict[str, Any]:
    requested = provisioned.requested
    available = min(provision.available, requested)
    status = "FAILED" if provision.reason else "IN_PROGRESS"
    if available == requested:
        status = "READY"
    return {
        "RequestedProvisionedConcurrentExecutions": requested,
        "AvailableProvisionedConcurrentExecutions": available,
        "AllocatedProvisionedConcurrentExecutions": min(provision.allocated, requested),
        "Status": status,
        "StatusReason": provision.reason if status == "FAILED" else None,
        "LastModified": shown_date(provisioned.last_modified),
    }
