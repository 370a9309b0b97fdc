"""Functions behind an API of octetgate, and the peers that do the same, started for a benchmark."""

import io
import os
import re
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import programs
from botocore.config import Config
from programs import Missing, Place

OURS = "octetgate"
EVERY_CORE = ",".join(map(str, range(os.cpu_count() or 1)))
"""Servers and load share the machine: functions run in processes of their own."""

_ROLE = "arn:aws:iam::000000000000:role/any"


class Octetgate:
    """A running octetgate, and what is built in it."""

    def __init__(self, port: int, admin_port: int, pid: int) -> None:
        self.admin_port = admin_port
        self.pid = pid
        self._url = f"http://127.0.0.1:{port}"
        self._endpoint = f"http://127.0.0.1:{admin_port}"

    def client(self, service: str) -> Any:
        session: Any = boto3.Session(aws_access_key_id="any", aws_secret_access_key="any")
        return session.client(
            service,
            endpoint_url=self._endpoint,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def function(self, name: str, **members: Any) -> str:
        """Create a function that an API may call; return its integration URI."""
        lam = self.client("lambda")
        arn = lam.create_function(FunctionName=name, Role=_ROLE, **members)["FunctionArn"]
        lam.add_permission(
            FunctionName=name,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
        path = f"2015-03-31/functions/{arn}/invocations"
        return f"arn:aws:apigateway:us-east-1:lambda:path/{path}"

    def api(self, integrations: Mapping[str, Mapping[str, Any]], media_types: list[str]) -> str:
        """Build an API with a path for each integration; return its URL."""
        gateway = self.client("apigateway")
        api = gateway.create_rest_api(name="functions", binaryMediaTypes=media_types)["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        for part, integration in integrations.items():
            resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=part)["id"]
            method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
            gateway.put_method(**method, authorizationType="NONE")
            gateway.put_integration(**method, integrationHttpMethod="POST", **integration)
            if integration["type"] == "AWS":
                gateway.put_method_response(**method, statusCode="200")
                gateway.put_integration_response(**method, statusCode="200")
        gateway.create_deployment(restApiId=api, stageName="s")
        return f"{self._url}/restapis/{api}/s/_user_request_"


@dataclass(frozen=True)
class Peer:
    """A running program that octetgate is compared with."""

    url: str
    pid: int


@contextmanager
def octetgate(place: Place) -> Iterator[Octetgate]:
    """Run octetgate with its defaults."""
    port, admin_port = programs.free_port(), programs.free_port()
    command = [str(Path(sys.executable).with_name("octetgate")), "serve"]
    command += ["--port", str(port), "--admin-port", str(admin_port)]
    command += ["--data", str(place.folder / "state")]
    if not Path(command[0]).exists():
        raise Missing(f"{OURS}: expected beside {sys.executable}, found nothing")
    with programs.running(command, EVERY_CORE, admin_port, place.folder, seconds=60) as pid:
        _wait_until_well(f"http://127.0.0.1:{admin_port}/_octetgate/health")
        yield Octetgate(port, admin_port, pid)


def _wait_until_well(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise Missing(f"{OURS}: expected to be well at {url}")


def zipped(files: Mapping[str, str]) -> bytes:
    """Return a deployment package."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return package.getvalue()


@contextmanager
def serverless_offline(
    place: Place, node_peers: Path, functions: Mapping[str, tuple[str, str]], files: dict[str, str]
) -> Iterator[Peer]:
    """Run serverless-offline with a path for each function (runtime, handler)."""
    serverless = node_peers / "node_modules/.bin/serverless"
    if not serverless.exists():
        raise Missing(f"serverless-offline: expected in {node_peers.name}; make bench fetches it")
    project = place.folder / "offline"
    project.mkdir()
    (project / "node_modules").symlink_to(node_peers / "node_modules")
    for name, text in files.items():
        (project / name).write_text(text)
    ports = [programs.free_port() for _ in range(3)]
    lines = [
        "service: bench",
        "provider: {name: aws, runtime: nodejs20.x}",
        "plugins: [serverless-offline]",
        "custom:",
        f"  serverless-offline: {{httpPort: {ports[0]}, lambdaPort: {ports[1]},",
        f"    websocketPort: {ports[2]}, host: 127.0.0.1, noPrependStageInUrl: true,",
        "    noTimeout: true}",
        "functions:",
    ]
    for name, (runtime, handler) in functions.items():
        event = f"[{{http: {{path: /{name}, method: get}}}}]"
        lines.append(f"  {name}: {{runtime: {runtime}, handler: {handler}, events: {event}}}")
    (project / "serverless.yml").write_text("\n".join(lines) + "\n")
    command = ["env", "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off"]
    command += [str(serverless), "offline"]
    with programs.running(command, EVERY_CORE, ports[0], project, seconds=90) as pid:
        yield Peer(f"http://127.0.0.1:{ports[0]}", pid)


@contextmanager
def thumbor(place: Place, images: Path, quality: int) -> Iterator[Peer]:
    """Run thumbor with a process per core, images from the folder."""
    command = [programs.program("thumbor", place.peers / "bin/thumbor")]
    port = programs.free_port()
    config = place.folder / "thumbor.conf"
    config.write_text(
        "LOADER = 'thumbor.loaders.file_loader'\n"
        f"FILE_LOADER_ROOT_PATH = {str(images)!r}\n"
        "STORAGE = 'thumbor.storages.no_storage'\n"
        "ALLOW_UNSAFE_URL = True\n"
        f"QUALITY = {quality}\n"
    )
    command += ["--ip", "127.0.0.1", "--port", str(port), "--conf", str(config)]
    command += ["--processes", str(os.cpu_count() or 1), "--log-level", "error"]
    with programs.running(command, EVERY_CORE, port, place.folder, seconds=60) as pid:
        yield Peer(f"http://127.0.0.1:{port}", pid)


def load(url: str, connections: int, seconds: int, script: Path) -> dict[str, float]:
    """Return what wrk measured: calls per second, and milliseconds; raises if a call failed."""
    command = [programs.program("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s"]
    command += ["--timeout", "60s", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"^measured (.+)$", said, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{url}: expected wrk to measure, found\n{said}")
    rate, p50, p99, failed = map(float, found[1].split())
    if failed:
        raise RuntimeError(f"{url}: expected only answers 2xx, found\n{said}")
    return {"rate": rate, "p50": p50, "p99": p99}


MEASURED = """
done = function(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  io.write(string.format("measured %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
"""
"""The end of a wrk script: one line with what `load` reads."""
