"""A template's resources, made in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from octetgate.cli.console import Trouble
from octetgate.cli.stacks import apis, domains, elsewhere, functions, stages
from octetgate.cli.stacks.stack import Made, Stack, ignored, pseudo_parameters
from octetgate.control.cloudformation import sam
from octetgate.control.cloudformation.includes import included
from octetgate.control.cloudformation.intrinsics import Resolver, Values
from octetgate.control.cloudformation.ordering import in_order
from octetgate.control.cloudformation.template import (
    BadTemplate,
    Declared,
    tagged,
    understood,
)
from octetgate.control.documents import BadDocument, read

Make = Callable[[Stack, str, Mapping[str, Any]], Made]

KINDS: Mapping[str, Make] = {
    "AWS::ApiGateway::Account": stages.account,
    "AWS::ApiGateway::ApiKey": stages.api_key,
    "AWS::ApiGateway::Authorizer": apis.authorizer,
    "AWS::ApiGateway::BasePathMapping": domains.base_path_mapping,
    "AWS::ApiGateway::BasePathMappingV2": domains.private_base_path_mapping,
    "AWS::ApiGateway::ClientCertificate": stages.client_certificate,
    "AWS::ApiGateway::Deployment": stages.deployment,
    "AWS::ApiGateway::DocumentationPart": apis.documentation_part,
    "AWS::ApiGateway::DocumentationVersion": apis.documentation_version,
    "AWS::ApiGateway::DomainName": domains.domain_name,
    "AWS::ApiGateway::DomainNameAccessAssociation": domains.access_association,
    "AWS::ApiGateway::DomainNameV2": domains.private_domain_name,
    "AWS::ApiGateway::GatewayResponse": apis.gateway_response,
    "AWS::ApiGateway::Method": apis.method,
    "AWS::ApiGateway::Model": apis.model,
    "AWS::ApiGateway::RequestValidator": apis.request_validator,
    "AWS::ApiGateway::Resource": apis.resource,
    "AWS::ApiGateway::RestApi": apis.rest_api,
    "AWS::ApiGateway::Stage": stages.stage,
    "AWS::ApiGateway::UsagePlan": stages.usage_plan,
    "AWS::ApiGateway::UsagePlanKey": stages.usage_plan_key,
    "AWS::ApiGateway::VpcLink": stages.vpc_link,
    "AWS::IAM::ManagedPolicy": elsewhere.policy,
    "AWS::IAM::Policy": elsewhere.policy,
    "AWS::IAM::Role": elsewhere.role,
    "AWS::Lambda::Alias": functions.alias,
    "AWS::Lambda::EventInvokeConfig": functions.event_invoke_config,
    "AWS::Lambda::Function": functions.function,
    "AWS::Lambda::LayerVersion": functions.layer_version,
    "AWS::Lambda::Permission": functions.permission,
    "AWS::Lambda::Url": functions.url,
    "AWS::Lambda::Version": functions.version,
}
"""What is made; any other type is skipped, and said to be."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a template."""

    resources: list[dict[str, str]]
    outputs: dict[str, Any]


def make(stack: Stack, document: dict[str, Any], parameters: Mapping[str, str]) -> Result:
    """Make every resource of a template whose condition holds."""
    document = included(document, lambda location: _file(stack, location))
    pseudo = pseudo_parameters(stack.name, stack.region, stack.account)
    given = understood(document, parameters).parameters
    plain = sam.transformed(document, {**pseudo, **given}, stack.region)
    template = understood(plain, parameters)
    values = Values(pseudo)
    resolver = Resolver(template, values)
    rows = [_made(stack, each, resolver, values) for each in in_order(template, resolver)]
    outputs = {
        name: resolver.resolved(each.get("Value"), f"Outputs.{name}")
        for name, each in template.outputs.items()
        if "Condition" not in each or resolver.holds(each["Condition"], f"Outputs.{name}")
    }
    return Result(rows, outputs)


def _file(stack: Stack, location: str) -> Any:
    """Return what a file beside the template says, in the template's own words."""
    path = stack.path(location, "AWS::Include")
    try:
        return read(path.read_bytes(), tagged)
    except BadDocument as error:
        raise BadTemplate(f"{location}: {error}") from error


def _made(stack: Stack, each: Declared, resolver: Resolver, values: Values) -> dict[str, str]:
    where = f"Resources.{each.name}"
    kind = KINDS.get(each.type)
    stack.making = each.name
    try:
        properties = resolver.resolved(each.properties, f"{where}.Properties")
        if each.asset is not None:
            # What has been synthesized names a bucket, and beside it the folder on this machine.
            properties = {**properties, each.asset[0]: each.asset[1]}
        made = (
            kind(stack, each.name, properties)
            if kind is not None
            else elsewhere.skipped(stack, each.name, each.type, properties)
        )
    except BadTemplate as error:
        if kind is not None:
            raise
        # What is not made need not make sense.
        stack.notes.append(str(error))
        made = elsewhere.skipped(stack, each.name, each.type, {})
    except Trouble:
        raise
    except KeyError as error:
        raise Trouble(f"{where} ({each.type}): expected the property {error.args[0]}") from error
    except Exception as error:
        said = getattr(error, "response", {}).get("Error", {}).get("Message") or str(error)
        if not ignored(error, "NotImplementedException"):
            raise Trouble(f"{where} ({each.type}): {said}") from error
        stack.notes.append(f"{each.name}: {said}")
        made = elsewhere.skipped(stack, each.name, each.type, properties)
    values.refs[each.name] = made.ref
    values.attributes[each.name] = made.attributes
    return {"name": each.name, "type": each.type, "id": made.ref, "outcome": made.note}
