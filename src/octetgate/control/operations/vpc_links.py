"""VPC links: names under which integrations say that their host is private (control-plane 2.7).

There is no VPC to link to.  A link is available at once, and an integration through it connects
to the host of its URI like any other.
"""

import re
from collections.abc import Iterator, Mapping

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.paging import paged
from octetgate.control.patching import REPLACE, Listing, Patch, Row, Table, option
from octetgate.control.records import parts
from octetgate.control.tagging import given_tags
from octetgate.core.mapping.substitution import substitute_stage_variables
from octetgate.core.model.definition import DeploymentRecord
from octetgate.core.model.vpc_link import VpcLink
from octetgate.core.ports.store import DEPLOYMENTS, STAGES, VPC_LINKS

_ARN = re.compile(r"arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:.+")


def create_vpc_link(call: Write, asked: Members) -> Members:
    """Make a VPC link to one load balancer, or to any name for one."""
    if len(asked["targetArns"]) > 1:
        # AWS's words as its users report them.
        raise BadRequestException("More than one target arn specified for vpc link.")
    for arn in asked["targetArns"]:
        if not _ARN.fullmatch(arn):
            raise BadRequestException(f"Invalid ARN. ARN is not well formed {arn}")
    link = VpcLink(
        id=call.new_id(6),
        name=_name(asked["name"]),
        target_arns=tuple(asked["targetArns"]),
        description=asked.get("description"),
        tags=given_tags(asked),
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
    """Forget a VPC link that nothing goes through where it is served."""
    link = _find(call, asked).id
    served = sorted(_served(call, link))
    if served:
        # AWS's words as its users report them.
        raise BadRequestException(
            f"Cannot delete vpc link. Vpc link '{link}', is referenced in [{', '.join(served)}] "
            "in format of [RESTApiId:Method:Resource:Stage]."
        )
    call.store.delete(VPC_LINKS, link)


def _served(call: Write, link: str) -> set[str]:
    """Return where stages serve integrations through the link."""
    found = set()
    for key, stage in call.store.list(STAGES):
        api = key.partition("/")[0]
        canary = stage.canary_settings
        variables = stage.variables or {}
        served = [(stage.deployment_id, variables)]
        if canary is not None:
            overrides = canary.stage_variable_overrides or {}
            served.append((canary.deployment_id, variables | overrides))
        for deployment, known in served:
            record = call.store.get(DEPLOYMENTS, f"{api}/{deployment}")
            for place in _through(record, link, known) if record else ():
                found.add(f"{api}:{place}:{stage.stage_name}")
    return found


def _through(record: DeploymentRecord, link: str, variables: Mapping[str, str]) -> Iterator[str]:
    for resource in record.definition.resources.values():
        for verb, method in resource.resource_methods.items():
            integration = method.method_integration
            given = integration.connection_id if integration else None
            if given and substitute_stage_variables(given, variables) == link:
                yield f"{verb}:{resource.id}"


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
