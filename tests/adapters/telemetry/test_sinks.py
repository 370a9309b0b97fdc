"""Lines over sockets: whole lines to whoever listens, and nobody held up by who does not."""

import asyncio
import contextlib
import socket

import pytest

from octetgate.adapters.telemetry.logs import AccessLog
from octetgate.adapters.telemetry.sinks import SocketSink, TurningSink, is_socket
from octetgate.adapters.telemetry.stage_logs import StageLogFiles


@pytest.fixture(params=["tcp", "unix"])
def listening(request, tmp_path):
    """A socket that listens, and its URL."""
    if request.param == "tcp":
        made = socket.create_server(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{made.getsockname()[1]}"
    else:
        made = socket.socket(socket.AF_UNIX)
        made.bind(str(tmp_path / "collector"))
        made.listen()
        url = f"unix://{tmp_path}/collector"
    made.settimeout(10)
    with contextlib.closing(made):
        yield made, url


def heard(connection, ends):
    """Return what came, up to these bytes."""
    connection.settimeout(10)
    data = b""
    while not data.endswith(ends):
        piece = connection.recv(65536)
        assert piece, f"the connection ended behind {data!r}"
        data += piece
    return data


@pytest.mark.parametrize(
    "url, is_one",
    [
        ("tcp://127.0.0.1:5170", True),
        ("tcp://[::1]:5170", True),
        ("unix:///run/collector.sock", True),
        ("tcp://localhost:5170", False),  # a name, which takes time to look up
        ("tcp://127.0.0.1", False),
        ("tcp://127.0.0.1:0", False),
        ("tcp://999.0.0.1:1", False),
        ("udp://127.0.0.1:5170", False),
        ("unix://run", False),
        ("stdout", False),
    ],
)
def test_a_socket_is_named_by_an_address(url, is_one):
    assert is_socket(url) is is_one


async def test_lines_arrive_whole_and_in_order(listening):
    server, url = listening
    log = AccessLog(url)
    for number in range(500):
        log.write(f"line {number}")
    connection, _ = await asyncio.to_thread(server.accept)
    with connection:
        data = await asyncio.to_thread(heard, connection, b"line 499\n")
    assert data.decode().split("\n")[:-1] == [f"line {number}" for number in range(500)]
    log.close()


async def test_lines_wait_for_whoever_comes_to_listen(tmp_path):
    log = AccessLog(f"unix://{tmp_path}/late")
    log.write("early")
    log.flush()
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(tmp_path / "late"))
        server.listen()
        server.settimeout(10)
        connection, _ = await asyncio.to_thread(server.accept)
        with connection:
            assert await asyncio.to_thread(heard, connection, b"\n") == b"early\n"
    log.close()


def test_after_a_broken_connection_the_next_one_begins_with_a_whole_line(listening):
    server, url = listening
    sink = SocketSink(url)
    data = b"first\nsecond\nthird\n"
    while not (taken := sink.write(data[:9])):  # in the middle of the second line
        pass
    first, _ = server.accept()
    assert heard(first, b"sec") == data[:9]
    first.close()
    rest = data[taken:]
    with pytest.raises(OSError, match=r"Broken pipe|reset"):
        write_until_broken(sink)
    while rest:
        rest = rest[sink.write(rest) :]
    second, _ = server.accept()
    with second:
        assert heard(second, b"\n") == b"third\n"
    sink.close()


def write_until_broken(sink):
    while True:
        sink.write(b"ond")


def test_who_reads_nothing_holds_nobody_up(listening):
    server, url = listening
    sink = SocketSink(url)
    sent = 0
    line = b"x" * 65535 + b"\n"
    while not sent:
        sent = sink.write(line)
    accepted, _ = server.accept()
    with accepted:
        while taken := sink.write(line):
            sent += taken
        assert 0 < sent < 64 * 2**20
    sink.close()


def test_a_stage_may_write_to_a_socket(listening, tmp_path):
    server, url = listening
    logs = StageLogFiles(tmp_path)
    write = logs.open(url)
    write("one")
    write("two")
    connection, _ = server.accept()
    with connection:
        write("three")
        assert heard(connection, b"three\n") == b"one\ntwo\nthree\n"
    logs.close()


# --- Files that turn ---------------------------------------------------------------------------


def test_a_full_file_becomes_the_one_before_and_nothing_is_lost(tmp_path):
    path = tmp_path / "s.log"
    # Two processes append to it; neither knows what the other does.
    sinks = [TurningSink(str(path), 100) for _ in range(2)]
    before = ""
    for number in range(12):
        line = f"line {number:02d} {'x' * 20}\n"
        for sink in sinks:
            assert sink.write(line.encode()) == len(line)
        if (tmp_path / "s.log.1").exists() and not before:
            before = (tmp_path / "s.log.1").read_text()
            assert before.splitlines()[0].startswith("line 00")
    assert before.count("\n") == 4
    kept = (tmp_path / "s.log.1").read_text() + path.read_text()
    last = [line[:7] for line in kept.splitlines()]
    assert last == sorted(last)
    assert last[-1] == "line 11"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["s.log", "s.log.1"]
    for sink in sinks:
        sink.close()


def test_execution_logs_are_named_after_the_services_groups(tmp_path):
    logs = StageLogFiles(tmp_path)
    logs.execution("API-Gateway-Execution-Logs_a1/prod")("one")
    logs.execution("API-Gateway-Execution-Logs_a1/prod/Canary")("two")
    group = tmp_path / "execution" / "API-Gateway-Execution-Logs_a1"
    assert (group / "prod.log").read_text() == "one\n"
    assert (group / "prod" / "Canary.log").read_text() == "two\n"
    logs.close()
