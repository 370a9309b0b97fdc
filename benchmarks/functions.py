"""How many calls does a warm function behind an API answer, beside serverless-offline?

The same handlers in both, in Node.js and in Python; both servers run all the time and take
turns under the same load, and the median of the rounds counts.  The result is a section of
README.md beside this file.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cpu
import lambdas
import machine
from lambdas import OURS
from page import README, replaced
from programs import Missing, Place

PEER = "serverless-offline"
SECTION = "## Warm functions"
FILES = {
    "index.js": "exports.handler = async () => ({ statusCode: 200, body: 'hello' });\n",
    "handler.py": (
        "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"
    ),
}
PYTHON = f"python3.{sys.version_info.minor}"
FUNCTIONS = {"node": ("nodejs20.x", "index.handler"), "python": (PYTHON, "handler.handler")}
LABELS = {"node": "Node.js", "python": "Python"}


@dataclass(frozen=True)
class Case:
    """One function under one load."""

    function: str
    connections: int

    @property
    def label(self) -> str:
        clients = "1 client" if self.connections == 1 else f"{self.connections} clients"
        return f"{LABELS[self.function]}, {clients}"


CASES = [Case(function, connections) for function in FUNCTIONS for connections in (1, 16)]
Results = dict[tuple[Case, str], list[dict[str, float]]]


Costs = dict[tuple[Case, str], list[dict[str, float]]]
"""Processor time of a call in seconds, by what used it."""
ROLES = ("gateway", "supervisor", "function", "other")


@dataclass(frozen=True)
class Measured:
    """A running server: its URL, its process, and what those below it are."""

    url: str
    pid: int
    known: dict[int, str]

    def load(
        self, case: Case, seconds: int, script: Path
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return what wrk measured, and what a call cost."""
        before = cpu.seconds(self.pid)
        got = lambdas.load(f"{self.url}/{case.function}", case.connections, seconds, script)
        used = cpu.by_role(before, cpu.seconds(self.pid), self.known)
        calls = max(got["rate"] * seconds, 1.0)
        return got, {role: spent / calls for role, spent in used.items()}


def build(server: lambdas.Octetgate) -> str:
    """Create the functions and an API with a path for each; return its URL."""
    package = lambdas.zipped(FILES)
    integrations = {
        name: {
            "type": "AWS_PROXY",
            "uri": server.function(
                name, Runtime=runtime, Handler=handler, Code={"ZipFile": package}
            ),
        }
        for name, (runtime, handler) in FUNCTIONS.items()
    }
    return server.api(integrations, [])


def measure(
    servers: dict[str, Measured], rounds: int, seconds: int, folder: Path
) -> tuple[Results, Costs]:
    """Return what each case took and cost on each server, round by round."""
    script = folder / "measured.lua"
    script.write_text(lambdas.MEASURED)
    results: Results = defaultdict(list)
    costs: Costs = defaultdict(list)
    for case in CASES:
        for server in servers.values():
            server.load(case, seconds, script)  # warm
        for turn in range(rounds):
            for name, server in servers.items():
                got, cost = server.load(case, seconds, script)
                results[case, name].append(got)
                costs[case, name].append(cost)
                print(
                    f"  {case.label:20} round {turn + 1}  {name:18} {got['rate']:8.1f}/s"
                    f"  p50 {got['p50']:8.2f} ms  p99 {got['p99']:8.2f} ms"
                    f"  CPU {sum(cost.values()) * 1e6:7.0f} µs",
                    flush=True,
                )
    return results, costs


def costs_table(costs: Costs, names: list[str]) -> str:
    """Return the medians of what a call cost in Markdown."""
    peers = [name for name in names if name != OURS]
    heads = [*ROLES, "octetgate together", *peers]
    lines = ["| µs of a processor, a call | " + " | ".join(heads) + " |"]
    lines.append("| --- |" + " ---: |" * len(heads))
    for case in CASES:
        ours = [
            statistics.median(each.get(role, 0.0) for each in costs[case, OURS]) for role in ROLES
        ]
        others = [
            statistics.median(sum(each.values()) for each in costs[case, name]) for name in peers
        ]
        cells = [f"{used * 1e6:,.0f}" for used in (*ours, sum(ours), *others)]
        lines.append("| " + " | ".join([case.label, *cells]) + " |")
    return "\n".join(lines)


def table(results: Results, names: list[str]) -> str:
    """Return the medians in Markdown."""
    heads = [f"{name} {what}" for name in names for what in ("calls/s", "p50", "p99")]
    compared = PEER in names
    lines = ["| No-op | " + " | ".join(heads) + (" | times as many |" if compared else " |")]
    lines.append("| --- |" + " ---: |" * (len(heads) + compared))
    for case in CASES:
        middle = {
            name: {
                what: statistics.median(each[what] for each in results[case, name])
                for what in ("rate", "p50", "p99")
            }
            for name in names
        }
        cells = [
            cell
            for name in names
            for cell in (
                f"{middle[name]['rate']:,.0f}",
                f"{middle[name]['p50']:.1f} ms",
                f"{middle[name]['p99']:.1f} ms",
            )
        ]
        if compared:
            cells.append(f"**{middle[OURS]['rate'] / middle[PEER]['rate']:.1f}**")
        lines.append("| " + " | ".join([case.label, *cells]) + " |")
    return "\n".join(lines)


PAGE = """\
{heading}

How many calls does a warm function that does nothing answer behind `AWS_PROXY`, compared with
serverless-offline?  Ten times as many is the goal.

{table}

The same two handlers in both; wrk keeps 1 or 16 connections open, and everything shares the
machine's cores.  Median of {rounds} rounds of {seconds} s, in which the servers take turns.
Every call was answered 2xx.  octetgate runs with its defaults, access log and function logs
included; each call goes to a process of the function's own.
serverless-offline is the last that runs without an account; it runs Node.js handlers in
threads of its own process, Python ones in processes.

{costs}

The gateway is where a call arrives, the supervisor starts and watches processes, the function
is its own process.  The smallest round trip that there is between two Python processes, a
message of an event's length over a pair of sockets and back with nothing done to it, takes
{floor:,.0f} µs of a processor here; a call cannot cost less than that and what wrk, the
gateway's HTTP and the function's own start of a line of Python take.

| Measured on | {date} |
| --- | --- |
| Other work | {others} |
{machine}
"""


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--node-peers", type=Path, default=here.parent / ".bench-node")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one turn")
    parser.add_argument("--output", type=Path, default=README)
    return parser.parse_args()


def main() -> None:
    """Measure, print and write."""
    how, others = arguments(), machine.other_work()
    with tempfile.TemporaryDirectory() as name, ExitStack() as started:
        place = Place(Path(name), Path(name))
        place.folder.chmod(0o755)
        ours = started.enter_context(lambdas.octetgate(place))
        servers = {OURS: Measured(build(ours), ours.pid, cpu.roles(ours.admin_port))}
        try:
            offline = lambdas.serverless_offline(place, how.node_peers.resolve(), FUNCTIONS, FILES)
            peer = started.enter_context(offline)
            servers[PEER] = Measured(peer.url, peer.pid, {})
        except Missing as missing:
            print(f"left out: {missing}")
        results, costs = measure(servers, how.rounds, how.seconds, place.folder)
    made = PAGE.format(
        heading=SECTION,
        table=table(results, list(servers)),
        costs=costs_table(costs, list(servers)),
        floor=cpu.floor() * 1e6,
        rounds=how.rounds,
        seconds=how.seconds,
        others=others,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine.rows(**versions(how.node_peers)),
    )
    print(made)
    how.output.write_text(replaced(how.output.read_text(), SECTION, made))


def versions(node_peers: Path) -> dict[str, str]:
    """Return the versions of what was measured beside octetgate."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    return {
        "Node.js": node.stdout.strip().removeprefix("v"),
        PEER: machine.npm_version(node_peers, PEER),
        "serverless": machine.npm_version(node_peers, "serverless"),
    }


if __name__ == "__main__":
    main()
