"""Request validators: what methods may have checked of their requests (control-plane 2.5)."""

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Patch, Row, Table, flag
from octetgate.control.records import parts
from octetgate.core.model.api import RequestValidator
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import APIS


def create_request_validator(call: Write, asked: Members) -> Members:
    """Add a validator that methods may name."""
    definition = call.store.get(APIS, asked["restApiId"])
    if definition is None:
        # Recorded: this one operation has another code and text for an API that is not there.
        raise BadRequestException("Invalid REST API identifier specified")
    validator = RequestValidator(
        id=call.new_id(6),
        name=asked.get("name") or "",
        validate_request_body=asked.get("validateRequestBody", False),
        validate_request_parameters=asked.get("validateRequestParameters", False),
    )
    _keep(call, definition, validator)
    return parts(validator)


def get_request_validator(call: Read, asked: Members) -> Members:
    """Return a validator."""
    return parts(_find(find_api(call, asked["restApiId"]), asked))


def get_request_validators(call: Read, asked: Members) -> Members:
    """Return an API's validators, in the order of creation."""
    validators = find_api(call, asked["restApiId"]).request_validators
    return paged([(key, parts(validator)) for key, validator in validators.items()], asked)


def update_request_validator(call: Write, asked: Members) -> Members:
    """Patch a validator."""
    definition = find_api(call, asked["restApiId"])
    validator = _PATHS.patched(_find(definition, asked), asked.get("patchOperations", ()))
    _keep(call, definition, validator)
    return parts(validator)


def delete_request_validator(call: Write, asked: Members) -> None:
    """Forget a validator that no method names."""
    definition = find_api(call, asked["restApiId"])
    gone = _find(definition, asked)
    _refuse_if_used(definition, gone)
    kept = {key: each for key, each in definition.request_validators.items() if each is not gone}
    call.store.put(APIS, definition.rest_api.id, replace(definition, request_validators=kept))


def _find(definition: ApiDefinition, asked: Members) -> RequestValidator:
    validator = definition.request_validators.get(asked["requestValidatorId"])
    if validator is None:
        raise NotFoundException("Invalid Request Validator identifier specified")
    return validator


def _refuse_if_used(definition: ApiDefinition, validator: RequestValidator) -> None:
    for resource in definition.resources.values():
        for verb, method in resource.resource_methods.items():
            if method.request_validator_id == validator.id:
                # Worded like the recorded refusal of a model in use (unconfirmed).
                raise ConflictException(
                    f"Cannot delete validator '{validator.id}', is referenced in method request: "
                    f"{resource.path}/{verb}"
                )


def _keep(call: Write, definition: ApiDefinition, validator: RequestValidator) -> None:
    if not validator.name.strip():
        raise BadRequestException("Request Validator name cannot be blank")
    validators = {**definition.request_validators, validator.id: validator}
    call.store.put(APIS, definition.rest_api.id, replace(definition, request_validators=validators))


# --- Patching ----------------------------------------------------------------------------------


def _patched_name(validator: RequestValidator, patch: Patch) -> RequestValidator:
    return replace(validator, name=patch.value or "")


_PATHS: Table[RequestValidator] = Table(
    (
        Row("/name", (REPLACE,), _patched_name),
        Row("/validateRequestBody", (REPLACE,), flag("validate_request_body")),
        Row("/validateRequestParameters", (REPLACE,), flag("validate_request_parameters")),
    ),
    Listing(),
)
