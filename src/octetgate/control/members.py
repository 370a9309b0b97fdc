"""Members as the service model types them, made of what is looser with types.

Definitions and templates say ``statusCode: 200`` and ``timeoutInMillis: "3000"``; AWS takes both.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from octetgate.control.errors import SerializationException
from octetgate.control.wire import service
from octetgate.control.wire.service import Member, Shape
from octetgate.control.wire.validate import validate

_NUMBERS = {"integer": int, "long": int, "double": float, "float": float}
_TRUTHS = {"true": True, "false": False}


def checked(operation: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that an operation of API Gateway takes; refuse what its model would."""
    model = service.load("apigateway").operations[operation]
    found = _structure(_exactly, model.input, members, "") if model.input else {}
    validate("apigateway", model, found)
    return found


def spelled(operation: str, properties: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the members that CloudFormation's properties are, and the properties that are none.

    CloudFormation spells them ``RestApiId`` where API Gateway has ``restApiId``.
    """
    shape = service.load("apigateway").operations[operation].input
    if shape is None:
        return {}, list(properties)
    known = _in_any_case(shape)
    others = [name for name in properties if name.lower() not in known]
    return _structure(_in_any_case, shape, properties, ""), others


Names = Callable[[Shape], Mapping[str, Member]]
"""Returns a structure's members by the names that a document may use."""


@cache
def _exactly(shape: Shape) -> Mapping[str, Member]:
    # Where one name means two members, it is boto3's.
    known = {member.wire: member for member in shape.members}
    return known | {member.name: member for member in shape.members}


@cache
def _in_any_case(shape: Shape) -> Mapping[str, Member]:
    return {name.lower(): member for name, member in _exactly(shape).items()}


def _structure(names: Names, shape: Shape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    known = names(shape)
    fold = names is _in_any_case
    found: dict[str, Any] = {}
    for name, part in value.items():
        member = known.get(name.lower() if fold else name)
        if member is not None and part is not None:
            found[member.name] = _typed(names, member.shape, part, f"{path}{name}")
    return found


def _typed(names: Names, shape: Shape, value: Any, path: str) -> Any:
    match shape.type, value:
        case _, None:
            return None
        case "structure", dict():
            return _structure(names, shape, value, f"{path}.")
        case "list", list():
            return [_element(names, shape.element, part, path) for part in value]
        case "map", dict():
            return {
                key: _typed(names, shape.element, part, f"{path}.{key}")
                for key, part in value.items()
            }
        case _, dict() | list():
            raise _unlike(path, shape.type, value)
        case _:
            return _scalar(shape.type, value, path)


def _element(names: Names, shape: Shape, value: Any, path: str) -> Any:
    if value is None:
        raise _unlike(path, shape.type, value)
    return _typed(names, shape, value, path)


def _scalar(kind: str, value: str | float, path: str) -> Any:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if kind == "string":
        return text
    if kind == "boolean" and text.lower() in _TRUTHS:
        return _TRUTHS[text.lower()]
    if kind in _NUMBERS and not isinstance(value, bool):
        return _number(kind, value, path)
    raise _unlike(path, kind, value)


def _number(kind: str, value: float | str, path: str) -> float:
    try:
        found: float = _NUMBERS[kind](value)
    except (ValueError, OverflowError):
        raise _unlike(path, kind, value) from None
    if isinstance(value, float) and found != value:
        raise _unlike(path, kind, value)
    return found


def _unlike(path: str, kind: str, value: Any) -> SerializationException:
    shown = repr(value)
    return SerializationException(
        f"{path}: expected {kind}; found {shown if len(shown) <= 80 else type(value).__name__}"
    )
