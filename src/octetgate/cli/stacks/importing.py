"""``octetgate import`` of a template: its resources, and each API on the stage asked for."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from octetgate.cli.apis import resources, stage_url
from octetgate.cli.cautions import cautions
from octetgate.cli.console import Trouble, busy
from octetgate.cli.management import connect, gateway_url, told
from octetgate.cli.stacks.making import Result, make
from octetgate.cli.stacks.stack import Stack, caller
from octetgate.control.cloudformation.template import BadTemplate, read_template

_ON_AWS = re.compile(
    r"https://(?P<api>\w+)\.execute-api\.[\w-]+\.amazonaws\.com(\.cn)?/(?P<stage>[\w-]+)/?"
)
_SYNTHESIZED = ".template.json"
_BUILT = frozenset({".aws-sam", ".serverless", "cdk.out"})


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
        name=name or stack_name(file.resolve()),
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


def stack_name(file: Path) -> str:
    """Return the name of a template's stack, which CloudFormation gives apart from the file.

    The CDK names the template after it.  Else the folder's name is what is at hand: the
    project's, where a tool has written the template into a folder of its own.
    """
    own = file.name.removesuffix(_SYNTHESIZED) if file.name.endswith(_SYNTHESIZED) else ""
    folder = next((each for each in file.parents if not _BUILT.intersection(each.parts)), file)
    # Names of functions and layers are made of it, and take neither dots nor blanks.
    return re.sub(r"[^A-Za-z0-9]+", "-", own or folder.name).strip("-") or "stack"


def _deploy(stack: Stack, stage: str) -> None:
    """Deploy each API to the stage, unless the template has done so."""
    for api in stack.apis.values():
        if (api, stage) not in stack.stages:
            stack.gateway.create_deployment(restApiId=api, stageName=stage)
            stack.stages.append((api, stage))


def _cautions(stack: Stack, api: str) -> list[str]:
    return cautions(stack.gateway.get_rest_api(restApiId=api), resources(stack.gateway, api))


def _here(stack: Stack, value: Any, gateway: str) -> Any:
    """Return an output's value; where it says at which address of AWS an API answers, ours.

    Scripts and browsers follow what the outputs say, and would call an API of somebody else.
    """
    if not isinstance(value, str):
        return value

    def ours(found: re.Match[str]) -> str:
        if found["api"] not in stack.apis.values():
            return found[0]
        return stage_url(gateway, found["api"], found["stage"])

    return _ON_AWS.sub(ours, value)


def _told(stack: Stack, result: Result, gateway: str) -> dict[str, Any]:
    names = {api: logical for logical, api in stack.apis.items()}
    return {
        "stack": stack.name,
        "resources": result.resources,
        "outputs": {
            output: _here(stack, value, gateway) for output, value in result.outputs.items()
        },
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
        "cautions": [each for api in stack.apis.values() for each in _cautions(stack, api)],
    }
