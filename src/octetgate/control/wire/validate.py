"""The model's constraints on a request's members, with the messages of AWS's framework.

All of them are looked at, and a request hears of all that it breaks (spec: control-plane 1).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from octetgate.control.errors import ValidationException
from octetgate.control.wire.service import Operation, Shape

_TOLD_ELSEWHERE = (
    ".requestParameters",
    ".responseParameters",
    ".requestTemplates",
    ".responseTemplates",
)
"""Maps of whose nulls operations speak, in words of their own (recorded)."""


def validate(service: str, operation: Operation, members: Mapping[str, Any]) -> None:
    """Raise ValidationException if members break the model's constraints."""
    if operation.input is None:
        return
    broken = list(_of_input(service, operation, operation.input, members))
    if broken:
        errors = "error" if len(broken) == 1 else "errors"
        said = "; ".join(broken)
        raise ValidationException(f"{len(broken)} validation {errors} detected: {said}")


def _of_input(
    service: str, operation: Operation, shape: Shape, members: Mapping[str, Any]
) -> Iterator[str]:
    for member in shape.members:
        value = members.get(member.name)
        if value is None and member.name not in shape.required:
            continue
        path = _path(service, operation, member.name, in_body=member.location == "body")
        if value is None:
            yield _missing(path)
        else:
            yield from _of_value(member.shape, value, path)


def _path(service: str, operation: Operation, name: str, *, in_body: bool) -> str:
    """Return how AWS names a member: API Gateway puts the input's name before the body's."""
    if service == "apigateway" and in_body:
        return f"{operation.name[0].lower()}{operation.name[1:]}Input.{name}"
    return name[0].lower() + name[1:]


def _of_value(shape: Shape, value: Any, path: str) -> Iterator[str]:
    for constraint in _broken(shape, value):
        yield _said(value, path, constraint)
    if shape.type == "structure":
        yield from _of_structure(shape, value, path)
    elif shape.type == "list":
        yield from _of_list(shape, value, path)
    elif shape.type == "map":
        for key, part in value.items():
            if part is not None:
                yield from _of_value(shape.element, part, f"{path}.{key}.member")
            elif not path.endswith(_TOLD_ELSEWHERE):
                yield _missing(f"{path}.{key}.member")


def _of_structure(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for member in shape.members:
        inner = f"{path}.{member.name[0].lower()}{member.name[1:]}"
        if value.get(member.name) is not None:
            yield from _of_value(member.shape, value[member.name], inner)
        elif member.name in shape.required:
            yield _missing(inner)


def _of_list(shape: Shape, values: list[Any], path: str) -> Iterator[str]:
    if None in values:
        for number, part in enumerate(values, start=1):
            if part is None:
                yield _missing(f"{path}.{number}.member")
        return
    if shape.element.type in {"structure", "list", "map"}:
        for number, part in enumerate(values, start=1):
            yield from _of_value(shape.element, part, f"{path}.{number}.member")
        return
    # AWS shows the whole list when one of its plain values is wrong.
    for part in values:
        broken = ", ".join(_broken(shape.element, part))
        if broken:
            listed = f"[{', '.join(map(_shown, values))}]"
            yield _said(listed, path, f"Member must satisfy constraint: [{broken}]")
            return


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """Yield the constraints of the shape itself that the value breaks."""
    if shape.enum and value not in shape.enum:
        yield f"Member must satisfy enum value set: [{shape.listed}]"
    if shape.matches and isinstance(value, str) and not shape.matches.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {shape.pattern}"
    size, measure = _size(shape, value)
    if shape.minimum is not None and size < shape.minimum:
        yield f"Member must have {measure} greater than or equal to {shape.minimum}"
    if shape.maximum is not None and size > shape.maximum:
        yield f"Member must have {measure} less than or equal to {shape.maximum}"


def _size(shape: Shape, value: Any) -> tuple[float, str]:
    if shape.type in {"integer", "long", "double", "float", "timestamp"}:
        return value, "value"
    return (0 if isinstance(value, bool) or value is None else len(value)), "length"


def _missing(path: str) -> str:
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def _said(value: Any, path: str, constraint: str) -> str:
    return f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
