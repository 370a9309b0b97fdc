"""How long does ``octetgate serve`` take to its first answer, on a disk that is warm?

From the start of the program until the gateway's port answers a call, and until health says
that everything is ready.  The first start, which makes the store, is not counted.

    .venv/bin/python benchmarks/start_up.py
"""

import argparse
import http.client
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OCTETGATE = Path(sys.executable).with_name("octetgate")
LONGEST_SECONDS = 30


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, path: str, status: int) -> bool:
    """Say whether a GET gets this status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == status
    except OSError:
        return False
    finally:
        connection.close()


def start(data: str) -> tuple[float, float]:
    """Start once; return the seconds to the gateway's first answer and to health."""
    port, admin_port = free_port(), free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [
            *(OCTETGATE, "serve", "--data", data),
            *("--port", str(port), "--admin-port", str(admin_port)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    gateway = health = 0.0
    while not (gateway and health):
        spent = time.perf_counter() - began
        if spent > LONGEST_SECONDS:
            raise TimeoutError(f"no answer within {LONGEST_SECONDS} s")
        # No API is deployed, so the answer is the gateway's 403.
        if not gateway and answers(port, "/", 403):
            gateway = time.perf_counter() - began
        if not health and answers(admin_port, "/_octetgate/health", 200):
            health = time.perf_counter() - began
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    process.wait(LONGEST_SECONDS)
    return gateway, health


def main() -> None:
    """Print the median and the extremes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds: int = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as data:
        start(data)
        times = [start(data) for _ in range(rounds)]
    for name, seconds in zip(("first answer", "all ready"), zip(*times, strict=True), strict=True):
        print(
            f"{name:<13} median {statistics.median(seconds):.2f} s, "
            f"from {min(seconds):.2f} to {max(seconds):.2f} s, {rounds} starts"
        )


if __name__ == "__main__":
    main()
