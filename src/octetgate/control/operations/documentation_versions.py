"""Documentation versions: the parts as they were, for stages to name (spec: control-plane 2.8)."""

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api, find_stage
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Row, Table, option
from octetgate.control.records import parts
from octetgate.core.model.documentation import DocumentationVersion, DocumentationVersionRecord
from octetgate.core.ports.store import DOCUMENTATION_VERSIONS, STAGES


def create_documentation_version(call: Write, asked: Members) -> Members:
    """Keep the parts as they are now, under a version's name, and give it to a stage if asked."""
    definition = find_api(call, asked["restApiId"])
    api, name = definition.rest_api.id, asked["documentationVersion"]
    if not name:
        raise BadRequestException("Documentation version must be non-empty")
    if call.store.get(DOCUMENTATION_VERSIONS, f"{api}/{name}") is not None:
        raise ConflictException("Documentation version already exists")
    version = DocumentationVersion(
        version=name, created_date=call.now, description=asked.get("description")
    )
    record = DocumentationVersionRecord(
        documentation_version=version, parts=definition.documentation_parts
    )
    call.store.put(DOCUMENTATION_VERSIONS, f"{api}/{name}", record)
    if asked.get("stageName"):
        _give(call, api, asked["stageName"], name)
    return parts(version)


def get_documentation_version(call: Read, asked: Members) -> Members:
    """Return a version."""
    return parts(_find(call, asked).documentation_version)


def get_documentation_versions(call: Read, asked: Members) -> Members:
    """Return an API's versions, in the order of creation."""
    api = find_api(call, asked["restApiId"]).rest_api.id
    found = call.store.list(DOCUMENTATION_VERSIONS, f"{api}/")
    return paged([(key, parts(each.documentation_version)) for key, each in found], asked)


def update_documentation_version(call: Write, asked: Members) -> Members:
    """Patch what is said about a version; its parts stay."""
    record = _find(call, asked)
    version = _PATHS.patched(record.documentation_version, asked.get("patchOperations", ()))
    record = replace(record, documentation_version=version)
    key = f"{asked['restApiId']}/{version.version}"
    call.store.put(DOCUMENTATION_VERSIONS, key, record)
    return parts(version)


def delete_documentation_version(call: Write, asked: Members) -> None:
    """Forget a version that no stage names."""
    name = _find(call, asked).documentation_version.version
    for key, stage in call.store.list(STAGES, f"{asked['restApiId']}/"):
        if stage.documentation_version == name:
            raise ConflictException(
                f"Documentation version {name} is used by the stage {key.partition('/')[2]}"
            )
    call.store.delete(DOCUMENTATION_VERSIONS, f"{asked['restApiId']}/{name}")


def _find(call: Read | Write, asked: Members) -> DocumentationVersionRecord:
    api = find_api(call, asked["restApiId"]).rest_api.id
    record = call.store.get(DOCUMENTATION_VERSIONS, f"{api}/{asked['documentationVersion']}")
    if record is None:
        raise NotFoundException("Invalid Documentation version specified")
    return record


def _give(call: Write, api: str, stage_name: str, version: str) -> None:
    stage = find_stage(call, {"restApiId": api, "stageName": stage_name})
    stage = replace(stage, documentation_version=version, last_updated_date=call.now)
    call.store.put(STAGES, f"{api}/{stage_name}", stage)


_PATHS: Table[DocumentationVersion] = Table(
    (Row("/description", (REPLACE,), option("description")),), Listing()
)
