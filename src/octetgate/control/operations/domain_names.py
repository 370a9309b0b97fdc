"""Custom domain names (spec: control-plane 2.7)."""

import ipaddress
import re
from urllib.parse import urlsplit

from msgspec.structs import replace

from octetgate.control.calls import Call, Members, Read, Write
from octetgate.control.domains import find_domain
from octetgate.control.errors import BadRequestException
from octetgate.control.paging import paged
from octetgate.control.patching import (
    ADD,
    EVERY,
    REMOVE,
    REPLACE,
    Complaints,
    Listing,
    Patch,
    Row,
    Table,
    option,
)
from octetgate.control.records import parts
from octetgate.core.model.api import EndpointConfiguration
from octetgate.core.model.domain import DomainName
from octetgate.core.ports.store import BASE_PATH_MAPPINGS, DOMAIN_NAMES

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_TYPES = ("REGIONAL", "EDGE", "PRIVATE")
_ROUTING = "BASE_PATH_MAPPING_ONLY"
_UNSUPPORTED = (
    "certificateBody",
    "certificatePrivateKey",
    "certificateChain",
    "mutualTlsAuthentication",
    "policy",
)


def create_domain_name(call: Write, asked: Members) -> Members:
    """Let the gateway answer under a host name."""
    for member in _UNSUPPORTED:
        if asked.get(member):
            raise BadRequestException(f"{member}: not supported yet; expected none")
    name = asked["domainName"]
    if not _is_host(name):
        raise BadRequestException(
            f"domainName: expected a host name in lower case, or an IP address; found {name!r}"
        )
    if call.store.get(DOMAIN_NAMES, name) is not None:
        raise BadRequestException("The domain name you provided already exists.")
    domain = DomainName(
        domain_name=name,
        created_date=call.now,
        certificate_name=asked.get("certificateName"),
        certificate_arn=asked.get("certificateArn"),
        regional_certificate_name=asked.get("regionalCertificateName"),
        regional_certificate_arn=asked.get("regionalCertificateArn"),
        endpoint_configuration=_endpoint(asked.get("endpointConfiguration", {})),
        security_policy=asked.get("securityPolicy"),
        endpoint_access_mode=asked.get("endpointAccessMode"),
        routing_mode=asked.get("routingMode"),
        ownership_verification_certificate_arn=asked.get("ownershipVerificationCertificateArn"),
        tags=asked.get("tags", {}),
    )
    _keep(call, domain)
    return _shown(call, domain)


def get_domain_name(call: Read, asked: Members) -> Members:
    """Return a domain name."""
    return _shown(call, find_domain(call, asked))


def get_domain_names(call: Read, asked: Members) -> Members:
    """Return the domain names, in the order of creation."""
    found = call.store.list(DOMAIN_NAMES)
    return paged([(key, _shown(call, domain)) for key, domain in found], asked)


def update_domain_name(call: Write, asked: Members) -> Members:
    """Patch a domain name."""
    domain = _PATHS.patched(find_domain(call, asked), asked.get("patchOperations", ()))
    _keep(call, domain)
    return _shown(call, domain)


def delete_domain_name(call: Write, asked: Members) -> None:
    """Forget a domain name and its base path mappings."""
    name = find_domain(call, asked).domain_name
    for key, _ in call.store.list(BASE_PATH_MAPPINGS, f"{name}/"):
        call.store.delete(BASE_PATH_MAPPINGS, key)
    call.store.delete(DOMAIN_NAMES, name)


# --- Domain names ------------------------------------------------------------------------------


def _is_host(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return len(name) <= 253 and _HOST.fullmatch(name) is not None
    return True


def _endpoint(asked: Members) -> EndpointConfiguration:
    return EndpointConfiguration(
        types=tuple(asked.get("types", ("EDGE",))),
        ip_address_type=asked.get("ipAddressType", "ipv4"),
        vpc_endpoint_ids=tuple(asked.get("vpcEndpointIds", ())) or None,
    )


def _keep(call: Write, domain: DomainName) -> None:
    if not domain.endpoint_configuration.types:
        raise BadRequestException(
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."
        )
    if domain.routing_mode not in {None, _ROUTING}:
        raise BadRequestException(
            f"routingMode: routing rules are not supported yet; expected {_ROUTING}; "
            f"found {domain.routing_mode}"
        )
    call.store.put(DOMAIN_NAMES, domain.domain_name, domain)


def _shown(call: Call, domain: DomainName) -> Members:
    """Return the domain as the API shows it; its target is the gateway's own host."""
    types = domain.endpoint_configuration.types
    target = urlsplit(call.settings.gateway_url).hostname
    return {
        **parts(domain),
        "domainNameStatus": "AVAILABLE",
        "domainNameArn": f"arn:aws:apigateway:{call.region}::/domainnames/{domain.domain_name}",
        "distributionDomainName": target if "EDGE" in types else None,
        "regionalDomainName": target if "EDGE" not in types else None,
        "routingMode": domain.routing_mode or _ROUTING,
        "tags": domain.tags or None,
    }


# --- Patching ----------------------------------------------------------------------------------

_COMPLAINTS: Complaints = Listing()


def _types(domain: DomainName, patch: Patch) -> DomainName:
    if patch.value not in _TYPES:
        raise BadRequestException(
            f"Invalid EndpointTypes specified. Valid options are {','.join(_TYPES)}"
        )
    endpoint = domain.endpoint_configuration
    kept = tuple(each for each in endpoint.types if each != patch.value)
    types = (*kept, patch.value) if patch.op == ADD else kept
    return replace(domain, endpoint_configuration=replace(endpoint, types=types))


def _address_type(domain: DomainName, patch: Patch) -> DomainName:
    if patch.value not in {"ipv4", "dualstack"}:
        raise BadRequestException("ipAddressType must be either ipv4 or dualstack.")
    endpoint = replace(domain.endpoint_configuration, ip_address_type=patch.value)
    return replace(domain, endpoint_configuration=endpoint)


def _unsupported(domain: DomainName, patch: Patch) -> DomainName:
    if patch.value:
        raise BadRequestException(f"{patch.path}: not supported yet; expected none")
    return domain


_PATHS: Table[DomainName] = Table(
    (
        Row("/certificateName", EVERY, option("certificate_name")),
        Row("/certificateArn", EVERY, option("certificate_arn")),
        Row("/regionalCertificateName", EVERY, option("regional_certificate_name")),
        Row("/regionalCertificateArn", EVERY, option("regional_certificate_arn")),
        Row("/endpointConfiguration/types", (ADD, REMOVE), _types),
        Row("/endpointConfiguration/ipAddressType", (REPLACE,), _address_type),
        Row("/endpointAccessMode", (REPLACE,), option("endpoint_access_mode")),
        Row("/managementPolicy", (REPLACE,), _unsupported),
        Row("/policy", (REPLACE,), _unsupported),
        Row("/mutualTlsAuthentication/truststoreUri", EVERY, _unsupported),
        Row("/mutualTlsAuthentication/truststoreVersion", EVERY, _unsupported),
        Row("/routingMode", (REPLACE,), option("routing_mode")),
        Row("/securityPolicy", (REPLACE,), option("security_policy")),
        Row(
            "/ownershipVerificationCertificateArn",
            EVERY,
            option("ownership_verification_certificate_arn"),
        ),
    ),
    _COMPLAINTS,
)
