"""``octetgate deploy``: freeze an API as it is, and serve it under a stage's name."""

from typing import Annotated

import typer

from octetgate.cli.apis import Api, stage_url
from octetgate.cli.console import print_json, table
from octetgate.cli.management import connect, find_api, gateway_url, told
from octetgate.cli.options import AsJson, takes
from octetgate.server.settings import ClientSettings


@takes(ClientSettings)
def deploy(
    settings: ClientSettings,
    api: Api,
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="New, or there already.")],
    *,
    description: Annotated[
        str | None, typer.Option("--description", metavar="TEXT", help="Of the deployment.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Deploy an API to a stage."""
    with told(settings.endpoint):
        client = connect(settings.endpoint, "apigateway")
        found = find_api(client, api)
        said = {"description": description} if description else {}
        made = client.create_deployment(restApiId=found["id"], stageName=stage, **said)
    shown = {
        "id": found["id"],
        "name": found["name"],
        "stage": stage,
        "deployment": made["id"],
        "url": stage_url(gateway_url(settings.endpoint), found["id"], stage),
    }
    if as_json:
        print_json(shown)
        return
    rows = [("stage", stage), ("deployment", made["id"]), ("answers at", str(shown["url"]))]
    table(["API", found["name"]], rows)
