"""Whether a function that calls itself in a circle is stopped, which nothing here does."""

from octetgate.control.calls import Members, Read
from octetgate.control.errors import InvalidParameterValueException
from octetgate.control.lambdas import find_whole

SERVICE = "lambda"

_ALLOW = "Allow"


def get_function_recursion_config(call: Read, asked: Members) -> Members:
    """Return that circles are allowed: AWS's own default would promise that they end."""
    find_whole(call, asked)
    return {"RecursiveLoop": _ALLOW}


def put_function_recursion_config(call: Read, asked: Members) -> Members:
    """Agree to what is done anyway."""
    find_whole(call, asked)
    if asked["RecursiveLoop"] != _ALLOW:
        raise InvalidParameterValueException(
            f"RecursiveLoop: expected {_ALLOW}, as functions that call each other in a circle "
            f"are not noticed; found {asked['RecursiveLoop']}"
        )
    return {"RecursiveLoop": _ALLOW}
