import uuid

import pytest
from tests.control.packages import create
from tests.control.refusals import refused

from octetgate.core.ports.functions import RESERVED_LIMIT, TooManyInvocations


@pytest.fixture
def name(lam):
    """Return the name of a function that is deleted at the end, with its reservation."""
    name = f"c-{uuid.uuid4().hex}"
    create(lam, name)
    yield name
    lam.delete_function(FunctionName=name)


def test_what_is_reserved_is_shown_until_it_is_given_back(lam, name):
    assert "ReservedConcurrentExecutions" not in lam.get_function_concurrency(FunctionName=name)
    put = lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)
    assert put["ReservedConcurrentExecutions"] == 5
    assert lam.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 5
    shown = lam.get_function(FunctionName=name)["Concurrency"]
    assert shown == {"ReservedConcurrentExecutions": 5}
    gone = lam.delete_function_concurrency(FunctionName=name)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "Concurrency" not in lam.get_function(FunctionName=name)


def test_nothing_can_be_reserved_too(lam, name):
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert lam.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 0


def test_something_is_left_for_functions_without_a_reservation(lam, name):
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=900)
    limit = lam.get_account_settings()["AccountLimit"]
    assert limit["UnreservedConcurrentExecutions"] == 100
    found = refused(
        lam.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=901
    )
    assert found[:2] == ("InvalidParameterValueException", 400)
    assert "below its minimum value of [100]" in found[2]


def test_the_account_counts_functions_and_their_code(lam, name):
    before = lam.get_account_settings()["AccountUsage"]
    size = lam.publish_version(FunctionName=name)["CodeSize"]
    after = lam.get_account_settings()["AccountUsage"]
    assert after["FunctionCount"] == before["FunctionCount"] >= 1
    assert after["TotalCodeSize"] == before["TotalCodeSize"] + size


def test_a_throttled_call_says_why(lam, management, name):
    throttled = TooManyInvocations("Rate Exceeded.")
    throttled.reason = RESERVED_LIMIT
    management.functions.answers.append(throttled)
    with pytest.raises(lam.exceptions.TooManyRequestsException) as failed:
        lam.invoke(FunctionName=name)
    assert failed.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert failed.value.response["Error"]["Message"] == "Rate Exceeded."
