"""How many calls of a function may run at once (spec: lambda 8)."""

from msgspec.structs import replace

from octetgate.control.accounts import CONCURRENT, LEAST_UNRESERVED, reserved
from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import InvalidParameterValueException
from octetgate.control.lambdas import find_function
from octetgate.core.ports.store import FUNCTIONS

SERVICE = "lambda"


def put_function_concurrency(call: Write, asked: Members) -> Members:
    """Reserve so many calls for a function, and let no more of it run at once."""
    function = find_function(call, asked)
    wanted = asked["ReservedConcurrentExecutions"]
    warm = sum(each.requested for each in function.provisioned.values())
    if wanted < warm:
        raise InvalidParameterValueException(
            "ReservedConcurrentExecutions: expected at least what is provisioned, "
            f"{warm}; found {wanted}"
        )
    others = reserved(call.store) - (function.reserved_concurrency or 0)
    if CONCURRENT - others - wanted < LEAST_UNRESERVED:
        raise InvalidParameterValueException(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{LEAST_UNRESERVED}]."
        )
    call.store.put(FUNCTIONS, function.name, replace(function, reserved_concurrency=wanted))
    return {"ReservedConcurrentExecutions": wanted}


def get_function_concurrency(call: Read, asked: Members) -> Members:
    """Return what is reserved; nothing where nothing is."""
    return {"ReservedConcurrentExecutions": find_function(call, asked).reserved_concurrency}


def delete_function_concurrency(call: Write, asked: Members) -> None:
    """Let as many calls run as there is room for."""
    function = find_function(call, asked)
    call.store.put(FUNCTIONS, function.name, replace(function, reserved_concurrency=None))
