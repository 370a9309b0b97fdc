import base64
import contextlib

import pytest
from tests.control.functions import FakeStream
from tests.control.refusals import refused

from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvalidPayload,
    InvocationType,
    InvokeError,
    Outcome,
    PayloadTooLarge,
    StreamBroken,
    TooManyInvocations,
)


def test_a_result_comes_back_byte_for_byte(lam, management):
    management.functions.answers.append(Outcome(status=200, payload=b'{"a": "\xc3\xa4"}'))
    found = lam.invoke(FunctionName="f", Payload=b'{"x": 1}', Qualifier="$LATEST")
    asked = management.functions.asked[-1]
    assert found["StatusCode"] == 200
    assert found["Payload"].read() == b'{"a": "\xc3\xa4"}'
    assert found["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in found
    assert (asked.function, asked.qualifier, asked.payload) == ("f", "$LATEST", b'{"x": 1}')
    assert (asked.type, asked.source_arn, asked.log_tail) == ("RequestResponse", None, False)


def test_a_function_error_is_a_success_with_a_header(lam, management):
    outcome = Outcome(status=200, payload=b'{"errorMessage":"x"}', function_error="Unhandled")
    management.functions.answers.append(outcome)
    found = lam.invoke(FunctionName="f")
    assert (found["StatusCode"], found["FunctionError"]) == (200, "Unhandled")
    assert found["Payload"].read() == b'{"errorMessage":"x"}'


def test_the_log_comes_back_in_base64(lam, management):
    management.functions.answers.append(Outcome(status=200, payload=b"1", log_tail=b"END\n"))
    found = lam.invoke(FunctionName="f", LogType="Tail", ClientContext="e30=")
    asked = management.functions.asked[-1]
    assert base64.b64decode(found["LogResult"]) == b"END\n"
    assert (asked.log_tail, asked.client_context) == (True, "e30=")


@pytest.mark.parametrize("kind, status", [("Event", 202), ("DryRun", 204)])
def test_other_types_of_invocation_answer_empty(lam, management, kind, status):
    management.functions.answers.append(Outcome(status=status))
    found = lam.invoke(FunctionName="f", InvocationType=kind)
    assert (found["StatusCode"], found["Payload"].read()) == (status, b"")
    assert management.functions.asked[-1].type is InvocationType(kind)


def test_no_payload_is_an_empty_object(lam, management):
    management.functions.answers.append(Outcome(status=200, payload=b"null"))
    lam.invoke(FunctionName="f")
    assert management.functions.asked[-1].payload == b"{}"


@pytest.mark.parametrize(
    "error, code, status",
    [
        (FunctionNotFound, "ResourceNotFoundException", 404),
        (InvalidPayload, "InvalidRequestContentException", 400),
        (PayloadTooLarge, "RequestTooLargeException", 413),
        (TooManyInvocations, "TooManyRequestsException", 429),
        (InvokeError, "ServiceException", 500),
    ],
)
def test_a_call_that_was_not_made_is_lambdas_error(lam, management, error, code, status):
    management.functions.answers.append(error("why"))
    assert refused(lam.invoke, FunctionName="f") == (code, status, "why")


def test_an_unknown_type_of_invocation_is_refused(lam):
    code, _, message = refused(lam.invoke, FunctionName="f", InvocationType="Later")
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value 'Later' at 'invocationType'")


def test_a_chunk_arrives_before_the_next_is_written(lam, management):
    stream = FakeStream()
    management.functions.answers.append(stream)
    stream.written.put(b"first")
    found = lam.invoke_with_response_stream(
        FunctionName="f", Qualifier="live", Payload=b"1", LogType="Tail", ClientContext="e30="
    )
    assert (found["StatusCode"], found["ExecutedVersion"]) == (200, "7")
    assert found["ResponseStreamContentType"] == "application/vnd.amazon.eventstream"
    events = iter(found["EventStream"])
    assert next(events) == {"PayloadChunk": {"Payload": b"first"}}
    stream.written.put(b"\x00\xff")
    assert next(events) == {"PayloadChunk": {"Payload": b"\x00\xff"}}
    stream.log_tail = b"END\n"
    stream.written.put(b"")
    assert next(events) == {"InvokeComplete": {"LogResult": base64.b64encode(b"END\n").decode()}}
    assert list(events) == []
    found["EventStream"].close()
    assert stream.closed
    asked = management.functions.asked[-1]
    assert (asked.function, asked.qualifier, asked.payload) == ("f", "live", b"1")
    assert (asked.type, asked.log_tail, asked.client_context) == ("RequestResponse", True, "e30=")


def test_an_answer_that_breaks_ends_with_an_event_that_says_why(lam, management):
    stream = FakeStream()
    management.functions.answers.append(stream)
    stream.written.put(b"half")
    stream.written.put(StreamBroken("no", payload=b'{"errorType": "E"}'))
    with contextlib.closing(
        lam.invoke_with_response_stream(FunctionName="f")["EventStream"]
    ) as events:
        *chunks, end = events
    assert chunks == [{"PayloadChunk": {"Payload": b"half"}}]
    assert end == {
        "InvokeComplete": {"ErrorCode": "Unhandled", "ErrorDetails": '{"errorType": "E"}'}
    }


def test_a_stream_can_be_tried_dry(lam, management):
    management.functions.answers.append(Outcome(status=204, executed_version="3"))
    found = lam.invoke_with_response_stream(FunctionName="f", InvocationType="DryRun")
    found["EventStream"].close()
    assert (found["StatusCode"], found["ExecutedVersion"]) == (204, "3")
    assert management.functions.asked[-1].type is InvocationType.DRY_RUN


def test_a_stream_is_never_asynchronous(lam):
    code, _, message = refused(
        lam.invoke_with_response_stream, FunctionName="f", InvocationType="Event"
    )
    assert code == "ValidationException"
    assert "Member must satisfy enum value set: [RequestResponse, DryRun]" in message


def test_a_stream_that_does_not_begin_is_lambdas_error(lam, management):
    management.functions.answers.append(FunctionNotFound("why"))
    found = refused(lam.invoke_with_response_stream, FunctionName="f")
    assert found == ("ResourceNotFoundException", 404, "why")


def test_a_function_is_told_the_request_id_of_its_answer(lam, management):
    management.functions.answers.append(Outcome(status=200, payload=b"1"))
    found = lam.invoke(FunctionName="f")["ResponseMetadata"]["RequestId"]
    assert management.functions.asked[-1].request_id == found


def test_the_oldest_way_to_invoke_later_still_works(lam, management):
    management.functions.answers.append(Outcome(status=202))
    assert lam.invoke_async(FunctionName="f", InvokeArgs=b'{"n": 1}')["Status"] == 202
    asked = management.functions.asked[-1]
    assert (asked.type, asked.payload) == (InvocationType.EVENT, b'{"n": 1}')
