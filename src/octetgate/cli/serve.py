"""``octetgate serve``: gateway and management in the foreground."""

import sys
from collections.abc import Callable, Sequence

import typer

from octetgate.cli.console import Trouble
from octetgate.cli.options import takes
from octetgate.server.place import PlaceTaken, Running
from octetgate.server.processes import Role
from octetgate.server.settings import Settings


@takes(Settings)
def serve(settings: Settings) -> None:
    """Serve deployed APIs on one port and their management on another, until stopped.

    Every option is also a key of octetgate.toml and a variable OCTETGATE_…: --admin-port is
    admin_port and OCTETGATE_ADMIN_PORT.
    """
    status = start(settings, announce=_announce)
    raise typer.Exit(status)


def start(
    settings: Settings,
    *,
    announce: Callable[[Running], None],
    guests: Callable[[Running], Sequence[Role]] | None = None,
) -> int:
    """Serve; a start that fails for a reason of the user's is told in one line."""
    from octetgate.core.ports.store import StoreUnusable
    from octetgate.server.run import run
    from octetgate.server.sockets import CannotListen

    try:
        return run(settings, announce=announce, warn=_warn, guests=guests)
    except (CannotListen, PlaceTaken, StoreUnusable) as error:
        raise Trouble(str(error)) from error


def _announce(running: Running) -> None:
    sys.stdout.write(
        f"octetgate is ready\n"
        f"  gateway     {running.gateway_url}\n"
        f"  management  {running.management_url}  (endpoint_url for boto3 and the aws CLI)\n"
        f"  data        {running.settings.data.absolute()}\n"
        f"Ctrl-C stops it; calls in flight are finished first.\n"
    )
    sys.stdout.flush()


def _warn(text: str) -> None:
    sys.stderr.write(f"WARNING: {text}\n")
