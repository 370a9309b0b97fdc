"""What keeps other people's web pages out of the management port.

The port listens on loopback and, as long as there are no keys, takes any credentials, so a page
in the developer's own browser could talk to it.  Two things give such a page away:

* it comes from another site: the browser then sends ``Origin``, or ``Sec-Fetch-Site``, and
  neither can be forged by the page;
* it comes from a name that its owner pointed at 127.0.0.1 (DNS rebinding): ``Origin`` and
  ``Host`` then agree, but on a name.  So a browser has to come to ``localhost`` or to an
  address.

A page that only reads from its own name sends neither header.  Browsers put ``Accept-Language``
into every request, and a page can empty it but not take it away; programs do not know it.  So as
long as there are no keys no browser is answered under a name that can be had in the public DNS,
and programs are under any.
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from octetgate.control.errors import AccessDeniedException

_OWN = ("same-origin", "none")
_BROWSER = "Mozilla/"
_PRIVATE = (".internal", ".test")
"""Nobody can register names below these; ``host.docker.internal`` is one."""


def refuse_other_sites(headers: Mapping[str, str]) -> None:
    """Refuse a request that a page of another site made; headers by lower-case name."""
    refuse_other_origins(headers)
    if "origin" in headers:
        refuse_forgeable_hosts(headers)


def refuse_other_origins(headers: Mapping[str, str]) -> None:
    """Refuse a request whose browser says that another site's page made it."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _OWN:
        raise AccessDeniedException(f"Sec-Fetch-Site: expected a request of our own; found {site}")
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is None:
        return
    if origin.partition("://")[2].lower() != host.lower():
        raise AccessDeniedException(f"Origin: expected the site of {host}; found {origin}")


def refuse_forgeable_hosts(headers: Mapping[str, str]) -> None:
    """Refuse a request that came by a name which its owner may have pointed at this machine."""
    host = headers.get("host", "")
    if not _is_unforgeable(_name(host)):
        raise AccessDeniedException(
            f"Host: expected localhost or an address from a browser; found {host}"
        )


def refuse_public_names(headers: Mapping[str, str]) -> None:
    """Refuse a browser without a key under a name that may be anybody's; none at all is fine."""
    host = headers.get("host", "")
    name = _name(host).rstrip(".")
    is_browser = "accept-language" in headers or headers.get("user-agent", "").startswith(_BROWSER)
    if is_browser and "." in name and not (name.endswith(_PRIVATE) or _is_unforgeable(name)):
        raise AccessDeniedException(
            "Host: expected localhost, an address, or a name without a public domain from a "
            f"browser, as there are no management keys; found {host}; make a key with: "
            "octetgate keys create"
        )


def _name(host: str) -> str:
    """Return a ``Host`` without its port, in lower case; all of it where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or host
    except ValueError:
        return host


def _is_unforgeable(host: str) -> bool:
    """Whether nobody can point the name at this machine from afar."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
