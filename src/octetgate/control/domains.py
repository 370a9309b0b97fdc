"""Finding a custom domain name."""

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import NotFoundException
from octetgate.core.model.domain import DomainName
from octetgate.core.ports.store import DOMAIN_NAMES


def find_domain(call: Read | Write, asked: Members) -> DomainName:
    """Return the domain name that the members name."""
    domain = call.store.get(DOMAIN_NAMES, asked["domainName"])
    if domain is None:
        raise NotFoundException("Invalid domain name identifier specified")
    return domain
