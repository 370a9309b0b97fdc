"""``octetgate functions logs``: what a function has printed, and prints."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from octetgate.cli.console import Trouble
from octetgate.cli.management import pieces
from octetgate.cli.options import takes
from octetgate.server.settings import ClientSettings

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_STAMP = "%Y-%m-%dT%H:%M:%S.%f"


@takes(ClientSettings)
def logs(
    settings: ClientSettings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The function's name or ARN.")],
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what it prints; Ctrl-C ends.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Only from 90s, 5m, 2h, 1d ago, or a time."),
    ] = None,
) -> None:
    """Print a function's log; each line begins with its time."""
    query = {"follow": str(follow).lower()}
    if since is not None:
        query["since"] = begin(since, lambda: datetime.now(UTC))
    target = f"/_octetgate/functions/{quote(name, safe='')}/logs?{urlencode(query)}"
    try:
        for piece in pieces(settings.endpoint, target):
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
