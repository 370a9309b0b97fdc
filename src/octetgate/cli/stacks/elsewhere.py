"""Resources that are nothing here: roles, which are only named, and services not ours."""

from collections.abc import Mapping
from typing import Any

from octetgate.cli.stacks.stack import Made, Stack

_NAMES = (
    "RoleName",
    "PolicyName",
    "TableName",
    "BucketName",
    "QueueName",
    "TopicName",
    "StateMachineName",
    "LogGroupName",
    "UserPoolName",
    "Name",
)
_SERVICES = {"StepFunctions": "states", "Cognito": "cognito-idp"}


def role(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Name a role: nothing here asks what it allows."""
    name = properties.get("RoleName") or stack.called(logical)
    arn = f"arn:aws:iam::{stack.account}:role/{name}"
    return Made(name, {"Arn": arn, "RoleId": name}, "named")


def policy(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Name a policy, likewise."""
    name = properties.get("ManagedPolicyName") or stack.called(logical)
    arn = f"arn:aws:iam::{stack.account}:policy/{name}"
    return Made(arn, {"PolicyArn": arn, "Id": name}, "named")


def skipped(stack: Stack, logical: str, kind: str, properties: Mapping[str, Any]) -> Made:
    """Return a name and an ARN for what is not made, so that what refers to it can be.

    The name is the template's own where there is one: whoever runs the service somewhere (see
    ``AWS_ENDPOINT_URL_<SERVICE>``) finds it there.
    """
    name = next((str(properties[key]) for key in _NAMES if properties.get(key)), None)
    name = name or stack.called(logical)
    service = kind.split("::")[1] if kind.count("::") > 1 else kind
    service = _SERVICES.get(service, service.lower())
    arn = f"arn:aws:{service}:{stack.region}:{stack.account}:{name}"
    return Made(name, _Named({"Arn": arn, "Name": name}, arn), "skipped")


class _Named(dict[str, str]):
    """Attributes of what is not made: whatever is asked for is the ARN, or the name."""

    def __init__(self, known: Mapping[str, str], arn: str) -> None:
        super().__init__(known)
        self._arn = arn

    def __contains__(self, attribute: object) -> bool:
        return True

    def __missing__(self, attribute: str) -> str:
        return self._arn if attribute.endswith("Arn") else self["Name"]
