"""What commands say, and how they say no."""

import sys
from collections.abc import Sequence

_WIDE = 400


class Trouble(Exception):
    """Something that the user can do something about; the text says what."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, title: str | None = None) -> None:
    """Print a table; what does not fit the terminal's width is folded, never cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for each in head:
        shown.add_column(each, overflow="fold")
    for row in rows:
        # Not markup: a name may have brackets in it.
        shown.add_row(*(Text(cell) for cell in row))
    # Into a file or a pipe a row stays on one line, for grep and awk.
    Console(width=None if sys.stdout.isatty() else _WIDE).print(shown)
