"""Lambda functions: configuration and code (spec: lambda 8)."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from octetgate.control.accounts import check_total_code
from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
)
from octetgate.control.lambdas import (
    asked_settings,
    check_revision,
    find_function,
    find_qualified,
    find_whole,
    listed,
    named,
    new_name,
    qualified,
    refuse_unsupported,
    shown_configuration,
)
from octetgate.control.layers import layers_used
from octetgate.control.objects import fetching
from octetgate.control.packages import code, forget_unused
from octetgate.control.publishing import publish
from octetgate.control.urls import forget_urls
from octetgate.core.functions.versions import leads_to
from octetgate.core.model.function import LATEST, Function
from octetgate.core.ports.store import FUNCTION_VERSIONS, FUNCTIONS

SERVICE = "lambda"

_GET, _LIST = "GetFunction/GetAlias", "Functions"


@fetching("Code")
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
    function = replace(
        function, **asked_settings(asked), **_layers(call, asked), **code(call, asked["Code"])
    )
    shown = _kept(call, function, asked)
    check_total_code(call.store)
    return shown


def get_function(call: Read, asked: Members) -> Members:
    """Return a function or a version of it, and where its zip can be fetched."""
    found = find_qualified(call, asked)
    number = None if found.version.version == LATEST else found.version.version
    location = call.link(f"/_octetgate/functions/{qualified(found.function.name, number)}/code")
    if found.version.folder:
        location = Path(found.version.folder).as_uri()
    reserved = found.function.reserved_concurrency
    return {
        "Configuration": shown_configuration(found.version, _asked_arn(found.function, asked)),
        "Code": {"RepositoryType": "S3", "Location": location},
        "Tags": found.function.tags or None,
        "Concurrency": None if reserved is None else {"ReservedConcurrentExecutions": reserved},
    }


def get_function_configuration(call: Read, asked: Members) -> Members:
    """Return a function or a version of it, without its code."""
    found = find_qualified(call, asked)
    return shown_configuration(found.version, _asked_arn(found.function, asked))


def list_functions(call: Read, asked: Members) -> Members:
    """Return the functions, in the order of creation; on demand with all of their versions."""
    functions = call.store.list(FUNCTIONS)
    if asked.get("FunctionVersion") != "ALL":
        return listed([(key, shown_configuration(each)) for key, each in functions], asked, _LIST)
    versions = [
        (f"{key}/{each.version}", shown_configuration(each, qualified(each.arn, each.version)))
        for key, function in functions
        for each in (
            function,
            *(version for _, version in call.store.list(FUNCTION_VERSIONS, f"{key}/")),
        )
    ]
    return listed(versions, asked, _LIST)


@fetching(None)
def update_function_code(call: Write, asked: Members) -> Members:
    """Replace a function's zip; calls from now on run it."""
    old = find_function(call, asked)
    check_revision(old.revision_id, asked, _GET)
    refuse_unsupported(asked)
    new = replace(old, **code(call, asked, keep=not asked.get("DryRun")))
    if asked.get("Architectures"):
        new = replace(new, architectures=tuple(asked["Architectures"]))
    if asked.get("DryRun"):
        return shown_configuration(new)
    shown = _kept(call, new, asked)
    forget_unused(call, old.code_key)
    check_total_code(call.store)
    return shown


def update_function_configuration(call: Write, asked: Members) -> Members:
    """Change what a function is given when it runs."""
    old = find_function(call, asked)
    check_revision(old.revision_id, asked, _GET)
    refuse_unsupported(asked)
    new = replace(old, **asked_settings(asked), **_layers(call, asked))
    shown = _kept(call, new, asked)
    forget_unused(call, *_keys(old))
    return shown


def delete_function(call: Write, asked: Members) -> Members:
    """Delete a function and all that is set for it, or one version; and code nobody runs."""
    function = find_whole(call, asked)
    qualifier = named(asked["FunctionName"], asked.get("Qualifier")).qualifier
    if _names_latest(asked):
        raise InvalidParameterValueException(
            f"{LATEST} version cannot be deleted without deleting the function."
        )
    if qualifier is not None:
        _delete_version(call, function, qualifier)
        return {"StatusCode": 204}
    gone = [function, *(version for _, version in _versions(call, function))]
    call.store.delete(FUNCTIONS, function.name)
    forget_urls(call, function.name)
    for version in gone[1:]:
        call.store.delete(FUNCTION_VERSIONS, f"{function.name}/{version.version}")
    forget_unused(call, *_keys(*gone))
    return {"StatusCode": 204}


def _delete_version(call: Write, function: Function, qualifier: str) -> None:
    if not qualifier.isdecimal():
        raise InvalidParameterValueException(
            "Deletion of aliases is not currently supported."  # unconfirmed
        )
    aliases = leads_to(function.aliases.values(), qualifier)
    if aliases:
        raise ResourceConflictException(
            "Unable to delete version because the following aliases reference it: "
            f"[{', '.join(aliases)}]"
        )
    key = f"{function.name}/{qualifier}"
    version = call.store.get(FUNCTION_VERSIONS, key)
    if version is None:
        return  # AWS answers 204 to a version that is not there (measured by others)
    call.store.delete(FUNCTION_VERSIONS, key)
    forget_unused(call, *_keys(version))
    configs = {k: v for k, v in function.event_invoke_configs.items() if k != qualifier}
    policy = tuple(each for each in function.policy if each.qualifier != qualifier)
    warm = {k: v for k, v in function.provisioned.items() if k != qualifier}
    left = replace(function, policy=policy, event_invoke_configs=configs, provisioned=warm)
    call.store.put(FUNCTIONS, function.name, left)


def _versions(call: Read | Write, function: Function) -> list[tuple[str, Function]]:
    return call.store.list(FUNCTION_VERSIONS, f"{function.name}/")


def _layers(call: Write, asked: Members) -> dict[str, Any]:
    """Return the function's layers, if they are set; an empty list takes them away."""
    arns = asked.get("Layers")
    return {} if arns is None else {"layers": layers_used(call, arns)}


def _keys(*functions: Function) -> set[str]:
    return {
        key
        for function in functions
        for key in (function.code_key, *(layer.code_key for layer in function.layers))
    }


def _names_latest(asked: Members) -> bool:
    qualifier = asked.get("Qualifier")
    given: str = asked["FunctionName"]
    return qualifier == LATEST or (not qualifier and given.endswith(f":{LATEST}"))


def _asked_arn(function: Function, asked: Members) -> str:
    """Return the ARN with the qualifier that was asked for, be it ``$LATEST`` or an alias."""
    qualifier = named(asked["FunctionName"], asked.get("Qualifier")).qualifier
    return qualified(function.arn, LATEST if _names_latest(asked) else qualifier)


def _kept(call: Write, function: Function, asked: Members) -> Members:
    """Keep the function as it is now; return it, or the version that was to be published."""
    function = replace(function, last_modified=call.now, revision_id=call.new_uuid())
    call.store.put(FUNCTIONS, function.name, function)
    return shown_configuration(publish(call, function) if asked.get("Publish") else function)
