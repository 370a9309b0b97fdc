"""The paths of an API (spec: control-plane 2.2 and 6)."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.definitions import find_api, find_resource, with_resource
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Row, Table, option, required
from octetgate.control.shown import shown_resource
from octetgate.core.model.api import Resource
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.store import APIS

_PATH_PART = re.compile(r"[a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\}")


def create_resource(call: Write, asked: Members) -> Members:
    """Add a path below another."""
    definition = find_api(call, asked["restApiId"])
    parent = find_resource(definition, asked["parentId"])
    resource = Resource(
        id=call.new_id(6),
        path=_below(parent, asked["pathPart"]),
        parent_id=parent.id,
        path_part=asked["pathPart"],
    )
    _check(definition, resource)
    _keep(call, with_resource(definition, resource))
    return shown_resource(resource)


def get_resource(call: Read, asked: Members) -> Members:
    """Return a path, with its methods when ``embed`` asks for them."""
    resource = find_resource(find_api(call, asked["restApiId"]), asked["resourceId"])
    return shown_resource(resource, embed=asked.get("embed", ()))


def get_resources(call: Read, asked: Members) -> Members:
    """Return the paths, the root first and then in the order of creation."""
    resources = find_api(call, asked["restApiId"]).resources.values()
    embed = asked.get("embed", ())
    return paged([(each.id, shown_resource(each, embed=embed)) for each in resources], asked)


def update_resource(call: Write, asked: Members) -> Members:
    """Rename a path, or move it with all that is below it."""
    definition = find_api(call, asked["restApiId"])
    old = find_resource(definition, asked["resourceId"])
    new = _PATHS.patched(old, asked.get("patchOperations", ()))
    if old.parent_id is None:
        _check_root(old, new)
    else:
        definition = _moved(definition, old, new)
    _keep(call, definition)
    return shown_resource(find_resource(definition, new.id))


def delete_resource(call: Write, asked: Members) -> None:
    """Delete a path and all that is below it."""
    definition = find_api(call, asked["restApiId"])
    resource = find_resource(definition, asked["resourceId"])
    if resource.parent_id is None:
        raise BadRequestException("Root resource cannot be deleted.")
    gone = {resource.id, *(each.id for each in _descendants(definition, resource))}
    kept = {key: each for key, each in definition.resources.items() if key not in gone}
    _keep(call, replace(definition, resources=kept))


def _keep(call: Write, definition: ApiDefinition) -> None:
    call.store.put(APIS, definition.rest_api.id, definition)


def _below(parent: Resource, path_part: str) -> str:
    return f"{parent.path.rstrip('/')}/{path_part}"


def _check(definition: ApiDefinition, resource: Resource) -> None:
    """Refuse a path that is malformed or that its parent or siblings leave no room for."""
    part = resource.path_part or ""
    if not _PATH_PART.fullmatch(part):
        raise BadRequestException(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and "
            "curly braces at the beginning and the end."
        )
    parent = definition.resources[resource.parent_id or ""]
    if (parent.path_part or "").endswith("+}"):
        raise BadRequestException(
            f"Cannot create a child of a resource with a greedy path variable: {parent.path_part}"
        )
    siblings = [
        other.path_part or ""
        for other in definition.resources.values()
        if other.parent_id == resource.parent_id and other.id != resource.id
    ]
    _check_siblings(siblings, part)


def _check_siblings(taken: list[str], part: str) -> None:
    if part in taken:
        raise ConflictException(
            f"Another resource with the same parent already has this name: {part}"
        )
    if not part.startswith("{"):
        return
    variable = next((each for each in taken if each.startswith("{")), None)
    if variable is not None:
        raise BadRequestException(
            f"A sibling ({variable}) of this resource already has a variable path part -- "
            "only one is allowed"
        )


def _check_root(old: Resource, new: Resource) -> None:
    if new.path_part != old.path_part:
        raise BadRequestException("Root resource cannot update its pathPart.")
    if new.parent_id != old.parent_id:
        raise BadRequestException("Root resource cannot update its parentId.")


def _moved(definition: ApiDefinition, old: Resource, new: Resource) -> ApiDefinition:
    """Return the definition with the resource renamed or moved, paths below it rewritten."""
    if new.parent_id not in definition.resources:
        raise NotFoundException("Invalid Resource identifier specified")
    below = {old.id, *(each.id for each in _descendants(definition, old))}
    if new.parent_id in below:
        raise BadRequestException("Resources cannot be cyclical.")
    new = replace(new, path=_below(definition.resources[new.parent_id], new.path_part or ""))
    definition = with_resource(definition, new)
    _check(definition, new)
    for each in list(_descendants(definition, new)):
        parent = definition.resources[each.parent_id or ""]
        moved = replace(each, path=_below(parent, each.path_part or ""))
        definition = with_resource(definition, moved)
    return definition


def _descendants(definition: ApiDefinition, resource: Resource) -> Iterator[Resource]:
    """Yield what is below a resource, parents before their children."""
    for each in definition.resources.values():
        if each.parent_id == resource.id:
            yield each
            yield from _descendants(definition, each)


_PATHS: Table[Resource] = Table(
    (
        Row("/parentId", (REPLACE,), option("parent_id")),
        Row("/pathPart", (REPLACE,), required("path_part")),
    ),
    Listing(),
)
