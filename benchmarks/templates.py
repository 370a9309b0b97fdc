"""How fast are mapping templates rendered, compared with airspeed?

airspeed is Velocity in Python too; both render the same two templates in the same process, in
turns, from texts compiled beforehand.  The result is a section of README.md beside this file.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pybase64
from page import README, replaced

from octetgate.core.mapping import template
from octetgate.core.mapping.inputs import Input

SECTION = "## Templates"
IMAGE = pybase64.b64encode(Random(1).randbytes(75_000)).decode()
ARTICLE = '{"operation":"thumbnail","base64Image":"$input.body"}'
LOOP = """#set($root = $input.path('$'))
{"items":[#foreach($item in $root.items)
{"name":"$util.escapeJavaScript($item.name)","size":$item.size,\
"big":#if($item.size > 50)true#{else}false#end}#if($velocityCount < 100),#end
#end]}"""
ITEMS = json.dumps({"items": [{"name": f'pic "{n}"', "size": n} for n in range(100)]})
_MILLISECONDS = 20
"""How long one side renders before it is the other's turn."""


class TheirInput:
    """``$input`` for airspeed: as much as these templates ask for, parsed beforehand."""

    def __init__(self, body: str) -> None:
        self.body = body
        self._document = json.loads(body) if body.startswith("{") else None

    def path(self, _path: str) -> Any:
        """Return the whole document."""
        return self._document


class TheirUtil:
    """``$util`` for airspeed, as cheap as it can be."""

    def escapeJavaScript(self, text: str) -> str:  # noqa: N802 - the name in templates
        """Return the text as in a JSON string."""
        return text.replace("\\", "\\\\").replace('"', '\\"')


@dataclass(frozen=True)
class Measured:
    """One template: what each side took to render it, in seconds."""

    label: str
    ours: list[float]
    theirs: list[float]

    def row(self) -> str:
        """Return the line of the table."""
        ours, theirs = (statistics.median(took) * 1e6 for took in (self.ours, self.theirs))
        return f"| {self.label} | {ours:,.0f} µs | {theirs:,.0f} µs | **{theirs / ours:.1f}** |"


def timed(render: Callable[[], str]) -> float:
    """Return the seconds that one rendering takes, over many."""
    began, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < _MILLISECONDS / 1000 or not count:
        render()
        count += 1
    return spent / count


def measure(airspeed: Any, label: str, text: str, body: str, rounds: int) -> Measured:
    """Return what both take; every rendering of ours parses the body anew, as a call does."""
    compiled, theirs = template.compile(text), airspeed.Template(text)
    scope = {"input": TheirInput(body), "util": TheirUtil()}

    def our_rendering() -> str:
        return compiled.render(template.Scope(input=Input(body)))

    def their_rendering() -> str:
        made: str = theirs.merge(scope)
        return made

    if json.loads(our_rendering()) != json.loads(their_rendering()):
        raise RuntimeError(f"{label}: expected the same of both, found a difference")
    measured = Measured(label, [], [])
    for _ in range(rounds):
        measured.ours.append(timed(our_rendering))
        measured.theirs.append(timed(their_rendering))
    return measured


def section(measured: list[Measured], rounds: int) -> str:
    """Return this benchmark's section of the page."""
    rows = "\n".join(one.row() for one in measured)
    return f"""{SECTION}

How long does one rendering take, compared with airspeed, which is Velocity in Python too?
Ten times faster on the loop is the goal.

| Template | octetgate | airspeed | times faster |
| --- | ---: | ---: | ---: |
{rows}

Both are compiled beforehand and take turns in one process; median of {rounds} rounds.  Ours
parses the body of every call; airspeed is given it parsed.
"""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", type=Path, required=True, help="a venv that has airspeed")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--output", type=Path, default=README)
    how = parser.parse_args()
    # Behind ours: what both environments have, both sides use in the same version.
    sys.path += map(str, how.peers.glob("lib/python*/site-packages"))
    import airspeed

    made = section(
        [
            measure(airspeed, "the launch article's, 100 KB of Base64", ARTICLE, IMAGE, how.rounds),
            measure(airspeed, "`#foreach` over 100 items", LOOP, ITEMS, how.rounds),
        ],
        how.rounds,
    )
    print(made)
    how.output.write_text(replaced(how.output.read_text(), SECTION, made))


if __name__ == "__main__":
    main()
