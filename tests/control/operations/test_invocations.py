import base64

import pytest
from tests.control.refusals import refused

from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvalidPayload,
    InvocationType,
    InvokeError,
    Outcome,
    PayloadTooLarge,
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
