"""An operation's result, or its error, as the answer that the model describes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import msgspec
import pybase64

from octetgate.control.errors import ApiError
from octetgate.control.records import parts
from octetgate.control.wire import eventstream
from octetgate.control.wire.message import Answered
from octetgate.control.wire.service import Member, Operation, Service, Shape

_JSON = "application/json"
_BYTES = "application/octet-stream"


def answer(operation: Operation, result: Any) -> Answered:
    """Return the success; members that are None stay out."""
    shape = operation.output
    if shape is None:
        return Answered(status=operation.status)
    given = parts(result)
    said = [(member, given[member.name]) for member in shape.members if _is_given(member, given)]
    headers = {m.wire: _text(value) for m, value in said if m.location == "header"}
    status = next((value for m, value in said if m.location == "statusCode"), operation.status)
    payload = next((member for member in shape.members if member.location == "payload"), None)
    if payload is not None and payload.shape.event_stream:
        return _streamed(status, headers, payload.shape, given.get(payload.name))
    if payload is not None:
        return Answered(status=status, headers=headers, body=_payload(said))
    if status == 204:
        return Answered(status=status, headers=headers)
    document = {m.wire: _value(m.shape, value) for m, value in said if m.location == "body"}
    headers["Content-Type"] = _JSON
    return Answered(status=status, headers=headers, body=msgspec.json.encode(document))


def members(operation: Operation, result: Any) -> dict[str, Any]:
    """Return the result's members by their boto3 names, for whoever sits in this process."""
    shape = operation.output
    if shape is None:
        return {}
    given = parts(result)
    return {m.name: _named(m.shape, given[m.name]) for m in shape.members if _is_given(m, given)}


def failure(service: Service | None, error: ApiError) -> Answered:
    """Return the refusal in the form that the service's model gives to its errors."""
    shape = service.error(error.code) if service else None
    # Lambda says who is at fault, and spells `Message` as each error's shape does.
    body: dict[str, str] = {}
    names = {member.name for member in shape.members} if shape else {"message"}
    if service and service.name == "lambda":
        body["Type"] = "User" if error.status < 500 else "Service"
    body["Message" if "Message" in names else "message"] = str(error)
    if error.reason is not None and "Reason" in names:
        body["Reason"] = error.reason
    headers = {"Content-Type": _JSON, "x-amzn-ErrorType": error.code}
    if error.status in {429, 503}:
        headers["Retry-After"] = "1"
    return Answered(status=error.status, headers=headers, body=msgspec.json.encode(body))


def _is_given(member: Member, given: Mapping[str, Any]) -> bool:
    return given.get(member.name) is not None


def _payload(said: list[tuple[Member, Any]]) -> bytes:
    for member, value in said:
        if member.location == "payload":
            return value if isinstance(value, bytes) else msgspec.json.encode(value)
    return b""


def _streamed(
    status: int,
    headers: dict[str, str],
    shape: Shape,
    events: AsyncGenerator[Mapping[str, Any], None] | None,
) -> Answered:
    """Return the head of an answer that is a stream of events, or that has none."""
    if events is None:
        return Answered(status=status, headers=headers)
    headers["Content-Type"] = eventstream.CONTENT_TYPE
    return Answered(status=status, headers=headers, pieces=_messages(shape, events))


async def _messages(
    shape: Shape, events: AsyncGenerator[Mapping[str, Any], None]
) -> AsyncGenerator[bytes, None]:
    """Write each event, named as in the model, as soon as it is there."""
    kinds = {member.name: member for member in shape.members}
    async with aclosing(events):
        async for event in events:
            for name, value in event.items():
                yield _message(kinds[name], value)


def _message(kind: Member, value: Mapping[str, Any]) -> bytes:
    for member in kind.shape.members:
        if member.location == "payload":
            return eventstream.event(kind.wire, _BYTES, value[member.name])
    document = msgspec.json.encode(_value(kind.shape, value))
    return eventstream.event(kind.wire, _JSON, document)


def _value(shape: Shape, value: Any) -> Any:
    match shape.type:
        case "structure":
            given = parts(value)
            said = (member for member in shape.members if _is_given(member, given))
            return {member.wire: _value(member.shape, given[member.name]) for member in said}
        case "list":
            return [_value(shape.element, part) for part in value]
        case "map":
            return {key: _value(shape.element, part) for key, part in value.items()}
        case "timestamp":
            return int(value) if value == int(value) else value
        case "blob":
            return pybase64.b64encode(value).decode()
        case _:
            return value


def _named(shape: Shape, value: Any) -> Any:
    match shape.type:
        case "structure" if not shape.event_stream and not hasattr(value, "__aiter__"):
            given = parts(value)
            said = (member for member in shape.members if _is_given(member, given))
            return {member.name: _named(member.shape, given[member.name]) for member in said}
        case "list":
            return [_named(shape.element, part) for part in value]
        case "map":
            return {key: _named(shape.element, part) for key, part in value.items()}
        case _:
            return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
