"""What the doctor finds of custom domains: certificates as clients see them, and side doors."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from octetgate.cli.console import Trouble
from octetgate.cli.findings import Finding, Verdict
from octetgate.cli.management import all_apis, connect, told

_SOON_DAYS = 14
_SECONDS = 5
_Api = Mapping[str, Any]


def examine_domains(endpoint: str, secure_url: str | None) -> Iterator[Finding]:
    """Look at every domain name; ``secure_url`` is where the gateway speaks TLS, if it does."""
    try:
        with told(endpoint):
            client = connect(endpoint, "apigateway")
            apis = {each["id"]: each for each in all_apis(client)}
            pages = client.get_paginator("get_domain_names").paginate()
            domains = [each for page in pages for each in page["items"]]
            mapped = {
                each["domainName"]: {
                    mapping["restApiId"]
                    for mapping in client.get_base_path_mappings(
                        domainName=each["domainName"], limit=500
                    )["items"]
                }
                for each in domains
            }
    except Trouble as trouble:
        yield Finding("domains", Verdict.NOTE, f"not looked at: {trouble}")
        return
    for domain in domains:
        name = domain["domainName"]
        if secure_url is not None and not _is_address(name):
            yield certificate(secure_url, name)
        if "mutualTlsAuthentication" in domain:
            reached = [apis[api] for api in sorted(mapped[name]) if api in apis]
            yield from _mutual_tls(domain, reached)
    reachable = {api for each in mapped.values() for api in each}
    yield from _unreachable(api for api in apis.values() if api["id"] not in reachable)


def certificate(secure_url: str, domain: str) -> Finding:
    """Look at the certificate that a domain's clients are shown."""
    about = f"certificate of {domain}"
    host = domain.replace("*.", "any.", 1)
    try:
        der = _shown(secure_url, host)
    except OSError as error:
        remedy = "upload one with the domain name, or put one into the folder of --certificates"
        return Finding(about, Verdict.BAD, f"none is shown: {error}", remedy)
    from cryptography import x509

    from octetgate.core.signing.certificates import is_for, unreadable

    try:
        found = x509.load_der_x509_certificate(der)
        named = is_for(found, host)
    except unreadable() as error:
        return Finding(about, Verdict.BAD, f"it makes no sense: {error}", "renew it")
    end = found.not_valid_after_utc
    said = f"{found.subject.rfc4514_string() or 'it'}, to {end:%Y-%m-%d}"
    if not named:
        remedy = "upload one for this name, or put one into the folder of --certificates"
        return Finding(about, Verdict.BAD, f"{said}, is for other names", remedy)
    left = end - dt.datetime.now(dt.UTC)
    if left < dt.timedelta(0):
        return Finding(about, Verdict.BAD, f"{said}, has ended", "renew it")
    if left < dt.timedelta(days=_SOON_DAYS):
        return Finding(about, Verdict.NOTE, f"{said}, ends soon", "renew it")
    return Finding(about, Verdict.GOOD, said)


def _shown(secure_url: str, host: str) -> bytes:
    """Return the certificate that is shown to who asks for a host."""
    where = urlsplit(secure_url)
    # It is looked at whoever has signed it: that is for the clients to judge.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((where.hostname, where.port), timeout=_SECONDS) as raw,
        context.wrap_socket(raw, server_hostname=host) as tls,
    ):
        return tls.getpeercert(binary_form=True) or b""


def _mutual_tls(domain: Mapping[str, Any], reached: Sequence[_Api]) -> Iterator[Finding]:
    about = f"mutual TLS of {domain['domainName']}"
    for warning in domain["mutualTlsAuthentication"].get("truststoreWarnings", ()):
        yield Finding(about, Verdict.NOTE, warning, "patch truststoreUri once that is right")
    for api in reached:
        if not api["disableExecuteApiEndpoint"]:
            found = f"{api['name']} ({api['id']}) answers without it at its default endpoint"
            yield Finding(about, Verdict.NOTE, found, "set disableExecuteApiEndpoint and deploy")


def _unreachable(unmapped: Iterator[_Api]) -> Iterator[Finding]:
    for api in unmapped:
        if api["disableExecuteApiEndpoint"]:
            about = f"API {api['name']} ({api['id']})"
            found = "its default endpoint is disabled, and no domain name leads to it"
            yield Finding(about, Verdict.NOTE, found, "map a domain name to it, or enable it again")


def _is_address(name: str) -> bool:
    """Whether a domain name is an IP address, which no TLS client asks for."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
