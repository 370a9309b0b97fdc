"""Payloads and templates, against a running gateway (spec: payload-encodings 3.3, 3.4, 4.3, 4.4)."""

import base64
import json

import pytest
from tests.core.payload.vectors import MANGLED, E, R, T
from tests.gateway.front import CONFIGURATION_ERROR, FakeFunctions, Front, response

from octetgate.core.model.integration import ContentHandling, PassthroughBehavior

TO_BINARY = ContentHandling.CONVERT_TO_BINARY
TO_TEXT = ContentHandling.CONVERT_TO_TEXT
NONE, PNG = (), ("image/png",)
IMAGE, TEXT = "image/png", "text/plain"
T_ENCODED = base64.b64encode(T)
FAILS = None

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
