"""The command ``octetgate``: where it begins, and how its errors are told."""

import sys

from octetgate.cli.console import Trouble
from octetgate.cli.plain import plain_settings
from octetgate.cli.starting import say_where, start


def main() -> None:
    """Run the command line; an error that the user can do something about is one line."""
    try:
        settings = plain_settings(sys.argv[1:])
        if settings is not None:
            sys.exit(start(settings, announce=say_where))
        from octetgate.cli.commands import app

        app()
    except Trouble as trouble:
        sys.stderr.write(f"octetgate: {trouble}\n")
        sys.exit(1)
