"""Custom domain names of a template, and where their base paths lead."""

import json
from collections.abc import Mapping
from typing import Any

from octetgate.cli.stacks.stack import Made, Stack, ignored, replacing, tags

_DOMAIN = (
    "certificateArn",
    "regionalCertificateArn",
    "securityPolicy",
    "endpointAccessMode",
    "ownershipVerificationCertificateArn",
)
_TRUST = ("truststoreUri", "truststoreVersion")


def domain_name(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Take a host name for our own; certificates are API Gateway's business, and kept as named."""
    members = stack.members("CreateDomainName", {**properties, "Tags": tags(properties)})
    name = members["domainName"]
    try:
        made = _changed_domain(stack, stack.gateway.get_domain_name(domainName=name), members)
        note = "kept"
    except Exception as error:
        if not ignored(error, "NotFoundException"):
            raise
        made = stack.gateway.create_domain_name(**members)
        note = "made"
    attributes = {
        "DistributionDomainName": made.get("distributionDomainName", name),
        "DistributionHostedZoneId": made.get("distributionHostedZoneId", ""),
        "RegionalDomainName": made.get("regionalDomainName", name),
        "RegionalHostedZoneId": made.get("regionalHostedZoneId", ""),
    }
    return Made(name, attributes, note)


def _changed_domain(
    stack: Stack, made: Mapping[str, Any], members: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return a domain name as the template has it now, as far as it can be patched."""

    def said(given: Mapping[str, Any]) -> dict[str, Any]:
        mutual = given.get("mutualTlsAuthentication") or {}
        nested = {f"mutualTlsAuthentication/{each}": mutual.get(each) for each in _TRUST}
        return {**{each: given.get(each) for each in _DOMAIN}, **nested}

    before = said(made)
    patches = [
        replacing(f"/{path}", value)
        for path, value in said(members).items()
        if value is not None and value != before[path]
    ]
    if not patches:
        return made
    changed: Mapping[str, Any] = stack.gateway.update_domain_name(
        domainName=made["domainName"], patchOperations=patches
    )
    return changed


def base_path_mapping(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Let a base path of a domain lead to a stage."""
    members = stack.members("CreateBasePathMapping", properties)
    place = {"domainName": members["domainName"], "basePath": members.get("basePath") or "(none)"}
    try:
        stack.gateway.delete_base_path_mapping(**place)
    except Exception as error:
        if not ignored(error, "NotFoundException"):
            raise
    stack.gateway.create_base_path_mapping(**members)
    return Made(f"{place['domainName']}|{place['basePath']}")


# --- Private domain names ----------------------------------------------------------------------


def private_domain_name(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Take a host name for our own within a VPC; its policies are kept, and decide nothing."""
    said = dict(properties)
    management = said.pop("ManagementPolicy", None)
    endpoint = {"Types": ["PRIVATE"], **said.get("EndpointConfiguration", {})}
    said |= {"EndpointConfiguration": endpoint, "Policy": _text(said.get("Policy"))}
    made = domain_name(stack, logical, {name: value for name, value in said.items() if value})
    if management:
        stack.gateway.update_domain_name(
            domainName=made.ref, patchOperations=[replacing("/managementPolicy", _text(management))]
        )
    found = stack.gateway.get_domain_name(domainName=made.ref)
    arn = found["domainNameArn"]
    attributes = {"DomainNameArn": arn, "DomainNameId": found.get("domainNameId", "")}
    return Made(arn, attributes, made.note)


def private_base_path_mapping(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Let a base path of a private domain lead to a stage."""
    said = dict(properties)
    arn = said.pop("DomainNameArn")
    name, _, identifier = arn.rpartition("/")[2].partition("+")
    base_path_mapping(stack, logical, {**said, "DomainName": name, "DomainNameId": identifier})
    mapping = f"{arn}|{said.get('BasePath') or '(none)'}"
    return Made(mapping, {"BasePathMappingArn": mapping})


def access_association(stack: Stack, logical: str, properties: Mapping[str, Any]) -> Made:
    """Make a way from a VPC endpoint to a private domain, unless there is one."""
    said = stack.members(
        "CreateDomainNameAccessAssociation", {**properties, "Tags": tags(properties)}
    )
    known = stack.gateway.get_domain_name_access_associations(limit=500)["items"]
    ends = ("domainNameArn", "accessAssociationSource")
    before = next((each for each in known if all(each[end] == said[end] for end in ends)), None)
    made = before or stack.gateway.create_domain_name_access_association(**said)
    arn = made["domainNameAccessAssociationArn"]
    return Made(arn, {"DomainNameAccessAssociationArn": arn}, "kept" if before else "made")


def _text(policy: Any) -> str | None:
    """Return a policy as the text that API Gateway takes; templates have objects."""
    return policy if policy is None or isinstance(policy, str) else json.dumps(policy)
