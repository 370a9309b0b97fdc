import uuid

import pytest
from tests.control.packages import create, package
from tests.control.refusals import refused

from octetgate.core.ports.functions import Provision


@pytest.fixture
def place(lam):
    """Give the place of a fresh function with two versions and an alias for the first."""
    place = {"FunctionName": f"p-{uuid.uuid4().hex}"}
    create(lam, place["FunctionName"], Publish=True)
    lam.update_function_code(**place, ZipFile=package("x = 2"), Publish=True)
    lam.create_alias(**place, Name="live", FunctionVersion="1")
    yield place
    # What it has reserved would be missing to others.
    lam.delete_function(**place)


def put(lam, place, count, qualifier="1"):
    return lam.put_provisioned_concurrency_config(
        **place, Qualifier=qualifier, ProvisionedConcurrentExecutions=count
    )


def get(lam, place, qualifier="1"):
    found = lam.get_provisioned_concurrency_config(**place, Qualifier=qualifier)
    return shown(found)


def shown(found):
    counts = (
        found[f"{word}ProvisionedConcurrentExecutions"]
        for word in ("Requested", "Allocated", "Available")
    )
    return (*counts, found["Status"], found.get("StatusReason"))


def test_what_is_wanted_comes_true_as_the_supervisor_says(lam, management, place):
    def supervisor_says(provision, qualifier="1"):
        management.functions.provisions[place["FunctionName"], qualifier] = provision

    made = put(lam, place, 3)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert shown(made) == (3, 0, 0, "IN_PROGRESS", None)
    supervisor_says(Provision(2, 1))
    assert get(lam, place) == (3, 2, 1, "IN_PROGRESS", None)
    supervisor_says(Provision(3, 3))
    assert get(lam, place) == (3, 3, 3, "READY", None)
    supervisor_says(Provision(1, 0, "FUNCTION_ERROR_INIT_FAILURE"))
    assert get(lam, place) == (3, 1, 0, "FAILED", "FUNCTION_ERROR_INIT_FAILURE")

    put(lam, place, 1, "2")
    supervisor_says(Provision(1, 1), "2")
    found = lam.list_provisioned_concurrency_configs(**place)["ProvisionedConcurrencyConfigs"]
    assert [each["FunctionArn"].rpartition(":")[2] for each in found] == ["1", "2"]
    assert [each["Status"] for each in found] == ["FAILED", "READY"]
    lam.delete_provisioned_concurrency_config(**place, Qualifier="1")
    [left] = lam.list_provisioned_concurrency_configs(**place)["ProvisionedConcurrencyConfigs"]
    assert left["FunctionArn"].endswith(":2")


def test_what_was_never_wanted_is_not_found(lam, place):
    for call in (
        lam.get_provisioned_concurrency_config,
        lam.delete_provisioned_concurrency_config,
    ):
        assert refused(call, **place, Qualifier="1") == (
            "ProvisionedConcurrencyConfigNotFoundException",
            404,
            "No Provisioned Concurrency Config found for this function",
        )
        assert refused(call, **place, Qualifier="7")[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "qualifier, count, text",
    [
        ("$LATEST", 1, "Provisioned Concurrency Configs cannot be applied to unpublished"),
        ("newest", 1, "Alias with weights can not be used with Provisioned Concurrency"),
        ("1", 901, "Specified ConcurrentExecutions for function is greater than account's"),
        ("2", 4, "Requested Provisioned Concurrency should not be greater than the reserved"),
        ("live", 1, "Alias can't be used for Provisioned Concurrency configuration on an already"),
    ],
)
def test_what_cannot_be_provisioned_is_refused(lam, place, qualifier, count, text):
    lam.create_alias(**place, Name="newest", FunctionVersion="$LATEST")
    put(lam, place, 2)
    if qualifier == "2":
        lam.put_function_concurrency(**place, ReservedConcurrentExecutions=5)
    code, status, message = refused(lambda: put(lam, place, count, qualifier))
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message.startswith(text)


def test_it_goes_with_what_it_was_set_for(lam, place):
    put(lam, place, 1, "live")
    put(lam, place, 1, "2")
    lam.delete_alias(**place, Name="live")
    lam.delete_function(**place, Qualifier="2")
    found = lam.list_provisioned_concurrency_configs(**place)
    assert found["ProvisionedConcurrencyConfigs"] == []


def test_no_less_is_reserved_than_is_provisioned(lam, place):
    put(lam, place, 3)
    code, _, message = refused(
        lam.put_function_concurrency, **place, ReservedConcurrentExecutions=2
    )
    assert code == "InvalidParameterValueException"
    assert message.startswith("ReservedConcurrentExecutions: expected at least")
