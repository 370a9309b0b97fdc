"""``octetgate pull``: an API of an AWS account, as one of its stages has it, into an octetgate."""

from typing import Annotated, Any

import typer

from octetgate.cli.apis import Api
from octetgate.cli.console import Trouble, busy
from octetgate.cli.exports import exported
from octetgate.cli.imports import say_import
from octetgate.cli.management import find_api, only_stage, told
from octetgate.cli.options import AsJson, takes
from octetgate.server.settings import ClientSettings


@takes(ClientSettings)
def pull(
    settings: ClientSettings,
    api: Api,
    *,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", metavar="P", help="Of AWS's configuration.", show_default="its default"
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="R", help="Where it is.", show_default="the profile's"),
    ] = None,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="S", show_default="the only one")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Its name here.", show_default="the same"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch an API of an AWS account and import it here, deployed to a stage of the same name.

    It is read with GetRestApis, GetStages and GetExport; nothing there is changed.
    """
    from octetgate.cli.definitions import Wanted, import_definition
    from octetgate.control.documents import read

    client = _account(profile, region)
    where = client.meta.endpoint_url
    with told(where, f"nothing answers at {where}"), busy(f"fetching {api}"):
        found = find_api(client, api)
        stage_name = only_stage(client, found["id"], stage)
        about = client.get_stage(restApiId=found["id"], stageName=stage_name)
        text = exported(client, found["id"], stage_name, "oas30", extensions="apigateway")
    wanted = Wanted(stage=stage_name, variables=about.get("variables"), name=name or found["name"])
    made = import_definition(settings.endpoint, text, read(text), wanted)
    say_import(made, as_json=as_json)


def _account(profile: str | None, region: str | None) -> Any:
    """Return a client of the account; botocore's variables may place its endpoint elsewhere."""
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session: Any = boto3.Session(profile_name=profile, region_name=region)
        return session.client("apigateway")
    except BotoCoreError as error:
        raise Trouble(f"AWS: {error}") from error
