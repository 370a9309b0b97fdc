"""Where the base paths of a domain lead (spec: control-plane 2.7)."""

import re
from collections.abc import Callable

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.domains import find_domain
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Patch, Row, Table, required
from octetgate.control.records import parts
from octetgate.core.model.domain import BasePathMapping
from octetgate.core.ports.store import APIS, BASE_PATH_MAPPINGS, STAGES

NONE = "(none)"
"""How the empty base path, and no stage, are spelled."""

_BASE_PATH = re.compile(r"[A-Za-z0-9$\-_.+!*'()/]{1,300}")


def create_base_path_mapping(call: Write, asked: Members) -> Members:
    """Lead a base path of a domain to an API and, usually, a stage."""
    name = find_domain(call, asked).domain_name
    mapping = BasePathMapping(
        base_path=_base_path(asked.get("basePath")),
        rest_api_id=asked["restApiId"],
        stage=_stage(asked.get("stage")),
    )
    _check_free(call, name, mapping)
    _keep_mapping(call, name, mapping)
    return parts(mapping)


def get_base_path_mapping(call: Read, asked: Members) -> Members:
    """Return where a base path leads."""
    return parts(_find_mapping(call, asked))


def get_base_path_mappings(call: Read, asked: Members) -> Members:
    """Return where a domain's base paths lead."""
    name = find_domain(call, asked).domain_name
    found = call.store.list(BASE_PATH_MAPPINGS, f"{name}/")
    return paged([(key, parts(mapping)) for key, mapping in found], asked)


def update_base_path_mapping(call: Write, asked: Members) -> Members:
    """Patch where a base path leads, or the path itself."""
    old = _find_mapping(call, asked)
    new = _PATHS.patched(old, asked.get("patchOperations", ()))
    if new.base_path != old.base_path:
        _check_free(call, asked["domainName"], new)
        call.store.delete(BASE_PATH_MAPPINGS, f"{asked['domainName']}/{old.base_path}")
    _keep_mapping(call, asked["domainName"], new)
    return parts(new)


def delete_base_path_mapping(call: Write, asked: Members) -> None:
    """Let a base path lead nowhere."""
    mapping = _find_mapping(call, asked)
    call.store.delete(BASE_PATH_MAPPINGS, f"{asked['domainName']}/{mapping.base_path}")


def _find_mapping(call: Read | Write, asked: Members) -> BasePathMapping:
    name = find_domain(call, asked).domain_name
    mapping = call.store.get(BASE_PATH_MAPPINGS, f"{name}/{asked['basePath']}")
    if mapping is None:
        raise NotFoundException("Invalid base path mapping identifier specified")
    return mapping


def _base_path(given: str | None) -> str:
    path = (given or "").strip("/") or NONE
    if not _BASE_PATH.fullmatch(path):
        raise BadRequestException(
            f"basePath: expected at most 300 letters, digits and $-_.+!*'()/; found {given!r}"
        )
    return path


def _stage(given: str | None) -> str | None:
    return None if given in {None, "", NONE} else given


def _check_free(call: Write, name: str, mapping: BasePathMapping) -> None:
    if call.store.get(BASE_PATH_MAPPINGS, f"{name}/{mapping.base_path}") is not None:
        raise ConflictException("Base path already exists for this domain name")


def _keep_mapping(call: Write, name: str, mapping: BasePathMapping) -> None:
    if call.store.get(APIS, mapping.rest_api_id) is None:
        raise BadRequestException("Invalid REST API identifier specified")
    stage = mapping.stage
    if stage is not None and call.store.get(STAGES, f"{mapping.rest_api_id}/{stage}") is None:
        raise BadRequestException("Invalid stage identifier specified")
    call.store.put(BASE_PATH_MAPPINGS, f"{name}/{mapping.base_path}", mapping)


# --- Patching ----------------------------------------------------------------------------------


def _patched_base_path(mapping: BasePathMapping, patch: Patch) -> BasePathMapping:
    return replace(mapping, base_path=_base_path(patch.value))


def _patched_stage(mapping: BasePathMapping, patch: Patch) -> BasePathMapping:
    return replace(mapping, stage=_stage(patch.value))


_TO_API: Callable[[BasePathMapping, Patch], BasePathMapping] = required("rest_api_id")

_PATHS: Table[BasePathMapping] = Table(
    (
        Row("/basePath", (REPLACE,), _patched_base_path),
        # The docs' spellings differ from the model's; both arrive in practice.
        Row("/basepath", (REPLACE,), _patched_base_path),
        Row("/restapiId", (REPLACE,), _TO_API),
        Row("/restApiId", (REPLACE,), _TO_API),
        Row("/stage", (REPLACE,), _patched_stage),
    ),
    Listing(),
)
