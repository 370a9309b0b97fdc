"""``octetgate cors``: what the console's button does, for one path of an API."""

from typing import Annotated, Any

import typer

from octetgate.cli.apis import Api, resources
from octetgate.cli.console import Trouble, print_json, table
from octetgate.cli.management import connect, find_api, told
from octetgate.cli.options import AsJson, takes
from octetgate.core.model import cors as cors_model
from octetgate.core.model.cors import ALLOW, HEADERS
from octetgate.server.settings import ClientSettings

app = typer.Typer(help="CORS: enable.", no_args_is_help=True)


@app.callback()
def cors() -> None:
    """Keep ``enable`` a command of its own."""


@app.command("enable")
@takes(ClientSettings)
def enable(
    settings: ClientSettings,
    api: Api,
    path: Annotated[str, typer.Argument(metavar="PATH", help="A resource's path: /pets/{id}.")],
    *,
    origin: Annotated[str, typer.Option(help="Which pages may ask.")] = "*",
    headers: Annotated[str, typer.Option(help="Which headers they may send.")] = HEADERS,
    stage: Annotated[str, typer.Option(help="Deploy to this stage then.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let pages of other origins call a path."""
    with told(settings.endpoint):
        client = connect(settings.endpoint, "apigateway")
        found = find_api(client, api)
        resource = _resource(client, found["id"], path)
        errors = {
            kind: client.get_gateway_response(restApiId=found["id"], responseType=kind)
            for kind in cors_model.ERRORS
        }
        plan = cors_model.plan(found["id"], resource, errors, origin=origin, headers=headers)
        for operation, members in plan.operations:
            getattr(client, operation)(**members)
        if stage:
            client.create_deployment(restApiId=found["id"], stageName=stage)
    if as_json:
        print_json(
            {
                "allowed": plan.allowed,
                "methods": list(plan.shaped),
                "left to backends": list(plan.proxies),
            }
        )
        return
    rows = [[f"{ALLOW}{name}", value] for name, value in plan.allowed.items()]
    rows.append(["sent by the gateway with", ", ".join([*plan.shaped, "OPTIONS", "errors"])])
    if plan.proxies:
        rows.append(["to be sent by the backend of", ", ".join(plan.proxies)])
    rows.append(["deployed to", stage or "no stage yet: octetgate deploy API STAGE"])
    table(["CORS", f"{found['name']} {path}"], rows)


def _resource(client: Any, api: str, path: str) -> dict[str, Any]:
    found = resources(client, api)
    for each in found:
        if each["path"] == path:
            return each
    paths = ", ".join(each["path"] for each in found)
    raise Trouble(f"PATH: expected one of {paths}; found {path!r}")
