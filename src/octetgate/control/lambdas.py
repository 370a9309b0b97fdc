"""Functions as Lambda's operations find, check and show them."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    ResourceNotFoundException,
    ValidationException,
)
from octetgate.core.functions.environment import RESERVED
from octetgate.core.functions.names import FunctionName, function_name
from octetgate.core.model.function import Function
from octetgate.core.ports.store import FUNCTIONS

_LONGEST_NAME = 64
_LONGEST_SECONDS = 900
_LARGEST_MEMORY = 10240
_LARGEST_UNZIPPED = 250 * 1024 * 1024
_BAD_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."

# Members that would change how a function runs, and the one value that changes nothing.
_UNSUPPORTED: Mapping[str, object] = {
    "PackageType": "Zip",
    "Publish": False,
    "PublishTo": None,
    "VpcConfig": {},
    "DeadLetterConfig": {},
    "KMSKeyArn": "",
    "Layers": [],
    "FileSystemConfigs": [],
    "CodeSigningConfigArn": "",
    "ImageConfig": {},
    "SnapStart": {"ApplyOn": "None"},
    "LoggingConfig": {"LogFormat": "Text"},
    "TenancyConfig": None,
    "CapacityProviderConfig": None,
    "DurableConfig": None,
    "RuntimeConfig": None,
    "AcceleratorConfig": None,
}
_NOTHING: tuple[object, ...] = (None, "", [], {})


def named(reference: str, qualifier: str | None = None) -> FunctionName:
    """Return which function a name, a partial ARN or a full ARN is about."""
    name = function_name(reference, qualifier)
    if name is None:
        raise ValidationException(
            f"1 validation error detected: Value '{reference}' at 'functionName' failed to "
            "satisfy constraint: expected a function's name or ARN"
        )
    return name


def new_name(reference: str) -> str:
    """Return the bare name of a function to be; ARNs may be longer than it may."""
    name = named(reference).name
    if len(name) > _LONGEST_NAME:
        raise ValidationException(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy "
            f"constraint: Member must have length less than or equal to {_LONGEST_NAME}"
        )
    return name


def find_function(call: Read | Write, asked: Members) -> Function:
    """Return the function that the members name."""
    name, qualifier = named(asked["FunctionName"], asked.get("Qualifier"))
    function = call.store.get(FUNCTIONS, name)
    if function is None or qualifier is not None:
        arn = f"arn:aws:lambda:{call.region}:{call.account}:function:{name}"
        suffix = f":{qualifier}" if qualifier else ""
        raise ResourceNotFoundException(f"Function not found: {arn}{suffix}")
    return function


def refuse_unsupported(asked: Members) -> None:
    """Refuse members that would have no effect, unless they ask for what is done anyway."""
    for member, harmless in _UNSUPPORTED.items():
        given = asked.get(member)
        if given not in (None, harmless):
            expected = "none" if harmless in _NOTHING else harmless
            raise InvalidParameterValueException(
                f"{member}: not supported yet; expected {expected}; found {given}"
            )


def asked_settings(asked: Members) -> dict[str, Any]:
    """Return the fields of a function that the members set, checked."""
    given = {
        "role": asked.get("Role"),
        "runtime": asked.get("Runtime"),
        "handler": asked.get("Handler"),
        "description": asked.get("Description"),
        "timeout": asked.get("Timeout"),
        "memory_size": asked.get("MemorySize"),
        "environment": asked.get("Environment", {}).get("Variables"),
        "architectures": tuple(asked.get("Architectures", ())) or None,
        "ephemeral_storage": asked.get("EphemeralStorage", {}).get("Size"),
        "tracing_mode": asked.get("TracingConfig", {}).get("Mode"),
    }
    _check_settings(given)
    _check_environment(given["environment"] or {})
    return {field: value for field, value in given.items() if value is not None}


def _check_settings(given: Mapping[str, Any]) -> None:
    runtime = given["runtime"]
    if runtime is not None and not runtime.startswith("python3."):
        raise InvalidParameterValueException(
            f"Runtime: python3.* is supported so far; found {runtime}"
        )
    for member, found, limit in (
        ("Timeout", given["timeout"], _LONGEST_SECONDS),
        ("MemorySize", given["memory_size"], _LARGEST_MEMORY),
    ):
        if found is not None and found > limit:
            raise InvalidParameterValueException(
                f"{member}: expected at most {limit}; found {found}"
            )


def _check_environment(variables: Mapping[str, str]) -> None:
    reserved = [name for name in variables if name in RESERVED]
    if reserved:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not "
            "supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )


def check_package(package: bytes) -> None:
    """Refuse a deployment package that cannot be unpacked, or would leave its folder."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(package)).infolist()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        raise InvalidParameterValueException(_BAD_ZIP) from None
    if not entries:
        raise InvalidParameterValueException("Uploaded file must be a non-empty zip")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
            raise InvalidParameterValueException(
                f"ZipFile: expected entries inside the package; found {entry.filename!r}"
            )
    size = sum(entry.file_size for entry in entries)
    if size > _LARGEST_UNZIPPED:
        raise InvalidParameterValueException(
            f"Unzipped size must be smaller than {_LARGEST_UNZIPPED} bytes"
        )


def shown_configuration(function: Function) -> Members:
    """Return a function's configuration as the API shows it."""
    environment = {"Variables": function.environment} if function.environment else None
    return {
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Runtime": function.runtime,
        "Role": function.role,
        "Handler": function.handler,
        "CodeSize": function.code_size,
        "Description": function.description,
        "Timeout": function.timeout,
        "MemorySize": function.memory_size,
        "LastModified": _date(function.last_modified),
        "CodeSha256": function.code_sha256,
        "Version": "$LATEST",
        "Environment": environment,
        "TracingConfig": {"Mode": function.tracing_mode},
        "RevisionId": function.revision_id,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": function.architectures,
        "EphemeralStorage": {"Size": function.ephemeral_storage},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.name}"},
    }


def _date(seconds: float) -> str:
    """Return a time as Lambda writes it: a string, with milliseconds and a colonless zone."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "+0000")
