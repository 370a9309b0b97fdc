"""Whole payloads through whole configurations (spec: payload-encodings 11, 13 and 14)."""

import asyncio
import base64
import json

import pytest
from tests.core.payload.vectors import MANGLED, E, R
from tests.gateway.front import Front, response

from octetgate.core.model.integration import ContentHandling, PassthroughBehavior

LIMIT = 10_485_760
JPEG = "image/jpeg"
UPLOADS = (JPEG, "image/png", "application/octet-stream")


# --- 14, scenarios 6 to 10: an HTTP_PROXY in front of an image service


@pytest.mark.parametrize(
    "media_types, accept, backend_got, client_got",
    [
        pytest.param((), None, MANGLED, MANGLED, id="6-an-empty-list-corrupts-both-ways"),
        pytest.param((JPEG,), JPEG, R, R, id="7-listed-and-accepted"),
        pytest.param((JPEG,), "*/*", R, E, id="8-listed-but-accept-is-a-wildcard"),
        pytest.param(("*/*",), "*/*", R, R, id="9-everything-is-listed"),
        pytest.param(("*/*",), None, R, R, id="9-everything-is-listed-no-accept"),
    ],
)
async def test_a_jpeg_through_a_proxy_arrives_as_published(
    front: Front, media_types, accept, backend_got, client_got
):
    front.deploy(front.integration("HTTP_PROXY"), media_types)
    front.backend.returns(R, JPEG)
    answer = await front.ask(body=R, content_type=JPEG, accept=accept)
    assert (answer.status, answer.body) == (200, client_got)
    assert answer.header("Content-Type") == JPEG
    assert front.backend.got[0].body == backend_got
    assert front.backend.got[0].header("Content-Type") == JPEG


async def test_10_an_error_page_for_an_image_client_is_a_500(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), (JPEG,))
    front.backend.returns(b"<h1>Not Found</h1>", "text/html", status=404)
    answer = await front.ask(body=R, content_type=JPEG, accept=JPEG)
    assert answer.error == (500, "Internal server error")
    assert front.backend.got[0].body == R


async def test_an_error_page_for_a_text_client_keeps_its_status(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), (JPEG,))
    front.backend.returns(b"<h1>Not Found</h1>", "text/html", status=404)
    answer = await front.ask(body=R, content_type=JPEG, accept="text/html")
    assert (answer.status, answer.body) == (404, b"<h1>Not Found</h1>")


async def test_the_access_log_says_why_an_upload_without_content_type_changed(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), UPLOADS)
    front.backend.returns(b"{}", "application/json")
    await front.ask(body=R)
    assert front.backend.got[0].body == MANGLED
    assert front.lines[0]["requestPayload"]["rule"] == (
        "request row 4: no Content-Type counts as application/json, which is not in "
        "binaryMediaTypes → UTF-8, malformed bytes replaced"
    )


# --- 14, scenarios 11 to 13 and 17: a Lambda proxy

PDF = "application/pdf"


@pytest.mark.parametrize(
    "media_types, accept, body, flag, client_got",
    [
        pytest.param((PDF,), PDF, E.decode(), True, R, id="11-listed-and-accepted"),
        pytest.param((PDF,), f"text/html,{PDF}", E.decode(), True, E, id="12-a-browser"),
        pytest.param((), PDF, MANGLED.decode(), False, E, id="13-an-empty-list"),
    ],
)
async def test_a_pdf_through_a_function_arrives_as_published(
    front: Front, media_types, accept, body, flag, client_got
):
    front.deploy(front.integration("AWS_PROXY"), media_types)
    front.functions.result = json.dumps({"body": E.decode(), "isBase64Encoded": True}).encode()
    answer = await front.ask(body=R, content_type=PDF, accept=accept)
    assert (answer.status, answer.body) == (200, client_got)
    event = front.functions.event
    assert (event["body"], event["isBase64Encoded"]) == (body, flag)


async def test_17_a_form_enters_the_event_whole_with_its_boundary(front: Front):
    front.deploy(front.integration("AWS_PROXY"), ("multipart/form-data",))
    front.functions.result = b"{}"
    form = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n'
        + R
        + b"\r\n--x--\r\n"
    )
    await front.ask(body=form, content_type="multipart/form-data; boundary=x")
    event = front.functions.event
    assert base64.b64decode(event["body"]) == form
    assert event["headers"]["Content-Type"] == "multipart/form-data; boundary=x"


# --- 14, scenarios 15 and 16: HTTP behind templates


async def test_15_a_type_without_template_never_reaches_the_backend(front: Front):
    members = {
        "request_templates": {"application/json": "{}"},
        "passthrough_behavior": PassthroughBehavior.NEVER,
    }
    front.deploy(front.integration("HTTP", **members))
    answer = await front.ask(body=b"<a/>", content_type="application/xml")
    assert answer.error == (415, "Unsupported Media Type")
    assert front.backend.got == []


async def test_16_bytes_enter_a_template_as_base64(front: Front):
    octets = "application/octet-stream"
    members = {
        "request_templates": {octets: '{"body": "$input.body"}'},
        "content_handling": ContentHandling.CONVERT_TO_TEXT,
    }
    front.deploy(front.integration("HTTP", **members), (octets,))
    front.backend.returns(b"{}", "application/json")
    await front.ask(body=b"\x00\xff\x10", content_type=octets, accept="application/json")
    assert front.backend.got[0].body == b'{"body": "AP8Q"}'


# --- 11 and 13: sizes


@pytest.mark.parametrize("kind", ["AWS_PROXY", "AWS"])
async def test_a_body_that_must_be_held_whole_stops_at_ten_mebibytes(front: Front, kind):
    front.deploy(front.integration(kind))
    front.functions.result = b"{}"
    body = b'"' + b"a" * (LIMIT - 2) + b'"'
    assert (await front.ask(body=body, content_type="text/plain")).status == 200
    answer = await front.ask(body=body + b" ", content_type="text/plain")
    assert answer.status == 413
    assert answer.body == b"HTTP content length exceeded 10485760 bytes."
    assert (answer.header("Content-Type") or "").startswith("text/")
    assert len(front.functions.got) == 1


@pytest.mark.parametrize(
    "size, status",
    [pytest.param(LIMIT, 200, id="fits"), pytest.param(LIMIT + 1, 413, id="one-byte-more")],
)
async def test_the_limit_of_an_image_for_a_template_is_that_of_its_bytes(
    front: Front, size, status
):
    members = {
        "request_templates": {"image/png": '{"base64Image":"$input.body"}'},
        "content_handling": ContentHandling.CONVERT_TO_TEXT,
    }
    front.deploy(front.integration("AWS", **members), ("image/png",))
    image = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    answer = await front.ask(body=image, content_type="image/png", accept="application/json")
    assert answer.status == status
    events = [json.loads(invocation.payload) for invocation in front.functions.got]
    assert events == ([{"base64Image": base64.b64encode(image).decode()}] if status == 200 else [])


@pytest.mark.parametrize(
    "media_types, sent, seen",
    [
        pytest.param((JPEG,), b"\xff\xd8\x00" * 4_000_000, None, id="kept"),
        pytest.param((), b"\xff\xd8\x00" * 4_000_000, "��\0".encode() * 4_000_000, id="mangled"),
    ],
)
async def test_a_proxied_body_beyond_the_limit_streams(front: Front, media_types, sent, seen):
    front.deploy(front.integration("HTTP_PROXY"), media_types)
    front.backend.returns(b"{}", "application/json")
    answer = await front.ask(body=sent, content_type=JPEG, accept="application/json")
    assert answer.status == 200
    assert front.backend.got[0].body == (sent if seen is None else seen)


async def test_a_proxied_answer_beyond_the_limit_is_encoded_as_it_passes(front: Front):
    front.deploy(front.integration("HTTP_PROXY"), (JPEG,))
    image = b"\xff\xd8\x00\x01" * 3_000_000
    front.backend.returns(image, JPEG)
    answer = await front.ask("GET", accept="*/*")
    assert answer.body == base64.b64encode(image)
    assert answer.header("Content-Length") == str(16_000_000)


@pytest.mark.parametrize("media_types, length", [((), None), ((JPEG,), "67")])
async def test_a_head_tells_a_length_only_if_no_conversion_may_change_it(
    front: Front, media_types, length
):
    front.deploy(front.integration("HTTP_PROXY", http_method="ANY"), media_types)
    front.backend.returns(R, JPEG)
    answer = await front.ask("HEAD", accept=JPEG)
    assert (answer.status, answer.header("Content-Length")) == (200, length)


async def test_base64_that_breaks_beyond_the_limit_cuts_the_answer(front: Front):
    responses = {"200": response(handling=ContentHandling.CONVERT_TO_BINARY)}
    front.deploy(front.integration("HTTP", integration_responses=responses))
    front.backend.returns(b"QUJD" * 3_000_000 + b"!!!!", "text/plain")
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await front.ask("GET")
    assert front.lines[0]["incomplete"]
    assert "expected Base64, found '!' at offset 12000000" in front.lines[0]["error"]
