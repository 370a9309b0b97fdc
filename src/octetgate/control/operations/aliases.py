"""Aliases of functions: names for a version, or for two by weight (spec: lambda 8)."""

from collections.abc import Mapping

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import (
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from octetgate.control.lambdas import (
    check_revision,
    find_version,
    find_whole,
    listed,
    not_found,
    qualified,
)
from octetgate.control.urls import forget_urls
from octetgate.core.functions.versions import leads_to
from octetgate.core.model.function import LATEST, Alias, Function
from octetgate.core.ports.store import FUNCTIONS

SERVICE = "lambda"


def create_alias(call: Write, asked: Members) -> Members:
    """Give a version a name."""
    function = find_whole(call, asked)
    name = asked["Name"]
    if name in function.aliases:
        raise ResourceConflictException(f"Alias already exists: {qualified(function.arn, name)}")
    alias = Alias(name=name, function_version=asked["FunctionVersion"], revision_id="")
    return _kept(call, function, _changed(alias, asked))


def get_alias(call: Read, asked: Members) -> Members:
    """Return an alias."""
    function = find_whole(call, asked)
    return _shown(function, _find(function, asked))


def update_alias(call: Write, asked: Members) -> Members:
    """Let a name lead elsewhere; calls from now on go there."""
    function = find_whole(call, asked)
    alias = _find(function, asked)
    check_revision(alias.revision_id, asked, "GetFunction/GetAlias")
    return _kept(call, function, _changed(alias, asked))


def delete_alias(call: Write, asked: Members) -> None:
    """Take a name away, with its policy and whatever is set for it.

    One that is not there is as good as deleted (unconfirmed).
    """
    function = find_whole(call, asked)
    name = asked["Name"]
    if name not in function.aliases:
        return
    members = ("aliases", "event_invoke_configs", "provisioned")
    left = {
        member: {k: v for k, v in getattr(function, member).items() if k != name}
        for member in members
    }
    policy = tuple(each for each in function.policy if each.qualifier != name)
    call.store.put(FUNCTIONS, function.name, replace(function, policy=policy, **left))
    forget_urls(call, function.name, (name,))


def list_aliases(call: Read, asked: Members) -> Members:
    """Return a function's aliases, or those that lead to one version."""
    function = find_whole(call, asked)
    names = list(function.aliases)
    if asked.get("FunctionVersion"):
        names = leads_to(function.aliases.values(), asked["FunctionVersion"])
    shown = [(name, _shown(function, function.aliases[name])) for name in names]
    return listed(shown, asked, "Aliases")


def _find(function: Function, asked: Members) -> Alias:
    alias = function.aliases.get(asked["Name"])
    if alias is None:
        raise ResourceNotFoundException(
            f"Cannot find alias arn: {qualified(function.arn, asked['Name'])}"
        )
    return alias


def _changed(alias: Alias, asked: Members) -> Alias:
    weights = asked.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    if "RoutingConfig" in asked and weights is None:
        weights = {}
    given = {
        "function_version": asked.get("FunctionVersion"),
        "description": asked.get("Description"),
        "additional_version_weights": weights,
    }
    return replace(alias, **{field: value for field, value in given.items() if value is not None})


def _kept(call: Write, function: Function, alias: Alias) -> Members:
    """Keep the alias, if it leads to what exists."""
    _check_weights(alias.function_version, alias.additional_version_weights)
    for version in (alias.function_version, *alias.additional_version_weights):
        if find_version(call, function, version) is None:
            raise not_found(function.arn, version)
    alias = replace(alias, revision_id=call.new_uuid())
    aliases = {**function.aliases, alias.name: alias}
    call.store.put(FUNCTIONS, function.name, replace(function, aliases=aliases))
    return _shown(function, alias)


def _check_weights(version: str, weights: Mapping[str, float]) -> None:
    """Refuse weights that AWS refuses: at most one more version, and neither is $LATEST."""
    if len(weights) > 1:
        raise InvalidParameterValueException(
            "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
    if version in weights:
        raise InvalidParameterValueException(
            f"Invalid function version {version}. Function version {version} is already "
            "included in routing configuration."
        )
    if weights and LATEST in (version, *weights):
        raise InvalidParameterValueException(
            f"{LATEST} is not supported for an alias pointing to more than 1 version"
        )


def _shown(function: Function, alias: Alias) -> Members:
    weights = alias.additional_version_weights
    return {
        "AliasArn": qualified(function.arn, alias.name),
        "Name": alias.name,
        "FunctionVersion": alias.function_version,
        "Description": alias.description,
        "RoutingConfig": {"AdditionalVersionWeights": weights} if weights else None,
        "RevisionId": alias.revision_id,
    }
