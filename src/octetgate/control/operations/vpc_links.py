"""VPC links: names under which integrations say that their host is private (control-plane 2.7).

There is no VPC to link to.  A link is available at once, and an integration through it connects
to the host of its URI like any other.
"""

import re

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Patch, Row, Table, option
from octetgate.control.records import parts
from octetgate.core.model.vpc_link import VpcLink
from octetgate.core.ports.store import VPC_LINKS

_ARN = re.compile(r"arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:.+")


def create_vpc_link(call: Write, asked: Members) -> Members:
    """Make a VPC link."""
    for arn in asked["targetArns"]:
        if not _ARN.fullmatch(arn):
            raise BadRequestException(f"Invalid ARN. ARN is not well formed {arn}")
    link = VpcLink(
        id=call.new_id(6),
        name=_name(asked["name"]),
        target_arns=tuple(asked["targetArns"]),
        description=asked.get("description"),
        tags=asked.get("tags", {}),
    )
    call.store.put(VPC_LINKS, link.id, link)
    return _shown(link)


def get_vpc_link(call: Read, asked: Members) -> Members:
    """Return a VPC link."""
    return _shown(_find(call, asked))


def get_vpc_links(call: Read, asked: Members) -> Members:
    """Return the VPC links, in the order of creation."""
    return paged([(key, _shown(link)) for key, link in call.store.list(VPC_LINKS)], asked)


def update_vpc_link(call: Write, asked: Members) -> Members:
    """Patch a VPC link."""
    link = _PATHS.patched(_find(call, asked), asked.get("patchOperations", ()))
    call.store.put(VPC_LINKS, link.id, link)
    return _shown(link)


def delete_vpc_link(call: Write, asked: Members) -> None:
    """Forget a VPC link; integrations that name it go on as they were."""
    call.store.delete(VPC_LINKS, _find(call, asked).id)


def _find(call: Read | Write, asked: Members) -> VpcLink:
    link = call.store.get(VPC_LINKS, asked["vpcLinkId"])
    if link is None:
        raise NotFoundException("Invalid Vpc Link identifier specified")
    return link


def _name(given: str | None) -> str:
    if not given:
        raise BadRequestException("Name cannot be empty")
    return given


def _shown(link: VpcLink) -> Members:
    return {**parts(link), "status": "AVAILABLE", "tags": link.tags or None}


def _renamed(link: VpcLink, patch: Patch) -> VpcLink:
    changed: VpcLink = option("name")(link, patch)
    _name(changed.name)
    return changed


_PATHS: Table[VpcLink] = Table(
    (
        Row("/name", (REPLACE,), _renamed),
        Row("/description", (REPLACE,), option("description")),
    ),
    Listing(),
)
