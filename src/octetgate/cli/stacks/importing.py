"""``octetgate import`` of a template: its resources, and each API on the stage asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from octetgate.cli.apis import stage_url
from octetgate.cli.console import Trouble, busy
from octetgate.cli.management import connect, gateway_url, told
from octetgate.cli.stacks.making import Result, make
from octetgate.cli.stacks.stack import Stack, caller
from octetgate.control.cloudformation.template import BadTemplate, read_template


def import_template(
    endpoint: str,
    file: Path,
    *,
    name: str | None,
    stage: str | None,
    parameters: Mapping[str, str],
    watch: bool,
) -> dict[str, Any]:
    """Make what a template says, and say what there is now."""
    region, account = caller()
    stack = Stack(
        # CloudFormation names a stack apart from its file; the folder's name is what is at hand.
        name=name or file.resolve().parent.name,
        folder=file.resolve().parent,
        gateway=connect(endpoint, "apigateway"),
        functions=connect(endpoint, "lambda"),
        region=region,
        account=account,
        watch=watch,
    )
    with told(endpoint), busy(f"importing {file.name}"):
        try:
            result = make(stack, read_template(file.read_bytes()), parameters)
        except BadTemplate as error:
            raise Trouble(f"{file}: {error}") from error
        if stage is not None:
            _deploy(stack, stage)
    return _told(stack, result, gateway_url(endpoint))


def _deploy(stack: Stack, stage: str) -> None:
    """Deploy each API to the stage, unless the template has done so."""
    for api in stack.apis.values():
        if (api, stage) not in stack.stages:
            stack.gateway.create_deployment(restApiId=api, stageName=stage)
            stack.stages.append((api, stage))


def _told(stack: Stack, result: Result, gateway: str) -> dict[str, Any]:
    names = {api: logical for logical, api in stack.apis.items()}
    return {
        "stack": stack.name,
        "resources": result.resources,
        "outputs": result.outputs,
        "stages": [
            {
                "name": names.get(api, api),
                "api": api,
                "stage": stage,
                "url": stage_url(gateway, api, stage),
            }
            for api, stage in dict.fromkeys(stack.stages)
        ],
        "skipped": [each for each in result.resources if each["outcome"] == "skipped"],
        "notes": stack.notes,
    }
