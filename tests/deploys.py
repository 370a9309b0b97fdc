"""Deployments and promoted canaries under full load: no call fails, and none is answered by two.

``make deploys``, or ``python -m tests.deploys [SECONDS]``: once a second an API is edited in
several places and deployed, every other time as a canary that is promoted half a second later,
while callers ask as fast as they are answered.  Each answer shows from several places which
deployment made it: all have to say the same, and none may be older than the last deployment that
had been acknowledged when the call began.  Ends with status 1 if one call was different.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.journeys.running import Octetgate

CALLERS = 24
PATIENCE = 120
"""Seconds beyond the deployments' own time after which something hangs."""
STAGE = "live"
ROUTES = ("mock", "proxy", "cached")
TEMPLATE = (
    "#set($context.responseOverride.status = %d)"
    '{"body": %d, "variable": $stageVariables.version, "canary": "$context.isCanaryRequest"}'
)
"""What the MOCK answers, of one version."""


@dataclass
class Versions:
    """Which deployments may answer now."""

    acknowledged: int = 0
    """The last that is known to be served."""
    begun: int = 0
    """The last that may be served."""


@dataclass
class Findings:
    """What the callers saw."""

    calls: Counter = field(default_factory=Counter)
    """How many calls of each route were answered by each version."""
    problems: list[str] = field(default_factory=list)
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def another(self) -> None:
        """Wait for one answer more, unless there was a wrong one."""
        if not self.problems:
            self._answered.clear()
            await self._answered.wait()

    def judge(self, route: str, answer: "Answer", first: int, last: int) -> None:
        """Hold an answer against what it may be."""
        self._answered.set()
        told = answer.versions()
        if len(told) != 1:
            self.problems.append(f"{route}: expected one version, found {answer}")
            return
        (version,) = told
        if not first <= version <= last:
            self.problems.append(f"{route}: expected {first} to {last}, found {answer}")
        self.calls[route, version] += 1

    def lost(self, route: str, error: Exception) -> None:
        """Note a call without an answer."""
        self._answered.set()
        self.problems.append(f"{route}: expected an answer, found {error!r}")


@dataclass
class Answer:
    """One answer, and what its places say of who made it."""

    status: int
    header: str
    body: bytes

    def versions(self) -> set[int]:
        """Return every version that the answer names; -1 for an error."""
        if self.status not in {200, 201}:
            return {-1, -2}
        said = json.loads(self.body)
        found = {int(self.header), said["body"], int(said.get("variable", self.header))}
        if "canary" in said:
            # Every other version is a canary's; the status and the context have to agree.
            even = said["body"] % 2 == 0
            if self.status != (200 if even else 201) or said["canary"] == str(not even).lower():
                found.add(-1)
        return found


class Api:
    """The API that is deployed over and over."""

    def __init__(self, server: Octetgate, backend: str, versions: Versions) -> None:
        self._client = server.gateway
        self._backend = backend
        self._versions = versions
        made = self._client.create_rest_api(name="deployed")
        self.id, self._root = made["id"], made["rootResourceId"]
        self._methods = {part: self._method(part) for part in ROUTES}
        self._put(0)
        self._client.create_deployment(
            restApiId=self.id, stageName=STAGE, variables={"version": "0"}
        )
        self._patch_stage(
            ("replace", "/cacheClusterEnabled", "true"),
            ("replace", "/cacheClusterSize", "0.5"),
            ("replace", "/~1cached/GET/caching/enabled", "true"),
        )

    def _method(self, part: str) -> dict[str, str]:
        resource = self._client.create_resource(
            restApiId=self.id, parentId=self._root, pathPart=part
        )["id"]
        place = {"restApiId": self.id, "resourceId": resource, "httpMethod": "GET"}
        self._client.put_method(**place, authorizationType="NONE")
        parameters = {"method.response.header.X-Version": False}
        for status in ("200", "201"):
            self._client.put_method_response(
                **place, statusCode=status, responseParameters=parameters
            )
        return place

    def _put(self, version: int) -> None:
        """Edit every place that an answer shows."""
        client = self._client
        place = self._methods["mock"]
        client.put_integration(
            **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        template = TEMPLATE % (200 + version % 2, version)
        client.put_integration_response(
            **place,
            statusCode="200",
            responseParameters={"method.response.header.X-Version": f"'{version}'"},
            responseTemplates={"application/json": template},
        )
        for part in ("proxy", "cached"):
            client.put_integration(
                **self._methods[part],
                type="HTTP_PROXY",
                integrationHttpMethod="GET",
                uri=f"{self._backend}/{version}",
                requestParameters={"integration.request.header.X-Version": f"'{version}'"},
            )

    def deploy(self, version: int) -> None:
        """Edit and deploy."""
        self._put(version)
        self._versions.begun = version
        self._client.create_deployment(
            restApiId=self.id, stageName=STAGE, variables={"version": str(version)}
        )
        self._versions.acknowledged = version

    def try_out(self, version: int) -> None:
        """Edit and deploy as a canary, which a third of the calls see."""
        self._put(version)
        self._versions.begun = version
        self._client.create_deployment(
            restApiId=self.id,
            stageName=STAGE,
            canarySettings={
                "percentTraffic": 33.0,
                "stageVariableOverrides": {"version": str(version)},
            },
        )

    def promote(self) -> None:
        """Have the canary serve everybody."""
        self._patch_stage(
            ("copy", "/deploymentId", "/canarySettings/deploymentId"),
            ("copy", "/variables", "/canarySettings/stageVariableOverrides"),
            ("remove", "/canarySettings", None),
        )
        self._versions.acknowledged = self._versions.begun

    def _patch_stage(self, *operations: tuple[str, str, str | None]) -> None:
        patches = []
        for op, path, value in operations:
            more = {} if value is None else {"from" if op == "copy" else "value": value}
            patches.append({"op": op, "path": path, **more})
        self._client.update_stage(restApiId=self.id, stageName=STAGE, patchOperations=patches)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer what a call's path and header say, as a backend."""
    ends = asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError
    with contextlib.suppress(*ends):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1].strip("/")
            header = head.lower().partition("x-version: ")[2].partition("\r\n")[0]
            body = f'{{"body": {path}}}'
            writer.write(
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Version: {header}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
    writer.close()


class Caller:
    """Asks the three routes in turn on one connection, as fast as it is answered."""

    def __init__(self, url: str, versions: Versions, findings: Findings) -> None:
        self._place = urlsplit(url)
        self._versions = versions
        self._findings = findings

    async def call(self, until: asyncio.Event) -> None:
        place = self._place
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while not until.is_set():
            for route in ROUTES:
                first = self._versions.acknowledged
                writer.write(
                    f"GET {place.path}{route} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode()
                )
                try:
                    answer = await _answer(reader)
                except (asyncio.IncompleteReadError, ConnectionError) as error:
                    self._findings.lost(route, error)
                    return
                self._findings.judge(route, answer, first, self._versions.begun)
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    fields = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
    }
    body = await reader.readexactly(int(fields["content-length"]))
    return Answer(int(head[9:12]), fields.get("x-version", "-1"), body)


async def under_load(
    server: Octetgate, deployments: int, *, every: float, callers: int = CALLERS
) -> Findings:
    """Deploy so many times while callers ask; return what they saw.

    A deployment comes ``every`` so many seconds, and not before all routes have answered with the
    last one.
    """
    versions, findings, ends = Versions(), Findings(), asyncio.Event()
    backend = await asyncio.start_server(echo, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{backend.sockets[0].getsockname()[1]}"
    api = await asyncio.to_thread(Api, server, url, versions)
    caller = Caller(server.invoke_url(api.id, STAGE), versions, findings)
    longest = PATIENCE + every * deployments
    async with backend, asyncio.timeout(longest), asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller.call(ends))
        try:
            for version in range(1, deployments + 1):
                begun = time.monotonic()
                await _deployed(api, version, findings, every)
                await asyncio.sleep(max(0.0, begun + every - time.monotonic()))
        finally:
            ends.set()
    return findings


async def _deployed(api: Api, version: int, findings: Findings, every: float) -> None:
    """Deploy, as a canary if the version is even; promote that after half of its time."""
    if version % 2:
        await asyncio.to_thread(partial(api.deploy, version))
        await _seen(findings, version)
        return
    await asyncio.to_thread(partial(api.try_out, version))
    await _seen(findings, version)
    await asyncio.sleep(every / 2)
    await asyncio.to_thread(api.promote)
    for _ in range(100):
        await findings.another()


async def _seen(findings: Findings, version: int) -> None:
    """Wait until every route has answered with the version."""
    while not findings.problems and not all(findings.calls[route, version] for route in ROUTES):
        await findings.another()


def main() -> int:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder:
        server = Octetgate(Path(folder) / "data", "--workers", "2").start()
        begun = time.monotonic()
        try:
            findings = asyncio.run(under_load(server, seconds, every=1.0))
        finally:
            server.end()
    calls, took = findings.calls.total(), time.monotonic() - begun
    seen = {version for _, version in findings.calls}
    say = sys.stdout.write
    say(
        f"{calls} calls, {calls / took:.0f}/s, over {took:.0f} s and {seconds} deployments, of "
        f"which {len(seen - {0})} answered some: {len(findings.problems)} failed or mixed\n"
    )
    for problem in findings.problems[:20]:
        say(f"  {problem}\n")
    return 1 if findings.problems else 0


if __name__ == "__main__":
    sys.exit(main())
