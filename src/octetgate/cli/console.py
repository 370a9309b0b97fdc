"""What commands say, and how they say no."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

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


Branch = tuple[str, list["Branch"]]
"""A line of a tree, and what hangs below it."""


def tree(root: str, branches: Sequence[Branch]) -> None:
    """Print a tree; nothing of a line is cut."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    def grow(node: Tree, below: Sequence[Branch]) -> None:
        for text, more in below:
            grow(node.add(Text(text, overflow="fold")), more)

    shown = Tree(Text(root))
    grow(shown, branches)
    Console(width=None if sys.stdout.isatty() else _WIDE).print(shown)


def print_json(value: Any) -> None:
    """Print a value as JSON, times as ISO 8601."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_spelled)
    sys.stdout.write(text + "\n")


def _spelled(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Say on a terminal what is being waited for, and for how long it has been."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    console = Console(stderr=True)
    # Elsewhere it would leave an empty line behind.
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as shown:
        shown.add_task(text, total=None)
        yield
