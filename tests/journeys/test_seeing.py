"""What a server tells of itself: its logs and its metrics, read where users read them."""

import json
import socket
import time
from pathlib import Path

import requests


def lines_of(octetgate):
    log = Path(octetgate.data) / "logs" / "access.log"
    return [json.loads(line) for line in log.read_text().splitlines()]


def eventually(find):
    """Return what is found, when it is: lines are written together, a moment later."""
    until = time.monotonic() + 10
    while not (found := find()):
        assert time.monotonic() < until, "expected to find it within 10 s"
        time.sleep(0.05)
    return found


def test_what_is_refused_at_the_door_is_in_the_access_log_with_its_reason(octetgate):
    with socket.create_connection(("127.0.0.1", octetgate.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n")
        said = client.makefile("rb").read()
    assert said.startswith(b"HTTP/1.1 400 ")
    reason = said.rpartition(b"\r\n\r\n")[2].decode().strip()

    def find():
        return [line for line in lines_of(octetgate) if "notice" in line]

    (line,) = eventually(find)
    assert line == {
        "time": line["time"],
        "ip": "127.0.0.1",
        "status": 400,
        "notice": "REFUSED_AT_THE_DOOR",
        "error": reason,
    }
    text = requests.get(f"{octetgate.endpoint}/_octetgate/metrics", timeout=10).text
    counted = (
        'octetgate_requests_total{api_id="",method="",resource="",stage="",status_class="4xx"}'
    )
    assert f"{counted} 1.0" in text
