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


QUEUE = "arn:aws:sqs:eu-west-1:000000000000:q"
FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:other:live"


def destinations(response):
    return response["DestinationConfig"]


def test_destinations_are_set_together(lam, place):
    both = {"OnSuccess": {"Destination": FUNCTION}, "OnFailure": {"Destination": QUEUE}}
    put = lam.put_function_event_invoke_config(**place, DestinationConfig=both)
    assert destinations(put) == both
    kept = lam.update_function_event_invoke_config(**place, MaximumRetryAttempts=1)
    assert destinations(kept) == both
    one = {"OnSuccess": {}, "OnFailure": {"Destination": FUNCTION}}
    changed = lam.update_function_event_invoke_config(**place, DestinationConfig=one)
    assert destinations(changed) == one
    assert destinations(lam.get_function_event_invoke_config(**place)) == one
    gone = lam.put_function_event_invoke_config(**place, MaximumRetryAttempts=1)
    assert destinations(gone) == {"OnSuccess": {}, "OnFailure": {}}


@pytest.mark.parametrize(
    "name, arn",
    [
        ("OnFailure", QUEUE + ".fifo"),
        ("OnFailure", "arn:aws:kinesis:eu-west-1:000000000000:stream/s"),
        ("OnSuccess", "arn:aws:s3:::bucket"),
    ],
)
def test_a_destination_that_takes_no_records_is_refused(lam, place, name, arn):
    config = {name: {"Destination": arn}}
    code, status, message = refused(
        lam.put_function_event_invoke_config, **place, DestinationConfig=config
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message.startswith(f"DestinationConfig.{name}.Destination: expected the ARN of ")
    assert message.endswith(f"found {arn}")


def test_a_dead_letter_target_is_kept_with_each_version(lam, place):
    changed = lam.update_function_configuration(**place, DeadLetterConfig={"TargetArn": QUEUE})
    assert changed["DeadLetterConfig"] == {"TargetArn": QUEUE}
    assert lam.publish_version(**place)["DeadLetterConfig"] == {"TargetArn": QUEUE}
    gone = lam.update_function_configuration(**place, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in gone


def test_a_dead_letter_target_has_to_take_messages(lam, place):
    target = {"TargetArn": "arn:aws:events:eu-west-1:000000000000:event-bus/b"}
    code, _, message = refused(lam.update_function_configuration, **place, DeadLetterConfig=target)
    assert code == "InvalidParameterValueException"
    assert message.startswith("DeadLetterConfig.TargetArn: expected the ARN of a standard queue")
