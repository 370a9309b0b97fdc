import base64
import json

import pytest

from octetgate.core.functions.runtime_api import (
    ACCEPTED,
    Answer,
    Assignment,
    Beginning,
    Failure,
    InitFailure,
    Next,
    Refused,
    beginning,
    check,
    next_reply,
    out_of_turn,
    too_large,
    understand,
)
from octetgate.core.http.headers import Headers

ROOT = "/2018-06-01/runtime"
GIVEN = Assignment(request_id="r1", attempt_id="a1", deadline_ms=7, function_arn="arn", payload=b"{}")  # fmt: skip


def read(method, path, headers=(), body=b""):
    return understand(method, ROOT + path, Headers(headers), body)


def error_type(value):
    return [("lambda-runtime-function-error-type", value)]


@pytest.mark.parametrize(
    "request_line, headers, meaning",
    [
        pytest.param("GET /invocation/next", [], Next(), id="next"),
        pytest.param("GET /invocation/next?x=1", [], Next(), id="next-with-a-query"),
        pytest.param("POST /invocation/r1/response", [], Answer(request_id="r1", payload=b"b"), id="response"),
        pytest.param("POST /invocation/r1/response", [("lambda-runtime-invocation-id", "a1")], Answer(request_id="r1", attempt_id="a1", payload=b"b"), id="response-with-attempt"),
        pytest.param("POST /invocation/r1/error", error_type("Function.Boom"), Failure(request_id="r1", error_type="Function.Boom", payload=b"b"), id="error"),
        pytest.param("POST /invocation/r1/error", error_type("Unhandled"), Failure(request_id="r1", error_type="Function.Unknown", payload=b"b"), id="error-type-normalised"),
        pytest.param("POST /invocation/r1/error", [], Failure(request_id="r1", error_type="Function.Unknown", payload=b"b"), id="error-without-type"),
        pytest.param("POST /init/error", error_type("Runtime.ImportModuleError"), InitFailure(error_type="Runtime.ImportModuleError", payload=b"b"), id="init-error"),
        pytest.param("POST /init/error", error_type("odd"), InitFailure(error_type="Runtime.Unknown", payload=b"b"), id="init-error-type-normalised"),
    ],
)  # fmt: skip
def test_a_request_means(request_line, headers, meaning):
    assert read(*request_line.split(" "), headers, b"b") == meaning


@pytest.mark.parametrize(
    "request_line, mode, found",
    [
        pytest.param("POST /invocation/r1/response", "streaming", Beginning(request_id="r1", content_type="t"), id="stream"),
        pytest.param("POST /invocation/r1/response", "Streaming", Beginning(request_id="r1", content_type="t"), id="any-case"),
        pytest.param("POST /invocation/r1/response", "buffered", None, id="another-mode"),
        pytest.param("POST /invocation/r1/error", "streaming", None, id="error"),
        pytest.param("GET /invocation/r1/response", "streaming", None, id="another-method"),
        pytest.param("GET /invocation/next", "streaming", None, id="next"),
    ],
)  # fmt: skip
def test_the_head_of_a_streamed_answer_is_known(request_line, mode, found):
    method, path = request_line.split(" ")
    headers = Headers([("Lambda-Runtime-Function-Response-Mode", mode), ("content-type", "t")])
    assert beginning(method, ROOT + path, headers) == found


def test_an_answer_without_a_mode_is_no_stream():
    assert beginning("POST", f"{ROOT}/invocation/r1/response", Headers()) is None


def test_an_answer_that_breaks_off_is_a_failure_told_in_its_trailers():
    document = b'{"errorMessage":"half-way"}'
    trailers = [
        *error_type("Function.Broke"),
        ("Lambda-Runtime-Function-Error-Body", base64.b64encode(document).decode()),
    ]
    failure = read("POST", "/invocation/r1/response", trailers, b"half")
    assert failure == Failure(request_id="r1", error_type="Function.Broke", payload=document)


@pytest.mark.parametrize(
    "request_line, status",
    [
        ("GET /invocation/r1/response", 405),
        ("POST /invocation/next", 405),
        ("GET /init/error", 405),
        ("GET /restore/next", 404),
        ("POST /restore/error", 404),
        ("GET /", 404),
        ("POST /invocation//response", 404),
        ("POST /invocation/r1/response/x", 404),
    ],
)
def test_other_requests_are_refused(request_line, status):
    with pytest.raises(Refused) as refusal:
        read(*request_line.split(" "))
    assert refusal.value.reply.status == status
    assert set(json.loads(refusal.value.reply.body)) == {"errorMessage", "errorType"}


def test_a_broken_error_body_is_refused():
    with pytest.raises(Refused) as refusal:
        read("POST", "/invocation/r1/response", [*error_type("A.B"), ("Lambda-Runtime-Function-Error-Body", "!")])  # fmt: skip
    assert refusal.value.reply.status == 400


@pytest.mark.parametrize(
    "request_id, attempt_id, status",
    [("r1", None, None), ("r1", "a1", None), ("r2", None, 403), ("r1", "a2", 400)],
)
def test_only_the_call_in_hand_can_be_answered(request_id, attempt_id, status):
    answer = Answer(request_id=request_id, attempt_id=attempt_id, payload=b"")
    if status is None:
        check(answer, GIVEN)
    else:
        with pytest.raises(Refused) as refusal:
            check(answer, GIVEN)
        assert refusal.value.reply.status == status


def test_a_call_is_handed_over_in_the_headers_of_next():
    reply = next_reply(GIVEN)
    assert (reply.status, reply.body) == (200, b"{}")
    assert dict(reply.headers) == {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": "r1",
        "Lambda-Runtime-Deadline-Ms": "7",
        "Lambda-Runtime-Invoked-Function-Arn": "arn",
        "Lambda-Runtime-Invocation-Id": "a1",
    }


def test_trace_and_client_context_are_handed_over_when_there_are_any():
    given = Assignment(request_id="r1", attempt_id="a1", deadline_ms=7, function_arn="arn", payload=b"{}", trace_id="Root=1", client_context="{}")  # fmt: skip
    headers = dict(next_reply(given).headers)
    assert headers["Lambda-Runtime-Trace-Id"] == "Root=1"
    assert headers["Lambda-Runtime-Client-Context"] == "{}"


def test_the_plain_replies_have_their_status():
    assert (ACCEPTED.status, ACCEPTED.body) == (202, b'{"status":"OK"}')
    assert out_of_turn("answered while idle").status == 403
    assert too_large(10).status == 413
    assert b"10 bytes" in too_large(10).body
