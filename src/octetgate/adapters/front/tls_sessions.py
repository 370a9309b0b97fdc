"""What came of a handshake, in the words of ``$context`` (spec: mapping 8, lifecycle 17)."""

import re
import ssl
from collections.abc import Iterable
from typing import Any

from octetgate.core.ports.exchange import ClientCertificate, Tls
from octetgate.core.ports.handshakes import Terms

_Name = Iterable[Iterable[tuple[str, str]]]

_SHORT = {
    "commonName": "CN",
    "countryName": "C",
    "domainComponent": "DC",
    "localityName": "L",
    "organizationalUnitName": "OU",
    "organizationName": "O",
    "stateOrProvinceName": "ST",
    "streetAddress": "STREET",
    "userId": "UID",
}
"""RFC 4514 3; others keep OpenSSL's names."""
_SPECIAL = re.compile(r'[,+"\\<>;]|^[ #]| $')


def agreed(tls: ssl.SSLObject, terms: Terms) -> Tls:
    """Return what is known of a client once its handshake is over."""
    cipher = tls.cipher()
    return Tls(
        version=tls.version() or "",
        cipher=cipher[0] if cipher else "",
        domain=terms.domain,
        truststore=None if terms.truststore is None else terms.truststore.id,
        client=None if terms.truststore is None else client_certificate(tls),
    )


def client_certificate(tls: ssl.SSLObject) -> ClientCertificate | None:
    """Return the certificate that the client proved itself with; OpenSSL has verified it."""
    der = tls.getpeercert(binary_form=True)
    said: Any = tls.getpeercert()
    if not der or not said:
        return None
    issuers = [authority["subject"] for authority in tls.context.get_ca_certs()]
    return ClientCertificate(
        pem=ssl.DER_cert_to_PEM_cert(der),
        subject_dn=distinguished_name(said["subject"]),
        issuer_dn=distinguished_name(said["issuer"]),
        serial_number=":".join(re.findall("..", said["serialNumber"].lower())),
        not_before=said["notBefore"],
        not_after=said["notAfter"],
        ends=ssl.cert_time_to_seconds(said["notAfter"]),
        issuer_is_trusted=said["issuer"] in issuers,
    )


def distinguished_name(name: _Name) -> str:
    """Return a name as RFC 4514 writes it, from the last part to the first."""
    parts = ["+".join(f"{_SHORT.get(k, k)}={_escaped(v)}" for k, v in part) for part in name]
    return ",".join(reversed(parts))


def _escaped(value: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", value)
