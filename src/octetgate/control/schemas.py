"""What a model may look like, whichever way it came in, and what keeps it from going."""

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from octetgate.control.errors import BadRequestException, ConflictException
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.schema import Model
from octetgate.core.validation import schemas

_NAME = re.compile(r"[A-Za-z0-9]+")
_MEDIA_TYPE = re.compile(r"[^\s/;]+/[^\s/;]+(\s*;.*)?")
_JSON = re.compile(r"[^/]+/([^\s;]+\+)?json(\s*;.*)?", re.IGNORECASE)


def check_model(model: Model, api: str, names: Collection[str]) -> None:
    """Refuse what AWS refuses (spec: control-plane 6); ``names`` are the API's models."""
    if not model.name:
        raise BadRequestException("Model name must be non-empty")
    if not _NAME.fullmatch(model.name):
        raise BadRequestException(f"Model name must be alphanumeric: {model.name}")
    if not _MEDIA_TYPE.fullmatch(model.content_type):
        raise _invalid([f"Invalid content type specified: {model.content_type}"])
    if not (model.schema or "").strip():
        raise BadRequestException(
            "Model schema must have at least 1 property or array items defined"
        )
    if _JSON.fullmatch(model.content_type):
        _check_schema(model, api, names)


def _check_schema(model: Model, api: str, names: Collection[str]) -> None:
    try:
        schema = schemas.read(model.schema or "")
    except schemas.NotASchema:
        raise _invalid([schemas.INVALID]) from None
    found = schemas.problems(schema, api)
    if found:
        raise _invalid(found)
    for ref in schemas.references(schema):
        name = schemas.named(ref, api)
        if name is not None and name != model.name and name not in names:
            raise BadRequestException(f"Invalid model identifier specified: {name}")


def _invalid(errors: list[str]) -> BadRequestException:
    listed = ", ".join(errors)
    return BadRequestException(
        f"Invalid model specified: Validation Result: warnings : [], errors : [{listed}]"
    )


def check_models(definition: ApiDefinition, models: Mapping[str, str]) -> None:
    """Refuse a method's models that the API does not have."""
    for content_type, name in models.items():
        if not name:
            raise BadRequestException(f"Invalid null or empty value for {content_type}")
        if name not in definition.models:
            raise BadRequestException(f"Invalid model identifier specified: {name}")


def refuse_if_used(definition: ApiDefinition, name: str) -> None:
    """Refuse to let go of a model that is named elsewhere."""
    for place in _uses(definition, name):
        raise ConflictException(f"Cannot delete model '{name}', is referenced in {place}")


def _uses(definition: ApiDefinition, name: str) -> Iterator[str]:
    for resource in definition.resources.values():
        for verb, method in resource.resource_methods.items():
            # The root's path and the slash before the verb make two (recorded).
            place = f"{resource.path}/{verb}"
            if name in (method.request_models or {}).values():
                yield f"method request: {place}"
            for response in method.method_responses.values():
                if name in (response.response_models or {}).values():
                    yield f"method response: {place}"
    for other in definition.models.values():
        if other.name != name and name in referenced(other, definition.rest_api.id):
            yield f"model: {other.name}"


def referenced(model: Model, api: str) -> set[str]:
    """Return the names of the API's models that a model's schema names."""
    try:
        schema = schemas.read(model.schema or "")
    except schemas.NotASchema:
        return set()
    return {name for ref in schemas.references(schema) if (name := schemas.named(ref, api))}


def moved(definition: ApiDefinition, api: str) -> dict[str, Model]:
    """Return an API's models as they are in a copy of it: they name the copy's."""
    old, new = (schemas.reference(each, "") for each in (definition.rest_api.id, api))
    return {
        name: replace(model, schema=(model.schema or "").replace(old, new) or None)
        for name, model in definition.models.items()
    }
