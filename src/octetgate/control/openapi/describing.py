"""A document as the calls that one would make by hand, in boto3's words.

Nothing is decided here that an operation decides: members are handed on as they stand in the
document, and ids that do not exist yet are names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from octetgate.control.openapi import base_paths, settings
from octetgate.control.openapi.drawn_documentation import (
    drawn_from_operation,
    drawn_from_path,
    drawn_parts,
)
from octetgate.control.openapi.integrations import integration
from octetgate.control.openapi.models import Models
from octetgate.control.openapi.parameters import parameters
from octetgate.control.openapi.responses import media_types, method_responses, models_by_type
from octetgate.control.openapi.security import Security
from octetgate.control.openapi.source import Node, Source

Members = Mapping[str, Any]

_ANY = "x-amazon-apigateway-any-method"
_VALIDATOR = "x-amazon-apigateway-request-validator"
_VERBS = ("get", "put", "post", "delete", "options", "head", "patch", _ANY)
_NO_VERBS = ("parameters", "summary", "description", "servers")


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedMethod:
    """One operation of the document."""

    path: str
    verb: str
    members: Members
    """Of PutMethod, without the ids."""
    validator: str | None
    """By name."""
    authorizer: str | None
    """By name."""
    responses: tuple[Members, ...]
    integration: Members | None
    integration_responses: tuple[Members, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """All that a document asks for."""

    api: Members
    """Of CreateRestApi."""
    models: tuple[Members, ...]
    validators: tuple[Members, ...]
    authorizers: tuple[Members, ...]
    gateway_responses: tuple[Members, ...]
    paths: tuple[str, ...]
    """Every path, with operations or without."""
    methods: tuple[DescribedMethod, ...]
    documentation: tuple[Members, ...]
    """Parts that its descriptions are, without ids."""


def describe(source: Source, api: str, *, basepath: str = "ignore") -> Described:
    """Return what the document asks for; models refer to each other in the API of that id."""
    models, security = Models(source, api), Security(source)
    prefix = base_paths.prefix(source, basepath)
    default = settings.default_validator(source)
    items = [
        (path, _path(prefix, path), item)
        for path, item in source.nodes(source.part(source.document, "paths", ""), "paths")
        if path.startswith("/")
    ]
    methods, words = [], [*drawn_parts(source)]
    for path, whole, item in items:
        words += drawn_from_path(whole, item)
        for verb, operation in _operations(source, path, item):
            where = (whole, verb)
            methods.append(_method(source, models, security, default, where, item, operation))
            words += drawn_from_operation(source, whole, verb, item, operation)
    return Described(
        api=settings.api_settings(source),
        models=models.all(),
        validators=tuple(settings.request_validators(source)),
        authorizers=security.authorizers,
        gateway_responses=tuple(settings.gateway_responses(source)),
        paths=tuple(whole for _, whole, _ in items),
        methods=tuple(methods),
        documentation=tuple(words),
    )


def _path(prefix: str, path: str) -> str:
    """Return a path as resources have it: one slash before each segment, none at the end."""
    segments = [each for each in f"{prefix}/{path}".split("/") if each]
    return "/" + "/".join(segments)


def _operations(source: Source, path: str, item: Node) -> Iterator[tuple[str, Node]]:
    place = f"paths.'{path}'"
    for name, value in item.items():
        if name.lower() in _VERBS:
            verb = "ANY" if name == _ANY else name.upper()
            yield verb, source.node(value, f"{place}({name})")
        elif name not in _NO_VERBS and not name.startswith("x-"):
            source.problems.warn(f"Parse issue: attribute {place}.{name} is unexpected")


def _method(
    source: Source,
    models: Models,
    security: Security,
    default_validator: str | None,
    where: tuple[str, str],
    item: Node,
    operation: Node,
) -> DescribedMethod:
    path, verb = where
    place = f"paths.'{path}'({verb.lower()})"
    declared = parameters(source, item, operation, place)
    members, authorizer = security.of(operation, place)
    named = _request_models(source, models, operation, declared.body, place)
    members |= {
        "operationName": source.text(operation, "operationId", place),
        "requestParameters": declared.mapped or None,
        "requestModels": {key: name for key, name in named.items() if name} or None,
    }
    behind, answers = integration(source, operation, place)
    return DescribedMethod(
        path=path,
        verb=verb,
        members={key: value for key, value in members.items() if value is not None},
        validator=source.text(operation, _VALIDATOR, place) or default_validator,
        authorizer=authorizer,
        responses=tuple(method_responses(source, models, operation, place)),
        integration=behind,
        integration_responses=answers,
    )


def _request_models(
    source: Source, models: Models, operation: Node, body: Node | None, place: str
) -> dict[str, str | None]:
    """Return the names of the models of a request's bodies, by content type."""
    if source.is_swagger:
        if body is None:
            return {}
        name = models.name(body.get("schema"), f"{place}.[body].schema")
        return dict.fromkeys(media_types(source, operation, "consumes", place=place), name)
    request = source.followed(operation.get("requestBody"), f"{place}.requestBody")
    content = source.part(request, "content", f"{place}.requestBody")
    return models_by_type(source, models, content, f"{place}.requestBody.content")
