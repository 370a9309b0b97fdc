"""Templates run with one command."""

import io
import json
import os
import shutil
import subprocess
import time

import pytest
import requests
from PIL import Image
from tests.journeys.running import COMMAND


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


def until(found, seconds=120):
    """Ask again and again; return what is found at last."""
    ends = time.monotonic() + seconds
    while (value := found()) is None:
        assert time.monotonic() < ends, f"not within {seconds} s"
        time.sleep(0.05)
    return value


def test_edits_of_a_watched_template_and_of_its_code_are_answered(octetgate, project, tmp_path):
    folder = tmp_path / "watched"
    shutil.copytree(project / "examples/sam-images", folder)
    template, code = folder / "template.yaml", folder / "src" / "images.py"
    with (tmp_path / "said").open("wb") as said:
        watching = subprocess.Popen(
            [*COMMAND, "import", str(template), "--stage", "dev", "--watch"],
            env={**os.environ, "OCTETGATE_ENDPOINT": octetgate.endpoint},
            stdout=said,
            stderr=said,
        )
    gateway = octetgate.gateway

    def url():
        found = gateway.get_rest_apis(limit=500)["items"]
        ids = [each["id"] for each in found if each["name"] == "watched"]
        stages = (
            [each["stageName"] for each in gateway.get_stages(restApiId=ids[0])["item"]]
            if ids
            else []
        )
        return octetgate.invoke_url(ids[0], "dev") if "dev" in stages else None

    def answers(path, status):
        headers = {"Accept": "image/png"}
        answer = requests.get(f"{until(url)}{path}", headers=headers, timeout=30)
        return answer if answer.status_code == status else None

    try:
        until(lambda: answers("images/8", 200))
        code.write_text(code.read_text().replace('"statusCode": 200', '"statusCode": 203'))
        assert answers("images/8", 203)
        template.write_text("Resources: [")
        until(lambda: True if b"octetgate: " in (tmp_path / "said").read_bytes() else None)
        text = (project / "examples/sam-images/template.yaml").read_text()
        template.write_text(text.replace("/images/{size}", "/pictures/{size}"))
        until(lambda: answers("pictures/8", 203))
    finally:
        watching.terminate()
        watching.wait(20)
