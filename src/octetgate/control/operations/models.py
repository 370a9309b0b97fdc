"""Models: the schemas of an API's bodies, and templates made from them (control-plane 2.5)."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Row, Table, option
from octetgate.control.records import parts
from octetgate.control.schemas import check_model, refuse_if_used
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.schema import Model
from octetgate.core.ports.store import APIS
from octetgate.core.validation import schemas
from octetgate.core.validation.sample_template import sample_template


def create_model(call: Write, asked: Members) -> Members:
    """Add a schema under a name that methods may give."""
    definition = find_api(call, asked["restApiId"])
    if asked["name"] in definition.models:
        raise ConflictException("Model name already exists for this REST API")
    model = Model(
        id=call.new_id(6),
        name=asked["name"],
        content_type=asked["contentType"],
        schema=asked.get("schema"),
        description=asked.get("description"),
    )
    _keep(call, definition, model)
    return parts(model)


def get_model(call: Read, asked: Members) -> Members:
    """Return a model; with ``flatten``, the models that it names inside it."""
    definition = find_api(call, asked["restApiId"])
    model = _find(definition, asked)
    return parts(_flattened(definition, model) if asked.get("flatten") else model)


def get_models(call: Read, asked: Members) -> Members:
    """Return an API's models, in the order of creation."""
    models = find_api(call, asked["restApiId"]).models
    return paged([(name, parts(model)) for name, model in models.items()], asked)


def update_model(call: Write, asked: Members) -> Members:
    """Patch a model."""
    definition = find_api(call, asked["restApiId"])
    model = _PATHS.patched(_find(definition, asked), asked.get("patchOperations", ()))
    _keep(call, definition, model)
    return parts(model)


def delete_model(call: Write, asked: Members) -> None:
    """Forget a model that nothing names."""
    definition = find_api(call, asked["restApiId"])
    gone = _find(definition, asked)
    refuse_if_used(definition, gone.name)
    kept = {name: each for name, each in definition.models.items() if each is not gone}
    call.store.put(APIS, definition.rest_api.id, replace(definition, models=kept))


def get_model_template(call: Read, asked: Members) -> Members:
    """Return a mapping template that makes what the model describes."""
    definition = find_api(call, asked["restApiId"])
    model = _find(definition, asked)
    try:
        schema = schemas.read(model.schema or "")
    except schemas.NotASchema:
        raise BadRequestException(
            f"schema of {model.name}: expected a JSON schema to make a template from"
        ) from None
    lookup, api = _lookup(definition), definition.rest_api.id
    return {
        "value": sample_template(
            schema, lambda ref: lookup(name) if (name := schemas.named(ref, api)) else None
        )
    }


def _find(definition: ApiDefinition, asked: Members) -> Model:
    name = asked["modelName"]
    if name not in definition.models:
        raise NotFoundException(f"Invalid model name specified: {name}")
    return definition.models[name]


def _keep(call: Write, definition: ApiDefinition, model: Model) -> None:
    api = definition.rest_api.id
    check_model(model, api, definition.models)
    models = {**definition.models, model.name: model}
    call.store.put(APIS, api, replace(definition, models=models))


def _flattened(definition: ApiDefinition, model: Model) -> Model:
    try:
        schema = schemas.read(model.schema or "")
    except schemas.NotASchema:
        return model
    whole = schemas.flattened(schema, definition.rest_api.id, _lookup(definition))
    text = msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
    return replace(model, schema=text)


def _lookup(definition: ApiDefinition) -> Callable[[str], schemas.Schema | None]:
    def schema(name: str) -> schemas.Schema | None:
        model = definition.models.get(name)
        try:
            return schemas.read(model.schema or "") if model else None
        except schemas.NotASchema:
            return None

    return schema


# --- Patching ----------------------------------------------------------------------------------

_PATHS: Table[Model] = Table(
    (
        Row("/description", (REPLACE,), option("description")),
        Row("/schema", (REPLACE,), option("schema")),
    ),
    Listing(),
)
