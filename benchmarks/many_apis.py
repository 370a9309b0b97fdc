"""Does octetgate stay quick with a thousand APIs in its store, and with one that is large?

APIs of ten methods are imported and deployed one after the other; on the way, and each time
there are as many as a row says, a page of them is listed and the first call to a stage that
nobody has called yet is made.  Then one API of two thousand paths is imported, deployed and
called.  The result is a section of README.md beside this file.

    .venv/bin/python benchmarks/many_apis.py
"""

import argparse
import http.client
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from page import README, replaced
from start_up import OCTETGATE, answers, free_port

SECTION = "## Many APIs, and a large one"
COUNTS = (1, 10, 100, 300, 1000)
PATHS = 10
LARGE = 2000
LONGEST_SECONDS = 60
_BAR = 30
"""Characters of the longest bar."""


@dataclass(frozen=True)
class Running:
    """A server of the benchmark's own."""

    port: int
    client: Any


@contextmanager
def running(data: str) -> Iterator[Running]:
    """Serve until the block ends."""
    port, admin_port = free_port(), free_port()
    flags = ("--data", data, "--port", str(port), "--admin-port", str(admin_port))
    process = subprocess.Popen(
        [OCTETGATE, "serve", *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        began = time.perf_counter()
        while not answers(admin_port, "/_octetgate/health", 200):
            if time.perf_counter() - began > LONGEST_SECONDS:
                raise TimeoutError(f"not healthy within {LONGEST_SECONDS} s")
            time.sleep(0.01)
        yield Running(
            port,
            boto3.client(
                "apigateway",
                endpoint_url=f"http://127.0.0.1:{admin_port}",
                region_name="us-east-1",
                aws_access_key_id="any",
                aws_secret_access_key="any",
            ),
        )
    finally:
        process.terminate()
        process.wait(LONGEST_SECONDS)


def definition(name: str, paths: int) -> bytes:
    """Return an API of that many paths, each with a method, its model and its mock."""
    return json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": name, "version": "1"},
            "paths": {
                f"/group{n // 50}/item{n}/{{id}}": {"get": _operation()} for n in range(paths)
            },
            "components": {
                "schemas": {"Item": {"type": "object", "properties": {"id": {"type": "string"}}}}
            },
        }
    ).encode()


def _operation() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Item"}
    answer = {"description": "an item", "content": {"application/json": {"schema": schema}}}
    return {
        "parameters": [{"name": "id", "in": "path", "required": True}],
        "responses": {"200": answer},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {
                "default": {
                    "statusCode": "200",
                    "responseTemplates": {"application/json": '{"id": "$input.params(\'id\')"}'},
                }
            },
        },
    }


def called(port: int, api: str, path: str) -> float:
    """Return the seconds that a call on a connection of its own takes."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)
    try:
        connection.request("GET", f"/restapis/{api}/live/_user_request_{path}")
        answer = connection.getresponse()
        if (answer.status, answer.read()) != (200, b'{"id": "7"}'):
            raise RuntimeError(f"{path}: expected the mock's answer, found {answer.status}")
    finally:
        connection.close()
    return time.perf_counter() - began


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that something takes, and what it returns."""
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


class Growing:
    """A store that gets one API after the other."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._kept: list[str] = []

    def grow(self, count: int) -> None:
        """Import and deploy until there are that many."""
        while len(self._kept) < count:
            self._kept.append(self._deployed(f"api {len(self._kept)}"))

    def measure(self, rounds: int) -> tuple[float, float, float]:
        """Return the medians: a page listed, a first call, a call after that; in seconds."""
        client, port = self._server.client, self._server.port
        listed = [timed(lambda: client.get_rest_apis(limit=25))[0] for _ in range(rounds)]
        first, after = [], []
        for _ in range(rounds):
            api = self._deployed("fresh")
            first.append(called(port, api, "/group0/item1/7"))
            after.append(called(port, api, "/group0/item1/7"))
            client.delete_rest_api(restApiId=api)
        return statistics.median(listed), statistics.median(first), statistics.median(after)

    def _deployed(self, name: str) -> str:
        made = self._server.client.import_rest_api(body=definition(name, PATHS))
        self._server.client.create_deployment(restApiId=made["id"], stageName="live")
        api: str = made["id"]
        return api


def large(server: Running) -> tuple[float, float, float]:
    """Return the seconds to import, to deploy and to answer for an API of many paths."""
    client, body = server.client, definition("large", LARGE)
    imported, made = timed(lambda: client.import_rest_api(body=body))
    deployed, _ = timed(lambda: client.create_deployment(restApiId=made["id"], stageName="live"))
    last = LARGE - 1
    return imported, deployed, called(server.port, made["id"], f"/group{last // 50}/item{last}/7")


def section(curve: dict[int, tuple[float, float, float]], big: tuple[float, float, float]) -> str:
    """Return this benchmark's section of the page."""
    rows = "\n".join(
        f"| {count:,} | {listed * 1000:.1f} ms | {first * 1000:.1f} ms | {after * 1000:.1f} ms |"
        for count, (listed, first, after) in curve.items()
    )
    longest = max(first for _, first, _ in curve.values())
    bars = "\n".join(
        f"{count:>6,} APIs  {'█' * max(1, round(first / longest * _BAR)):<{_BAR}}  "
        f"{first * 1000:.1f} ms"
        for count, (_, first, _) in curve.items()
    )
    imported, deployed, answered = big
    return f"""{SECTION}

Does a page of `get_rest_apis`, or the first call to a stage, take longer when there are many
APIs in the store?  Each has {PATHS} methods and is deployed.

| APIs in the store | list a page of 25 | first call to a stage | a call after that |
| ---: | ---: | ---: | ---: |
{rows}

The first call, which finds, reads and compiles its stage:

```
{bars}
```

One API of {LARGE:,} paths, each with a method, a model and a mock ({LARGE + LARGE // 50 + LARGE:,}
resources): imported in **{imported:.1f} s**, deployed in {deployed:.1f} s; its first call was
answered after {answered:.2f} s.

Calls are on connections of their own, to a server in processes of its own with SQLite.
"""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path, default=README)
    how = parser.parse_args()
    curve: dict[int, tuple[float, float, float]] = {}
    with tempfile.TemporaryDirectory() as data, running(data) as server:
        growing = Growing(server)
        for count in COUNTS:
            growing.grow(count)
            curve[count] = growing.measure(how.rounds)
        big = large(server)
    made = section(curve, big)
    print(made)
    how.output.write_text(replaced(how.output.read_text(), SECTION, made))


if __name__ == "__main__":
    main()
