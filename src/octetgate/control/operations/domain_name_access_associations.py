"""Ways from VPC endpoints to private domain names (spec: control-plane 2.7).

There is no VPC: an association is kept and shown, and whoever reaches the gateway is answered.
"""

import re

from octetgate.control.calls import Members, Read, Write
from octetgate.control.domains import domain_arn, find_domain
from octetgate.control.errors import BadRequestException, ConflictException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.records import parts
from octetgate.control.tagging import given_tags
from octetgate.core.model.domain import DomainName, DomainNameAccessAssociation
from octetgate.core.ports.store import DOMAIN_NAME_ACCESS_ASSOCIATIONS

_ARN = re.compile(
    r"arn:[^:]+:apigateway:(?P<region>[^:]*):(?P<account>[^:]*):"
    r"/domainnames/(?P<name>[^/+]+)(\+(?P<id>[^/]+))?"
)
_ENDPOINT = re.compile(r"vpce-[a-z0-9]+")


def create_domain_name_access_association(call: Write, asked: Members) -> Members:
    """Make a way from a VPC endpoint to a private domain name."""
    domain = _domain(call, asked["domainNameArn"])
    if domain.domain_name_id is None:
        raise BadRequestException(
            "Domain name access associations are supported for private custom domain names only"
        )
    source = asked["accessAssociationSource"]
    if not _ENDPOINT.fullmatch(source):
        raise BadRequestException(
            f"accessAssociationSource: expected a VPC endpoint's id; found {source!r}"
        )
    name = f"{domain.domain_name}+{domain.domain_name_id}"
    association = DomainNameAccessAssociation(
        domain_name_access_association_arn=(
            f"arn:aws:apigateway:{call.region}:{call.account}:/domainnameaccessassociations/"
            f"domainname/{name}/vpcesource/{source}"
        ),
        domain_name_arn=domain_arn(call, domain),
        access_association_source_type=asked["accessAssociationSourceType"],
        access_association_source=source,
        tags=given_tags(asked),
    )
    arn = association.domain_name_access_association_arn
    if call.store.get(DOMAIN_NAME_ACCESS_ASSOCIATIONS, arn) is not None:
        raise ConflictException("Domain name access association already exists")
    call.store.put(DOMAIN_NAME_ACCESS_ASSOCIATIONS, arn, association)
    return _shown(association)


def get_domain_name_access_associations(call: Read, asked: Members) -> Members:
    """Return the associations, in the order of creation; other accounts share none here."""
    others = asked.get("resourceOwner") == "OTHER_ACCOUNTS"
    found = [] if others else call.store.list(DOMAIN_NAME_ACCESS_ASSOCIATIONS)
    return paged([(key, _shown(association)) for key, association in found], asked)


def delete_domain_name_access_association(call: Write, asked: Members) -> None:
    """Close a way, as its owner."""
    arn = _find(call, asked).domain_name_access_association_arn
    call.store.delete(DOMAIN_NAME_ACCESS_ASSOCIATIONS, arn)


def reject_domain_name_access_association(call: Write, asked: Members) -> None:
    """Close a way, as the owner of the domain name."""
    association = _find(call, asked)
    if association.domain_name_arn != asked["domainNameArn"]:
        raise BadRequestException(
            f"domainNameArn: expected {association.domain_name_arn}; found {asked['domainNameArn']}"
        )
    arn = association.domain_name_access_association_arn
    call.store.delete(DOMAIN_NAME_ACCESS_ASSOCIATIONS, arn)


def _domain(call: Write, arn: str) -> DomainName:
    match = _ARN.fullmatch(arn)
    if match is None:
        raise BadRequestException(f"domainNameArn: expected a domain name's ARN; found {arn!r}")
    return find_domain(call, {"domainName": match["name"], "domainNameId": match["id"]})


def _find(call: Write, asked: Members) -> DomainNameAccessAssociation:
    arn = asked["domainNameAccessAssociationArn"]
    association = call.store.get(DOMAIN_NAME_ACCESS_ASSOCIATIONS, arn)
    if association is None:
        raise NotFoundException("Invalid domain name access association identifier specified")
    return association


def _shown(association: DomainNameAccessAssociation) -> Members:
    return {**parts(association), "tags": association.tags or None}
