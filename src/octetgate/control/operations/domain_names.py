"""Custom domain names (spec: control-plane 2.7)."""

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from octetgate.control.calls import Call, Members, Preparing, Read, Write
from octetgate.control.domain_certificates import (
    check_renewal,
    check_upload,
    has_upload,
    keep_upload,
)
from octetgate.control.domains import domain_arn, find_domain
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
from octetgate.control.tagging import given_tags
from octetgate.control.truststores import (
    fetch_for,
    keep_truststore,
    shown_mutual_tls,
)
from octetgate.core.model.api import EndpointConfiguration
from octetgate.core.model.domain import DomainName, MutualTlsAuthentication
from octetgate.core.ports.store import (
    BASE_PATH_MAPPINGS,
    DOMAIN_CERTIFICATES,
    DOMAIN_NAME_ACCESS_ASSOCIATIONS,
    DOMAIN_NAMES,
    TRUSTSTORES,
)

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_TYPES = ("REGIONAL", "EDGE", "PRIVATE")
_ROUTING = "BASE_PATH_MAPPING_ONLY"
_CERTIFICATES = (
    "certificateName",
    "certificateArn",
    "regionalCertificateName",
    "regionalCertificateArn",
)
_PRIVATE = ("PRIVATE",)
_MUTUAL = "/mutualTlsAuthentication/"


def create_domain_name(call: Write, asked: Members) -> Members:
    """Let the gateway answer under a host name."""
    domain = _new_domain(call, asked)
    if call.store.get(DOMAIN_NAMES, domain.domain_name) is not None:
        raise BadRequestException("The domain name you provided already exists.")
    _keep(call, domain)
    keep_upload(call, domain, asked)
    keep_truststore(call, domain, asked)
    return _shown(call, domain)


def get_domain_name(call: Read, asked: Members) -> Members:
    """Return a domain name."""
    return _shown(call, find_domain(call, asked))


def get_domain_names(call: Read, asked: Members) -> Members:
    """Return the domain names, in the order of creation; other accounts share none here."""
    others = asked.get("resourceOwner") == "OTHER_ACCOUNTS"
    found = [] if others else call.store.list(DOMAIN_NAMES)
    return paged([(key, _shown(call, domain)) for key, domain in found], asked)


def update_domain_name(call: Write, asked: Members) -> Members:
    """Patch a domain name."""
    before = find_domain(call, asked)
    domain = _PATHS.patched(before, asked.get("patchOperations", ()))
    if has_upload(asked) or _certificates(domain) != _certificates(before):
        domain = replace(domain, certificate_upload_date=call.now)
    _keep(call, domain)
    keep_upload(call, domain, asked)
    keep_truststore(call, domain, asked)
    return _shown(call, domain)


def delete_domain_name(call: Write, asked: Members) -> None:
    """Forget a domain name, its certificate, its base path mappings and the ways to it."""
    domain = find_domain(call, asked)
    name = domain.domain_name
    for key, association in call.store.list(DOMAIN_NAME_ACCESS_ASSOCIATIONS):
        if association.domain_name_arn == domain_arn(call, domain):
            call.store.delete(DOMAIN_NAME_ACCESS_ASSOCIATIONS, key)
    for key, _ in call.store.list(BASE_PATH_MAPPINGS, f"{name}/"):
        call.store.delete(BASE_PATH_MAPPINGS, key)
    call.store.delete(DOMAIN_CERTIFICATES, name)
    call.store.delete(TRUSTSTORES, name)
    call.store.delete(DOMAIN_NAMES, name)


def _prepare_creation(call: Preparing, asked: Members) -> Members:
    return fetch_for(call, _new_domain(call, asked), check_upload(call, asked))


def _prepare_update(call: Preparing, asked: Members) -> Members:
    """Fetch the trust store that there will be, where an operation names another or the same."""
    asked = check_renewal(call, asked)
    changes = asked["patchOperations"]
    if not any((each.get("path") or "").startswith(_MUTUAL) for each in changes):
        return asked
    with call.look() as looking:
        before = find_domain(looking, asked)
    return fetch_for(call, _PATHS.patched(before, changes), asked)


vars(create_domain_name)["prepare"] = _prepare_creation
vars(update_domain_name)["prepare"] = _prepare_update


# --- Domain names ------------------------------------------------------------------------------


def _new_domain(call: Call, asked: Members) -> DomainName:
    name = asked["domainName"]
    if not _is_host(name):
        raise BadRequestException(
            "domainName: expected a host name in lower case, perhaps with *. before it, or an "
            f"IP address; found {name!r}"
        )
    endpoint = _endpoint(asked.get("endpointConfiguration", {}))
    return DomainName(
        domain_name=name,
        created_date=call.now,
        account_id=call.account,
        domain_name_id=call.new_id(10) if endpoint.types == _PRIVATE else None,
        certificate_upload_date=call.now if any(map(asked.get, _CERTIFICATES)) else None,
        certificate_name=asked.get("certificateName"),
        certificate_arn=asked.get("certificateArn"),
        regional_certificate_name=asked.get("regionalCertificateName"),
        regional_certificate_arn=asked.get("regionalCertificateArn"),
        endpoint_configuration=endpoint,
        security_policy=asked.get("securityPolicy"),
        endpoint_access_mode=asked.get("endpointAccessMode"),
        routing_mode=asked.get("routingMode"),
        ownership_verification_certificate_arn=asked.get("ownershipVerificationCertificateArn"),
        mutual_tls_authentication=_mutual_tls(asked.get("mutualTlsAuthentication")),
        policy=asked.get("policy") or None,
        tags=given_tags(asked),
    )


def _is_host(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return len(name) <= 253 and _HOST.fullmatch(name.removeprefix("*.")) is not None
    return True


def _endpoint(asked: Members) -> EndpointConfiguration:
    return EndpointConfiguration(
        types=tuple(asked.get("types", ("EDGE",))),
        ip_address_type=asked.get("ipAddressType", "ipv4"),
        vpc_endpoint_ids=tuple(asked.get("vpcEndpointIds", ())) or None,
    )


def _mutual_tls(asked: Members | None) -> MutualTlsAuthentication | None:
    if not asked or not asked.get("truststoreUri"):
        return None
    return MutualTlsAuthentication(
        truststore_uri=asked["truststoreUri"], truststore_version=asked.get("truststoreVersion")
    )


def _certificates(domain: DomainName) -> tuple[str | None, ...]:
    return (
        domain.certificate_name,
        domain.certificate_arn,
        domain.regional_certificate_name,
        domain.regional_certificate_arn,
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
    private = domain.endpoint_configuration.types == _PRIVATE
    if (domain.policy or domain.management_policy) and not private:
        raise BadRequestException("Policies are supported for private custom domain names only")
    for member, policy in (
        ("policy", domain.policy),
        ("managementPolicy", domain.management_policy),
    ):
        _check_policy(member, policy)
    mutual = domain.mutual_tls_authentication
    if mutual and mutual.truststore_uri is None:
        raise BadRequestException(
            "mutualTlsAuthentication.truststoreUri: expected s3://bucket/key with a "
            "truststoreVersion; found none"
        )
    if mutual and "REGIONAL" not in domain.endpoint_configuration.types:
        raise BadRequestException(
            "mutualTlsAuthentication: expected a domain name of type REGIONAL"
        )
    call.store.put(DOMAIN_NAMES, domain.domain_name, domain)


def _check_policy(member: str, policy: str | None) -> None:
    if not policy:
        return
    try:
        said = msgspec.json.decode(policy)
    except (msgspec.DecodeError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BadRequestException(f"{member}: expected a policy as a JSON object")


def _shown(call: Read | Write, domain: DomainName) -> Members:
    """Return the domain as the API shows it; its target is the gateway's own host."""
    types = domain.endpoint_configuration.types
    target = urlsplit(call.settings.gateway_url).hostname
    return {
        **parts(domain),
        "domainNameStatus": "AVAILABLE",
        "domainNameArn": domain_arn(call, domain),
        "mutualTlsAuthentication": shown_mutual_tls(
            call,
            domain.mutual_tls_authentication,
            call.store.get(TRUSTSTORES, domain.domain_name),
        ),
        "distributionDomainName": target if "EDGE" in types else None,
        "regionalDomainName": target if "REGIONAL" in types else None,
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


def _truststore(field: str) -> Callable[[DomainName, Patch], DomainName]:
    def change(domain: DomainName, patch: Patch) -> DomainName:
        mutual = domain.mutual_tls_authentication or MutualTlsAuthentication()
        mutual = replace(mutual, **{field: None if patch.op == REMOVE else patch.value or None})
        unset = mutual == MutualTlsAuthentication()
        return replace(domain, mutual_tls_authentication=None if unset else mutual)

    return change


_PATHS: Table[DomainName] = Table(
    (
        Row("/certificateName", EVERY, option("certificate_name")),
        Row("/certificateArn", EVERY, option("certificate_arn")),
        Row("/regionalCertificateName", EVERY, option("regional_certificate_name")),
        Row("/regionalCertificateArn", EVERY, option("regional_certificate_arn")),
        Row("/endpointConfiguration/types", (ADD, REMOVE), _types),
        Row("/endpointConfiguration/ipAddressType", (REPLACE,), _address_type),
        Row("/endpointAccessMode", (REPLACE,), option("endpoint_access_mode")),
        Row("/managementPolicy", (REPLACE,), option("management_policy")),
        Row("/policy", (REPLACE,), option("policy")),
        Row("/mutualTlsAuthentication/truststoreUri", EVERY, _truststore("truststore_uri")),
        Row("/mutualTlsAuthentication/truststoreVersion", EVERY, _truststore("truststore_version")),
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
