"""``octetgate functions``: create functions from blueprints or folders; list, invoke, delete."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from octetgate.cli.console import Trouble, print_json, table
from octetgate.cli.logs import of_function
from octetgate.cli.management import connect, told
from octetgate.cli.options import AsJson, payload, takes
from octetgate.server.settings import ClientSettings

app = typer.Typer(help="Functions of the local Lambda service.", no_args_is_help=True)
app.command("logs")(of_function)

ROLE = "arn:aws:iam::000000000000:role/octetgate"
"""CreateFunction wants one; nothing here is kept from a function by it."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The function's name or ARN.")]


@app.command("create")
@takes(ClientSettings)
def create(
    settings: ClientSettings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new function's name.")],
    *,
    blueprint: Annotated[
        str | None, typer.Option("--blueprint", metavar="B", help="A ready-made function.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="The function's own code.")
    ] = None,
    handler: Annotated[
        str | None,
        typer.Option("--handler", metavar="H", help="module.function of the folder's code."),
    ] = None,
    runtime: Annotated[
        str | None,
        typer.Option("--runtime", metavar="R", help="What the folder's code runs in; this Python."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Run the folder as it is; each call sees edits.")
    ] = False,
    timeout: Annotated[
        int | None, typer.Option("--timeout", metavar="SECONDS", help="Longest run, 1 to 900.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a function from a blueprint, or from a folder and its handler; print its ARN."""
    if (blueprint is None) == (folder is None):
        raise Trouble("expected --blueprint B, or --folder DIR with --handler H")
    if watch and blueprint:
        raise Trouble("--watch: expected --folder DIR with it; found --blueprint")
    if runtime and blueprint:
        raise Trouble("--runtime: expected --folder DIR with it; found --blueprint")
    members = (
        from_blueprint(blueprint)
        if blueprint
        else from_folder(folder, handler, runtime=runtime, watch=watch)
    )
    if timeout is not None:
        members["Timeout"] = timeout
    with told(settings.endpoint):
        arn = create_function(connect(settings.endpoint, "lambda"), name, members)
    if as_json:
        print_json({"name": arn.rpartition(":")[2], "arn": arn})
    else:
        typer.echo(arn)


def create_function(client: Any, name: str, members: dict[str, Any]) -> str:
    """Create the function, wait until it can be called, and return its ARN."""
    made = client.create_function(FunctionName=name, Role=ROLE, **members)
    client.get_waiter("function_active_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    arn: str = made["FunctionArn"]
    return arn


@app.command("blueprints")
def blueprints(*, as_json: AsJson = False) -> None:
    """List the blueprints."""
    from octetgate.blueprints import catalogue

    found = {name: catalogue.describe(name).description for name in catalogue.names()}
    if as_json:
        print_json(found)
    else:
        table(["blueprint", "does"], list(found.items()))


@app.command("list")
@takes(ClientSettings)
def list_(settings: ClientSettings, *, as_json: AsJson = False) -> None:
    """List the functions."""
    with told(settings.endpoint):
        pages = connect(settings.endpoint, "lambda").get_paginator("list_functions").paginate()
        found = [each for page in pages for each in page["Functions"]]
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("no functions; `octetgate functions create NAME …` makes one", err=True)
        return
    table(
        ["function", "runtime", "handler", "timeout", "ARN"],
        [
            [
                each["FunctionName"],
                each["Runtime"],
                each["Handler"],
                f"{each['Timeout']} s",
                each["FunctionArn"],
            ]
            for each in found
        ],
    )


@app.command("delete")
@takes(ClientSettings)
def delete(settings: ClientSettings, name: Name, *, as_json: AsJson = False) -> None:
    """Delete a function."""
    with told(settings.endpoint):
        connect(settings.endpoint, "lambda").delete_function(FunctionName=name)
    if as_json:
        print_json({"deleted": name})
    else:
        typer.echo(f"deleted {name}")


@app.command("invoke")
@takes(ClientSettings)
def invoke(
    settings: ClientSettings,
    name: Name,
    data: Annotated[str, typer.Option("--data", metavar="JSON|@FILE", help="The event.")] = "{}",
) -> None:
    """Call a function, print what it returns; its log goes to standard error."""
    event = payload(data)
    try:
        json.loads(event)
    except ValueError as error:
        raise Trouble(f"--data: expected JSON; {error}") from error
    with told(settings.endpoint):
        answer = connect(settings.endpoint, "lambda").invoke(
            FunctionName=name, Payload=event, LogType="Tail"
        )
        result = answer["Payload"].read()
    sys.stderr.write(_log(answer))
    sys.stdout.write(result.decode("utf-8", "replace") + "\n")
    if "FunctionError" in answer:
        raise typer.Exit(1)


def _log(answer: dict[str, Any]) -> str:
    import base64

    return base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")


def from_blueprint(name: str) -> dict[str, Any]:
    """Return what CreateFunction takes for a blueprint, but for name and role."""
    from octetgate.blueprints import catalogue

    if name not in catalogue.names():
        known = ", ".join(catalogue.names())
        raise Trouble(f"--blueprint: expected one of {known}; found {name!r}")
    return catalogue.members(name)


def from_folder(
    folder: Path | None, handler: str | None, *, runtime: str | None = None, watch: bool = False
) -> dict[str, Any]:
    """Return what CreateFunction takes for a folder of code, but for name and role."""
    if folder is None or not folder.is_dir():
        raise Trouble(f"--folder: expected a folder; found {folder}")
    runtime = runtime or "python{}.{}".format(*sys.version_info)
    if runtime.startswith("provided"):
        handler = handler or "bootstrap.handler"  # one is wanted; the bootstrap may look at it
    if handler is None or "." not in handler:
        raise Trouble(f"--handler: expected module.function; found {handler!r}")
    from octetgate.control import packages

    code = (
        {"S3Bucket": packages.HOT_RELOAD, "S3Key": str(folder.resolve())}
        if watch
        else {"ZipFile": packages.zipped(folder)}
    )
    return {
        "Runtime": runtime,
        "Handler": handler,
        "Code": code,
    }
