"""``octetgate export``: an API's stage as an OpenAPI definition."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from octetgate.cli.apis import Api
from octetgate.cli.management import connect, find_api, only_stage, told
from octetgate.cli.options import keep, takes
from octetgate.server.settings import ClientSettings


class Format(StrEnum):
    """The versions that a definition can be in."""

    OAS30 = "oas30"
    SWAGGER = "swagger"


@takes(ClientSettings)
def export(
    settings: ClientSettings,
    api: Api,
    *,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="S", show_default="the only one")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="Its version.")] = Format.OAS30,
    yaml: Annotated[bool, typer.Option("--yaml", help="YAML instead of JSON.")] = False,
    extensions: Annotated[
        str,
        typer.Option(
            "--extensions", metavar="E", help="As GetExport takes them; empty for plain OpenAPI."
        ),
    ] = "apigateway",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where it goes.")
    ] = None,
) -> None:
    """Write an API's definition as it is deployed to a stage."""
    with told(settings.endpoint):
        client = connect(settings.endpoint, "apigateway")
        found = find_api(client, api)
        body = exported(
            client,
            found["id"],
            only_stage(client, found["id"], stage),
            format.value,
            extensions=extensions,
            yaml=yaml,
        )
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.flush()
    else:
        keep(output, body)


def exported(
    client: Any, api: str, stage: str, format: str, *, extensions: str, yaml: bool = False
) -> bytes:
    """Return a stage's definition."""
    answer = client.get_export(
        restApiId=api,
        stageName=stage,
        exportType=format,
        parameters={"extensions": extensions} if extensions else {},
        accepts=f"application/{'yaml' if yaml else 'json'}",
    )
    body: bytes = answer["body"].read()
    return body
