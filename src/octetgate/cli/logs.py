"""``octetgate logs`` and ``functions logs``: what was written, and is being written."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from octetgate.cli.console import Trouble
from octetgate.cli.management import connect, find_api, pieces, told
from octetgate.cli.options import takes
from octetgate.server.settings import ClientSettings

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_STAMP = "%Y-%m-%dT%H:%M:%S.%f"


Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes; Ctrl-C ends.")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Only from 90s, 5m, 2h, 1d ago, or a time."),
]


@takes(ClientSettings)
def of_function(
    settings: ClientSettings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The function's name or ARN.")],
    *,
    follow: Follow = False,
    since: Since = None,
) -> None:
    """Print a function's log; each line begins with its time."""
    _print(settings, f"functions/{quote(name, safe='')}", follow=follow, since=since)


@takes(ClientSettings)
def of_stage(
    settings: ClientSettings,
    api: Annotated[str, typer.Argument(metavar="API", help="Id or name.")],
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="The stage.")],
    *,
    follow: Follow = False,
    since: Since = None,
    canary: Annotated[
        bool, typer.Option("--canary", help="The log of the stage's canary.")
    ] = False,
) -> None:
    """Print a stage's execution log: what became of each call, line by line.

    Methods have one where their settings say so: logging/loglevel INFO or ERROR.
    """
    with told(settings.endpoint):
        found = find_api(connect(settings.endpoint, "apigateway"), api)["id"]
    place = f"apis/{quote(found, safe='')}/stages/{quote(stage, safe='')}"
    _print(settings, place, follow=follow, since=since, canary=str(canary).lower())


def _print(
    settings: ClientSettings, place: str, *, follow: bool, since: str | None, **query: str
) -> None:
    query["follow"] = str(follow).lower()
    if since is not None:
        query["since"] = begin(since, lambda: datetime.now(UTC))
    try:
        for piece in pieces(settings.endpoint, f"/_octetgate/{place}/logs?{urlencode(query)}"):
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
    except KeyboardInterrupt:
        return  # the way to end what goes on


def begin(since: str, now: Callable[[], datetime]) -> str:
    """Return a time in UTC, from one that is given or from how long ago it was."""
    ago = re.fullmatch(r"(\d{1,6})([smhd])", since)
    if ago is not None:
        time = now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    else:
        try:
            # Without a zone it is the caller's own.
            time = datetime.fromisoformat(since).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Trouble(
                f"--since: expected 90s, 5m, 2h, 1d or a time such as 2026-01-31T12:00; "
                f"found {since!r}"
            ) from None
    return time.strftime(_STAMP)[:-3] + "Z"
