"""Finding a custom domain name, and what it is called elsewhere."""

from octetgate.control.calls import Call, Members, Read, Write
from octetgate.control.errors import NotFoundException
from octetgate.core.model.domain import DomainName
from octetgate.core.ports.store import DOMAIN_NAMES


def find_domain(call: Read | Write, asked: Members) -> DomainName:
    """Return the domain name that the members name."""
    domain = call.store.get(DOMAIN_NAMES, asked["domainName"])
    wanted = asked.get("domainNameId")
    if domain is None or (wanted and wanted != domain.domain_name_id):
        raise NotFoundException("Invalid domain name identifier specified")
    return domain


def domain_arn(call: Call, domain: DomainName) -> str:
    """Return the domain's ARN; a private one's has its account and its id."""
    if domain.domain_name_id is None:
        return f"arn:aws:apigateway:{call.region}::/domainnames/{domain.domain_name}"
    name = f"{domain.domain_name}+{domain.domain_name_id}"
    return f"arn:aws:apigateway:{call.region}:{domain.account_id}:/domainnames/{name}"
