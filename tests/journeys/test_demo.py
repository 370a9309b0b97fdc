"""The demo, as a newcomer runs it: in an empty folder, and again."""

import signal
import subprocess

import pytest
from tests.journeys import images
from tests.journeys.building import build_proxy
from tests.journeys.running import COMMAND

PORTS = ("--port", "0", "--admin-port", "0")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    done = subprocess.run(
        [*COMMAND, "demo", "--once", *PORTS],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return folder, done


def test_every_step_holds_and_the_status_says_so(shown):
    _, done = shown
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.splitlines()[-1] == "9 of 9 steps held"


def test_the_table_says_what_was_done_to_the_bytes(shown):
    _, done = shown
    for words in (
        "contentHandling is CONVERT_TO_TEXT → Base64-encoded",
        "Base64-decoded",
        "contentHandling is PASSTHROUGH → bytes unchanged",
        "no Content-Type counts as application/json",
    ):
        assert words in done.stdout


def test_the_images_lie_beside_their_results(shown):
    folder, _ = shown
    made = folder / ".octetgate/demo"
    for sample, result, size in [
        ("gradient.png", "gradient.thumbnail.png", (100, 75)),
        ("alpha.png", "alpha.thumbnail.png", (100, 140)),
        ("photo.jpg", "photo.resized.jpg", (320, 213)),
    ]:
        assert (made / sample).exists()
        assert images.opened((made / result).read_bytes()).size == size


def test_running_it_again_keeps_serving_and_its_own_curl_lines_work(shown, tmp_path):
    folder, _ = shown
    with subprocess.Popen(
        [*COMMAND, "demo", *PORTS], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        said = []
        while not said or "Ctrl-C" not in said[-1]:
            line = process.stdout.readline()
            assert line, said
            said.append(line)
        assert "9 of 9 steps held\n" in said
        lines = [line for line in said if line.startswith("curl ")]
        assert len(lines) == 2
        for line in lines:
            output = tmp_path / "output"
            command = line.strip().rpartition(" > ")[0]
            subprocess.run(
                ["sh", "-c", f"{command} --silent > {output}"], cwd=folder, check=True, timeout=30
            )
            assert images.opened(output.read_bytes()).width in {100, 320}
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_an_api_of_the_users_own_on_localhost_is_not_taken_away(tmp_path, start):
    server = start(data=tmp_path / ".octetgate")
    api = build_proxy(server, "http://127.0.0.1:9/", domain="localhost")
    assert server.stop() == 0
    done = subprocess.run(
        [*COMMAND, "demo", "--once", *PORTS],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "localhost, which is mapped to an API of yours" in done.stderr
    again = start(data=server.data)
    mappings = again.gateway.get_base_path_mappings(domainName="localhost")["items"]
    assert [each["restApiId"] for each in mappings] == [api]


def test_a_taken_port_stops_the_demo_in_one_line(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "demo", "--once", "--port", str(port), "--admin-port", "0"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"octetgate: port {port} on 127.0.0.1 is taken")
    assert done.stderr.count("\n") == 1
