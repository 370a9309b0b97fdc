import json

import pytest

from octetgate.core.functions.events import (
    Answer,
    Condition,
    Ended,
    deliveries,
    is_too_old,
    pauses,
    record,
    target_service,
    throttle_pause,
)
from octetgate.core.model.function import EventInvokeConfig, Function


def config(**members):
    return EventInvokeConfig(last_modified=0.0, **members)


@pytest.mark.parametrize(
    "given, expected",
    [
        (None, [60, 120]),
        (config(), [60, 120]),
        (config(maximum_retry_attempts=2), [60, 120]),
        (config(maximum_retry_attempts=1), [60]),
        (config(maximum_retry_attempts=0), []),
    ],
)
def test_a_call_is_tried_again_as_often_as_is_configured(given, expected):
    assert pauses(given, [60, 120]) == expected


@pytest.mark.parametrize(
    "given, seconds, too_old",
    [
        (None, 21600, False),
        (None, 21601, True),
        (config(), 21601, True),
        (config(maximum_event_age_in_seconds=60), 60, False),
        (config(maximum_event_age_in_seconds=60), 61, True),
    ],
)
def test_a_call_is_given_up_at_an_age(given, seconds, too_old):
    assert is_too_old(given, seconds) is too_old


# --- Records ---

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:q"
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:f:$LATEST"
NOW = "2026-11-29T12:00:00.000Z"


def version(**members):
    return Function(
        name="f",
        arn=ARN.removesuffix(":$LATEST"),
        runtime="python3.12",
        handler="h.h",
        role="r",
        code_key="",
        code_sha256="",
        code_size=0,
        last_modified=0.0,
        revision_id="",
        **members,
    )


def ended(condition, payload=b'{"a": 1}', answer=None, attempts=3):
    return Ended(
        request_id="r",
        function_arn=ARN,
        condition=condition,
        attempts=attempts,
        payload=payload,
        answer=answer,
    )


def answer(payload, error=None):
    return Answer(payload=payload, function_error=error, executed_version="7")


def test_a_record_is_as_aws_writes_it():
    failed = answer(b'{"errorMessage": "no"}', "Unhandled")
    assert json.loads(record(ended(Condition.RETRIES_EXHAUSTED, answer=failed), NOW)) == {
        "version": "1.0",
        "timestamp": NOW,
        "requestContext": {
            "requestId": "r",
            "functionArn": ARN,
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"a": 1},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "7",
            "functionError": "Unhandled",
        },
        "responsePayload": {"errorMessage": "no"},
    }


def test_a_call_that_never_ran_has_no_response():
    told = json.loads(record(ended(Condition.EVENT_AGE_EXCEEDED, attempts=0), NOW))
    assert told["requestContext"]["condition"] == "EventAgeExceeded"
    assert not {"responseContext", "responsePayload"} & set(told)


def test_what_is_no_json_is_told_as_text():
    told = json.loads(record(ended(Condition.SUCCESS, answer=answer(b"\xffplain")), NOW))
    assert told["responsePayload"] == "�plain"
    deep = "[" * 5000 + "]" * 5000
    told = json.loads(record(ended(Condition.SUCCESS, answer=answer(deep.encode())), NOW))
    assert told["responsePayload"] == deep
    assert "functionError" not in told["responseContext"]


def test_success_and_failure_have_destinations_of_their_own():
    both = config(on_success="s", on_failure="f")
    success, failure = ended(Condition.SUCCESS), ended(Condition.RETRIES_EXHAUSTED)
    [told] = deliveries(success, both, version(dead_letter=QUEUE), NOW)
    assert (told.target, told.text) == ("s", record(success, NOW))
    assert told.detail_type == "Lambda Function Invocation Result - Success"
    [told] = deliveries(failure, both, version(), NOW)
    assert (told.target, told.attributes) == ("f", {})
    assert told.detail_type == "Lambda Function Invocation Result - Failure"
    assert deliveries(failure, None, version(), NOW) == []


def test_a_dead_letter_is_the_event_itself_and_why_it_was_given_up():
    failed = ended(Condition.RETRIES_EXHAUSTED, answer=answer(b"x" * 2000, "Unhandled"))
    [told] = deliveries(failed, config(), version(dead_letter=QUEUE), NOW)
    assert (told.target, told.text) == (QUEUE, '{"a": 1}')
    assert told.attributes == {"RequestID": "r", "ErrorCode": "200", "ErrorMessage": "x" * 1024}
    [told] = deliveries(ended(Condition.EVENT_AGE_EXCEEDED), None, version(dead_letter=QUEUE), NOW)
    assert (told.attributes["ErrorCode"], told.attributes["ErrorMessage"]) == (
        "429",
        "EventAgeExceeded",
    )


@pytest.mark.parametrize(
    "arn, service",
    [
        (QUEUE, "sqs"),
        (QUEUE + ".fifo", None),
        ("arn:aws:sns:eu-west-1:000000000000:t", "sns"),
        ("arn:aws:sns:eu-west-1:000000000000:t.fifo", None),
        ("arn:aws:events:eu-west-1:000000000000:event-bus/b", "events"),
        ("arn:aws:lambda:eu-west-1:000000000000:function:f", "lambda"),
        ("arn:aws:s3:::bucket", "s3"),
        ("arn:aws:kinesis:eu-west-1:000000000000:stream/s", None),
        ("arn:aws:sqs:eu-west-1::q", None),
        ("q", None),
    ],
)
def test_an_arn_says_which_service_takes_what_is_told(arn, service):
    assert target_service(arn) == service


@pytest.mark.parametrize("times, seconds", [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (5000, 300)])  # fmt: skip
def test_after_throttles_the_pause_doubles_up_to_five_minutes(times, seconds):
    assert throttle_pause(times, 1.0) == seconds
