"""What is different between two definitions of an API, in the service's words.

A definition is taken apart into parts that people know by name: a binary media type, a method, a
gateway response.  A part is a table of settings, and so the difference of two definitions is that
of two tables of tables.  Ids play no role: what was deleted and made anew as it was is no change.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from octetgate.core.model.api import Method, RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.record import Record


class Kind(StrEnum):
    """What a part is, in the order in which differences are told."""

    SETTING = "setting of the API"
    BINARY_MEDIA_TYPE = "binary media type"
    RESOURCE = "resource"
    METHOD = "method"
    MODEL = "model"
    REQUEST_VALIDATOR = "request validator"
    AUTHORIZER = "authorizer"
    GATEWAY_RESPONSE = "gateway response"


class Change(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Detail:
    """One setting of a part that changed, or a whole box of a method."""

    box: str
    """``Integration Request`` for instance; empty for parts that are no methods."""
    setting: str
    """Its boto3 name, and what it is for: ``requestTemplates application/json``; or empty."""
    change: Change
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that is not what it was."""

    kind: Kind
    name: str
    change: Change
    details: tuple[Detail, ...] = ()


def differences(before: ApiDefinition, after: ApiDefinition) -> list[Difference]:
    """Return what became of each part that differs, by kind; what was added stands last."""
    old, new = dict(_parts(before)), dict(_parts(after))
    found = (_difference(part, old.get(part), new.get(part)) for part in {**old, **new})
    order = list(Kind)
    return sorted((each for each in found if each), key=lambda each: order.index(each.kind))


_Part = tuple[Kind, str]
_Settings = Mapping[tuple[str, str], str]
"""By box and name."""


def _difference(
    part: _Part, before: _Settings | None, after: _Settings | None
) -> Difference | None:
    if before is None:
        return Difference(*part, Change.ADDED)
    if after is None:
        return Difference(*part, Change.REMOVED)
    details = tuple(_details(before, after))
    return Difference(*part, Change.CHANGED, details) if details else None


def _details(before: _Settings, after: _Settings) -> Iterator[Detail]:
    boxes = _boxes(before), _boxes(after)
    for box in {**boxes[0], **boxes[1]}:
        if box not in boxes[0]:
            yield Detail(box, "", Change.ADDED)
        elif box not in boxes[1]:
            yield Detail(box, "", Change.REMOVED)
    for place in {**before, **after}:
        old, new = before.get(place), after.get(place)
        if old != new and place[0] in boxes[0] and place[0] in boxes[1]:
            yield Detail(*place, _change(old, new), old, new)


def _change(old: str | None, new: str | None) -> Change:
    if old is None:
        return Change.ADDED
    return Change.REMOVED if new is None else Change.CHANGED


def _boxes(settings: _Settings) -> dict[str, None]:
    return {box: None for box, _ in settings}


# --- Taking a definition apart -----------------------------------------------------------------


def _parts(definition: ApiDefinition) -> Iterator[tuple[_Part, _Settings]]:
    yield from _api(definition.rest_api)
    resources = sorted(definition.resources.values(), key=lambda each: each.path)
    for resource in resources:
        yield (Kind.RESOURCE, resource.path), {}
        for verb, method in sorted(resource.resource_methods.items()):
            settings = dict(_method(definition, method))
            yield (Kind.METHOD, f"{verb} {resource.path}"), settings
    for name, model in sorted(definition.models.items()):
        yield (Kind.MODEL, name), _unnamed(model)
    for validator in definition.request_validators.values():
        yield (Kind.REQUEST_VALIDATOR, validator.name), _unnamed(validator)
    for authorizer in definition.authorizers.values():
        yield (Kind.AUTHORIZER, authorizer.name), _unnamed(authorizer)
    for response_type, response in sorted(definition.gateway_responses.items()):
        yield (Kind.GATEWAY_RESPONSE, response_type), _unnamed(response)


def _api(api: RestApi) -> Iterator[tuple[_Part, _Settings]]:
    """Yield what a stage serves of the API's own settings; the others need no deployment."""
    said = {
        "minimumCompressionSize": api.minimum_compression_size,
        "apiKeySource": api.api_key_source,
        "policy": api.policy or None,
        "disableExecuteApiEndpoint": api.disable_execute_api_endpoint,
    }
    for name, value in said.items():
        if value is not None:
            yield (Kind.SETTING, name), {("", ""): _text(value)}
    for media_type in api.binary_media_types or ():
        yield (Kind.BINARY_MEDIA_TYPE, media_type), {}


def _method(definition: ApiDefinition, method: Method) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the settings of a method, each under its box of the method page."""
    yield from _of_record(
        "Method Request",
        method,
        leaving={"httpMethod", "methodResponses", "methodIntegration"},
        names={
            "authorizerId": lambda each: _name(definition.authorizers, each),
            "requestValidatorId": lambda each: _name(definition.request_validators, each),
        },
    )
    integration = method.method_integration
    if integration is not None:
        yield from _of_record("Integration Request", integration, leaving={"integrationResponses"})
        for status, answer in sorted(integration.integration_responses.items()):
            yield from _of_record(f"Integration Response {status}", answer)
    for status, response in sorted(method.method_responses.items()):
        yield from _of_record(f"Method Response {status}", response)


def _unnamed(record: Record) -> _Settings:
    """Return the settings of what is a part by itself."""
    return dict(_of_record("", record, leaving={"id", "name"}))


def _name(known: Mapping[str, Any], each: str) -> str:
    """Return the name of what an id stands for; ids say nothing to people."""
    return str(known[each].name) if each in known else each


def _of_record(
    box: str,
    record: Record,
    *,
    leaving: Collection[str] = (),
    names: Mapping[str, Callable[[str], str]] | None = None,
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield a record's settings as operations know them; a map has one for each of its keys."""
    worded = names or {}
    kind = type(record)
    for name, attribute in zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True):
        value = getattr(record, attribute)
        if value is None or name in leaving:
            continue
        if isinstance(value, dict):
            for key, each in value.items():
                yield (box, f"{name} {key}"), _text(each)
        else:
            yield (box, name), worded.get(name, _text)(value)


def _text(value: object) -> str:
    """Return a setting's value as operations take it."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return msgspec.json.encode(value).decode()
