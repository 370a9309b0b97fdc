"""The decision, row by row (spec: payload-encodings 3, 4 and 6)."""

from itertools import product

import pytest
from tests.core.payload.vectors import MANGLED, E, R, T

from octetgate.core.http.body import Codec
from octetgate.core.http.media import MediaTypes
from octetgate.core.model.integration import ContentHandling
from octetgate.core.payload.codecs import BadPayload, codec
from octetgate.core.payload.convert import (
    Decision,
    Nature,
    Step,
    accept_nature,
    explain_proxy_request,
    explain_proxy_response,
    explain_request,
    explain_response,
    proxy_request_step,
    proxy_response_step,
    request_nature,
    request_step,
    response_step,
)

NONE = MediaTypes()
PNG = MediaTypes(["image/png"])
ALL = MediaTypes(["*/*"])

TO_BINARY = ContentHandling.CONVERT_TO_BINARY
TO_TEXT = ContentHandling.CONVERT_TO_TEXT
PASSTHROUGH = ContentHandling.PASSTHROUGH
HANDLINGS = (None, *ContentHandling)

E_TWICE = b"SDRzSUFCUnM3bU1DLzB2T3p5MG9TaTB1VGsxUlNFa3NTZFJSS003SUw4MUpVVWhLVmNqTUswdk15VXhSQ0ExeDA3VlFLQzRweXN4TEJ3QzRPUkJYTHdBQUFBPT0="
T_ENCODED = b"dGhpcyBpcyBhIFVURjggdGV4dCB0eXBlZCBvYmplY3Q="
FAILS = None


def carried_out(step: Step, data: bytes) -> bytes | None:
    made: Codec | None = codec(step)
    if made is None:
        return data
    try:
        return made.feed(data) + made.finish()
    except BadPayload:
        return FAILS


# --- 3.1, every row

REQUEST_ROWS = [
    pytest.param(1, NONE, "any/type", None, Step.UTF8, id="row-1"),
    pytest.param(2, NONE, "any/type", TO_BINARY, Step.DECODE, id="row-2"),
    pytest.param(3, NONE, "any/type", TO_TEXT, Step.UTF8, id="row-3"),
    pytest.param(4, PNG, "text/plain", None, Step.UTF8, id="row-4"),
    pytest.param(5, PNG, "text/plain", TO_BINARY, Step.DECODE, id="row-5"),
    pytest.param(6, PNG, "text/plain", TO_TEXT, Step.UTF8, id="row-6"),
    pytest.param(7, PNG, "image/png", None, Step.KEEP, id="row-7"),
    pytest.param(8, PNG, "image/png", TO_BINARY, Step.KEEP, id="row-8"),
    pytest.param(9, PNG, "image/png", TO_TEXT, Step.ENCODE, id="row-9"),
]


@pytest.mark.parametrize("row, media_types, content_type, handling, step", REQUEST_ROWS)
def test_a_request_follows_the_published_table(row, media_types, content_type, handling, step):
    assert request_step(request_nature(media_types, content_type), handling) is step
    decision = explain_request(media_types, content_type, handling)
    assert (decision.step, decision.row) == (step, f"request row {row}")


# --- 4.1, every row; "text or binary" is both

RESPONSE_ROWS = [
    pytest.param(1, NONE, "text/plain", "text/plain", None, Step.UTF8, id="row-1-text"),
    pytest.param(1, NONE, "image/png", "text/plain", None, Step.UTF8, id="row-1-binary"),
    pytest.param(2, NONE, "text/plain", "text/plain", TO_BINARY, Step.DECODE, id="row-2-text"),
    pytest.param(2, NONE, "image/png", "text/plain", TO_BINARY, Step.DECODE, id="row-2-binary"),
    pytest.param(3, NONE, "text/plain", "text/plain", TO_TEXT, Step.UTF8, id="row-3-text"),
    pytest.param(3, NONE, "image/png", "text/plain", TO_TEXT, Step.UTF8, id="row-3-binary"),
    pytest.param(4, PNG, "text/plain", "text/plain", None, Step.UTF8, id="row-4"),
    pytest.param(5, PNG, "text/plain", "text/plain", TO_BINARY, Step.DECODE, id="row-5"),
    pytest.param(6, PNG, "text/plain", "text/plain", TO_TEXT, Step.UTF8, id="row-6"),
    pytest.param(7, PNG, "text/plain", "image/png", None, Step.DECODE, id="row-7"),
    pytest.param(8, PNG, "text/plain", "image/png", TO_BINARY, Step.DECODE, id="row-8"),
    pytest.param(9, PNG, "text/plain", "image/png", TO_TEXT, Step.UTF8, id="row-9"),
    pytest.param(10, PNG, "image/png", "text/plain", None, Step.ENCODE, id="row-10"),
    pytest.param(11, PNG, "image/png", "text/plain", TO_BINARY, Step.KEEP, id="row-11"),
    pytest.param(12, PNG, "image/png", "text/plain", TO_TEXT, Step.ENCODE, id="row-12"),
    pytest.param(13, PNG, "image/png", "image/png", None, Step.KEEP, id="row-13"),
    pytest.param(14, PNG, "image/png", "image/png", TO_BINARY, Step.KEEP, id="row-14"),
    pytest.param(15, PNG, "image/png", "image/png", TO_TEXT, Step.ENCODE, id="row-15"),
]


@pytest.mark.parametrize("row, media_types, backend_type, accept, handling, step", RESPONSE_ROWS)
def test_a_response_follows_the_published_table(
    row, media_types, backend_type, accept, handling, step
):
    payload, wanted = request_nature(media_types, backend_type), accept_nature(media_types, accept)
    assert response_step(payload, wanted, handling) is step
    decision = explain_response(media_types, backend_type, accept, handling)
    assert (decision.step, decision.row) == (step, f"response row {row}")


@pytest.mark.parametrize("payload, handling", list(product(Nature, HANDLINGS)))
def test_no_request_is_without_a_step(payload, handling):
    assert request_step(payload, handling) in Step


@pytest.mark.parametrize("payload, accept, handling", list(product(Nature, Nature, HANDLINGS)))
def test_no_response_is_without_a_step(payload, accept, handling):
    assert response_step(payload, accept, handling) in Step


@pytest.mark.parametrize("payload, accept", list(product(Nature, Nature)))
def test_passthrough_keeps_every_payload(payload, accept):
    assert request_step(payload, PASSTHROUGH) is Step.KEEP
    assert response_step(payload, accept, PASSTHROUGH) is Step.KEEP


# --- 3.2, the recorded outcomes


@pytest.mark.parametrize(
    "media_types, content_type, handling, from_r, from_e, from_t",
    [
        (NONE, "image/png", None, MANGLED, E, T),
        (NONE, "image/png", TO_TEXT, MANGLED, E, T),
        (NONE, "image/png", TO_BINARY, FAILS, R, FAILS),
        (NONE, "text/plain", TO_BINARY, FAILS, R, FAILS),
        (PNG, "image/png", None, R, E, T),
        (PNG, "image/png", TO_TEXT, E, E_TWICE, T_ENCODED),
        (PNG, "image/png", TO_BINARY, R, E, T),
        (PNG, "text/plain", None, MANGLED, E, T),
        (PNG, "text/plain", TO_TEXT, MANGLED, E, T),
        (PNG, "text/plain", TO_BINARY, FAILS, R, FAILS),
    ],
)
def test_requests_end_as_recorded(media_types, content_type, handling, from_r, from_e, from_t):
    step = request_step(request_nature(media_types, content_type), handling)
    assert [carried_out(step, data) for data in (R, E, T)] == [from_r, from_e, from_t]


def test_recorded_lengths_of_doubly_encoded_payloads():
    assert (len(E_TWICE), len(T_ENCODED)) == (124, 44)


# --- 4.2, the recorded outcomes

OCTETS, IMAGE, TEXT = "application/octet-stream", "image/png", "text/plain"


@pytest.mark.parametrize(
    "media_types, backend_type, accepts, handlings, from_r, from_e, from_t",
    [
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
    ],
)
def test_responses_end_as_recorded(
    media_types, backend_type, accepts, handlings, from_r, from_e, from_t
):
    for accept, handling in product(accepts, handlings):
        payload = request_nature(media_types, backend_type)
        step = response_step(payload, accept_nature(media_types, accept), handling)
        assert [carried_out(step, data) for data in (R, E, T)] == [from_r, from_e, from_t]


# --- 6, the Lambda proxy


@pytest.mark.parametrize(
    "media_types, content_type, row, step",
    [
        pytest.param(PNG, "text/plain", 2, Step.UTF8, id="unlisted-is-text"),
        pytest.param(NONE, "image/png", 2, Step.UTF8, id="an-empty-list-makes-text"),
        pytest.param(PNG, "image/png; foo=bar", 3, Step.ENCODE, id="listed-is-base64"),
        pytest.param(ALL, None, 3, Step.ENCODE, id="no-content-type-under-a-catch-all"),
    ],
)
def test_a_body_enters_a_proxy_event_by_its_content_type(media_types, content_type, row, step):
    assert proxy_request_step(request_nature(media_types, content_type)) is step
    decision = explain_proxy_request(media_types, content_type)
    assert (decision.step, decision.row) == (step, f"proxy request row {row}")


@pytest.mark.parametrize(
    "flag, accept, row, step",
    [
        pytest.param(True, "image/png", 1, Step.DECODE, id="flag-and-accept"),
        pytest.param(True, "text/html", 2, Step.KEEP, id="flag-alone"),
        pytest.param(True, None, 2, Step.KEEP, id="flag-without-accept"),
        pytest.param(False, "image/png", 3, Step.KEEP, id="accept-alone"),
        pytest.param(False, "text/html", 4, Step.KEEP, id="neither"),
    ],
)
def test_a_proxy_answer_is_decoded_only_by_flag_and_accept(flag, accept, row, step):
    decision = explain_proxy_response(PNG, accept, flag)
    assert (decision.step, decision.row) == (step, f"proxy response row {row}")


@pytest.mark.parametrize("flag, accept, listed", list(product((True, False), repeat=3)))
def test_a_proxy_answer_is_decoded_if_and_only_if_all_three_hold(flag, accept, listed):
    decoded = proxy_response_step(flag, accept, listed) is Step.DECODE
    assert decoded == (flag and accept and listed)


def test_a_proxy_answer_that_is_not_base64_fails_when_decoded():
    assert carried_out(Step.DECODE, "èé+à)(".encode()) is FAILS


# --- the sentences


@pytest.mark.parametrize(
    "decision, sentence",
    [
        pytest.param(
            explain_request(PNG, "image/png", None),
            "request row 7: image/png is in binaryMediaTypes → bytes unchanged",
            id="listed",
        ),
        pytest.param(
            explain_request(MediaTypes(["image/*"]), "Image/PNG; q=1", TO_TEXT),
            "request row 9: image/png is covered by image/* in binaryMediaTypes; contentHandling is CONVERT_TO_TEXT → Base64-encoded",
            id="covered",
        ),
        pytest.param(
            explain_request(NONE, "image/jpeg", None),
            "request row 1: text payload, for binaryMediaTypes is empty → UTF-8, malformed bytes replaced",
            id="empty-list",
        ),
        pytest.param(
            explain_request(PNG, None, None),
            "request row 4: no Content-Type counts as application/json, which is not in binaryMediaTypes → UTF-8, malformed bytes replaced",
            id="no-content-type",
        ),
        pytest.param(
            explain_request(ALL, None, None),
            "request row 7: no Content-Type counts as application/json, which is covered by */* in binaryMediaTypes → bytes unchanged",
            id="no-content-type-catch-all",
        ),
        pytest.param(
            explain_request(PNG, "text/plain", PASSTHROUGH),
            "request passthrough: contentHandling is PASSTHROUGH → bytes unchanged",
            id="request-passthrough",
        ),
        pytest.param(
            explain_response(PNG, "text/html", "image/png,*/*", None),
            "response row 7: text/html is not in binaryMediaTypes; Accept image/png is in binaryMediaTypes → Base64-decoded",
            id="error-page-for-an-image-client",
        ),
        pytest.param(
            explain_response(PNG, "image/png", None, None),
            "response row 10: image/png is in binaryMediaTypes; no Accept counts as text → Base64-encoded",
            id="no-accept",
        ),
        pytest.param(
            explain_response(ALL, "image/png", None, None),
            "response row 13: image/png is covered by */* in binaryMediaTypes; no Accept is covered by */* → bytes unchanged",
            id="no-accept-catch-all",
        ),
        pytest.param(
            explain_response(NONE, "image/png", "image/png", None),
            "response row 1: text payload, for binaryMediaTypes is empty; Accept plays no role → UTF-8, malformed bytes replaced",
            id="response-empty-list",
        ),
        pytest.param(
            explain_response(PNG, "image/png", "text/plain", PASSTHROUGH),
            "response passthrough: contentHandling is PASSTHROUGH → bytes unchanged",
            id="response-passthrough",
        ),
        pytest.param(
            explain_proxy_response(PNG, "text/html,image/png", flag=True),
            "proxy response row 2: isBase64Encoded is true; Accept text/html is not in binaryMediaTypes → bytes unchanged",
            id="proxy-browser",
        ),
    ],
)
def test_a_decision_says_which_row_applies_and_why(decision: Decision, sentence: str):
    assert str(decision) == sentence


@pytest.mark.parametrize("content_type", [None, "image/png", "text/plain", ""])
@pytest.mark.parametrize("media_types", [NONE, PNG, ALL, MediaTypes(["-"])])
@pytest.mark.parametrize("handling", HANDLINGS)
def test_an_explanation_never_disagrees_with_the_step(media_types, content_type, handling):
    payload = request_nature(media_types, content_type)
    assert explain_request(media_types, content_type, handling).step is request_step(
        payload, handling
    )
    explained = explain_response(media_types, content_type, content_type, handling)
    accept = accept_nature(media_types, content_type)
    assert explained.step is response_step(payload, accept, handling)
