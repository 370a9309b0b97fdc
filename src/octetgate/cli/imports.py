"""``octetgate import``: a file becomes an API, deployed, and follows the file's edits."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from octetgate.cli.console import Trouble, print_json, table
from octetgate.cli.options import AsJson, takes
from octetgate.cli.watching import edits
from octetgate.server.settings import ClientSettings


class Mode(StrEnum):
    """What becomes of an API that is there already."""

    MERGE = "merge"
    OVERWRITE = "overwrite"


class BasePath(StrEnum):
    """What becomes of the document's base path."""

    IGNORE = "ignore"
    PREPEND = "prepend"
    SPLIT = "split"


@takes(ClientSettings)
def import_(
    settings: ClientSettings,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="An OpenAPI or Swagger definition, or a SAM or CloudFormation template.",
        ),
    ],
    *,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="NAME", help="Deploy it to this stage.")
    ] = None,
    api: Annotated[
        str | None,
        typer.Option(
            "--api",
            metavar="API",
            help="Id or name of the API to change.",
            show_default="the one of that name, else a new one",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="The API's name; of a template, the stack's.",
            show_default="info.title; the folder's name",
        ),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Create an API in any case.")] = False,
    id: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="ID", help="What a new API is known by.", show_default="chance"
        ),
    ] = None,
    mode: Annotated[
        Mode, typer.Option("--mode", help="For an API that is there already.")
    ] = Mode.OVERWRITE,
    basepath: Annotated[
        BasePath, typer.Option("--basepath", help="What to do with the base path.")
    ] = BasePath.IGNORE,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="K=V", help="Of a template; may be repeated."),
    ] = None,
    fail_on_warnings: Annotated[
        bool, typer.Option("--fail-on-warnings", help="Take warnings for errors.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Import again whenever the file changes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create or update an API from a file, and deploy it; what is in the file is what is."""
    from octetgate.cli.definitions import Wanted, document, import_file
    from octetgate.cli.stacks.importing import import_template
    from octetgate.control.cloudformation.template import is_template

    if new and api:
        raise Trouble("--new: expected no --api with it")
    wanted = Wanted(
        stage=stage,
        api=api,
        name=name,
        new=new,
        id=id,
        mode=mode.value,
        basepath=basepath.value,
        fail_on_warnings=fail_on_warnings,
    )

    given = dict(_parameter(each) for each in parameter or ())

    def once() -> None:
        if is_template(document(file)[1]):
            _say_stack(
                import_template(
                    settings.endpoint, file, name=name, stage=stage, parameters=given, watch=watch
                ),
                as_json=as_json,
            )
            return
        nonlocal wanted
        made = import_file(settings.endpoint, file, wanted)
        # What the first round made, the next ones change.
        wanted = wanted.of(made["id"])
        say_import(made, as_json=as_json)

    if not watch:
        once()
        return
    for _ in edits([file]):
        try:
            once()
        except Trouble as trouble:
            # The next edit may put it right.
            sys.stderr.write(f"octetgate: {trouble}\n")


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Trouble(f"--parameter: expected NAME=VALUE; found {text!r}")
    return name, value


def say_import(made: dict[str, Any], *, as_json: bool) -> None:
    """Tell of an API that was imported."""
    if as_json:
        print_json(made)
        return
    rows = [("id", made["id"]), ("name", made["name"])]
    rows += [("resources", str(made["resources"])), ("methods", str(made["methods"]))]
    rows += [("stage", made["stage"]), ("answers at", made["url"])] if made["stage"] else []
    table(["API", "updated" if made["updated"] else "created"], rows)
    for warning in made["warnings"]:
        sys.stderr.write(f"warning: {warning}\n")
    _caution(made["cautions"])
    if not made["stage"]:
        sys.stderr.write("not deployed; --stage NAME deploys it\n")


def _say_stack(made: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    columns = ("name", "type", "id", "outcome")
    rows = [[each[column] for column in columns] for each in made["resources"]]
    table(columns, rows, title=f"stack {made['stack']}")
    if made["outputs"]:
        table(["output", "value"], [[name, str(value)] for name, value in made["outputs"].items()])
    if made["stages"]:
        rows = [[each["name"], each["stage"], each["url"]] for each in made["stages"]]
        table(["API", "stage", "answers at"], rows)
    for note in made["notes"]:
        sys.stderr.write(f"note: {note}\n")
    if made["skipped"]:
        kinds = ", ".join(sorted({each["type"] for each in made["skipped"]}))
        sys.stderr.write(f"note: skipped, as octetgate has no such service: {kinds}\n")
    _caution(made["cautions"])


def _caution(found: list[str]) -> None:
    for each in found:
        sys.stderr.write(f"caution: {each}\n")
