"""A request's members, from wherever the model says that they travel.

Members come out under their model names, typed: numbers, booleans, bytes for blobs.
"""

import binascii
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pybase64

from octetgate.control.errors import SerializationException
from octetgate.control.wire.message import Asked
from octetgate.control.wire.router import Match
from octetgate.control.wire.service import Member, Shape
from octetgate.core.functions.answer_fields import NO_JSON

_JAVA: Mapping[type, str] = {
    bool: "java.lang.Boolean",
    str: "java.lang.String",
    int: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    float: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
}
_JSON: Mapping[type, str] = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
_WANTED: Mapping[str, str] = {
    "string": "String",
    "boolean": "Boolean",
    "integer": "Integer",
    "long": "Long",
    "double": "Double",
    "float": "Float",
    "timestamp": "Date",
    "blob": "ByteBuffer",
}


def members(match: Match, asked: Asked) -> dict[str, Any]:
    """Return the operation's members that the request gives; nothing for JSON nulls."""
    shape = match.operation.input
    if shape is None:
        return {}
    document = _document(shape, asked)
    found = {
        member.name: _found(member, shape, match.labels, asked, document)
        for member in shape.members
    }
    return {name: value for name, value in found.items() if value is not None}


def _document(shape: Shape, asked: Asked) -> Mapping[str, Any]:
    """Return the JSON object whose keys are the members in the body."""
    if not any(member.location == "body" for member in shape.members) or not asked.body.strip():
        return {}
    document = _json(asked.body)
    if not isinstance(document, dict):
        raise SerializationException(f"expected a JSON object; found {_kind(document)}")
    return document


def _json(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except NO_JSON as error:
        raise SerializationException(f"expected JSON; found a body that is not: {error}") from None


def _found(
    member: Member,
    shape: Shape,
    labels: Mapping[str, str],
    asked: Asked,
    document: Mapping[str, Any],
) -> Any:
    match member.location:
        case "uri":
            return _of_text(member, labels[member.wire])
        case "querystring":
            return _of_query(member, shape, asked.query)
        case "header":
            text = asked.headers.get(member.wire.lower())
            return None if text is None else _of_text(member, text)
        case "payload":
            return _of_payload(member, asked.body)
        case _:
            return _of_json(member.shape, document.get(member.wire), member.name)


def _of_payload(member: Member, body: bytes) -> Any:
    if member.shape.type == "blob":
        return body
    return _of_json(member.shape, _json(body), member.name) if body.strip() else None


def _of_query(member: Member, shape: Shape, query: Mapping[str, list[str]]) -> Any:
    if member.shape.type == "map":
        # A map in the query takes every parameter that has no name of its own.
        named = {other.wire for other in shape.members if other.location == "querystring"}
        return {name: values[0] for name, values in query.items() if name not in named} or None
    values = query.get(member.wire)
    if not values:
        return None
    return values if member.shape.type == "list" else _of_text(member, values[0])


def _of_text(member: Member, text: str) -> Any:
    """Return the value that a label, a header or a query parameter spells."""
    read = _SPELLED.get(member.shape.type)
    if read is None:
        return text
    try:
        return read(text)
    except (KeyError, ValueError):
        wanted = _WANTED[member.shape.type]
        raise SerializationException(f"{member.wire}: expected {wanted}; found {text!r}") from None


_SPELLED: Mapping[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"true": True, "false": False}[text.lower()],
    "integer": int,
    "long": int,
    "double": float,
    "float": float,
}


def _of_json(shape: Shape, value: Any, path: str) -> Any:
    """Return the JSON value as the shape has it; complains as AWS's framework does."""
    if value is None:
        return None
    match shape.type:
        case "structure":
            _expect(dict, value, path)
            found = {m.name: _of_json(m.shape, value.get(m.wire), m.name) for m in shape.members}
            return {name: part for name, part in found.items() if part is not None}
        case "list":
            _expect(list, value, path)
            return [_of_json(shape.element, part, path) for part in value]
        case "map":
            _expect(dict, value, path)
            return {key: _of_json(shape.element, part, path) for key, part in value.items()}
        case _:
            return _scalar(shape, value, path)


def _scalar(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, dict):
        raise SerializationException("Start of structure or map found where not expected.")
    if isinstance(value, list):
        raise SerializationException("Start of list found where not expected.")
    match shape.type, value:
        case ("string", str()) | ("boolean", bool()):
            return value
        case ("blob", str()):
            return _blob(value, path)
        case ("integer" | "long" | "double" | "float" | "timestamp", int() | float()) if not (
            isinstance(value, bool)
        ):
            return value if shape.type not in {"integer", "long"} else _whole(value, path)
        case _:
            java = _JAVA[type(value)]
            wanted = _WANTED[shape.type]
            raise SerializationException(f"class {java} can not be converted to an {wanted}")


def _whole(value: float, path: str) -> int:
    if value != int(value):
        raise SerializationException(f"{path}: expected a whole number; found {value}")
    return int(value)


def _blob(text: str, path: str) -> bytes:
    try:
        return pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SerializationException(f"{path}: expected Base64; found something else") from None


def _expect(kind: type, value: Any, path: str) -> None:
    if not isinstance(value, kind):
        raise SerializationException(f"{path}: expected {_JSON[kind]}; found {_kind(value)}")


def _kind(value: Any) -> str:
    return _JSON.get(type(value), "null" if value is None else "a number")
