"""Tags of functions (spec: lambda 8)."""

from collections.abc import Mapping

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import InvalidParameterValueException
from octetgate.control.lambdas import find_whole, named
from octetgate.core.model.function import LATEST, Function
from octetgate.core.ports.store import FUNCTIONS

SERVICE = "lambda"

_MOST = 50


def tag_resource(call: Write, asked: Members) -> None:
    """Add tags, or change their values."""
    function = _find(call, asked)
    _keep(call, function, {**function.tags, **asked["Tags"]})


def untag_resource(call: Write, asked: Members) -> None:
    """Remove tags."""
    function, gone = _find(call, asked), asked["TagKeys"]
    _keep(call, function, {key: text for key, text in function.tags.items() if key not in gone})


def list_tags(call: Read, asked: Members) -> Members:
    """Return a function's tags."""
    return {"Tags": _find(call, asked).tags}


def _find(call: Read | Write, asked: Members) -> Function:
    arn = asked["Resource"]
    if ":function:" not in arn:
        raise InvalidParameterValueException(
            f"Resource: expected a function's ARN, as nothing else is tagged yet; found {arn}"
        )
    if named(arn).qualifier or arn.endswith(f":{LATEST}"):
        raise InvalidParameterValueException(
            "Tags on function aliases and versions are not supported. "
            "Please specify a function ARN."
        )
    return find_whole(call, {"FunctionName": arn})


def _keep(call: Write, function: Function, tags: Mapping[str, str]) -> None:
    if len(tags) > _MOST:
        raise InvalidParameterValueException(f"Tags: expected at most {_MOST}; found {len(tags)}")
    call.store.put(FUNCTIONS, function.name, replace(function, tags=dict(tags)))
