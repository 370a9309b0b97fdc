"""``octetgate pull``: an API of an AWS account, as one of its stages has it, into an octetgate."""

import re
import sys
from typing import Annotated, Any

import typer

from octetgate.cli.apis import Api
from octetgate.cli.console import Trouble, busy
from octetgate.cli.exports import exported
from octetgate.cli.imports import say_import
from octetgate.cli.management import find_api, models, only_stage, told
from octetgate.cli.options import AsJson, takes
from octetgate.server.settings import ClientSettings

_ATTEMPTS = 8
"""The service answers few management calls a second, and exports fewer still."""
_POLICY = "x-amazon-apigateway-policy"
_FUNCTION = re.compile(r"arn:[^:\s]*:lambda:[^:]*:[^:]*:function:[^/\"\s]+")


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

    It is read with GetRestApis, GetStages, GetStage and GetExport; nothing there is changed.
    """
    import json

    from octetgate.cli.definitions import Wanted, import_definition
    from octetgate.control.documents import read

    client = _account(profile, region)
    where = client.meta.endpoint_url
    with told(where, f"nothing answers at {where}"), busy(f"fetching {api}"):
        found = find_api(client, api, where=f" in {client.meta.region_name}")
        stage_name = only_stage(client, found["id"], stage)
        about = client.get_stage(restApiId=found["id"], stageName=stage_name)
        text = exported(client, found["id"], stage_name, "oas30", extensions="apigateway")
    document = read(text)
    if _POLICY in document:
        # The API has another id here, and no statement would be about it.
        document = {**document, _POLICY: _without_id(document[_POLICY], found["id"])}
        text = json.dumps(document).encode()
    wanted = Wanted(stage=stage_name, variables=about.get("variables"), name=name or found["name"])
    made = import_definition(settings.endpoint, text, document, wanted)
    say_import(made, as_json=as_json)
    functions = sorted(set(_FUNCTION.findall(text.decode())))
    if functions:
        sys.stderr.write(f"functions are not fetched: {', '.join(functions)}\n")


def _without_id(policy: Any, api: str) -> Any:
    """Return a policy whose resources leave the API's ARN out, as definitions may."""
    import json

    arn = rf"arn:[^:\"]*:execute-api:[^:\"]*:[^:\"]*:{re.escape(api)}/"
    return json.loads(re.sub(arn, "execute-api:/", json.dumps(policy)))


def _account(profile: str | None, region: str | None) -> Any:
    """Return a client of the account; botocore's variables may place its endpoint elsewhere."""
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    try:
        inner = botocore.session.Session(profile=profile)
        inner.register_component("data_loader", models())
        session: Any = boto3.Session(botocore_session=inner, region_name=region)
        # Who has set how often to try knows better.
        is_set = inner.get_config_variable("max_attempts") is not None
        config = None if is_set else Config(retries={"total_max_attempts": _ATTEMPTS})
        return session.client("apigateway", config=config)
    except BotoCoreError as error:
        raise Trouble(f"AWS: {error}") from error
