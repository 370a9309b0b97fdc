"""Certificates that are uploaded with a custom domain name, and what becomes of them.

The service takes them for edge-optimized and private names and has the others name one that it
manages.  Nobody manages certificates here, so every type of endpoint takes one.
"""

from collections.abc import Mapping
from typing import Any

from octetgate.control.calls import Call, Members, Write
from octetgate.control.errors import BadRequestException
from octetgate.control.patching import REPLACE, Listing, Patch
from octetgate.core.model.domain import DomainName, ServerCertificate
from octetgate.core.ports.store import DOMAIN_CERTIFICATES
from octetgate.core.signing.certificates import BadCertificate, server_certificate

_BODY, _KEY, _CHAIN = _MEMBERS = ("certificateBody", "certificatePrivateKey", "certificateChain")
_UPLOADED = "uploaded"


def check_upload(call: Call, asked: Members) -> Members:
    """Check what is uploaded before the transaction begins: signatures take their time."""
    return {**asked, _UPLOADED: _checked(call, asked["domainName"], asked)}


def check_renewal(call: Call, asked: Members) -> Members:
    """Take what a patch uploads out of the operations, and check it likewise.

    A certificate is renewed whole, so its members are one value and not three.
    """
    operations, given = [], {}
    for each in asked.get("patchOperations", ()):
        member = (each.get("path") or "")[1:]
        if member not in _MEMBERS:
            operations.append(each)
            continue
        if each.get("op") != REPLACE:
            raise Listing().unsupported(Patch(each.get("op"), each.get("path")), (REPLACE,))
        if not each.get("value"):
            raise BadRequestException(f"Invalid null or empty value in {member}")
        given[member] = each["value"]
    uploaded = _checked(call, asked["domainName"], given)
    return {**asked, "patchOperations": operations, _UPLOADED: uploaded}


def has_upload(asked: Members) -> bool:
    """Whether a checked call brings a certificate."""
    return asked[_UPLOADED] is not None


def keep_upload(call: Write, domain: DomainName, asked: Members) -> None:
    """Keep what a checked call brings; a domain that names no certificate any more has none."""
    uploaded: ServerCertificate | None = asked[_UPLOADED]
    named = domain.certificate_name or domain.regional_certificate_name
    if uploaded is not None and not named:
        raise BadRequestException("Certificate name must be specified")
    if uploaded is not None:
        call.store.put(DOMAIN_CERTIFICATES, domain.domain_name, uploaded)
    elif not named:
        call.store.delete(DOMAIN_CERTIFICATES, domain.domain_name)


def _checked(call: Call, host: str, given: Mapping[str, Any]) -> ServerCertificate | None:
    body, key, chain = (given.get(member) for member in _MEMBERS)
    if not (body or key or chain):
        return None
    if not body:
        raise BadRequestException(f"{_BODY}: expected a certificate in PEM; found none")
    if not key:
        raise BadRequestException(f"{_KEY}: expected the private key of {_BODY}; found none")
    try:
        return server_certificate(body, key, chain, host=host, now=call.now)
    except BadCertificate as error:
        raise BadRequestException(str(error)) from error
