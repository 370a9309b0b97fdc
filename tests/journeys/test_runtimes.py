"""One handler in every runtime, behind AWS_PROXY: binary comes and goes as it is."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
import requests
from tests.journeys.building import build_api, build_function, lambda_uri
from tests.journeys.images import jpeg, noise, opened, png

HANDLERS = Path(__file__).parent / "bootstraps"
MEDIA_TYPES = ("image/png", "image/jpeg", "application/octet-stream")
SEEN = b"\x00\xffseen"
RUNTIMES = {
    "python": ("python3.12", "signed.py", "handler.py"),
    "node": ("nodejs20.x", "signed.mjs", "handler.mjs"),
    "shell": ("provided.al2023", "signed.sh", "bootstrap"),
    "compiled": ("provided.al2", "signed.c", "bootstrap"),
}
PAYLOADS = {
    "png": ("image/png", png(noise(320, 200))),
    "jpeg": ("image/jpeg", jpeg(640, 480)),
    "every-byte": ("application/octet-stream", bytes(range(256)) * 3 + b"\x00"),
    "five-mebibytes": ("image/png", png(noise(1500, 1166))),
}


@pytest.fixture(scope="module")
def url(octetgate, tmp_path_factory):
    """An API with a path for each runtime."""
    routes = {
        name: {
            "type": "AWS_PROXY",
            "uri": lambda_uri(build(octetgate, tmp_path_factory.mktemp(name), name)),
        }
        for name in RUNTIMES
    }
    return octetgate.invoke_url(build_api(octetgate, routes, media_types=MEDIA_TYPES), "test")


def build(octetgate, folder, name):
    runtime, source, target = RUNTIMES[name]
    code = HANDLERS / source
    if source.endswith(".c"):
        compiled = folder / "bootstrap"
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", compiled, code], check=True)
        code = compiled
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo(target)
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, code.read_bytes())
    return build_function(octetgate, name, package.getvalue(), runtime, Timeout=30, MemorySize=512)


def test_the_large_image_is_at_least_five_mebibytes():
    assert len(PAYLOADS["five-mebibytes"][1]) >= 5 * 2**20


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_bytes_pass_both_ways_whatever_runs_the_function(url, runtime, payload):
    media_type, data = PAYLOADS[payload]
    headers = {"Content-Type": media_type, "Accept": media_type}
    answer = requests.post(url + runtime, data, headers=headers, timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (201, media_type)
    assert answer.content == data + SEEN


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_an_image_that_came_back_still_is_one(url, runtime):
    picture = noise(64, 48)
    headers = {"Content-Type": "image/png", "Accept": "image/png"}
    answer = requests.post(url + runtime, png(picture), headers=headers, timeout=60)
    assert opened(answer.content).tobytes() == picture.tobytes()
