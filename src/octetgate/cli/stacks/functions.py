"""``AWS::Lambda::*``: functions from local folders, and what belongs to them."""

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from octetgate.cli.console import Trouble
from octetgate.cli.functions import ROLE
from octetgate.cli.stacks.stack import Made, Stack, ignored
from octetgate.control import packages
from octetgate.control.cloudformation import sam

_ABSENT = "ResourceNotFoundException"
_CONFIGURATION = (
    "Runtime",
    "Handler",
    "Role",
    "Description",
    "Timeout",
    "MemorySize",
    "Environment",
    "Layers",
    "Architectures",
    "EphemeralStorage",
    "TracingConfig",
)
_ELSEWHERE = ("FunctionName", "Code", "Tags", "ReservedConcurrentExecutions", "PackageType")
_BUILD = "{} is not in the folder; build first, as with sam build, and import what was built"
_WHOLE = ("Timeout", "MemorySize")


def function(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Create the function, or change it to what the template says now."""
    name = properties.get("FunctionName") or stack.called(logical)
    said = {key: properties[key] for key in _CONFIGURATION if properties.get(key) is not None}
    said |= {key: int(said[key]) for key in _WHOLE if key in said}
    said.setdefault("Role", ROLE)
    if "Environment" in said:
        variables = said["Environment"].get("Variables") or {}
        said["Environment"] = {"Variables": {key: _text(each) for key, each in variables.items()}}
    without = properties.keys() - {*_CONFIGURATION, *_ELSEWHERE}
    stack.notes += [f"{logical}: {each} has no effect here" for each in sorted(without)]
    code = _code(stack, logical, properties)
    if _exists(stack, name):
        stack.functions.update_function_configuration(FunctionName=name, **said)
        made = stack.functions.update_function_code(FunctionName=name, **code)
        note = "changed"
    else:
        tags = {each["Key"]: str(each["Value"]) for each in properties.get("Tags") or ()}
        made = stack.functions.create_function(FunctionName=name, Code=code, Tags=tags, **said)
        note = "made"
    most = properties.get("ReservedConcurrentExecutions")
    if most is not None:
        stack.functions.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=int(most)
        )
    return Made(name, {"Arn": made["FunctionArn"]}, note)


def version(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Publish what the function is now."""
    said = {key: properties[key] for key in ("FunctionName", "Description") if key in properties}
    made = stack.functions.publish_version(**said)
    return Made(
        made["FunctionArn"], {"Version": made["Version"], "FunctionArn": made["FunctionArn"]}
    )


def alias(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Let a name stand for a version."""
    known = ("FunctionName", "Name", "FunctionVersion", "Description")
    said = {key: str(properties[key]) for key in known if key in properties}
    weights = (properties.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
    if weights:
        shares = {each["FunctionVersion"]: float(each["FunctionWeight"]) for each in weights}
        said |= {"RoutingConfig": {"AdditionalVersionWeights": shares}}  # type: ignore[dict-item]
    try:
        made = stack.functions.update_alias(**said)
        note = "changed"
    except Exception as error:
        if not ignored(error, _ABSENT):
            raise
        made = stack.functions.create_alias(**said)
        note = "made"
    return Made(made["AliasArn"], {"AliasArn": made["AliasArn"]}, note)


def permission(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Let a principal invoke a function."""
    name = properties["FunctionName"]
    try:
        stack.functions.remove_permission(FunctionName=name, StatementId=logical)
        note = "changed"
    except Exception as error:
        if not ignored(error, _ABSENT):
            raise
        note = "made"
    said = {key: _text(value) for key, value in properties.items() if key != "FunctionName"}
    if "InvokedViaFunctionUrl" in said:
        said["InvokedViaFunctionUrl"] = said["InvokedViaFunctionUrl"] == "true"  # type: ignore[assignment]
    stack.functions.add_permission(FunctionName=name, StatementId=logical, **said)
    return Made(logical, {"Id": logical}, note)


def layer_version(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Publish a layer."""
    known = ("Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")
    said = {key: properties[key] for key in known if key in properties}
    place = f"{logical}.Content"
    content = _package(stack, properties.get("Content"), place)
    made = stack.functions.publish_layer_version(
        LayerName=properties.get("LayerName") or stack.called(logical), Content=content, **said
    )
    return Made(made["LayerVersionArn"], {"LayerVersionArn": made["LayerVersionArn"]})


def url(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Give a function an address of its own."""
    said: dict[str, Any] = {"FunctionName": properties["TargetFunctionArn"]}
    said |= {
        key: properties[key] for key in ("AuthType", "InvokeMode", "Cors") if key in properties
    }
    if "Qualifier" in properties:
        said["Qualifier"] = properties["Qualifier"]
    try:
        made = stack.functions.create_function_url_config(**said)
        note = "made"
    except Exception as error:
        if not ignored(error, "ResourceConflictException"):
            raise
        made = stack.functions.update_function_url_config(**said)
        note = "changed"
    stack.notes.append(f"{logical}: answers at {made['FunctionUrl']}")
    attributes = {"FunctionUrl": made["FunctionUrl"], "FunctionArn": made["FunctionArn"]}
    return Made(made["FunctionArn"], attributes, note)


def event_invoke_config(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Say what becomes of asynchronous calls."""
    whole = ("MaximumEventAgeInSeconds", "MaximumRetryAttempts")
    said = {key: int(properties[key]) for key in whole if key in properties}
    names = {key: properties[key] for key in ("FunctionName", "Qualifier") if key in properties}
    stack.functions.put_function_event_invoke_config(**names, **said)
    if properties.get("DestinationConfig"):
        stack.notes.append(f"{logical}: DestinationConfig has no effect here")
    return Made(logical)


def _exists(stack: Stack, name: str) -> bool:
    try:
        stack.functions.get_function_configuration(FunctionName=name)
    except Exception as error:
        if not ignored(error, _ABSENT):
            raise
        return False
    return True


def _code(stack: Stack, logical: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a function's package: a folder of its own, a file, or what stands in the template."""
    given, place = properties.get("Code"), f"{logical}.Code"
    if str(properties.get("PackageType")).lower() == "image":
        raise Trouble(f"{place}: expected a folder or a zip; container images are not supported")
    if isinstance(given, dict) and "ZipFile" in given:
        return {"ZipFile": _inline(str(given["ZipFile"]), str(properties.get("Runtime", "")))}
    path = _local(given)
    if path is not None:
        stack.notes += [f"{place}: {each}" for each in _unbuilt(stack.path(path, place))]
    if path is not None and stack.watch and stack.path(path, place).is_dir():
        return {"S3Bucket": packages.HOT_RELOAD, "S3Key": str(stack.path(path, place))}
    return _package(stack, given, place)


def _unbuilt(folder: Path) -> Iterator[str]:
    """Say which packages a folder asks for and has none of: it is source that nobody has built."""
    asked = folder / "requirements.txt"
    if asked.is_file() and not any(folder.glob("*.dist-info")):
        lines = (
            line.partition("#")[0].strip()
            for line in asked.read_text("utf-8", "replace").splitlines()
        )
        if any(lines):
            yield _BUILD.format("what requirements.txt asks for")
    asked = folder / "package.json"
    if asked.is_file() and not (folder / "node_modules").exists():
        with contextlib.suppress(ValueError, AttributeError):
            if json.loads(asked.read_bytes()).get("dependencies"):
                yield _BUILD.format("what package.json depends on")


def _local(given: Any) -> str | None:
    """Return the local path that a package's place is."""
    if isinstance(given, str):
        return None if "://" in given else given
    return sam.local(given.get("S3Bucket"), given.get("S3Key")) if given else None


def _package(stack: Stack, given: Any, place: str) -> dict[str, Any]:
    path = _local(given)
    if path is not None:
        return {"ZipFile": _zipped(stack.path(path, place))}
    if isinstance(given, dict) and given.get("S3Bucket"):
        # Who packs a template for a bucket that deploying fills leaves the zip beside it.
        beside = stack.folder / str(given.get("S3Key", "")).rpartition("/")[2]
        if zipfile.is_zipfile(beside):
            stack.notes.append(f"{place}: {beside.name} beside the template")
            return {"ZipFile": _zipped(beside)}
        names = ("S3Bucket", "S3Key", "S3ObjectVersion")
        return {key: given[key] for key in names if key in given}
    raise Trouble(f"{place}: expected a local path or S3Bucket and S3Key; found {given!r}")


def _zipped(path: Path) -> bytes:
    if path.is_dir():
        return packages.zipped(path)
    if zipfile.is_zipfile(path):
        return path.read_bytes()
    return _archive(path.name, path.read_bytes())


def _inline(text: str, runtime: str) -> bytes:
    """Return the package of code that stands in the template: a module ``index``."""
    return _archive("index.py" if runtime.startswith("python") else "index.js", text.encode())


def _archive(name: str, content: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return kept.getvalue()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
