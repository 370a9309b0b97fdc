"""Who asks, where proxies that are trusted stand between: what they say of the client.

Each proxy adds whom it was asked by at the end of X-Forwarded-For, so that the list is believed
from the right for as long as trusted proxies have written it.  What stands further left may be
anybody's invention.
"""

import ipaddress
from collections.abc import Sequence

from octetgate.core.http.headers import Headers

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address is of one of the networks; no address is of none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in each for each in networks)


def client(peer: str, headers: Headers, trusted: Sequence[Network]) -> str:
    """Return the address of whoever asked the outermost of the trusted proxies."""
    said = [each.strip() for line in headers.all("x-forwarded-for") for each in line.split(",")]
    asked_by = peer
    while said and is_in(asked_by, trusted):
        try:
            asked_by = str(ipaddress.ip_address(said.pop()))
        except ValueError:
            break  # No proxy of ours has written that.
    return asked_by


def is_secure(headers: Headers, *, otherwise: bool) -> bool:
    """Whether the client asked over TLS, as the nearest proxy says."""
    said = headers.all("x-forwarded-proto")
    if not said:
        return otherwise
    return said[-1].rpartition(",")[2].strip().lower() == "https"


def passed_on(headers: Headers, peer: str) -> str:
    """Return X-Forwarded-For as the next one gets it: who the client says, and the client.

    A trusted proxy has written already whom it was asked by.
    """
    said = [each.strip() for line in headers.all("x-forwarded-for") for each in line.split(",")]
    return ", ".join(said if peer in said else [*said, peer])
