"""Every row of the payload tables against a running gateway (spec: payload-encodings 2 to 5, 12).

What the client sends and gets, and what the backend sees, is read from sockets.
"""

import base64

import pytest
from tests.core.payload.vectors import MANGLED, E, R, T
from tests.gateway.front import CONFIGURATION_ERROR, Front, proxy_result, response

from octetgate.core.model.integration import ContentHandling

TO_BINARY = ContentHandling.CONVERT_TO_BINARY
TO_TEXT = ContentHandling.CONVERT_TO_TEXT
PASSTHROUGH = ContentHandling.PASSTHROUGH
NONE, PNG, ALL = (), ("image/png",), ("*/*",)
IMAGE, TEXT, OCTETS = "image/png", "text/plain", "application/octet-stream"

E_TWICE, T_ENCODED = base64.b64encode(E), base64.b64encode(T)
FAILS = None

forwarding = pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])


# --- 3.1: method request to integration request

REQUEST_ROWS = [
    pytest.param(1, NONE, IMAGE, None, R, MANGLED, id="row-1"),
    pytest.param(2, NONE, IMAGE, TO_BINARY, E, R, id="row-2"),
    pytest.param(3, NONE, IMAGE, TO_TEXT, R, MANGLED, id="row-3"),
    pytest.param(4, PNG, TEXT, None, R, MANGLED, id="row-4"),
    pytest.param(5, PNG, TEXT, TO_BINARY, E, R, id="row-5"),
    pytest.param(6, PNG, TEXT, TO_TEXT, R, MANGLED, id="row-6"),
    pytest.param(7, PNG, IMAGE, None, R, R, id="row-7"),
    pytest.param(8, PNG, IMAGE, TO_BINARY, E, E, id="row-8"),
    pytest.param(9, PNG, IMAGE, TO_TEXT, R, E, id="row-9"),
]


@forwarding
@pytest.mark.parametrize("row, media_types, content_type, handling, sent, seen", REQUEST_ROWS)
async def test_a_request_body_reaches_the_backend_as_published(
    front: Front, kind, row, media_types, content_type, handling, sent, seen
):
    front.deploy(front.integration(kind, content_handling=handling), media_types)
    front.backend.returns(b"{}", "application/json")
    answer = await front.ask(body=sent, content_type=content_type)
    assert answer.status == 200
    assert front.backend.got[0].body == seen
    assert front.lines[0]["requestPayload"]["rule"].startswith(f"request row {row}: ")


# --- 3.2: recorded outcomes of requests


@forwarding
@pytest.mark.parametrize(
    "media_types, content_type, handling, from_r, from_e, from_t",
    [
        (NONE, IMAGE, None, MANGLED, E, T),
        (NONE, IMAGE, TO_TEXT, MANGLED, E, T),
        (NONE, IMAGE, TO_BINARY, FAILS, R, FAILS),
        (NONE, TEXT, TO_BINARY, FAILS, R, FAILS),
        (PNG, IMAGE, None, R, E, T),
        (PNG, IMAGE, TO_TEXT, E, E_TWICE, T_ENCODED),
        (PNG, IMAGE, TO_BINARY, R, E, T),
        (PNG, TEXT, None, MANGLED, E, T),
        (PNG, TEXT, TO_TEXT, MANGLED, E, T),
        (PNG, TEXT, TO_BINARY, FAILS, R, FAILS),
    ],
)
async def test_recorded_request_bodies_end_as_recorded(
    front: Front, kind, media_types, content_type, handling, from_r, from_e, from_t
):
    front.deploy(front.integration(kind, content_handling=handling), media_types)
    front.backend.returns(b"{}", "application/json")
    for sent, expected in ((R, from_r), (E, from_e), (T, from_t)):
        front.backend.got.clear()
        answer = await front.ask(body=sent, content_type=content_type)
        if expected is FAILS:
            assert answer.error == CONFIGURATION_ERROR
            assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
            assert front.backend.got == []
        else:
            assert answer.status == 200
            assert [message.body for message in front.backend.got] == [expected]


# --- 4.1: integration response to method response

RESPONSE_ROWS = [
    pytest.param(1, NONE, TEXT, TEXT, None, R, MANGLED, id="row-1-text"),
    pytest.param(1, NONE, IMAGE, TEXT, None, R, MANGLED, id="row-1-binary"),
    pytest.param(2, NONE, TEXT, TEXT, TO_BINARY, E, R, id="row-2-text"),
    pytest.param(2, NONE, IMAGE, TEXT, TO_BINARY, E, R, id="row-2-binary"),
    pytest.param(3, NONE, TEXT, TEXT, TO_TEXT, R, MANGLED, id="row-3-text"),
    pytest.param(3, NONE, IMAGE, TEXT, TO_TEXT, R, MANGLED, id="row-3-binary"),
    pytest.param(4, PNG, TEXT, TEXT, None, R, MANGLED, id="row-4"),
    pytest.param(5, PNG, TEXT, TEXT, TO_BINARY, E, R, id="row-5"),
    pytest.param(6, PNG, TEXT, TEXT, TO_TEXT, R, MANGLED, id="row-6"),
    pytest.param(7, PNG, TEXT, IMAGE, None, E, R, id="row-7"),
    pytest.param(8, PNG, TEXT, IMAGE, TO_BINARY, E, R, id="row-8"),
    pytest.param(9, PNG, TEXT, IMAGE, TO_TEXT, R, MANGLED, id="row-9"),
    pytest.param(10, PNG, IMAGE, TEXT, None, R, E, id="row-10"),
    pytest.param(11, PNG, IMAGE, TEXT, TO_BINARY, R, R, id="row-11"),
    pytest.param(12, PNG, IMAGE, TEXT, TO_TEXT, R, E, id="row-12"),
    pytest.param(13, PNG, IMAGE, IMAGE, None, R, R, id="row-13"),
    pytest.param(14, PNG, IMAGE, IMAGE, TO_BINARY, R, R, id="row-14"),
    pytest.param(15, PNG, IMAGE, IMAGE, TO_TEXT, R, E, id="row-15"),
]
PROXIED_ROWS = [row for row in RESPONSE_ROWS if row.values[4] is None]


async def check_response(front: Front, row, backend_type, accept, sent, seen) -> None:
    front.backend.returns(sent, backend_type)
    answer = await front.ask("GET", accept=accept)
    assert answer.status == 200
    assert answer.body == seen
    assert front.lines[0]["responsePayload"]["rule"].startswith(f"response row {row}: ")


@pytest.mark.parametrize(
    "row, media_types, backend_type, accept, handling, sent, seen", RESPONSE_ROWS
)
async def test_a_response_body_reaches_the_client_as_published(
    front: Front, row, media_types, backend_type, accept, handling, sent, seen
):
    responses = {"200": response(handling=handling)}
    front.deploy(front.integration("HTTP", integration_responses=responses), media_types)
    await check_response(front, row, backend_type, accept, sent, seen)


@pytest.mark.parametrize(
    "row, media_types, backend_type, accept, handling, sent, seen", PROXIED_ROWS
)
async def test_a_proxied_response_body_follows_the_rows_without_handling(
    front: Front, row, media_types, backend_type, accept, handling, sent, seen
):
    front.deploy(front.integration("HTTP_PROXY"), media_types)
    await check_response(front, row, backend_type, accept, sent, seen)


# --- 4.2: recorded outcomes of responses

RECORDED_RESPONSES = [
    (NONE, IMAGE, (IMAGE, TEXT, None), (None, TO_TEXT), MANGLED, E, T),
    (NONE, IMAGE, (IMAGE, TEXT, None), (TO_BINARY,), FAILS, R, FAILS),
    (PNG, OCTETS, (IMAGE,), (None,), FAILS, R, FAILS),
    (PNG, OCTETS, (TEXT,), (None,), MANGLED, E, T),
    (PNG, IMAGE, (IMAGE,), (None,), R, E, T),
    (PNG, IMAGE, (TEXT,), (None,), E, E_TWICE, T_ENCODED),
    (PNG, TEXT, (IMAGE, TEXT), (TO_TEXT,), MANGLED, E, T),
    (PNG, IMAGE, (IMAGE, TEXT), (TO_TEXT,), E, E_TWICE, T_ENCODED),
    (PNG, TEXT, (IMAGE, TEXT), (TO_BINARY,), FAILS, R, FAILS),
    (PNG, IMAGE, (IMAGE, TEXT), (TO_BINARY,), R, E, T),
]


@pytest.mark.parametrize(
    "media_types, backend_type, accepts, handlings, from_r, from_e, from_t", RECORDED_RESPONSES
)
async def test_recorded_response_bodies_end_as_recorded(
    front: Front, media_types, backend_type, accepts, handlings, from_r, from_e, from_t
):
    for handling in handlings:
        responses = {"200": response(handling=handling)}
        front.deploy(front.integration("HTTP", integration_responses=responses), media_types)
        for accept in accepts:
            for sent, expected in ((R, from_r), (E, from_e), (T, from_t)):
                front.backend.returns(sent, backend_type)
                answer = await front.ask("GET", accept=accept)
                if expected is FAILS:
                    assert answer.error == CONFIGURATION_ERROR
                else:
                    assert (answer.status, answer.body) == (200, expected)


# --- 2: media type matching, seen through a Lambda proxy as it was recorded

A = (IMAGE, "*/test")
B = (IMAGE, "application/*", "image/jpg")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PIXEL = base64.b64decode("iVBORw0KGgo=")

MATCHES = [
    (NONE, IMAGE, False),
    (NONE, "*/*", False),
    (A, IMAGE, True),
    (A, "image/jpg", False),
    (A, "image/*", False),
    (A, "*/test", False),
    (A, "random/test", False),
    (A, "*/*", False),
    (A, "image/webp,image/png,*/*;q=0.8", False),
    (A, "image/png,image/*,*/*;q=0.8", True),
    (A, "image/png; foo=bar", True),
    (A, None, False),
    (B, None, False),
    (B, "application/whatever", True),
    (B, "application/*", True),
    (B, "application", False),
    (ALL, IMAGE, True),
    (ALL, BROWSER, True),
    (ALL, None, True),
]


@pytest.mark.parametrize("media_types, accept, matches", MATCHES)
async def test_accept_matches_the_list_as_recorded(front: Front, media_types, accept, matches):
    front.deploy(front.integration("AWS_PROXY"), media_types)
    front.functions.result = proxy_result(PIXEL, flag=True)
    answer = await front.ask("GET", accept=accept)
    assert answer.status == 200
    assert answer.body == (PIXEL if matches else base64.b64encode(PIXEL))


@pytest.mark.parametrize(
    "media_types, content_type, matches",
    [row for row in MATCHES if row[1] is not None]
    + [(ALL, None, True), (B, None, True), (A, None, False)],
)
async def test_content_type_matches_the_list_by_the_same_rule(
    front: Front, media_types, content_type, matches
):
    front.deploy(front.integration("HTTP_PROXY"), media_types)
    front.backend.returns(b"{}", "application/json")
    await front.ask(body=R, content_type=content_type, accept="application/json")
    assert front.backend.got[0].body == (R if matches else MANGLED)


# --- 5: the conversion primitives


@forwarding
@pytest.mark.parametrize(
    "sent, seen",
    [
        pytest.param(E, R, id="padded"),
        pytest.param(E.rstrip(b"="), R, id="padding-missing"),
        pytest.param(b'"' + E + b'"', R, id="a-json-string"),
        pytest.param(b"", b"", id="empty"),
        pytest.param(T, FAILS, id="a-sentence"),
        pytest.param(R, FAILS, id="gzip-bytes"),
        pytest.param("èé+à)(".encode(), FAILS, id="accents"),
        pytest.param(E[:40] + b"\r\n" + E[40:], FAILS, id="line-breaks"),
        pytest.param(b"-_-_", FAILS, id="url-safe-alphabet"),
        pytest.param(E + E, FAILS, id="data-after-padding"),
    ],
)
async def test_base64_is_decoded_strictly(front: Front, kind, sent, seen):
    front.deploy(front.integration(kind, content_handling=TO_BINARY))
    front.backend.returns(b"{}", "application/json")
    answer = await front.ask(body=sent, content_type=TEXT)
    if seen is FAILS:
        assert answer.error == CONFIGURATION_ERROR
        assert front.backend.got == []
        assert "expected" in front.lines[0]["error"]
    else:
        assert front.backend.got[0].body == seen


async def test_a_declared_charset_does_not_save_a_body(front: Front):
    front.deploy(front.integration("HTTP_PROXY"))
    front.backend.returns(b"{}", "application/json")
    await front.ask(body="é".encode("latin-1"), content_type="text/plain; charset=ISO-8859-1")
    assert front.backend.got[0].body == "�".encode()


# --- 12: PASSTHROUGH, an extension


@forwarding
@pytest.mark.parametrize("media_types, content_type", [(NONE, IMAGE), (PNG, TEXT), (PNG, IMAGE)])
async def test_passthrough_keeps_a_request_whatever_the_list_says(
    front: Front, kind, media_types, content_type
):
    front.deploy(front.integration(kind, content_handling=PASSTHROUGH), media_types)
    front.backend.returns(b"{}", "application/json")
    await front.ask(body=R, content_type=content_type, accept="application/json")
    assert front.backend.got[0].body == R


@pytest.mark.parametrize("accept", [IMAGE, TEXT, None])
@pytest.mark.parametrize("backend_type", [IMAGE, TEXT, None])
async def test_passthrough_keeps_a_response_whatever_the_list_says(
    front: Front, backend_type, accept
):
    responses = {"200": response(handling=PASSTHROUGH)}
    front.deploy(front.integration("HTTP", integration_responses=responses), PNG)
    front.backend.returns(R, backend_type)
    assert (await front.ask("GET", accept=accept)).body == R
