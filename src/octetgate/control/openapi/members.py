"""Members as the service model types them, made of a document that is looser with types.

Documents say ``statusCode: 200`` and ``timeoutInMillis: "3000"``; AWS takes both.
"""

from collections.abc import Mapping
from typing import Any

from octetgate.control.errors import SerializationException
from octetgate.control.wire import service
from octetgate.control.wire.service import Operation, Shape
from octetgate.control.wire.validate import validate

_NUMBERS = {"integer": int, "long": int, "double": float, "float": float}
_TRUTHS = {"true": True, "false": False}


def checked(operation: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that an operation takes; refuse what its model would."""
    model = _operation(operation)
    typed = _structure(model.input, members, "") if model.input else {}
    validate("apigateway", model, typed)
    return typed


def _operation(name: str) -> Operation:
    return service.load("apigateway").operations[name]


def _structure(shape: Shape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    # Documents use the names on the wire; where one name means two members, it is boto3's.
    known = {member.wire: member for member in shape.members}
    known |= {member.name: member for member in shape.members}
    found = {
        known[name].name: _typed(known[name].shape, part, f"{path}{name}")
        for name, part in value.items()
        if name in known
    }
    return {name: part for name, part in found.items() if part is not None}


def _typed(shape: Shape, value: Any, path: str) -> Any:
    match shape.type, value:
        case _, None:
            return None
        case "structure", dict():
            return _structure(shape, value, f"{path}.")
        case "list", list():
            return [_typed(shape.element, part, path) for part in value]
        case "map", dict():
            return {
                key: _typed(shape.element, part, f"{path}.{key}") for key, part in value.items()
            }
        case _, dict() | list():
            raise _unlike(path, shape.type, value)
        case _:
            return _scalar(shape.type, value, path)


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
