"""APIs from OpenAPI definitions (spec: control-plane 7).

An import is one transaction: what a document asks for is done as a whole, or nothing is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from octetgate.control.api_settings import with_settings
from octetgate.control.calls import Members, Write
from octetgate.control.definitions import find_api
from octetgate.control.errors import ApiError
from octetgate.control.members import checked
from octetgate.control.openapi import documentation
from octetgate.control.openapi.applying import applied
from octetgate.control.openapi.describing import describe
from octetgate.control.openapi.problems import Problems
from octetgate.control.openapi.settings import api_settings
from octetgate.control.openapi.source import Source, reading
from octetgate.control.operations.documentation_parts import import_documentation_parts
from octetgate.control.operations.documentation_versions import create_documentation_version
from octetgate.control.operations.rest_apis import create_rest_api
from octetgate.control.shown import shown_api
from octetgate.core.model.api import RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import APIS, DOCUMENTATION_VERSIONS


@reading
def import_rest_api(call: Write, asked: Members) -> Members:
    """Create an API from a definition."""
    problems = Problems()
    source = Source(asked["document"], problems)
    wanted = _settings(source, asked)
    try:
        made = create_rest_api(call, wanted)
    except ApiError as error:
        problems.error(f"Unable to create API: {error}")
        problems.refuse(fail_on_warnings=False)
        raise
    return _imported(call, asked, source, find_api(call, made["id"]))


@reading
def put_rest_api(call: Write, asked: Members) -> Members:
    """Merge a definition into an API, or let it replace all that a definition can say.

    An overwrite keeps what a definition cannot say: the endpoint configuration, stages and
    their variables, and which API keys belong to them.
    """
    problems = Problems()
    source = Source(asked["document"], problems)
    before = find_api(call, asked["restApiId"])
    base = _emptied(before, asked) if asked.get("mode") == "overwrite" else before
    try:
        rest_api = with_settings(base.rest_api, _settings(source, asked))
    except ApiError as error:
        problems.error(f"Unable to update API: {error}")
        problems.refuse(fail_on_warnings=False)
        raise
    return _imported(call, asked, source, replace(base, rest_api=rest_api))


def _settings(source: Source, asked: Members) -> Mapping[str, Any]:
    """Return what CreateRestApi is told: the document's settings, and the caller's parameters."""
    settings = api_settings(source)
    kinds = (asked.get("parameters") or {}).get("endpointConfigurationTypes")
    if kinds:
        configuration = settings.get("endpointConfiguration", {})
        settings["endpointConfiguration"] = {**configuration, "types": kinds.split(",")}
    source.problems.refuse(fail_on_warnings=False)
    try:
        return checked("CreateRestApi", settings)
    except ApiError as error:
        source.problems.error(f"Unable to set the API's own settings: {error}")
        source.problems.refuse(fail_on_warnings=False)
        raise


def _imported(
    call: Write, asked: Members, source: Source, base: ApiDefinition
) -> Mapping[str, Any]:
    parameters = asked.get("parameters") or {}
    described = describe(source, base.rest_api.id, basepath=parameters.get("basepath", "ignore"))
    made = applied(call, base, described, source.problems)
    call.store.put(APIS, base.rest_api.id, made)
    if not _ignores_documentation(asked):
        _document(call, base.rest_api.id, source, described.documentation)
    source.problems.refuse(fail_on_warnings=asked.get("failOnWarnings", False))
    return {**shown_api(made.rest_api), "warnings": source.problems.warnings or None}


def _document(call: Write, api: str, source: Source, drawn: Sequence[Members]) -> None:
    """Take the documentation parts that the document brings, and keep them as a version.

    What a document says in ``x-amazon-apigateway-documentation`` goes before its descriptions.
    """
    said = source.document.get(documentation.EXTENSION)
    warnings: list[str] = []
    try:
        if drawn:
            _take_parts(call, api, {"documentationParts": drawn})
        if said is not None:
            warnings += _take_parts(call, api, said)
            warnings += _keep_version(call, api, documentation.version_of(said))
    except ApiError as error:
        source.problems.error(f"Unable to import documentation: {error}")
        return
    for warning in warnings:
        source.problems.warn(warning)


def _take_parts(call: Write, api: str, extension: Any) -> Sequence[str]:
    body = msgspec.json.encode({documentation.EXTENSION: extension})
    made = import_documentation_parts(call, {"restApiId": api, "body": body})
    return made["warnings"] or ()


def _keep_version(call: Write, api: str, version: str | None) -> list[str]:
    """Keep the parts under the version's name, once; stages may name what is there already."""
    if version is None:
        return []
    before = call.store.get(DOCUMENTATION_VERSIONS, f"{api}/{version}")
    if before is None:
        create_documentation_version(call, {"restApiId": api, "documentationVersion": version})
        return []
    said, saying = (
        {(part.location.place, part.properties) for part in parts.values()}
        for parts in (before.parts, find_api(call, api).documentation_parts)
    )
    if said == saying:
        return []
    return [f"Documentation version '{version}' is there already, with other parts. Left as it is."]


def _ignores_documentation(asked: Members) -> bool:
    return (asked.get("parameters") or {}).get("ignore") == "documentation"


def _emptied(definition: ApiDefinition, asked: Members) -> ApiDefinition:
    """Return the API without anything that a definition says; the root stays."""
    root = definition.resources[definition.rest_api.root_resource_id]
    old = definition.rest_api
    rest_api = RestApi(
        id=old.id,
        name=old.name,
        created_date=old.created_date,
        root_resource_id=old.root_resource_id,
        region=old.region,
        account_id=old.account_id,
        endpoint_configuration=old.endpoint_configuration,
        disable_execute_api_endpoint=old.disable_execute_api_endpoint,
        tags=old.tags,
    )
    root = replace(root, resource_methods={})
    documented = definition.documentation_parts if _ignores_documentation(asked) else {}
    return ApiDefinition(
        rest_api=rest_api,
        resources={root.id: root},
        models={},
        documentation_parts=documented,
    )
