"""``octetgate demo``: the gateway, and both walk-throughs on real images in front of your eyes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from octetgate.cli.options import takes
from octetgate.cli.starting import start
from octetgate.server.place import Running
from octetgate.server.processes import Ending, Post, Role
from octetgate.server.settings import Settings


@takes(Settings)
def demo(
    settings: Settings,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Stop after the table; status 0 if all of it held.")
    ] = False,
) -> None:
    """Serve, build two APIs, send images through them, show what came back; then keep serving.

    The first is AWS's launch example of binary support: a PNG becomes a thumbnail in a Lambda
    function.  The second streams a JPEG to an image-resizing service.  Running it again builds
    both anew.
    """
    if settings.access_log == "auto":
        # The table tells of the calls; their lines would run into it.
        settings = replace(settings, access_log="file")
    status = start(settings, announce=_say_nothing, guests=partial(_guests, once))
    raise typer.Exit(status)


def _say_nothing(_running: Running) -> None:
    """Leave the terminal to the walk-throughs."""


def _guests(once: bool, running: Running) -> Sequence[Role]:  # noqa: FBT001  # For partial.
    ending = Ending.STOP_ALL if once else Ending.DONE
    return [Role("demo", partial(_walk, running, once), ending=ending, is_guest=True)]


def _walk(running: Running, once: bool, post: Post) -> int:  # noqa: FBT001  # For partial.
    from octetgate.cli import walkthroughs

    return walkthroughs.main(running, post, once=once)
