"""Authorizers: who may call the methods that name them (control-plane 2.5)."""

from typing import Any

import msgspec
from msgspec.structs import replace

from octetgate.control.authorizing import (
    DEFAULT_TTL,
    LAMBDA,
    check_authorizer,
    check_still_fits,
    refuse_if_used,
)
from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api, find_authorizer
from octetgate.control.errors import (
    CONCURRENT,
    BadRequestException,
    ConflictException,
)
from octetgate.control.paging import paged
from octetgate.control.patching import (
    ADD,
    EVERY,
    REMOVE,
    REPLACE,
    Listing,
    Patch,
    Row,
    Table,
    option,
    required,
    valued,
    whole,
)
from octetgate.control.records import parts
from octetgate.core.model.access import Authorizer, AuthorizerType, JwtConfiguration
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import APIS

_AUTH_TYPES = {AuthorizerType.COGNITO_USER_POOLS: "cognito_user_pools", AuthorizerType.JWT: "jwt"}


def create_authorizer(call: Write, asked: Members) -> Members:
    """Add an authorizer that methods may name."""
    definition = call.store.get(APIS, asked["restApiId"])
    if definition is None:
        # Recorded: this one operation takes an API that is not there for a lost race.
        raise ConflictException(CONCURRENT)
    kind = AuthorizerType(asked["type"])
    authorizer = Authorizer(
        id=call.new_id(6),
        name=asked["name"],
        type=kind,
        provider_arns=tuple(asked.get("providerARNs") or ()) or None,
        auth_type=asked.get("authType") or _AUTH_TYPES.get(kind, "custom"),
        authorizer_uri=asked.get("authorizerUri"),
        authorizer_credentials=asked.get("authorizerCredentials"),
        identity_source=asked.get("identitySource"),
        identity_validation_expression=asked.get("identityValidationExpression"),
        authorizer_result_ttl_in_seconds=asked.get("authorizerResultTtlInSeconds"),
        jwt_configuration=_jwt(asked.get("jwtConfiguration")),
    )
    _keep(call, definition, authorizer)
    # Recorded: what a create answers leaves out a time to live that was not given.
    return parts(authorizer)


def get_authorizer(call: Read, asked: Members) -> Members:
    """Return an authorizer."""
    return _shown(find_authorizer(find_api(call, asked["restApiId"]), asked["authorizerId"]))


def get_authorizers(call: Read, asked: Members) -> Members:
    """Return an API's authorizers, in the order of creation."""
    authorizers = find_api(call, asked["restApiId"]).authorizers
    return paged([(key, _shown(each)) for key, each in authorizers.items()], asked)


def update_authorizer(call: Write, asked: Members) -> Members:
    """Patch an authorizer."""
    definition = find_api(call, asked["restApiId"])
    authorizer = _PATHS.patched(
        find_authorizer(definition, asked["authorizerId"]), asked.get("patchOperations", ())
    )
    check_still_fits(definition, authorizer)
    _keep(call, definition, authorizer)
    return _shown(authorizer)


def delete_authorizer(call: Write, asked: Members) -> None:
    """Forget an authorizer that no method names."""
    definition = find_api(call, asked["restApiId"])
    gone = find_authorizer(definition, asked["authorizerId"])
    refuse_if_used(definition, gone)
    kept = {key: each for key, each in definition.authorizers.items() if each is not gone}
    call.store.put(APIS, definition.rest_api.id, replace(definition, authorizers=kept))


def _keep(call: Write, definition: ApiDefinition, authorizer: Authorizer) -> None:
    check_authorizer(definition, authorizer)
    authorizers = {**definition.authorizers, authorizer.id: authorizer}
    call.store.put(APIS, definition.rest_api.id, replace(definition, authorizers=authorizers))


def _jwt(given: Any) -> JwtConfiguration | None:
    try:
        return None if given is None else msgspec.convert(given, JwtConfiguration)
    except msgspec.ValidationError as error:
        raise BadRequestException(f"jwtConfiguration: {error}") from None


def _shown(authorizer: Authorizer) -> Members:
    shown: dict[str, Any] = dict(parts(authorizer))
    if authorizer.type in (*LAMBDA, AuthorizerType.COGNITO_USER_POOLS):
        ttl = authorizer.authorizer_result_ttl_in_seconds
        shown["authorizerResultTtlInSeconds"] = DEFAULT_TTL if ttl is None else ttl
    return shown


# --- Patching ----------------------------------------------------------------------------------


def _type(authorizer: Authorizer, patch: Patch) -> Authorizer:
    try:
        return replace(authorizer, type=AuthorizerType(patch.value or ""))
    except ValueError:
        raise BadRequestException(
            f"Invalid patch value for /type: expected one of {', '.join(AuthorizerType)}; "
            f"found {patch.value!r}"
        ) from None


_PATHS: Table[Authorizer] = Table(
    (
        Row("/authorizerUri", (REPLACE,), option("authorizer_uri")),
        Row("/authorizerCredentials", (REPLACE,), option("authorizer_credentials")),
        Row(
            "/authorizerResultTtlInSeconds",
            (REPLACE,),
            whole("authorizer_result_ttl_in_seconds"),
        ),
        Row("/authType", (REPLACE,), option("auth_type")),
        Row("/identitySource", EVERY, option("identity_source")),
        Row(
            "/identityValidationExpression",
            (REPLACE,),
            option("identity_validation_expression"),
        ),
        Row("/name", (REPLACE,), required("name")),
        Row("/providerARNs", (ADD, REMOVE), valued("provider_arns")),
        Row("/type", (REPLACE,), _type),
    ),
    Listing(),
)
