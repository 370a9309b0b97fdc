"""The tutorial and the how-to work as they are written, on ports of their own."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from PIL import Image

OCTETGATE = Path(sys.executable).with_name("octetgate")
WAIT_SECONDS = 60


class Served:
    """A running octetgate, and its addresses in place of those that the docs name."""

    def __init__(self, gateway, management):
        self.gateway = gateway
        self.management = management

    def here(self, text):
        for host in ("127.0.0.1", "localhost"):
            text = text.replace(f"http://{host}:8080", self.gateway)
            text = text.replace(f"http://{host}:8081", self.management)
        return text

    def run(self, *command):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=WAIT_SECONDS, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    command = [OCTETGATE, "serve", "--port", "0", "--admin-port", "0", "--workers", "1"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, f"octetgate did not start: {said}"
            said += line
        yield Served(*re.findall(r"http://[\d.:]+", said)[:2])
        process.terminate()
        process.stdout.read()


@pytest.fixture
def picture():
    written = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(written, "PNG")
    return written.getvalue()


def blocks(project, page, language):
    text = (project / "docs" / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_tutorial_ends_with_a_thumbnail(project, served, picture):
    page = "tutorial/first-thumbnail.md"
    create = next(block for block in blocks(project, page, "sh") if "functions create" in block)
    words = create.split()[1:]
    served.run(OCTETGATE, *words, "--endpoint", served.management)
    (script,) = blocks(project, page, "python")
    url = served.run(sys.executable, "-c", served.here(script))

    headers = {"Accept": "image/png", "Content-Type": "image/png"}
    answer = requests.post(url, data=picture, headers=headers, timeout=WAIT_SECONDS)
    assert answer.status_code == 200
    thumbnail = Image.open(io.BytesIO(answer.content))
    assert thumbnail.format == "PNG"
    assert thumbnail.width * 480 == thumbnail.height * 640

    refused = requests.post(
        url, data=picture, headers={"Content-Type": "image/gif"}, timeout=WAIT_SECONDS
    )
    assert refused.status_code == 415


def test_the_how_to_puts_an_api_before_an_http_backend(project, served, http_backend):
    script = "\n".join(blocks(project, "how-to/call-an-http-backend.md", "python"))
    script = served.here(script).replace("http://127.0.0.1:9000", http_backend)
    served.run(sys.executable, "-c", script.replace('"localhost"', '"127.0.0.1"'))
    answer = requests.get(f"{served.gateway}/things/7", timeout=WAIT_SECONDS)
    assert (answer.status_code, answer.text) == (200, "/things/7")
