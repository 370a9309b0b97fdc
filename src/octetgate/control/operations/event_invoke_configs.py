"""What becomes of asynchronous calls (spec: lambda 8)."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import InvalidParameterValueException, ResourceNotFoundException
from octetgate.control.lambdas import Found, find_qualified, find_whole, listed, qualified
from octetgate.core.functions.events import TARGETS, target_service
from octetgate.core.model.function import EventInvokeConfig, Function
from octetgate.core.ports.store import FUNCTIONS

SERVICE = "lambda"

_ON_SUCCESS = tuple(service for service in TARGETS if service != "s3")


def put_function_event_invoke_config(call: Write, asked: Members) -> Members:
    """Set what becomes of asynchronous calls; what is not given is as if never set."""
    found = find_qualified(call, asked)
    return _kept(call, found, EventInvokeConfig(last_modified=call.now, **_given(asked)))


def update_function_event_invoke_config(call: Write, asked: Members) -> Members:
    """Change what is given of it."""
    found = find_qualified(call, asked)
    config = replace(_config(found), last_modified=call.now, **_given(asked))
    return _kept(call, found, config)


def get_function_event_invoke_config(call: Read, asked: Members) -> Members:
    """Return what is set."""
    found = find_qualified(call, asked)
    return _shown(found.function, found.key, _config(found))


def delete_function_event_invoke_config(call: Write, asked: Members) -> None:
    """Let AWS's usual hold again."""
    found = find_qualified(call, asked)
    _config(found)
    function = found.function
    configs = {k: v for k, v in function.event_invoke_configs.items() if k != found.key}
    call.store.put(FUNCTIONS, function.name, replace(function, event_invoke_configs=configs))


def list_function_event_invoke_configs(call: Read, asked: Members) -> Members:
    """Return what is set for the function and for its versions and aliases."""
    function = find_whole(call, asked)
    shown = [
        (key, _shown(function, key, config))
        for key, config in function.event_invoke_configs.items()
    ]
    return listed(shown, asked, "FunctionEventInvokeConfigs")


def _given(asked: Members) -> dict[str, Any]:
    given = {
        "maximum_retry_attempts": asked.get("MaximumRetryAttempts"),
        "maximum_event_age_in_seconds": asked.get("MaximumEventAgeInSeconds"),
    }
    if "DestinationConfig" in asked:
        # Together they are one thing that is set: what is not named is taken away.
        destinations = asked["DestinationConfig"]
        given["on_success"] = _destination(destinations, "OnSuccess", _ON_SUCCESS)
        given["on_failure"] = _destination(destinations, "OnFailure", TARGETS)
    return {field: value for field, value in given.items() if value is not None}


def _destination(destinations: Members, name: str, services: Sequence[str]) -> str:
    arn: str = destinations.get(name, {}).get("Destination", "")
    if arn and target_service(arn) not in services:
        raise InvalidParameterValueException(
            f"DestinationConfig.{name}.Destination: expected the ARN of a standard queue or topic, "
            f"a function{', a bucket' if 's3' in services else ''} or an event bus; found {arn}"
        )
    return arn


def _config(found: Found) -> EventInvokeConfig:
    config = found.function.event_invoke_configs.get(found.key)
    if config is None:
        raise ResourceNotFoundException(
            f"The function {qualified(found.function.arn, found.key)} "
            "doesn't have an EventInvokeConfig"
        )
    return config


def _kept(call: Write, found: Found, config: EventInvokeConfig) -> Members:
    function = found.function
    configs = {**function.event_invoke_configs, found.key: config}
    call.store.put(FUNCTIONS, function.name, replace(function, event_invoke_configs=configs))
    return _shown(function, found.key, config)


def _shown(function: Function, key: str, config: EventInvokeConfig) -> Members:
    return {
        "LastModified": config.last_modified,
        "FunctionArn": qualified(function.arn, key),
        "MaximumRetryAttempts": config.maximum_retry_attempts,
        "MaximumEventAgeInSeconds": config.maximum_event_age_in_seconds,
        "DestinationConfig": {
            "OnSuccess": {"Destination": config.on_success or None},
            "OnFailure": {"Destination": config.on_failure or None},
        },
    }
