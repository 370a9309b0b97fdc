"""What a function's runtime and its code depend on, where that is not the function's to say."""

from octetgate.control.calls import Members, Read
from octetgate.control.errors import InvalidParameterValueException
from octetgate.control.lambdas import find_qualified, find_whole

SERVICE = "lambda"

_AUTO = "Auto"


def get_runtime_management_config(call: Read, asked: Members) -> Members:
    """Return that a function runs on whatever runtime the machine has."""
    return {"UpdateRuntimeOn": _AUTO, "FunctionArn": find_qualified(call, asked).arn}


def put_runtime_management_config(call: Read, asked: Members) -> Members:
    """Agree to what is done anyway; there are no versions of a runtime to stay with."""
    found = find_qualified(call, asked)
    if asked["UpdateRuntimeOn"] != _AUTO:
        raise InvalidParameterValueException(
            f"UpdateRuntimeOn: expected {_AUTO}, as functions run on the runtimes that the "
            f"machine has; found {asked['UpdateRuntimeOn']}"
        )
    return {"UpdateRuntimeOn": _AUTO, "FunctionArn": found.arn}


def get_function_code_signing_config(call: Read, asked: Members) -> Members:
    """Return that no signature is asked for of a function's code."""
    return {"FunctionName": find_whole(call, asked).name}
