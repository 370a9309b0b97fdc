"""Settings as command line options: one for each, made from where they are declared."""

import functools
import inspect
import os
from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Annotated, Any

import typer

from octetgate.cli.console import Trouble
from octetgate.server.settings import BadSetting, flag, known, load
from octetgate.server.values import SWITCH, Kind


def takes(kind: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of a settings class; its first parameter gets the settings."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        names = [each.name for each in known(kind)]

        @functools.wraps(command)
        def wrapper(*, config: Path | None, **given: Any) -> None:
            flags = {name: given.pop(name) for name in names}
            try:
                settings = load(kind, flags=flags, environ=os.environ, file=config)
            except BadSetting as error:
                raise Trouble(str(error)) from error
            command(settings, **given)

        parameters = [*own, *(_option(each) for each in known(kind)), _CONFIG]
        # typer asks for both.
        wrapper.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
        )
        wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
        return wrapper

    return decorate


def _option(each: Field[Any]) -> inspect.Parameter:
    value: Kind = each.metadata["kind"]
    name = flag(each.name)
    # Settings read text themselves, so that a flag's errors are worded like a variable's.
    annotation = bool | None if value is SWITCH else str | None
    option = typer.Option(
        f"{name}/--no-{name[2:]}" if value is SWITCH else name,
        metavar=value.metavar or None,
        help=each.metadata["about"],
        rich_help_panel=each.metadata["panel"],
        show_default=_shown(each.default),
    )
    return inspect.Parameter(
        each.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[annotation, option],
    )


def _shown(default: object) -> str | bool:
    if default in (None, "", ()):
        return False
    return str(default).lower() if isinstance(default, bool) else str(default)


_CONFIG = inspect.Parameter(
    "config",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            envvar="OCTETGATE_CONFIG",
            help="Settings file.",
            show_default="octetgate.toml, if there is one",
        ),
    ],
)


AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def payload(text: str) -> bytes:
    """Return what ``--data`` stands for: the text itself, or a file's bytes after ``@``."""
    if not text.startswith("@"):
        return text.encode()
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        raise Trouble(f"--data: expected a file; {text[1:]}: {error.strerror}") from error


def keep(output: Path, data: bytes) -> None:
    """Write what ``--output`` asks for."""
    try:
        output.write_bytes(data)
    except OSError as error:
        raise Trouble(
            f"--output: expected a file that can be written; {output}: {error.strerror}"
        ) from error
