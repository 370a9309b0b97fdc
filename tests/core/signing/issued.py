"""Certificates of an authority that only tests know."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = 1_800_000_000
"""When the certificates are good, unless a test says otherwise; epoch seconds."""
_DAY = 86_400
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Certified:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def body(self) -> str:
        return self.certificate.public_bytes(_PEM).decode()

    @property
    def private_key(self) -> str:
        return key_text(self.key)


def key_text(key, password=None):
    """Return a private key as it is uploaded."""
    hidden = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, hidden).decode()


def certified(
    *names,
    by=None,
    common="test",
    now=NOW,
    days=(-1, 30),
    key=None,
    authority=False,
):
    """Return a certificate for hosts and addresses; ``by`` is whose key signs, its own if None.

    ``authority`` is whether it may sign others.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    start, end = (dt.datetime.fromtimestamp(now + day * _DAY, dt.UTC) for day in days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if authority:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
        )
    return Certified(builder.sign(by.key if by else key, hashes.SHA256()), key)


def _general(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def of_no_version(certified):
    """Return the certificate with a version that X.509 has not, in PEM."""
    der = bytearray(certified.certificate.public_bytes(serialization.Encoding.DER))
    der[der.index(bytes([0xA0, 3, 2, 1, 2])) + 4] = 77
    return ssl.DER_cert_to_PEM_cert(bytes(der))
