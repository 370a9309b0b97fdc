"""How fast do bodies pass through, compared with other proxies on the same core?

Each proxy is pinned to one core; the backend and the load share another.  All of them are
measured in turns, round by round, so that a machine that grows slower grows slower for all,
and the median of the rounds counts.  Results are written to README.md beside this file.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
import machine
import programs
from programs import LOAD_CORE, Missing, Place

CONNECTIONS = 32
SIZES = {"64k": 1 << 16, "1m": 1 << 20, "10m": 10 << 20}
OURS = "octetgate"


@dataclass(frozen=True)
class Case:
    """One kind of call."""

    label: str
    path: str
    upload: int = 0
    """Bytes that the client sends."""


CASES = [
    Case("GET, 56 bytes", "/hello"),
    Case("GET, 64 KiB", "/64k"),
    Case("GET, 1 MiB", "/1m"),
    Case("GET, 10 MiB", "/10m"),
    Case("POST, 1 MiB", "/upload", upload=1 << 20),
]

Results = dict[tuple[Case, str], list[float]]


@contextmanager
def octetgate(place: Place, upstream: int) -> Iterator[str]:
    """Run octetgate with an API that passes everything through; yield its URL."""
    with managed(place, upstream) as (url, _):
        yield url


@contextmanager
def managed(place: Place, upstream: int) -> Iterator[tuple[str, int]]:
    """Do the same; yield the management port, too."""
    port, admin_port = programs.free_port(), programs.free_port()
    command = [str(Path(sys.executable).with_name("octetgate")), "serve", "--workers", "1"]
    command += ["--port", str(port), "--admin-port", str(admin_port)]
    command += ["--data", str(place.folder / "state")]
    if not Path(command[0]).exists():
        raise Missing(f"{OURS}: expected beside {sys.executable}, found nothing")
    with programs.running(command, programs.PROXY_CORE, admin_port, place.folder):
        api = _pass_through_api(admin_port, upstream)
        yield f"http://127.0.0.1:{port}/restapis/{api}/s/_user_request_", admin_port


def _pass_through_api(admin_port: int, upstream: int) -> str:
    client = boto3.client(
        "apigateway",
        endpoint_url=f"http://127.0.0.1:{admin_port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    api = client.create_rest_api(name="passthrough", binaryMediaTypes=["*/*"])["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    resource = client.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
    proxy = "method.request.path.proxy"
    client.put_method(**method, authorizationType="NONE", requestParameters={proxy: True})
    client.put_integration(
        **method,
        type="HTTP_PROXY",
        integrationHttpMethod="ANY",
        uri=f"http://127.0.0.1:{upstream}/{{proxy}}",
        requestParameters={"integration.request.path.proxy": proxy},
    )
    client.create_deployment(restApiId=api, stageName="s")
    return str(api)


Start = Callable[[Place, int], AbstractContextManager[str]]
TARGETS: dict[str, Start] = {
    "nginx": programs.nginx,
    "Envoy": programs.envoy,
    "Caddy": programs.caddy,
    OURS: octetgate,
}


def rate(url: str, case: Case, seconds: int, folder: Path) -> float:
    """Return calls per second; raises when any call failed."""
    command = ["taskset", "-c", LOAD_CORE, programs.program("wrk")]
    command += ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", url + case.path]
    if case.upload:
        command += ["-s", str(_upload_script(case.upload, folder))]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not found or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{case.label} at {url}: expected only answers 2xx, found\n{said}")
    return float(found[1])


def _upload_script(size: int, folder: Path) -> Path:
    script = folder / "upload.lua"
    script.write_text(
        'wrk.method = "POST"\n'
        'wrk.headers["Content-Type"] = "application/octet-stream"\n'
        f'wrk.body = string.rep("\\0\\255", {size // 2})\n'
    )
    return script


def measure(urls: dict[str, str], rounds: int, seconds: int, folder: Path) -> Results:
    """Return the rates of every case and target, round by round."""
    results: Results = {}
    for case in CASES:
        for url in urls.values():
            rate(url, case, 1, folder)  # connections are opened, code is warm
        for turn in range(rounds):
            for name, url in urls.items():
                got = rate(url, case, seconds, folder)
                results.setdefault((case, name), []).append(got)
                print(f"  {case.label:14} round {turn + 1}  {name:9} {got:10.1f}/s", flush=True)
    return results


def table(results: Results, names: list[str]) -> str:
    """Return the medians and our ratio to each peer, in Markdown."""
    peers = [name for name in names if name != OURS]
    ratios = [f"{OURS} / {peer}" for peer in peers] if OURS in names else []
    lines = ["| " + " | ".join(["Calls per second", *names, *ratios]) + " |"]
    lines.append("| --- |" + " ---: |" * (len(names) + len(ratios)))
    for case in CASES:
        medians = {name: statistics.median(results[case, name]) for name in names}
        cells = [f"{medians[name]:,.0f}" for name in names]
        cells += [f"**{medians[OURS] / medians[peer]:.2f}**" for peer in peers if ratios]
        lines.append("| " + " | ".join([case.label, *cells]) + " |")
    return "\n".join(lines)


PAGE = """\
# Benchmarks

Written by `make bench`; do not edit.

## Pass-through

How fast do bodies pass through `HTTP_PROXY`, compared with proxies that do nothing else?
Higher is better.  Only the ratios mean something on another machine.

{table}

Each proxy has one worker, pinned to one core; wrk ({connections} connections) and the backend,
an nginx, share another.  Median of {rounds} rounds of {seconds} s, in which the proxies take
turns.  Every call was answered 2xx.  nginx, Envoy and Caddy keep their upstream connections
alive and write no access log; their configurations are in `programs.py`.  octetgate runs with
its defaults, access log included.

| Measured on | {date} |
| --- | --- |
{machine}
"""


def report(results: Results, names: list[str], place: Place, how: argparse.Namespace) -> str:
    """Return the whole page."""
    described = machine.description(place).items()
    return PAGE.format(
        table=table(results, names),
        connections=CONNECTIONS,
        rounds=how.rounds,
        seconds=how.seconds,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine="\n".join(f"| {label} | {text} |" for label, text in described),
    )


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", type=Path, default=here.parent / ".venv-bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="length of one turn")
    parser.add_argument("--output", type=Path, default=here / "README.md")
    return parser.parse_args()


def main() -> int:
    """Measure, print and write; return 1 when octetgate itself could not be measured."""
    how = arguments()
    if (os.cpu_count() or 1) < 2:
        sys.exit("expected two cores, one for the proxies and one for the load; found one")
    with tempfile.TemporaryDirectory() as name, ExitStack() as started:
        Path(name).chmod(0o755)  # nginx's worker is another user when started by root
        place = Place(Path(name), how.peers.resolve())
        upstream = started.enter_context(programs.backend(place, SIZES))
        urls = {}
        for target, start in TARGETS.items():
            try:
                urls[target] = started.enter_context(start(place, upstream))
            except Missing as missing:
                print(f"left out: {missing}")
        results = measure(urls, how.rounds, how.seconds, place.folder)
        print(table(results, list(urls)))
        if OURS not in urls:
            return 1
        how.output.write_text(report(results, list(urls), place, how))
        return 0


if __name__ == "__main__":
    sys.exit(main())
