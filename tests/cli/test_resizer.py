import signal
import subprocess
import sys

import pytest
import requests

from octetgate.cli import resizer, samples


@pytest.fixture(scope="module")
def url():
    with subprocess.Popen(
        [sys.executable, resizer.__file__, "--port", "0", "--longest", "200"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process.stdout.readline().strip()
        process.kill()


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_an_image_comes_back_smaller_in_its_own_format(url, chunked):
    photo = samples.photo()
    body = iter([photo[:1000], photo[1000:]]) if chunked else photo
    answer = requests.post(url, data=body, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert samples.size(answer.content) == (200, 133)


def test_a_small_image_is_not_blown_up(url):
    tiny = samples.thumbnail_samples()["one-pixel.png"]
    answer = requests.post(url, data=tiny, timeout=30)
    assert answer.headers["content-type"] == "image/png"
    assert samples.size(answer.content) == (1, 1)


@pytest.mark.parametrize(
    "path, body, status, words",
    [
        ("", b"no image at all", 422, "expected an image"),
        ("", samples.photo()[:600], 422, "expected an image"),
        ("/other", b"", 404, "expected POST /upload"),
    ],
)
def test_what_is_no_image_is_refused_in_text(url, path, body, status, words):
    answer = requests.post(url + path, data=body, timeout=30)
    assert answer.status_code == status
    assert words in answer.text


def test_samples_are_of_the_sorts_that_their_names_say():
    import io

    from PIL import Image

    made = {
        name: Image.open(io.BytesIO(body)) for name, body in samples.thumbnail_samples().items()
    }
    assert made["palette.png"].mode == "P"
    assert made["alpha.png"].mode == "RGBA"
    assert made["interlaced.png"].info.get("interlace") == 1
    assert made["one-pixel.png"].size == (1, 1)
    assert samples.thumbnail_samples()["sixteen-bit.png"][24] == 16


def test_ctrl_c_ends_it_without_a_trace():
    with subprocess.Popen(
        [sys.executable, resizer.__file__, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        url = process.stdout.readline().strip()
        assert requests.get(url, timeout=30).status_code >= 400  # it serves
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=30)
    assert (process.returncode, complaint.count("Traceback")) == (0, 0)
