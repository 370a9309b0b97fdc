"""The commands of ``octetgate``, gathered.  Each imports what it needs when it runs."""

from importlib.metadata import version
from typing import Annotated

import typer

from octetgate.cli import (
    apis,
    cors,
    demo,
    deploy,
    doctor,
    explain,
    exports,
    functions,
    imports,
    invoke,
    keys,
    logs,
    pull,
    serve,
)

app = typer.Typer(
    name="octetgate",
    help="An API gateway that speaks Amazon API Gateway's REST model and keeps every byte.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it with the flag.
    if wanted:
        typer.echo(f"octetgate {version('octetgate')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and leave."
        ),
    ] = False,
) -> None:
    pass


app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("import")(imports.import_)
app.command("deploy")(deploy.deploy)
app.command("export")(exports.export)
app.command("pull")(pull.pull)
app.add_typer(apis.app, name="apis")
app.add_typer(cors.app, name="cors")
app.add_typer(functions.app, name="functions")
app.add_typer(keys.app, name="keys")
app.command("invoke")(invoke.invoke)
app.command("logs")(logs.of_stage)
app.command("explain")(explain.explain)
app.command("doctor")(doctor.doctor)
