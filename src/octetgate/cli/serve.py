"""``octetgate serve``: gateway and management in the foreground."""

import typer

from octetgate.cli.options import takes
from octetgate.cli.starting import say_where, start
from octetgate.server.settings import Settings


@takes(Settings)
def serve(settings: Settings) -> None:
    """Serve deployed APIs on one port and their management on another, until stopped.

    Every option is also a key of octetgate.toml and a variable OCTETGATE_…: --admin-port is
    admin_port and OCTETGATE_ADMIN_PORT.
    """
    raise typer.Exit(start(settings, announce=say_where))
