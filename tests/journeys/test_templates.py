"""Templates run with one command."""

import io
import json

import pytest
import requests
from PIL import Image


def imported(octetgate, *words):
    done = octetgate.command("import", *map(str, words), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def images(octetgate, project):
    """Return where the stage Prod of examples/sam-images answers, imported with one command."""
    made = imported(octetgate, project / "examples/sam-images/template.yaml", "--stage", "Prod")
    return next(each["url"] for each in made["stages"] if each["stage"] == "Prod")


def test_a_sam_template_with_two_functions_gives_back_an_image_intact(images):
    answer = requests.get(f"{images}images/64", headers={"Accept": "image/png"}, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (64, 64)
    assert picture.getpixel((63, 0)) == (251, 0, 128)


def test_what_is_sent_to_it_comes_back_byte_by_byte(images):
    sent = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    headers = {"Content-Type": "image/png", "Accept": "image/png"}
    answer = requests.post(f"{images}mirror", data=sent, headers=headers, timeout=30)
    assert answer.content == sent
