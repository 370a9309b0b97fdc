"""How fast are mapping templates rendered, compared with airspeed?

airspeed is Velocity in Python too; both render the same templates in the same process, in
turns, from texts compiled beforehand.  The result is a section of README.md beside this file.
"""

import argparse
import json
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
from octetgate.core.mapping.context import Context, Overrides
from octetgate.core.mapping.inputs import Input

SECTION = "## Templates"
IMAGE = pybase64.b64encode(Random(1).randbytes(75_000)).decode()
ARTICLE = '{"operation":"thumbnail","base64Image":"$input.body"}'
LOOP = """#set($root = $input.path('$'))
{"items":[#foreach($item in $root.items)
{"name":"$util.escapeJavaScript($item.name)","size":$item.size,\
"big":#if($item.size > 50)true#{else}false#end}#if($velocityCount < 100),#end
#end]}"""
PASS_THROUGH = """#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"stage-variables" : {
#foreach($key in $stageVariables.keySet())
"$key" : "$util.escapeJavaScript($stageVariables.get($key))"
    #if($foreach.hasNext),#end
#end
},
"context" : {
    "account-id" : "$context.identity.accountId",
    "api-id" : "$context.apiId",
    "http-method" : "$context.httpMethod",
    "stage" : "$context.stage",
    "source-ip" : "$context.identity.sourceIp",
    "user-agent" : "$context.identity.userAgent",
    "request-id" : "$context.requestId",
    "resource-path" : "$context.resourcePath"
    }
}
"""
ORDER = json.dumps({"order": 4711, "customer": "Ada", "lines": [{"sku": "A-1", "count": 2}] * 3})
PARAMETERS = {
    "path": {"id": "4711"},
    "querystring": {"page": "2", "sort": "name"},
    "header": {
        name: f"value of {name}"
        for name in ("Accept", "Accept-Encoding", "Content-Type", "Host", "User-Agent", "Via")
    },
}
STAGE_VARIABLES = {"colour": "blue", "table": "orders"}
CONTEXT = {
    "apiId": "a1b2c3d4e5",
    "httpMethod": "POST",
    "identity": {"accountId": "123456789012", "sourceIp": "192.0.2.1", "userAgent": "curl/8.5.0"},
    "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    "resourcePath": "/orders/{id}",
    "stage": "prod",
}
ITEMS = json.dumps({"items": [{"name": f'pic "{n}"', "size": n} for n in range(100)]})
_MILLISECONDS = 20
"""How long one side renders, at least, before it is the other's turn."""


class TheirInput:
    """``$input`` for airspeed: as much as these templates ask for, parsed beforehand."""

    def __init__(self, body: str) -> None:
        self.body = body
        self._document = json.loads(body) if body.startswith("{") else None

    def path(self, _path: str) -> Any:
        """Return the whole document."""
        return self._document

    def json(self, _path: str) -> str:
        """Return the whole document's text."""
        return self.body

    def params(self) -> Any:
        """Return all parameters."""
        return PARAMETERS


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
        ours, theirs = (min(took) * 1e6 for took in (self.ours, self.theirs))
        return f"| {self.label} | {ours:,.1f} µs | {theirs:,.1f} µs | **{theirs / ours:.1f}** |"


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that ``work`` takes, over many times."""
    count, spent = 1, 0.0
    while spent < _MILLISECONDS / 1000:
        count *= 2
        began = time.process_time()
        for _ in range(count):
            work()
        spent = time.process_time() - began
    return spent / count


def measure(airspeed: Any, label: str, text: str, body: str, rounds: int) -> Measured:
    """Return what both take; every rendering of ours parses the body anew, as a call does."""
    compiled, theirs = template.compile(text), airspeed.Template(text)
    given = {
        place: {name: [one] for name, one in all_.items()} for place, all_ in PARAMETERS.items()
    }
    scope = {
        "input": TheirInput(body),
        "util": TheirUtil(),
        "context": CONTEXT,
        "stageVariables": STAGE_VARIABLES,
    }

    def our_rendering() -> str:
        seen = template.Scope(
            input=Input(body, **given),
            context=Context(CONTEXT, Overrides()),
            stage_variables=STAGE_VARIABLES,
        )
        return compiled.render(seen)

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


@dataclass(frozen=True)
class Once:
    """What is not part of a rendering, in seconds."""

    ours: float
    """Compiling the loop."""

    theirs: float
    copy: float
    """Putting the article's body between two texts."""


def measure_once(airspeed: Any, rounds: int) -> Once:
    """Return what both do once for a template, and what no rendering can do without."""

    def their_compilation() -> None:
        airspeed.Template(LOOP).ensure_compiled()

    head, tail = ARTICLE.split("$input.body")
    return Once(
        *(
            min(timed(work) for _ in range(rounds))
            for work in (
                lambda: template.compile(LOOP),
                their_compilation,
                lambda: f"{head}{IMAGE}{tail}",
            )
        )
    )


def section(measured: list[Measured], once: Once, rounds: int) -> str:
    """Return this benchmark's section of the page."""
    rows = "\n".join(one.row() for one in measured)
    return f"""{SECTION}

How long does one rendering take, compared with airspeed, which is Velocity in Python too?
Ten times faster on the loop is the goal.

| Template | octetgate | airspeed | times faster |
| --- | ---: | ---: | ---: |
{rows}

Both are compiled beforehand, once: the loop takes {once.ours * 1e3:.1f} ms, when a deployment is
first served, and airspeed {once.theirs * 1e3:.1f} ms.  They take turns in one process.  Times are
of CPU, and of the quickest of {rounds} rounds: what made others slower was not theirs.  Ours
parses the body of every call and makes its own `$input` and `$context`; airspeed is given all
of it ready.  The pass-through is the template that the console generates, shortened; both
print the same JSON.  Copying the 100 KB once, which no rendering to a string can do without,
takes {once.copy * 1e6:,.1f} µs.
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

    templates = (
        ("`#foreach` over 100 items", LOOP, ITEMS),
        ("AWS's pass-through of everything", PASS_THROUGH, ORDER),
        ("the launch article's, 1 KB of Base64", ARTICLE, IMAGE[:1024]),
        ("the launch article's, 100 KB of Base64", ARTICLE, IMAGE),
    )
    made = section(
        [measure(airspeed, *one, how.rounds) for one in templates],
        measure_once(airspeed, how.rounds),
        how.rounds,
    )
    print(made)
    how.output.write_text(replaced(how.output.read_text(), SECTION, made))


if __name__ == "__main__":
    main()
