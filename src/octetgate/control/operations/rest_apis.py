"""APIs themselves: create, look, patch, delete (spec: control-plane 2.1)."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from octetgate.control.api_settings import BAD_SIZE, arn, check_settings, with_policy, with_settings
from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api
from octetgate.control.errors import BadRequestException, ConflictException
from octetgate.control.keys import forget_stages
from octetgate.control.paging import page
from octetgate.control.patching import (
    ADD,
    EVERY,
    REMOVE,
    REPLACE,
    Complaints,
    Patch,
    Row,
    Table,
    Terse,
    flag,
    listed,
    option,
    required,
)
from octetgate.control.schemas import moved
from octetgate.control.shown import shown_api
from octetgate.control.tagging import chosen_id, given_tags
from octetgate.core.model.api import Resource, RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.schema import Model, built_in_models
from octetgate.core.policy.resource_policy import shortened
from octetgate.core.ports.store import (
    API_HEADS,
    APIS,
    BASE_PATH_MAPPINGS,
    DEPLOYMENTS,
    DOCUMENTATION_VERSIONS,
    STAGES,
    Collection,
)

_TYPES = ("REGIONAL", "EDGE", "PRIVATE")
_OF_AN_API: tuple[Collection[Any], ...] = (STAGES, DEPLOYMENTS, DOCUMENTATION_VERSIONS)


def create_rest_api(call: Write, asked: Members) -> Members:
    """Create an API: empty but for its root, or a copy of another."""
    tags = given_tags(asked)
    api = chosen_id(call, tags)
    if call.store.get(APIS, api) is not None:
        raise ConflictException(f"tags._custom_id_: an API with the id {api} exists already")
    source = find_api(call, asked["cloneFrom"]) if asked.get("cloneFrom") else None
    definition = _copy(call, source, api) if source else _empty(call)
    base = replace(
        definition.rest_api,
        id=api,
        created_date=call.now,
        region=call.region,
        account_id=call.account,
    )
    rest_api = with_settings(base, asked)
    call.store.put(APIS, api, replace(definition, rest_api=rest_api))
    # AWS leaves tags out of the answer to a create and shows them ever after.
    return {**shown_api(rest_api), "tags": tags or None}


def get_rest_api(call: Read, asked: Members) -> Members:
    """Return an API."""
    return shown_api(find_api(call, asked["restApiId"]).rest_api)


def get_rest_apis(call: Read, asked: Members) -> Members:
    """Return the APIs, in the order of creation."""
    # Only what is on the page is read, and of that only the beginning: APIs may be many.
    keys, position = page([(key, key) for key in call.store.keys(APIS)], asked)
    found = (call.store.get(API_HEADS, key) for key in keys)
    return {"items": [shown_api(each.rest_api) for each in found if each], "position": position}


def update_rest_api(call: Write, asked: Members) -> Members:
    """Patch an API."""
    definition = find_api(call, asked["restApiId"])
    rest_api = with_policy(_PATHS.patched(definition.rest_api, asked.get("patchOperations", ())))
    check_settings(rest_api)
    call.store.put(APIS, rest_api.id, replace(definition, rest_api=rest_api))
    return shown_api(rest_api)


def delete_rest_api(call: Write, asked: Members) -> None:
    """Delete an API, its stages and its deployments, unless a domain leads to it."""
    api = find_api(call, asked["restApiId"]).rest_api.id
    for key, mapping in call.store.list(BASE_PATH_MAPPINGS):
        if mapping.rest_api_id == api:
            raise BadRequestException(
                f"Please remove all base path mappings related to the API: {key} leads to {api}"
            )
    for collection in _OF_AN_API:
        for key in call.store.keys(collection, f"{api}/"):
            call.store.delete(collection, key)
    forget_stages(call, api)
    call.store.delete(APIS, api)


# --- Creating ----------------------------------------------------------------------------------


def _empty(call: Write) -> ApiDefinition:
    root = Resource(id=call.new_id(10), path="/")
    rest_api = RestApi(id="", name="", created_date=call.now, root_resource_id=root.id)
    return ApiDefinition(
        rest_api=rest_api, resources={root.id: root}, models=_models(call, built_in_models())
    )


def _models(call: Write, models: Mapping[str, Model]) -> dict[str, Model]:
    return {name: replace(model, id=call.new_id(6)) for name, model in models.items()}


def _copy(call: Write, source: ApiDefinition, api: str) -> ApiDefinition:
    """Return the definition with ids of its own for all that has one."""
    ids = {
        old: call.new_id(6 if resource.parent_id else 10)
        for old, resource in source.resources.items()
    }
    others = (source.request_validators, source.authorizers, source.documentation_parts)
    ids |= {old: call.new_id(6) for records in others for old in records}
    copies = (_renamed(resource, ids) for resource in source.resources.values())
    old = source.rest_api
    rest_api = replace(
        old,
        root_resource_id=ids[old.root_resource_id],
        tags={},
        policy=shortened(old.policy, arn(old)) if old.policy else None,
    )
    return replace(
        source,
        rest_api=rest_api,
        resources={copy.id: copy for copy in copies},
        models=_models(call, moved(source, api)),
        request_validators=_with_ids(source.request_validators, ids),
        authorizers=_with_ids(source.authorizers, ids),
        documentation_parts=_with_ids(source.documentation_parts, ids),
    )


def _with_ids(records: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    return {ids[old]: replace(record, id=ids[old]) for old, record in records.items()}


def _renamed(resource: Resource, ids: Mapping[str, str]) -> Resource:
    methods = {}
    for verb, method in resource.resource_methods.items():
        integration = method.method_integration
        namespace = (integration and integration.cache_namespace) or ""
        if integration and namespace in ids:
            integration = replace(integration, cache_namespace=ids[namespace])
        methods[verb] = replace(
            method,
            method_integration=integration,
            request_validator_id=ids.get(method.request_validator_id or ""),
            authorizer_id=ids.get(method.authorizer_id or ""),
        )
    parent = ids[resource.parent_id] if resource.parent_id else None
    return replace(resource, id=ids[resource.id], parent_id=parent, resource_methods=methods)


# --- Patching ----------------------------------------------------------------------------------


def _compression(rest_api: RestApi, patch: Patch) -> RestApi:
    if not patch.value:
        return replace(rest_api, minimum_compression_size=None)
    try:
        return replace(rest_api, minimum_compression_size=int(patch.value))
    except ValueError:
        raise BadRequestException(BAD_SIZE) from None


def _key_source(rest_api: RestApi, patch: Patch) -> RestApi:
    if patch.value not in {"HEADER", "AUTHORIZER"}:
        raise BadRequestException(
            f"Invalid patch value for /apiKeySource: expected HEADER or AUTHORIZER; "
            f"found {patch.value!r}"
        )
    return replace(rest_api, api_key_source=patch.value)


def _endpoint_type(rest_api: RestApi, patch: Patch) -> RestApi:
    if patch.op != REPLACE:
        raise BadRequestException(
            "Invalid patch operation specified. Must be 'add'|'remove'|'replace'"
        )
    if patch.value not in _TYPES:
        raise BadRequestException(
            f"Invalid EndpointTypes specified. Valid options are {','.join(_TYPES)}"
        )
    endpoint = rest_api.endpoint_configuration
    kinds = "dualstack" if patch.value == "PRIVATE" else endpoint.ip_address_type
    endpoint = replace(endpoint, types=(patch.value,), ip_address_type=kinds)
    return replace(rest_api, endpoint_configuration=endpoint)


def _address_type(rest_api: RestApi, patch: Patch) -> RestApi:
    if patch.value not in {"ipv4", "dualstack"}:
        raise BadRequestException("ipAddressType must be either ipv4 or dualstack.")
    endpoint = replace(rest_api.endpoint_configuration, ip_address_type=patch.value)
    return replace(rest_api, endpoint_configuration=endpoint)


def _vpc_endpoints(rest_api: RestApi, patch: Patch) -> RestApi:
    endpoint = rest_api.endpoint_configuration
    if endpoint.types != ("PRIVATE",):
        raise BadRequestException("VPCEndpointId can only be updated for PRIVATE APIs")
    kept = tuple(part for part in endpoint.vpc_endpoint_ids or () if part != patch.value)
    if patch.op == ADD and patch.value:
        kept = (*kept, patch.value)
    endpoint = replace(endpoint, vpc_endpoint_ids=kept or None)
    return replace(rest_api, endpoint_configuration=endpoint)


_COMPLAINTS: Complaints = Terse()

_PATHS: Table[RestApi] = Table(
    (
        Row("/apiKeySource", (REPLACE,), _key_source),
        Row("/binaryMediaTypes/{type}", EVERY, listed("binary_media_types")),
        Row("/description", EVERY, option("description")),
        Row("/disableExecuteApiEndpoint", (REPLACE,), flag("disable_execute_api_endpoint")),
        Row(
            "/endpointConfiguration/types/{type}", (*EVERY, "move", "test", "copy"), _endpoint_type
        ),
        Row("/endpointConfiguration/vpcEndpointIds", (ADD, REMOVE), _vpc_endpoints),
        Row("/endpointConfiguration/ipAddressType", (REPLACE,), _address_type),
        Row("/endpointAccessMode", (REPLACE,), option("endpoint_access_mode")),
        Row("/minimumCompressionSize", (REPLACE,), _compression),
        Row("/name", (REPLACE,), required("name")),
        Row("/policy", (REPLACE,), option("policy")),
        Row("/securityPolicy", (REPLACE,), option("security_policy")),
    ),
    _COMPLAINTS,
)
