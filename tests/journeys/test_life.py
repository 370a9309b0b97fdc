"""Starting, stopping and being killed: what survives, and what the callers see."""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest
import requests
from tests.journeys import images
from tests.journeys.building import build_proxy, build_thumbnail
from tests.journeys.running import COMMAND, backend

PICTURE = images.png(images.noise(300, 200))
PNG = {"Content-Type": "image/png", "Accept": "image/png"}


def thumbnail(server, api):
    answer = requests.post(server.invoke_url(api, "prod"), PICTURE, headers=PNG, timeout=30)
    return answer.status_code, images.opened(answer.content).size


def echo(handler, body):
    handler.reply(body, handler.headers["content-type"])


def test_kill_9_of_everything_loses_nothing(start):
    server = start()
    api = build_thumbnail(server)
    with backend(echo) as url:
        images_api = build_proxy(server, url, domain="localhost")
        assert thumbnail(server, api) == (200, (100, 67))
        server.kill_everything()
        again = start(data=server.data)
        assert {each["id"] for each in again.gateway.get_rest_apis()["items"]} == {api, images_api}
        assert again.gateway.get_stage(restApiId=api, stageName="prod")["deploymentId"]
        assert again.gateway.get_domain_name(domainName="localhost")
        assert thumbnail(again, api) == (200, (100, 67))
        answer = requests.post(
            f"http://localhost:{again.port}/images", PICTURE, headers=PNG, timeout=30
        )
        assert answer.content == PICTURE


def test_nothing_is_left_running_and_the_ports_are_free_after_kill_9_of_the_master(start):
    server = start()
    build_thumbnail(server)
    thumbnail(server, server.gateway.get_rest_apis()["items"][0]["id"])
    processes = server.processes()
    assert any("runtimes/python.py" in " ".join(each.cmdline()) for each in processes)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []
    with socket.create_server(("127.0.0.1", server.port)):
        pass


def test_a_graceful_stop_finishes_the_call_in_flight(start):
    server = start()
    arrived, go_on = threading.Event(), threading.Event()

    def slow(handler, body):
        arrived.set()
        assert go_on.wait(20)
        handler.reply(body, "image/png")

    answers = []
    with backend(slow) as url:
        build_proxy(server, url, domain="127.0.0.1")
        caller = threading.Thread(
            target=lambda: answers.append(
                requests.post(f"{server.url}/images", PICTURE, headers=PNG, timeout=30)
            )
        )
        caller.start()
        assert arrived.wait(20)
        server.process.send_signal(signal.SIGTERM)
        refused = False
        until = time.monotonic() + 10
        while not refused:
            assert time.monotonic() < until
            try:
                socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
            except ConnectionRefusedError:
                refused = True
            except ConnectionResetError:
                pass  # In the very moment of closing.
        assert server.process.poll() is None
        go_on.set()
        caller.join(20)
    assert answers[0].status_code == 200
    assert answers[0].content == PICTURE
    assert server.process.wait(20) == 0


def test_a_graceful_stop_finishes_a_function_call_in_flight(start, tmp_path, new_gate):
    server = start()
    folder, began = tmp_path / "code", new_gate().open()
    folder.mkdir()
    code = (
        "import socket, time\n"
        "def handler(event, context):\n"
        f"    socket.create_connection(('127.0.0.1', {began.port})).close()\n"
        "    time.sleep(0.5)\n"
        "    return 'done'\n"
    )
    (folder / "slow.py").write_text(code)
    made = server.command(
        "functions", "create", "slow", "--folder", str(folder), "--handler", "slow.handler"
    )
    assert made.returncode == 0, made.stderr
    called = subprocess.Popen(
        [*COMMAND, "functions", "invoke", "slow", "--endpoint", server.endpoint],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert began.was_passed(30)
    # As a terminal's Ctrl-C does: every process of the group hears it.
    os.killpg(server.process.pid, signal.SIGINT)
    assert called.communicate(timeout=30)[0] == b'"done"\n'
    assert server.process.wait(20) == 0


def test_a_worker_that_dies_is_replaced_and_health_tells(start):
    server = start("--workers", "1")
    before = {each["name"]: each for each in server.health().json()["processes"]}
    os.kill(before["worker 1"]["pid"], signal.SIGKILL)
    until = time.monotonic() + 20
    while True:
        assert time.monotonic() < until
        now = {each["name"]: each for each in server.health().json()["processes"]}
        if now["worker 1"]["restarts"] == 1 and now["worker 1"]["well"]:
            break
        time.sleep(0.02)
    assert now["worker 1"]["pid"] != before["worker 1"]["pid"]
    assert server.health().status_code == 200
    assert requests.get(server.url, timeout=10).status_code == 403


def test_a_function_process_killed_in_a_call_gives_lambdas_error_and_the_next_call_works(
    start, tmp_path
):
    server = start()
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "f.py").write_text(
        "import os, signal\n"
        "def handler(event, context):\n"
        "    if event.get('die'):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return 'alive'\n"
    )
    assert server.command(
        "functions", "create", "f", "--folder", str(folder), "--handler", "f.handler"
    ).stdout.startswith(b"arn:aws:lambda:")
    died = server.command("functions", "invoke", "f", "--data", '{"die": true}')
    assert died.returncode == 1
    assert b"Runtime exited" in died.stdout or b"exited before" in died.stdout
    assert server.command("functions", "invoke", "f").stdout == b'"alive"\n'


def test_two_workers_share_one_port_and_one_supervisor(start):
    server = start("--workers", "2")
    api = build_thumbnail(server)
    names = [each["name"] for each in server.health().json()["processes"]]
    assert names == ["functions", "management", "worker 1", "worker 2"]
    # Each connection goes to one of the two; 20 of them meet both all but once in a million.
    assert {thumbnail(server, api) for _ in range(20)} == {(200, (100, 67))}


def test_what_is_kept_in_memory_is_gone_after_a_stop(start):
    server = start("--store", "memory://")
    build_thumbnail(server)
    assert not (server.data / "octetgate.db").exists()
    assert server.stop() == 0
    again = start("--store", "memory://", data=server.data)
    assert again.gateway.get_rest_apis()["items"] == []


def test_a_second_server_says_which_port_is_taken(start, tmp_path):
    server = start()
    other = subprocess.run(
        [*COMMAND, "serve", "--port", str(server.port), "--data", str(tmp_path / "other")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert other.returncode == 1
    assert f"port {server.port} on 127.0.0.1 is taken" in other.stderr
    assert other.stderr.count("\n") == 1
    assert other.stdout == ""


def test_a_second_server_is_kept_out_of_the_data_folder(start):
    server = start()
    other = subprocess.run(
        [*COMMAND, "serve", "--port", "0", "--admin-port", "0", "--data", str(server.data)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert other.returncode == 1
    assert f"in use by another octetgate (process {server.process.pid})" in other.stderr


@pytest.fixture
def certificate(tmp_path):
    files = (tmp_path / "cert.pem", tmp_path / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", str(files[0]), "-keyout", str(files[1])),
        ],
        check=True,
        capture_output=True,
    )
    return files


def test_the_gateways_port_speaks_tls_when_it_has_a_certificate(start, certificate):
    cert, key = certificate
    server = start("--tls-cert", str(cert), "--tls-key", str(key))
    assert server.url.startswith("https://127.0.0.1:")
    with backend(echo) as url:
        build_proxy(server, url, domain="127.0.0.1")
        answer = requests.post(
            f"{server.url}/images", PICTURE, headers=PNG, timeout=30, verify=str(cert)
        )
    assert answer.content == PICTURE


def test_a_log_that_was_moved_away_is_opened_anew(start):
    server = start("--workers", "1")
    log = server.data / "logs/access.log"
    moved = log.rename(log.with_suffix(".1"))
    server.process.send_signal(signal.SIGUSR1)
    until = time.monotonic() + 10
    while not log.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    answer = requests.get(f"{server.url}/after", timeout=10)
    while answer.headers["x-amzn-requestid"] not in log.read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    assert "/after" not in moved.read_text()


def test_python_m_octetgate_is_the_command(tmp_path):
    done = subprocess.run(
        [*COMMAND, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.startswith("octetgate ")
    assert Path(COMMAND[0]).exists()
