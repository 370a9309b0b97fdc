import uuid

import pytest
from tests.control.packages import create
from tests.control.refusals import refused


@pytest.fixture
def place(lam):
    """Return the place of a fresh function with an alias, as keyword arguments."""
    name = f"e-{uuid.uuid4().hex}"
    create(lam, name, Publish=True)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return {"FunctionName": name}


def settings(response):
    return {key: response[key] for key in response if key.startswith("Maximum")}


def test_what_is_put_replaces_and_what_is_updated_adds(lam, place):
    lam.put_function_event_invoke_config(**place, MaximumRetryAttempts=0)
    updated = lam.update_function_event_invoke_config(**place, MaximumEventAgeInSeconds=60)
    assert settings(updated) == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert updated["FunctionArn"].endswith(f"{place['FunctionName']}:$LATEST")
    put = lam.put_function_event_invoke_config(**place, MaximumRetryAttempts=1)
    assert settings(put) == {"MaximumRetryAttempts": 1}
    assert settings(lam.get_function_event_invoke_config(**place)) == {"MaximumRetryAttempts": 1}


def test_each_qualifier_has_its_own(lam, place):
    lam.put_function_event_invoke_config(**place, MaximumRetryAttempts=0)
    lam.put_function_event_invoke_config(**place, Qualifier="live", MaximumRetryAttempts=1)
    found = lam.list_function_event_invoke_configs(**place)["FunctionEventInvokeConfigs"]
    shown = [
        (each["FunctionArn"].rpartition(":")[2], each["MaximumRetryAttempts"]) for each in found
    ]
    assert shown == [("$LATEST", 0), ("live", 1)]
    lam.delete_function_event_invoke_config(**place, Qualifier="live")
    found = lam.list_function_event_invoke_configs(**place)["FunctionEventInvokeConfigs"]
    assert len(found) == 1


def test_what_was_never_set_is_not_found(lam, place):
    for call in (
        lam.get_function_event_invoke_config,
        lam.update_function_event_invoke_config,
        lam.delete_function_event_invoke_config,
    ):
        assert refused(call, **place)[:2] == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize("given", [{"MaximumRetryAttempts": 3}, {"MaximumEventAgeInSeconds": 59}])
def test_the_models_bounds_hold(lam, place, given):
    found = refused(lam.put_function_event_invoke_config, **place, **given)
    assert found[0] == "ValidationException"


def test_a_destination_that_would_be_lost_is_refused(lam, place):
    config = {"OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:000000000000:q"}}
    found = refused(lam.put_function_event_invoke_config, **place, DestinationConfig=config)
    assert found[0] == "InvalidParameterValueException"
    assert "DestinationConfig.OnFailure: not supported yet" in found[2]
