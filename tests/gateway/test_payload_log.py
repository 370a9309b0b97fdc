"""What the access log says of bytes, and of the mistakes that only real bytes can show."""

import base64
import json

import pytest
from tests.gateway.front import proxy_result, response

from octetgate.core.model.integration import ContentHandling

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TEXT = base64.b64encode(PNG)
READS = {"application/json": '{"body": "$input.body"}'}
TO_BINARY = ContentHandling.CONVERT_TO_BINARY


async def logged(front, **asked):
    """Make a call and return its line."""
    await front.ask(**asked)
    return front.lines[-1]


def hint(line, direction):
    return line[f"{direction}Payload"].get("hint", {}).get("name")


async def test_bytes_that_pass_are_told_with_their_type_and_entry(front):
    front.deploy(front.integration("HTTP_PROXY"), ("image/*",))
    front.backend.returns(PNG, "image/png")
    line = await logged(front, body=PNG, content_type="image/png", accept="image/png")
    assert line["requestPayload"] == {
        "rule": "request row 7: image/png is covered by image/* in binaryMediaTypes → bytes "
        "unchanged",
        "row": "request row 7",
        "step": "keep",
        "mediaType": "image/png",
        "mediaTypeFrom": "header",
        "match": "image/*",
        "contentHandling": None,
        "bytesIn": len(PNG),
        "bytesOut": len(PNG),
        "streamed": line["requestPayload"]["streamed"],
    }
    assert line["responsePayload"]["accept"] == "image/png"
    assert line["responsePayload"]["bytesOut"] == len(PNG)


async def test_a_conversion_is_told_with_the_bytes_before_and_after(front):
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",))
    front.backend.returns(PNG, "image/png")
    line = await logged(front, body=b"text", content_type="text/plain", accept="*/*")
    assert (line["requestPayload"]["bytesIn"], line["requestPayload"]["bytesOut"]) == (4, 4)
    told = line["responsePayload"]
    assert (told["step"], told["bytesIn"], told["bytesOut"]) == ("encode", len(PNG), len(TEXT))
    assert "hint" not in line["requestPayload"]


async def test_a_long_body_is_told_to_have_streamed(front):
    front.deploy(front.integration("HTTP_PROXY"), ("*/*",))
    long = bytes(3_000_000)
    line = await logged(front, body=long, content_type="image/png")
    for direction in ("requestPayload", "responsePayload"):
        assert (line[direction]["streamed"], line[direction]["bytesOut"]) == (True, len(long))


@pytest.mark.parametrize(
    "name, binary, asked",
    [
        ("type-not-listed", (), {"body": PNG, "content_type": "image/png"}),
        ("content-type-missing", ("image/png",), {"body": PNG}),
        ("entry-never-matches", ("*/png", "image"), {"body": PNG, "content_type": "image/png"}),
        ("already-compressed", (), {"body": b"\x1f\x8b\x08\xff", "content_type": "text/plain"}),
    ],
)
async def test_bytes_that_were_damaged_on_the_way_in_say_why(front, name, binary, asked):
    front.deploy(front.integration("HTTP_PROXY"), binary)
    front.backend.returns(b"ok", "text/plain")
    line = await logged(front, **asked)
    assert hint(line, "request") == name
    assert line["requestPayload"]["bytesOut"] > line["requestPayload"]["bytesIn"]


@pytest.mark.parametrize("kind", ["HTTP_PROXY", "AWS_PROXY"])
async def test_text_that_was_meant_as_text_has_no_hint(front, kind):
    front.deploy(front.integration(kind))
    front.functions.result = proxy_result("ok", flag=False)
    line = await logged(front, body="naïve".encode(), content_type="text/plain")
    assert hint(line, "request") is None


@pytest.mark.parametrize(
    "name, accept",
    [
        ("accept-not-first", "text/html,image/png,*/*;q=0.8"),
        ("accept-too-wide", "*/*"),
        ("accept-too-wide", None),
    ],
)
async def test_a_client_that_got_base64_text_is_told_why(front, name, accept):
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",))
    front.backend.returns(PNG, "image/png")
    line = await logged(front, body=b"", accept=accept)
    assert hint(line, "response") == name


@pytest.mark.parametrize("accept", ["text/html,image/png", "*/*"])
async def test_a_flag_that_the_accept_does_not_match_is_told(front, accept):
    front.deploy(front.integration("AWS_PROXY"), ("image/png",))
    front.functions.result = proxy_result(PNG, flag=True)
    assert hint(await logged(front, accept=accept), "response").startswith("accept-")


async def test_an_error_page_that_was_decoded_is_told(front):
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",))
    front.backend.returns(b"<h1>Not found</h1>", "text/html", 404)
    line = await logged(front, body=b"", accept="image/png")
    assert line["status"] == 500
    assert hint(line, "response") == "text-for-binary-accept"


async def test_base64_that_was_encoded_again_is_told(front):
    front.deploy(front.integration("AWS_PROXY"), ("image/png",))
    front.functions.result = proxy_result("ok", flag=False)
    line = await logged(front, body=TEXT, content_type="image/png")
    assert hint(line, "request") == "base64-twice"
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",))
    front.backend.returns(TEXT, "image/png")
    assert hint(await logged(front, body=b"", accept="x/y"), "response") is not None


async def test_a_missing_flag_is_told_only_of_base64(front):
    front.deploy(front.integration("AWS_PROXY"), ("image/png",))
    front.functions.result = proxy_result(PNG, flag=None)
    assert hint(await logged(front, accept="image/png"), "response") == "flag-missing"
    front.functions.result = proxy_result("just words, and no picture", flag=None)
    assert hint(await logged(front, accept="image/png"), "response") is None


async def test_bytes_for_a_request_template_are_told(front):
    front.deploy(front.integration("HTTP", content_handling=TO_BINARY, request_templates=READS))
    line = await logged(front, body=TEXT, content_type="application/json")
    assert line["status"] == 500
    assert hint(line, "request") == "bytes-for-template"


async def test_bytes_for_a_response_template_are_told(front):
    front.deploy(
        front.integration("HTTP", integration_responses={"200": response("200", TO_BINARY, READS)})
    )
    front.backend.returns(TEXT, "text/plain")
    line = await logged(front, body=b"[]", content_type="application/json")
    assert hint(line, "response") == "bytes-for-template"
    assert hint(line, "request") is None


async def test_a_type_without_a_template_is_told(front):
    front.deploy(front.integration("HTTP", passthrough_behavior="NEVER", request_templates=READS))
    line = await logged(front, body=PNG, content_type="image/png")
    assert line["status"] == 415
    assert line["requestPayload"]["hint"]["name"] == "no-template"
    assert "image/png (there is application/json)" in line["requestPayload"]["hint"]["says"]


async def test_a_line_is_json_whatever_a_header_says(front):
    front.deploy(front.integration("HTTP_PROXY"), ("image/png",))
    line = await logged(front, body=PNG, content_type='a"\\\xe4/b')
    assert json.dumps(line)
    assert line["requestPayload"]["mediaType"] == 'a"\\\xe4/b'
