"""One function's versions and aliases, how much of it runs at once, and who may call it."""

import json
from typing import Any

from starlette.responses import Response

from octetgate.console.operations import Refusal
from octetgate.console.pages import _lists as lists
from octetgate.console.pages.functions import bare_name, configuration
from octetgate.console.places import Page
from octetgate.console.visits import Visit


async def releases(visit: Visit) -> Response:
    """Show all of it."""
    function = await configuration(visit)
    name = {"FunctionName": function["FunctionName"]}
    versions = await _all(visit, "list_versions_by_function", "Versions")
    ready = await _all(
        visit, "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs"
    )
    return visit.page(
        "function-releases.html",
        function=function,
        versions=list(reversed(versions)),
        aliases=await _all(visit, "list_aliases", "Aliases"),
        reserved=(await visit.functions("get_function_concurrency", **name)).get(
            "ReservedConcurrentExecutions"
        ),
        provisioned=ready,
        url=await _found(visit, "get_function_url_config", **name),
        statements=await _statements(visit, **name),
    )


async def _all(visit: Visit, operation: str, member: str) -> list[dict[str, Any]]:
    """Return a whole list of the function."""
    return await lists.of_functions(visit, operation, member, FunctionName=bare_name(visit))


async def _found(visit: Visit, operation: str, **members: Any) -> dict[str, Any] | None:
    """Return what a function may have or not."""
    try:
        return await visit.functions(operation, **members)
    except Refusal as refusal:
        if refusal.kind != "ResourceNotFoundException":
            raise
        return None


async def _statements(visit: Visit, **name: str) -> list[dict[str, Any]]:
    policy = await _found(visit, "get_policy", **name)
    statements: list[dict[str, Any]] = json.loads(policy["Policy"])["Statement"] if policy else []
    return statements


async def published(visit: Visit) -> Response:
    """Publish a version of the code as it is."""
    made = await visit.functions(
        "publish_version",
        FunctionName=bare_name(visit),
        Description=visit.field("description") or None,
    )
    return _back(visit, f"Published version {made['Version']}.")


async def alias_saved(visit: Visit) -> Response:
    """Create an alias, or lead one that exists elsewhere."""
    second, weight = visit.field("second"), visit.field("weight")
    members: dict[str, Any] = {
        "FunctionName": bare_name(visit),
        "Name": visit.field("alias"),
        "FunctionVersion": visit.field("version"),
        "RoutingConfig": {"AdditionalVersionWeights": {second: _share(weight)} if second else {}},
    }
    names = {alias["Name"] for alias in await _all(visit, "list_aliases", "Aliases")}
    await visit.functions("update_alias" if members["Name"] in names else "create_alias", **members)
    return _back(visit, f"{members['Name']} leads to version {members['FunctionVersion']}.")


def _share(per_cent: str) -> float:
    try:
        return float(per_cent) / 100
    except ValueError:
        raise Refusal(
            "InvalidParameterValueException",
            f"Share: expected per cent of the calls, found {per_cent!r}",
            400,
        ) from None


async def alias_deleted(visit: Visit) -> Response:
    """Delete an alias."""
    alias = visit.field("alias")
    await visit.functions("delete_alias", FunctionName=bare_name(visit), Name=alias)
    return _back(visit, f"Deleted the alias {alias}.")


async def reserved(visit: Visit) -> Response:
    """Set how many calls may run at once, or take the limit away."""
    name, most = bare_name(visit), visit.field("most")
    if not most:
        await visit.functions("delete_function_concurrency", FunctionName=name)
        return _back(visit, "As many calls run at once as there is room for.")
    await visit.functions(
        "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=_count(most)
    )
    return _back(visit, f"At most {most} calls run at once.")


async def provisioned(visit: Visit) -> Response:
    """Keep processes of a version or an alias ready, or no longer."""
    name = {"FunctionName": bare_name(visit), "Qualifier": visit.field("qualifier")}
    ready = visit.field("ready")
    if not ready or ready == "0":
        await visit.functions("delete_provisioned_concurrency_config", **name)
        return _back(visit, f"No processes of {name['Qualifier']} are kept ready.")
    await visit.functions(
        "put_provisioned_concurrency_config", **name, ProvisionedConcurrentExecutions=_count(ready)
    )
    return _back(visit, f"{ready} processes of {name['Qualifier']} are kept ready.")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise Refusal(
            "InvalidParameterValueException", f"Calls: expected a number, found {text!r}", 400
        )
    return int(text)


async def url_created(visit: Visit) -> Response:
    """Give the function a URL of its own."""
    made = await visit.functions(
        "create_function_url_config",
        FunctionName=bare_name(visit),
        AuthType=visit.field("auth"),
        InvokeMode=visit.field("mode"),
    )
    if visit.field("auth") == "NONE":
        await _let_everybody(visit)
    return _back(visit, f"It answers at {made['FunctionUrl']}.")


async def _let_everybody(visit: Visit) -> None:
    """Add the permission without which nobody may call, as the service's console does."""
    try:
        await visit.functions(
            "add_permission",
            FunctionName=bare_name(visit),
            StatementId="FunctionURLAllowPublicAccess",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
    except Refusal as refusal:
        # It outlives the URL that it was for.
        if refusal.kind != "ResourceConflictException":
            raise


async def url_deleted(visit: Visit) -> Response:
    """Take the URL away."""
    await visit.functions("delete_function_url_config", FunctionName=bare_name(visit))
    return _back(visit, "Deleted the URL.")


async def permission_added(visit: Visit) -> Response:
    """Let somebody call the function."""
    await visit.functions(
        "add_permission",
        FunctionName=bare_name(visit),
        StatementId=visit.field("statement"),
        Action=visit.field("action"),
        Principal=visit.field("principal"),
        SourceArn=visit.field("source") or None,
    )
    return _back(visit, f"Added the statement {visit.field('statement')}.")


async def permission_removed(visit: Visit) -> Response:
    """Take a permission away."""
    statement = visit.field("statement")
    await visit.functions("remove_permission", FunctionName=bare_name(visit), StatementId=statement)
    return _back(visit, f"Removed the statement {statement}.")


def _back(visit: Visit, said: str) -> Response:
    return visit.leave(f"/functions/{visit.path('name')}/releases", said)


_HERE = "/functions/{name}/releases"
PAGES = (
    Page(_HERE, releases),
    Page("/functions/{name}/versions", published, "POST"),
    Page("/functions/{name}/aliases", alias_saved, "POST"),
    Page("/functions/{name}/aliases/deletion", alias_deleted, "POST"),
    Page("/functions/{name}/concurrency", reserved, "POST"),
    Page("/functions/{name}/provisioned", provisioned, "POST"),
    Page("/functions/{name}/url", url_created, "POST"),
    Page("/functions/{name}/url/deletion", url_deleted, "POST"),
    Page("/functions/{name}/permissions", permission_added, "POST"),
    Page("/functions/{name}/permissions/deletion", permission_removed, "POST"),
)
