"""Starts the server for a command, and says where it is or why it is not."""

import sys
from collections.abc import Callable, Sequence

from octetgate.cli.console import Trouble
from octetgate.server.place import PlaceTaken, Running
from octetgate.server.processes import Role
from octetgate.server.settings import Settings


def start(
    settings: Settings,
    *,
    announce: Callable[[Running], None],
    guests: Callable[[Running], Sequence[Role]] | None = None,
) -> int:
    """Serve; a start that fails for a reason of the user's is told in one line."""
    from octetgate.core.kinds import NoSuchKind
    from octetgate.core.ports.store import StoreUnusable
    from octetgate.server.run import run
    from octetgate.server.sockets import CannotListen

    try:
        return run(settings, announce=announce, warn=_warn, guests=guests)
    except (CannotListen, PlaceTaken, StoreUnusable, NoSuchKind) as error:
        raise Trouble(str(error)) from error


def say_where(running: Running) -> None:
    """Say where the two ports are, once they answer."""
    https = f"  over TLS    {running.secure_url}\n" if running.secure_url else ""
    sys.stdout.write(
        f"octetgate is ready\n"
        f"  gateway     {running.gateway_url}\n"
        f"  management  {running.management_url}  "
        f"(endpoint_url for boto3 and the aws CLI; in a browser the console)\n"
        f"{https}"
        f"  data        {running.settings.data.absolute()}\n"
        f"Ctrl-C stops it; calls in flight are finished first.\n"
    )
    sys.stdout.flush()


def _warn(text: str) -> None:
    sys.stderr.write(f"WARNING: {text}\n")
