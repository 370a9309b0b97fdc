"""A template being made: what its resources have in common, and what is known of each."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from octetgate.cli.console import Trouble
from octetgate.control.members import spelled


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that exists now."""

    ref: str
    """What ``Ref`` of it is."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What ``Fn::GetAtt`` can ask of it."""
    note: str = "made"


@dataclass(slots=True)
class Stack:
    """What making a resource needs besides its properties."""

    name: str
    folder: Path
    """Where the template is: its local paths begin here."""
    gateway: Any
    """boto3's clients of the management port."""
    functions: Any
    region: str
    account: str
    making: str = ""
    """The resource whose turn it is."""
    watch: bool = False
    """Whether functions run from their folders, and calls see edits."""
    apis: dict[str, str] = field(default_factory=dict)
    """Logical id → id of the APIs made in this round."""
    stages: list[tuple[str, str]] = field(default_factory=list)
    """(API, stage) made in this round."""
    notes: list[str] = field(default_factory=list)

    def called(self, logical: str) -> str:
        """Return the name of a resource that the template gives none."""
        return f"{self.name}-{logical}"

    def path(self, text: str, place: str) -> Path:
        """Return a local path of the template."""
        found = (self.folder / text).resolve()
        if not found.exists():
            raise Trouble(f"{place}: expected a file or a folder; {found}: no such file")
        return found

    def members(
        self, operation: str, properties: Mapping[str, Any], besides: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return what an operation of API Gateway takes of CloudFormation's properties.

        ``besides`` are those that something else is done with; what is left has no effect.
        """
        found, others = spelled(operation, properties)
        left = [name for name in others if name not in besides]
        self.notes += [f"{self.making}: {name} has no effect here" for name in left]
        return found


def pseudo_parameters(name: str, region: str, account: str) -> dict[str, Any]:
    """Return CloudFormation's own parameters."""
    return {
        "AWS::AccountId": account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": f"arn:aws:cloudformation:{region}:{account}:stack/{name}/octetgate",
        "AWS::StackName": name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def ignored(error: Exception, *codes: str) -> bool:
    """Whether boto3 complains of what may well be so."""
    response: Mapping[str, Any] = getattr(error, "response", {})
    return response.get("Error", {}).get("Code") in codes


def caller() -> tuple[str, str]:
    """Return the region and the account that the management port takes us to be of."""
    import boto3

    session: Any = boto3.Session()
    credentials = session.get_credentials()
    key = credentials.access_key if credentials else ""
    account = key if len(key) == 12 and key.isdigit() else "000000000000"
    region = session.region_name or os.environ.get("OCTETGATE_REGION", "us-east-1")
    return str(region), os.environ.get("OCTETGATE_ACCOUNT_ID", account)


def tags(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that a template lists."""
    return {each["Key"]: str(each["Value"]) for each in properties.get("Tags") or ()}


def replacing(path: str, value: Any) -> dict[str, str]:
    """Return the patch that replaces a value; patches have texts."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return {"op": "replace", "path": path, "value": text}
