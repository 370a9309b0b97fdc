"""``octetgate apis``: list, show and delete APIs."""

from typing import Annotated, Any

import typer

from octetgate.cli.console import Branch, print_json, table, tree
from octetgate.cli.management import all_apis, connect, find_api, gateway_url, told
from octetgate.cli.options import AsJson, takes
from octetgate.server.settings import ClientSettings

app = typer.Typer(help="APIs: list, show, delete.", no_args_is_help=True)

Api = Annotated[str, typer.Argument(metavar="API", help="Id or name.")]


@app.command("list")
@takes(ClientSettings)
def list_(settings: ClientSettings, *, as_json: AsJson = False) -> None:
    """List the APIs."""
    with told(settings.endpoint):
        found = all_apis(connect(settings.endpoint, "apigateway"))
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("no APIs; `octetgate import FILE --stage NAME` makes one", err=True)
        return
    table(
        ["id", "name", "version", "endpoint", "created"],
        [
            [
                each["id"],
                each["name"],
                each.get("version", ""),
                ", ".join(each["endpointConfiguration"]["types"]),
                f"{each['createdDate']:%Y-%m-%d %H:%M}",
            ]
            for each in found
        ],
    )


@app.command("show")
@takes(ClientSettings)
def show(settings: ClientSettings, api: Api, *, as_json: AsJson = False) -> None:
    """Show an API: its stages, and its paths with what stands behind each verb."""
    with told(settings.endpoint):
        client = connect(settings.endpoint, "apigateway")
        found = find_api(client, api)
        stages = client.get_stages(restApiId=found["id"])["item"]
        paths = resources(client, found["id"])
    if as_json:
        print_json({**found, "stages": stages, "resources": paths})
        return
    url = gateway_url(settings.endpoint)
    rows = [
        (f"stage {each['stageName']}", f"{stage_url(url, found['id'], each['stageName'])}")
        for each in stages
    ]
    about = [("id", found["id"]), ("version", found.get("version")), *rows]
    about += [(name, ", ".join(found[name])) for name in ("binaryMediaTypes",) if name in found]
    table(["API", found["name"]], [[name, value] for name, value in about if value])
    tree("/", _branches(paths, "/"))


@app.command("delete")
@takes(ClientSettings)
def delete(settings: ClientSettings, api: Api, *, as_json: AsJson = False) -> None:
    """Delete an API with its stages and deployments."""
    with told(settings.endpoint):
        client = connect(settings.endpoint, "apigateway")
        found = find_api(client, api)
        client.delete_rest_api(restApiId=found["id"])
    if as_json:
        print_json({"deleted": found["id"], "name": found["name"]})
    else:
        typer.echo(f"deleted {found['name']} ({found['id']})")


def resources(client: Any, api: str) -> list[dict[str, Any]]:
    """Return every resource of an API with its methods, by path."""
    pages = client.get_paginator("get_resources").paginate(
        restApiId=api, embed=["methods"], PaginationConfig={"PageSize": 500}
    )
    found = [each for page in pages for each in page["items"]]
    return sorted(found, key=lambda each: str(each["path"]))


def stage_url(gateway: str, api: str, stage: str) -> str:
    """Return where a stage answers, under a host name that needs no set-up."""
    return f"{gateway.rstrip('/')}/restapis/{api}/{stage}/_user_request_/"


def _branches(paths: list[dict[str, Any]], parent: str) -> list[Branch]:
    """Return what hangs below a path, as :func:`tree` takes it: its verbs, then its children."""
    here = next((each for each in paths if each["path"] == parent), {})
    verbs: list[Branch] = [
        (_verb(name, method), [])
        for name, method in sorted(here.get("resourceMethods", {}).items())
    ]
    below = [each for each in paths if each.get("parentId") and each["parentId"] == here.get("id")]
    return verbs + [(f"/{each['pathPart']}", _branches(paths, each["path"])) for each in below]


def _verb(name: str, method: dict[str, Any]) -> str:
    behind = method.get("methodIntegration")
    says = [name]
    if behind is None:
        says.append("without an integration")
    else:
        says += [behind["type"], behind.get("uri", "")]
    if method["authorizationType"] != "NONE":
        says.append(f"[{method['authorizationType']}]")
    if method["apiKeyRequired"]:
        says.append("[API key]")
    return " ".join(each for each in says if each)
