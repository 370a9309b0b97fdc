"""Both seed texts, step by step, with boto3 and curl, on images that were never seen before."""

import json

import pytest
from tests.journeys import images
from tests.journeys.building import build_proxy, build_thumbnail
from tests.journeys.running import backend, curl

PICTURES = images.kinds()


@pytest.fixture(scope="module")
def thumbnail_url(octetgate):
    return octetgate.invoke_url(build_thumbnail(octetgate), "prod")


@pytest.fixture(scope="module")
def resizing(octetgate):
    """The second text's API on localhost; gives what its backend received."""
    received = []

    def resize(handler, body):
        received.append(body)
        try:
            small = images.opened(body)
        except OSError:
            handler.reply(b"not an image", "text/plain")
            return
        small.thumbnail((64, 64))
        handler.reply(images.png(small) if small.format == "PNG" else _jpeg(small), "image/jpeg")

    with backend(resize) as url:
        build_proxy(octetgate, f"{url}/upload", domain="localhost", contentHandling="PASSTHROUGH")
        build_proxy(octetgate, f"{url}/upload", name="By type", domain="127.0.0.1")
        yield received


def _jpeg(image):
    import io

    kept = io.BytesIO()
    image.convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


def log_entry(octetgate, request_id):
    """Return the access log's line for a call; it is written within a tenth of a second."""
    import time

    until = time.monotonic() + 10
    while time.monotonic() < until:
        for line in (octetgate.data / "logs/access.log").read_text().splitlines():
            if request_id in line:
                return json.loads(line)
        time.sleep(0.02)
    raise AssertionError(f"no line for {request_id}")


@pytest.mark.parametrize("name", PICTURES)
def test_the_launch_articles_curl_line_makes_a_thumbnail(tmp_path, thumbnail_url, name):
    picture = tmp_path / "x.png"
    picture.write_bytes(PICTURES[name])
    answer = curl(
        *("--request", "POST", "-H", "Accept: image/png", "-H", "Content-Type: image/png"),
        *("--data-binary", f"@{picture}", thumbnail_url),
    )
    before, after = images.opened(PICTURES[name]), images.opened(answer)
    assert after.format == "PNG"
    assert after.width == min(100, before.width)
    assert abs(after.height - after.width * before.height / before.width) <= 1


@pytest.mark.parametrize("content_type", ["application/json", "image/jpeg"])
def test_the_launch_articles_api_refuses_other_content_types(thumbnail_url, tmp_path, content_type):
    head = tmp_path / "head"
    with pytest.raises(AssertionError, match="Unsupported Media Type"):
        curl(
            *("-X", "POST", "-H", f"Content-Type: {content_type}", "-d", "{}"),
            *("-D", str(head), thumbnail_url),
        )
    assert b" 415 " in head.read_bytes().splitlines()[0]


def test_a_client_that_takes_no_png_gets_the_functions_text(thumbnail_url, tmp_path):
    picture = tmp_path / "x.png"
    picture.write_bytes(PICTURES["palette"])
    answer = curl(
        *("-X", "POST", "-H", "Accept: text/plain", "-H", "Content-Type: image/png"),
        *("--data-binary", f"@{picture}", thumbnail_url),
    )
    assert answer.startswith(b'"iVBORw0KGgo')


def test_the_second_texts_curl_line_gets_a_resized_jpeg(octetgate, resizing, tmp_path):
    photo = tmp_path / "my_image.jpg"
    photo.write_bytes(images.jpeg(800, 600))
    answer = curl(
        *("-X", "POST", f"http://localhost:{octetgate.port}/images"),
        *("-H", "Content-Type: image/jpeg", "--data-binary", f"@{photo}"),
    )
    small = images.opened(answer)
    assert (small.format, small.size) == ("JPEG", (64, 48))
    assert resizing[-1] == photo.read_bytes()


def test_without_a_content_type_the_payload_is_text_and_the_log_says_why(
    octetgate, resizing, tmp_path
):
    photo, head = tmp_path / "my_image.jpg", tmp_path / "head"
    photo.write_bytes(images.jpeg(80, 60))
    curl(
        *("-X", "POST", f"http://127.0.0.1:{octetgate.port}/images", "-H", "Content-Type:"),
        *("--data-binary", f"@{photo}", "-D", str(head)),
    )
    assert resizing[-1] == photo.read_bytes().decode("utf-8", "replace").encode()
    lines = dict(line.split(": ", 1) for line in head.read_text().splitlines()[1:] if line)
    request_id = {name.lower(): value for name, value in lines.items()}["x-amzn-requestid"]
    why = log_entry(octetgate, request_id)["requestPayload"]["rule"]
    assert "no Content-Type counts as application/json" in why
    assert "malformed bytes replaced" in why


def test_the_article_can_be_called_with_the_invoke_command(octetgate, thumbnail_url, tmp_path):
    picture, thumbnail = tmp_path / "x.png", tmp_path / "thumb.png"
    picture.write_bytes(PICTURES["alpha"])
    done = octetgate.command(
        *("invoke", "Thumbnail", "POST", "/", "--stage", "prod"),
        *("--header", "Content-Type: image/png", "--header", "Accept: image/png"),
        *("--data", f"@{picture}", "--output", str(thumbnail)),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(b"HTTP/1.1 200 ")
    assert b" bytes in " in done.stderr
    assert images.opened(thumbnail.read_bytes()).width == 100


def test_doctor_finds_a_running_server_well(octetgate):
    done = octetgate.command("doctor", "--data", str(octetgate.data))
    assert done.returncode == 0, done.stdout
    assert f"{octetgate.endpoint} is well".encode() in done.stdout
