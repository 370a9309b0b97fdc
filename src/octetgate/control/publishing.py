"""Making a version of a function as it is now (spec: lambda 8)."""

from pathlib import Path

from msgspec.structs import replace

from octetgate.control.calls import Write
from octetgate.control.packages import code, zipped
from octetgate.core.functions.versions import is_unchanged, published
from octetgate.core.model.function import Function
from octetgate.core.ports.store import FUNCTION_VERSIONS, FUNCTIONS


def publish(call: Write, function: Function, description: str | None = None) -> Function:
    """Return the function's version: a new one, or the last if nothing has changed since."""
    frozen = _frozen(call, function)
    last = call.store.get(FUNCTION_VERSIONS, f"{function.name}/{function.last_version}")
    if last is not None and is_unchanged(frozen, last):
        return last
    number = function.last_version + 1
    version = replace(
        published(frozen, number, description),
        last_modified=call.now,
        revision_id=call.new_uuid(),
    )
    call.store.put(FUNCTION_VERSIONS, f"{function.name}/{number}", version)
    call.store.put(FUNCTIONS, function.name, replace(function, last_version=number))
    return version


def _frozen(call: Write, function: Function) -> Function:
    """Return the function with code that stays: a folder's as it is now, zipped."""
    if not function.folder:
        return function
    package = zipped(Path(function.folder))
    return replace(function, **code(call, {"ZipFile": package}))
