"""Every row of the payload tables against a running gateway (spec: payload-encodings 2 to 6).

What the client sends and gets, and what the backend sees, is read from sockets.
"""

import base64
import json

import pytest
from tests.core.payload.vectors import MANGLED, E, R, T
from tests.gateway.front import FakeFunctions, Front, response

from octetgate.core.model.integration import ContentHandling, PassthroughBehavior

TO_BINARY = ContentHandling.CONVERT_TO_BINARY
TO_TEXT = ContentHandling.CONVERT_TO_TEXT
PASSTHROUGH = ContentHandling.PASSTHROUGH
NONE, PNG, ALL = (), ("image/png",), ("*/*",)
IMAGE, TEXT, OCTETS = "image/png", "text/plain", "application/octet-stream"

E_TWICE, T_ENCODED = base64.b64encode(E), base64.b64encode(T)
FAILS = None
CONFIGURATION_ERROR = (500, "Internal server error")

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
    assert front.lines[0]["requestPayload"].startswith(f"request row {row}: ")


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
    assert front.lines[0]["responsePayload"].startswith(f"response row {row}: ")


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


def proxy_result(
    body: bytes | str, *, flag: bool | None, content_type: str | None = IMAGE
) -> bytes:
    text = body if isinstance(body, str) else base64.b64encode(body).decode()
    result: dict[str, object] = {"statusCode": 200, "body": text}
    if flag is not None:
        result["isBase64Encoded"] = flag
    if content_type is not None:
        result["headers"] = {"Content-Type": content_type}
    return json.dumps(result).encode()


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


# --- 6.1: request to proxy event


@pytest.mark.parametrize(
    "media_types, content_type, sent, body, flag",
    [
        pytest.param(NONE, IMAGE, None, None, False, id="no-body"),
        pytest.param(ALL, IMAGE, None, None, False, id="no-body-under-a-catch-all"),
        pytest.param(PNG, IMAGE, b"", None, False, id="empty-body"),
        pytest.param(NONE, IMAGE, R, MANGLED.decode(), False, id="no-list"),
        pytest.param(PNG, TEXT, R, MANGLED.decode(), False, id="unlisted"),
        pytest.param(PNG, TEXT, T, T.decode(), False, id="text"),
        pytest.param(PNG, IMAGE, R, E.decode(), True, id="listed"),
        pytest.param(PNG, IMAGE, T, T_ENCODED.decode(), True, id="text-under-a-listed-type"),
        pytest.param(PNG, "image/png; foo=bar", R, E.decode(), True, id="parameters"),
        pytest.param(ALL, None, R, E.decode(), True, id="no-content-type-under-a-catch-all"),
        pytest.param(("application/json",), None, R, E.decode(), True, id="no-content-type-is-json"),
        pytest.param(PNG, None, R, MANGLED.decode(), False, id="no-content-type"),
        pytest.param(("multipart/form-data",), "multipart/form-data; boundary=x", R, E.decode(), True, id="a-form"),
    ],
)  # fmt: skip
async def test_a_body_enters_the_proxy_event_as_published(
    front: Front, media_types, content_type, sent, body, flag
):
    front.deploy(front.integration("AWS_PROXY"), media_types)
    front.functions.result = proxy_result("", flag=None)
    await front.ask(body=sent, content_type=content_type)
    event = front.functions.event
    assert (event["body"], event["isBase64Encoded"]) == (body, flag)


@pytest.mark.parametrize("handling", [TO_BINARY, TO_TEXT])
async def test_content_handling_plays_no_role_for_a_proxy_event(front: Front, handling):
    front.deploy(front.integration("AWS_PROXY", content_handling=handling), PNG)
    front.functions.result = proxy_result("", flag=None)
    await front.ask(body=R, content_type=IMAGE)
    assert front.functions.event["body"] == E.decode()


# --- 6.2: function result to response


@pytest.mark.parametrize("content_type", [IMAGE, TEXT, None])
@pytest.mark.parametrize(
    "flag, accept, seen",
    [
        pytest.param(True, IMAGE, R, id="flag-and-accept"),
        pytest.param(True, TEXT, E, id="flag-without-match"),
        pytest.param(True, None, E, id="flag-without-accept"),
        pytest.param(False, IMAGE, E, id="accept-without-flag"),
        pytest.param(None, IMAGE, E, id="accept-flag-absent"),
        pytest.param(False, TEXT, E, id="neither"),
        pytest.param(None, None, E, id="nothing-said"),
    ],
)
async def test_a_function_body_reaches_the_client_as_recorded(
    front: Front, flag, accept, seen, content_type
):
    front.deploy(front.integration("AWS_PROXY"), PNG)
    front.functions.result = proxy_result(E.decode(), flag=flag, content_type=content_type)
    answer = await front.ask("GET", accept=accept)
    assert (answer.status, answer.body) == (200, seen)
    assert answer.header("Content-Type") == (content_type or "application/json")


async def test_a_function_body_is_never_decoded_without_a_list(front: Front):
    front.deploy(front.integration("AWS_PROXY"))
    front.functions.result = proxy_result(R, flag=True)
    assert (await front.ask("GET", accept=IMAGE)).body == E


async def test_a_function_body_is_text_in_utf_8(front: Front):
    front.deploy(front.integration("AWS_PROXY"), PNG)
    front.functions.result = proxy_result("prix: 5 €", flag=False)
    assert (await front.ask("GET", accept=IMAGE)).body == "prix: 5 €".encode()


async def test_a_function_body_that_is_not_base64_is_a_500(front: Front):
    front.deploy(front.integration("AWS_PROXY"), PNG)
    front.functions.result = proxy_result("èé+à)(", flag=True)
    answer = await front.ask("GET", accept=IMAGE)
    assert answer.error == CONFIGURATION_ERROR


# --- 3.3: templates and passthroughBehavior

TEMPLATE = {"application/json": '{"got": "$input.body"}'}
W_MATCH = PassthroughBehavior.WHEN_NO_MATCH
W_TEMPLATES = PassthroughBehavior.WHEN_NO_TEMPLATES
NEVER = PassthroughBehavior.NEVER


@pytest.mark.parametrize(
    "behavior, templates, content_type, status, seen",
    [
        (W_MATCH, None, TEXT, 200, T),
        (W_MATCH, TEMPLATE, "application/json", 200, b'{"got": "' + T + b'"}'),
        (W_MATCH, TEMPLATE, None, 200, b'{"got": "' + T + b'"}'),
        (W_MATCH, TEMPLATE, "application/json; charset=utf-8", 200, b'{"got": "' + T + b'"}'),
        (W_MATCH, TEMPLATE, TEXT, 200, T),
        (W_TEMPLATES, None, TEXT, 200, T),
        (W_TEMPLATES, TEMPLATE, "application/json", 200, b'{"got": "' + T + b'"}'),
        (W_TEMPLATES, TEMPLATE, TEXT, 415, None),
        (NEVER, None, TEXT, 415, None),
        (NEVER, TEMPLATE, "application/json", 200, b'{"got": "' + T + b'"}'),
        (NEVER, TEMPLATE, TEXT, 415, None),
    ],
)
async def test_a_template_or_passthrough_is_chosen_as_published(
    front: Front, behavior, templates, content_type, status, seen
):
    members = {"passthrough_behavior": behavior, "request_templates": templates}
    front.deploy(front.integration("HTTP", **members))
    front.backend.returns(b"{}", "application/json")
    answer = await front.ask(body=T, content_type=content_type)
    assert answer.status == status
    if seen is None:
        assert answer.error == (415, "Unsupported Media Type")
        assert answer.header("x-amzn-ErrorType") == "BadRequestException"
        assert front.backend.got == []
    else:
        assert front.backend.got[0].body == seen


@pytest.mark.parametrize(
    "media_types, handling, sent, seen",
    [
        pytest.param(NONE, None, T, b'{"got": "' + T + b'"}', id="text"),
        pytest.param(NONE, None, R, b'{"got": "' + MANGLED + b'"}', id="mangled-text"),
        pytest.param(PNG, TO_TEXT, R, b'{"got": "' + E + b'"}', id="binary-as-base64"),
        pytest.param(NONE, TO_BINARY, E, FAILS, id="decoded-bytes"),
        pytest.param(NONE, TO_BINARY, T_ENCODED, FAILS, id="decoded-bytes-that-are-text"),
        pytest.param(PNG, None, R, FAILS, id="binary-bytes"),
        pytest.param(PNG, TO_BINARY, R, FAILS, id="binary-bytes-to-binary"),
        pytest.param(PNG, None, T, b'{"got": "' + T + b'"}', id="binary-bytes-that-are-text"),
    ],
)
async def test_a_template_sees_the_converted_body(front: Front, media_types, handling, sent, seen):
    templates = {IMAGE: '{"got": "$input.body"}'}
    members = {"request_templates": templates, "content_handling": handling}
    front.deploy(front.integration("HTTP", **members), media_types)
    front.backend.returns(b"{}", "application/json")
    answer = await front.ask(body=sent, content_type=IMAGE, accept="application/json")
    if seen is FAILS:
        assert answer.error == CONFIGURATION_ERROR
        assert front.backend.got == []
    else:
        assert front.backend.got[0].body == seen


# --- 4.3: response templates


@pytest.mark.parametrize(
    "handling, backend_type, accept, sent, seen",
    [
        pytest.param(TO_TEXT, IMAGE, IMAGE, R, b'{"data": "' + E + b'"}', id="binary-as-base64"),
        pytest.param(TO_TEXT, TEXT, IMAGE, T, b'{"data": "' + T + b'"}', id="text"),
        pytest.param(None, TEXT, TEXT, T, b'{"data": "' + T + b'"}', id="text-for-a-text-client"),
        pytest.param(
            None, IMAGE, TEXT, R, b'{"data": "' + E + b'"}', id="binary-for-a-text-client"
        ),
        pytest.param(TO_BINARY, TEXT, TEXT, E, FAILS, id="decoded-bytes"),
        pytest.param(TO_BINARY, IMAGE, TEXT, R, FAILS, id="binary-bytes"),
        pytest.param(None, TEXT, IMAGE, E, FAILS, id="decoded-for-a-binary-client"),
    ],
)
async def test_a_response_template_sees_the_converted_body(
    front: Front, handling, backend_type, accept, sent, seen
):
    templates = {"application/json": '{"data": "$input.body"}'}
    responses = {"200": response(handling=handling, templates=templates)}
    front.deploy(front.integration("HTTP", integration_responses=responses), PNG)
    front.backend.returns(sent, backend_type)
    answer = await front.ask("GET", accept=accept)
    if seen is FAILS:
        assert answer.error == CONFIGURATION_ERROR
    else:
        assert answer.body == seen


# --- 3.4 and 4.4: a function behind templates

QUOTED = json.dumps(E.decode()).encode()


def thumbnail(front: Front, **members: object):
    given: dict[str, object] = {
        "request_templates": {IMAGE: '{"operation":"thumbnail","base64Image":"$input.body"}'},
        "passthrough_behavior": W_TEMPLATES,
        "content_handling": TO_TEXT,
    }
    return front.integration("AWS", **(given | members))


@pytest.mark.parametrize(
    "handling, accept, seen",
    [
        pytest.param(None, IMAGE, R, id="a-binary-client-gets-bytes"),
        pytest.param(None, "*/*", QUOTED, id="a-text-client-gets-the-quoted-string"),
        pytest.param(None, None, QUOTED, id="so-does-one-that-says-nothing"),
        pytest.param(TO_BINARY, "application/json", R, id="converted-for-any-client"),
        pytest.param(TO_TEXT, IMAGE, QUOTED, id="kept-as-text"),
    ],
)
async def test_the_launch_articles_function_answers_as_published(
    front: Front, handling, accept, seen
):
    responses = {"200": response(handling=handling)}
    front.deploy(thumbnail(front, integration_responses=responses), PNG)
    front.functions.result = QUOTED
    answer = await front.ask(body=R, content_type=IMAGE, accept=accept)
    assert (answer.status, answer.body) == (200, seen)
    assert answer.header("Content-Type") == "application/json"
    assert front.functions.event == {"operation": "thumbnail", "base64Image": E.decode()}


async def test_a_binary_body_for_a_function_becomes_text_without_being_told(front: Front):
    front.deploy(thumbnail(front, content_handling=None), PNG)
    front.functions.result = QUOTED
    assert (await front.ask(body=R, content_type=IMAGE, accept=IMAGE)).body == R
    assert front.functions.event["base64Image"] == E.decode()


async def test_a_type_without_template_never_reaches_the_function(front: Front):
    front.deploy(thumbnail(front), PNG)
    answer = await front.ask(body=R, content_type="image/jpeg", accept=IMAGE)
    assert answer.error == (415, "Unsupported Media Type")
    assert front.functions.got == []


@pytest.mark.parametrize(
    "patterned, accept, status",
    [
        pytest.param(False, IMAGE, 500, id="its-json-is-not-base64"),
        pytest.param(False, "*/*", 200, id="a-text-client-sees-the-error"),
        pytest.param(True, "*/*", 400, id="selected-by-pattern"),
        pytest.param(True, IMAGE, 400, id="selected-by-pattern-and-kept-as-text"),
    ],
)
async def test_a_function_that_raises_is_answered_as_published(
    front: Front, patterned, accept, status
):
    responses = {"200": response()}
    if patterned:
        responses["400"] = response("400", TO_TEXT, selection_pattern=".+")
    front.deploy(thumbnail(front, integration_responses=responses), PNG)
    raised(front.functions)
    answer = await front.ask(body=R, content_type=IMAGE, accept=accept)
    assert answer.status == status
    if status != 500:
        assert json.loads(answer.body)["errorMessage"] == "no image"


def raised(functions: FakeFunctions) -> None:
    functions.result = b'{"errorMessage": "no image", "errorType": "ValueError"}'
    functions.error = "Unhandled"
