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
_ARNS = {
    "AWS::Cognito::UserPool": "arn:aws:cognito-idp:{here}:userpool/{name}",
    "AWS::DynamoDB::GlobalTable": "arn:aws:dynamodb:{here}:table/{name}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{here}:table/{name}",
    "AWS::Events::EventBus": "arn:aws:events:{here}:event-bus/{name}",
    "AWS::Kinesis::Stream": "arn:aws:kinesis:{here}:stream/{name}",
    "AWS::KinesisFirehose::DeliveryStream": "arn:aws:firehose:{here}:deliverystream/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{here}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:{here}:stateMachine:{name}",
}
"""Of what APIs and functions refer to; of other kinds it is the service and the name."""
_REFS = {
    "AWS::SNS::Topic": "{arn}",
    "AWS::SQS::Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    "AWS::StepFunctions::StateMachine": "{arn}",
}
"""What ``Ref`` is, where it is not the name."""


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
    service = kind.split("::")[1].lower() if kind.count("::") > 1 else kind
    here = f"{stack.region}:{stack.account}"
    arn = _ARNS.get(kind, f"arn:aws:{service}:{{here}}:{{name}}").format(here=here, name=name)
    ref = _REFS.get(kind, "{name}").format(
        arn=arn, region=stack.region, account=stack.account, name=name
    )
    return Made(ref, _Named({"Arn": arn, "Name": name}, arn), "skipped")


class _Named(dict[str, str]):
    """Attributes of what is not made: whatever is asked for is the ARN, or the name."""

    def __init__(self, known: Mapping[str, str], arn: str) -> None:
        super().__init__(known)
        self._arn = arn

    def __contains__(self, attribute: object) -> bool:
        return True

    def __missing__(self, attribute: str) -> str:
        return self._arn if attribute.endswith("Arn") else self["Name"]
