"""Functions as Lambda's operations find, check and show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    BadRequestException,
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceNotFoundException,
    ValidationException,
)
from octetgate.control.paging import page
from octetgate.core.functions.environment import RESERVED
from octetgate.core.functions.events import target_service
from octetgate.core.functions.names import FunctionName, function_name
from octetgate.core.model.function import LATEST, Function
from octetgate.core.ports.store import FUNCTION_VERSIONS, FUNCTIONS

_LONGEST_NAME = 64
_LONGEST_SECONDS = 900
_LARGEST_MEMORY = 10240

# Members that would change how a function runs, and the one value that changes nothing.
_UNSUPPORTED: Mapping[str, object] = {
    "PackageType": "Zip",
    "PublishTo": None,
    "VpcConfig": {},
    "KMSKeyArn": "",
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
_DEAD_LETTERS = ("sqs", "sns", "lambda")
"""What takes events that were given up; a function is ours."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """A function, and the version or alias of it that was named."""

    function: Function
    """As it is now, with whatever holds for it as a whole."""
    version: Function
    """What the qualifier leads to."""
    qualifier: str | None
    """None for the unqualified function."""

    @property
    def arn(self) -> str:
        """The ARN, with the qualifier."""
        return qualified(self.function.arn, self.qualifier)

    @property
    def key(self) -> str:
        """What things are kept under that are set for each qualifier."""
        return self.qualifier or LATEST


def qualified(arn: str, qualifier: str | None) -> str:
    """Return the ARN of a version or an alias."""
    return f"{arn}:{qualifier}" if qualifier else arn


def find_function(call: Read | Write, asked: Members) -> Function:
    """Return the function that the members name; a qualifier names nothing here."""
    name, qualifier = named(asked["FunctionName"], asked.get("Qualifier"))
    function = call.store.get(FUNCTIONS, name)
    if function is None or qualifier is not None:
        raise not_found(_arn(call, name), qualifier)
    return function


def find_whole(call: Read | Write, asked: Members) -> Function:
    """Return the function that the members name, whatever their qualifier."""
    name = named(asked["FunctionName"]).name
    function = call.store.get(FUNCTIONS, name)
    if function is None:
        raise not_found(_arn(call, name), None)
    return function


def find_qualified(call: Read | Write, asked: Members) -> Found:
    """Return the function and what the qualifier leads to: a version, or an alias's main one."""
    name, qualifier = named(asked["FunctionName"], asked.get("Qualifier"))
    function = call.store.get(FUNCTIONS, name)
    if function is None:
        raise not_found(_arn(call, name), qualifier)
    alias = function.aliases.get(qualifier or "")
    version = find_version(call, function, alias.function_version if alias else qualifier)
    if version is None:
        raise not_found(function.arn, qualifier)
    return Found(function, version, qualifier)


def find_version(call: Read | Write, function: Function, number: str | None) -> Function | None:
    """Return a version of the function, if there is one of that number."""
    if number in (None, LATEST):
        return function
    return call.store.get(FUNCTION_VERSIONS, f"{function.name}/{number}")


def not_found(arn: str, qualifier: str | None) -> ResourceNotFoundException:
    """Return what is said of a function, a version or an alias that is not there."""
    return ResourceNotFoundException(f"Function not found: {qualified(arn, qualifier)}")


def _arn(call: Read | Write, name: str) -> str:
    return f"arn:aws:lambda:{call.region}:{call.account}:function:{name}"


def check_revision(found: str, asked: Members, operation: str) -> None:
    """Refuse a change of another revision than the caller has seen; ``operation`` shows it."""
    wanted = asked.get("RevisionId")
    if wanted is not None and wanted != found:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. "
            f"Call the {operation} API to retrieve the latest Revision Id"
        )


def listed(found: Sequence[tuple[str, Members]], asked: Members, member: str) -> Members:
    """Return one page of a list as Lambda shows it."""
    wanted = {"limit": asked.get("MaxItems", 50), "position": asked.get("Marker")}
    try:
        items, marker = page(found, {k: v for k, v in wanted.items() if v is not None})
    except BadRequestException as error:
        raise InvalidParameterValueException(f"Marker: {error}") from None
    return {member: items, "NextMarker": marker}


def refuse_unsupported(asked: Members) -> None:
    """Refuse members that would have no effect, unless they ask for what is done anyway."""
    for member, harmless in _UNSUPPORTED.items():
        given = asked.get(member)
        if member == "LoggingConfig" and given:
            given = _without_own_group(given, asked)
        if not _is_nothing(given) and given != harmless:
            expected = "none" if harmless in _NOTHING else harmless
            raise InvalidParameterValueException(
                f"{member}: not supported yet; expected {expected}; found {given}"
            )


def _without_own_group(given: Members, asked: Members) -> Members:
    """Return the logging that is asked for, without the log group that a function has anyway."""
    own = f"/aws/lambda/{named(asked['FunctionName']).name}"
    return {key: each for key, each in given.items() if (key, each) != ("LogGroup", own)}


def _is_nothing(given: object) -> bool:
    """Whether a value asks for nothing; tools send structures whose members are all empty."""
    if isinstance(given, Mapping):
        return all(map(_is_nothing, given.values()))
    return given is False or given in _NOTHING


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
        "dead_letter": asked.get("DeadLetterConfig", {}).get("TargetArn"),
    }
    _check_settings(given)
    _check_dead_letter(given["dead_letter"] or "")
    _check_environment(given["environment"] or {})
    return {field: value for field, value in given.items() if value is not None}


def _check_settings(given: Mapping[str, Any]) -> None:
    runtime = given["runtime"]
    if runtime is not None and not runtime.startswith(("nodejs", "python3.", "provided.")):
        raise InvalidParameterValueException(
            f"Runtime: expected nodejs*, python3.* or provided.*; found {runtime}"
        )
    for member, found, limit in (
        ("Timeout", given["timeout"], _LONGEST_SECONDS),
        ("MemorySize", given["memory_size"], _LARGEST_MEMORY),
    ):
        if found is not None and found > limit:
            raise InvalidParameterValueException(
                f"{member}: expected at most {limit}; found {found}"
            )


def _check_dead_letter(arn: str) -> None:
    if arn and target_service(arn) not in _DEAD_LETTERS:
        raise InvalidParameterValueException(
            "DeadLetterConfig.TargetArn: expected the ARN of a standard queue, a standard topic or "
            f"a function; found {arn}"
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


def shown_configuration(version: Function, arn: str | None = None) -> Members:
    """Return a version's configuration as the API shows it, under the ARN that was asked for."""
    if arn is None:
        arn = qualified(version.arn, None if version.version == LATEST else version.version)
    environment = {"Variables": version.environment} if version.environment else None
    said = version.version_description
    return {
        "FunctionName": version.name,
        "FunctionArn": arn,
        "Runtime": version.runtime,
        "Role": version.role,
        "Handler": version.handler,
        "CodeSize": version.code_size,
        "Description": version.description if said is None else said,
        "Timeout": version.timeout,
        "MemorySize": version.memory_size,
        "LastModified": shown_date(version.last_modified),
        "CodeSha256": version.code_sha256,
        "Version": version.version,
        "Environment": environment,
        "DeadLetterConfig": {"TargetArn": version.dead_letter} if version.dead_letter else None,
        "TracingConfig": {"Mode": version.tracing_mode},
        "RevisionId": version.revision_id,
        "Layers": [{"Arn": each.arn, "CodeSize": each.code_size} for each in version.layers]
        or None,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": version.architectures,
        "EphemeralStorage": {"Size": version.ephemeral_storage},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{version.name}"},
    }


def shown_date(seconds: float) -> str:
    """Return a time as Lambda writes it: a string, with milliseconds and a colonless zone."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "+0000")
