"""What a Lambda proxy gets and gives, against a running gateway (spec: payload-encodings 6)."""

import pytest
from tests.core.payload.vectors import MANGLED, E, R, T
from tests.gateway.front import CONFIGURATION_ERROR, Front, proxy_result

from octetgate.core.model.integration import ContentHandling

NONE, PNG, ALL = (), ("image/png",), ("*/*",)
IMAGE, TEXT = "image/png", "text/plain"
T_ENCODED = b"dGhpcyBpcyBhIFVURjggdGV4dCB0eXBlZCBvYmplY3Q="

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


@pytest.mark.parametrize(
    "handling", [ContentHandling.CONVERT_TO_BINARY, ContentHandling.CONVERT_TO_TEXT]
)
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
