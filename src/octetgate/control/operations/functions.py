"""Lambda functions: configuration and code (spec: lambda 8)."""

import base64
import hashlib
from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
)
from octetgate.control.lambdas import (
    asked_settings,
    check_package,
    find_function,
    new_name,
    refuse_unsupported,
    shown_configuration,
)
from octetgate.control.paging import page
from octetgate.core.model.function import Function
from octetgate.core.ports.store import FUNCTION_CODE, FUNCTIONS

SERVICE = "lambda"


def create_function(call: Write, asked: Members) -> Members:
    """Create a function from its zip; it can be invoked at once."""
    name = new_name(asked["FunctionName"])
    if call.store.get(FUNCTIONS, name) is not None:
        raise ResourceConflictException(f"Function already exist: {name}")
    refuse_unsupported(asked)
    for member in ("Runtime", "Handler"):
        if not asked.get(member):
            raise InvalidParameterValueException(f"{member}: expected one with a zip; found none")
    function = Function(
        name=name,
        arn=f"arn:aws:lambda:{call.region}:{call.account}:function:{name}",
        role=asked["Role"],
        runtime=asked["Runtime"],
        handler=asked["Handler"],
        code_key="",
        code_sha256="",
        code_size=0,
        last_modified=call.now,
        revision_id="",
        tags=asked.get("Tags", {}),
    )
    function = replace(function, **asked_settings(asked), **_code(call, asked["Code"]))
    return _kept(call, function)


def get_function(call: Read, asked: Members) -> Members:
    """Return a function, and where its zip can be fetched."""
    function = find_function(call, asked)
    location = f"{call.url}/_octetgate/functions/{function.name}/code"
    return {
        "Configuration": shown_configuration(function),
        "Code": {"RepositoryType": "S3", "Location": location},
        "Tags": function.tags or None,
    }


def get_function_configuration(call: Read, asked: Members) -> Members:
    """Return a function without its code."""
    return shown_configuration(find_function(call, asked))


def list_functions(call: Read, asked: Members) -> Members:
    """Return the functions, in the order of creation."""
    found = call.store.list(FUNCTIONS)
    items = [(key, shown_configuration(function)) for key, function in found]
    wanted = {"limit": asked.get("MaxItems", 50), "position": asked.get("Marker")}
    functions, marker = page(items, {k: v for k, v in wanted.items() if v is not None})
    return {"Functions": functions, "NextMarker": marker}


def update_function_code(call: Write, asked: Members) -> Members:
    """Replace a function's zip; calls from now on run it."""
    old = find_function(call, asked)
    _check_revision(old, asked)
    refuse_unsupported(asked)
    new = replace(old, **_code(call, asked, keep=not asked.get("DryRun")))
    if asked.get("Architectures"):
        new = replace(new, architectures=tuple(asked["Architectures"]))
    if asked.get("DryRun"):
        return shown_configuration(new)
    shown = _kept(call, new)
    _forget_code(call, old.code_key)
    return shown


def update_function_configuration(call: Write, asked: Members) -> Members:
    """Change what a function is given when it runs."""
    old = find_function(call, asked)
    _check_revision(old, asked)
    refuse_unsupported(asked)
    return _kept(call, replace(old, **asked_settings(asked)))


def delete_function(call: Write, asked: Members) -> None:
    """Delete a function, its policy, and its code unless another function runs it."""
    function = find_function(call, asked)
    call.store.delete(FUNCTIONS, function.name)
    _forget_code(call, function.code_key)


def _kept(call: Write, function: Function) -> Members:
    function = replace(function, last_modified=call.now, revision_id=call.new_uuid())
    call.store.put(FUNCTIONS, function.name, function)
    return shown_configuration(function)


def _code(call: Write, asked: Members, *, keep: bool = True) -> dict[str, Any]:
    """Return what a function says of its code, which is kept under its hash."""
    package: bytes | None = asked.get("ZipFile")
    if package is None:
        given = [name for name in ("S3Bucket", "S3Key", "ImageUri") if asked.get(name)]
        found = ", ".join(given) or "none"
        raise InvalidParameterValueException(f"Code: expected a ZipFile; found {found}")
    check_package(package)
    digest = hashlib.sha256(package)
    if keep:
        call.store.put(FUNCTION_CODE, digest.hexdigest(), package)
    return {
        "code_key": digest.hexdigest(),
        "code_sha256": base64.b64encode(digest.digest()).decode(),
        "code_size": len(package),
    }


def _forget_code(call: Write, key: str) -> None:
    if all(function.code_key != key for _, function in call.store.list(FUNCTIONS)):
        call.store.delete(FUNCTION_CODE, key)


def _check_revision(function: Function, asked: Members) -> None:
    wanted = asked.get("RevisionId")
    if wanted is not None and wanted != function.revision_id:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )
