"""Every refusal of Lambda has the service model's name and status."""

import pytest

from octetgate.core.ports import functions
from octetgate.core.ports.functions import Invocation, InvocationType, InvokeError, Outcome


@pytest.mark.parametrize(
    "error, code, status",
    [
        (functions.InvokeError, "ServiceException", 500),
        (functions.FunctionNotFound, "ResourceNotFoundException", 404),
        (functions.InvokeDenied, "AccessDeniedException", 403),
        (functions.TooManyInvocations, "TooManyRequestsException", 429),
        (functions.PayloadTooLarge, "RequestTooLargeException", 413),
        (functions.InvalidPayload, "InvalidRequestContentException", 400),
    ],
)
def test_a_refusal_says_its_code_and_status(error, code, status):
    assert issubclass(error, InvokeError)
    assert (error.code, error.status) == (code, status)


def test_a_call_waits_for_its_result_unless_said_otherwise():
    call = Invocation(function="f", payload=b"{}")
    assert call.type is InvocationType.REQUEST_RESPONSE
    assert call.source_arn is None


def test_an_outcome_without_function_error_is_a_success():
    assert Outcome(status=200).function_error is None
