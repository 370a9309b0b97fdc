"""Certificates that servers show, checked before they are kept: what TLS would stumble over later.

The rules and, where one is known, the words are those of the service behind uploaded
certificates: one PEM certificate, its key without a password, and the chain from the immediate
signer upwards.  ``cryptography`` is imported by the first check.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING

from octetgate.core.model.domain import ServerCertificate

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_LEAST_RSA_BITS = 2048
"""OpenSSL shows no shorter key at its usual level of security."""
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_WEAK_HASHES = ("md5", "sha1")
_MOST_IN_CHAIN = 10
_LONGEST = {
    "certificateBody": 16_384,
    "certificatePrivateKey": 16_384,
    "certificateChain": 2_097_152,
}
"""Characters, as the service behind uploaded certificates has it."""
_CHAIN = (
    "Unable to validate certificate chain. The certificate chain must start with the immediate "
    "signing certificate, followed by any intermediaries in order. "
    "The index within the chain of the invalid certificate is: "
)


class BadCertificate(Exception):
    """A certificate, a key or a chain that cannot be shown; never says anything of the key."""


def server_certificate(
    body: str, private_key: str, chain: str | None, *, host: str, now: float
) -> ServerCertificate:
    """Return the certificate for a host, with what proves it; ``now`` is in epoch seconds."""
    _check_length("certificateBody", body)
    _check_length("certificatePrivateKey", private_key)
    _check_length("certificateChain", chain or "")
    try:
        return _checked(body, private_key, chain, host, dt.datetime.fromtimestamp(now, dt.UTC))
    except unreadable() as error:
        # Parts of a certificate are only read when they are asked for.
        raise BadCertificate(
            f"certificateBody, certificateChain: expected X.509 certificates; found: {error}"
        ) from error


def unreadable() -> tuple[type[Exception], ...]:
    """Return what a certificate raises of which a part makes no sense, when that is read."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    return ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.UnsupportedGeneralNameType


def is_for(certificate: "x509.Certificate", host: str) -> bool:
    """Return whether a certificate is for a host."""
    return any(_covers(name, host) for name in _names(certificate))


def _checked(
    body: str, private_key: str, chain: str | None, host: str, now: dt.datetime
) -> ServerCertificate:
    found = _certificates("certificateBody", body)
    if len(found) != 1:
        raise BadCertificate(
            "certificateBody: expected one certificate, with the others in certificateChain; "
            f"found {len(found)}"
        )
    issuers = _certificates("certificateChain", chain) if chain else []
    if len(issuers) > _MOST_IN_CHAIN:
        raise BadCertificate(
            f"certificateChain: expected at most {_MOST_IN_CHAIN} certificates; "
            f"found {len(issuers)}"
        )
    key = _private_key(private_key)
    _check_pair(found[0], key)
    _check_chain(found[0], issuers)
    for member, certificate in [
        ("certificateBody", found[0]),
        *(("certificateChain", each) for each in issuers),
    ]:
        _check_dates(member, certificate, now)
    _check_host(found[0], host)
    return _kept([*found, *issuers], key)


def _check_length(member: str, text: str) -> None:
    if len(text) > _LONGEST[member]:
        raise BadCertificate(
            f"{member}: expected at most {_LONGEST[member]} characters; found {len(text)}"
        )


def _certificates(member: str, text: str) -> list["x509.Certificate"]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        what = "certificate chain" if member == "certificateChain" else "certificate"
        raise BadCertificate(
            f"Unable to parse {what}. Please ensure the {what} is in PEM format."
        ) from error


def _private_key(text: str) -> "PrivateKeyTypes":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    # What the parser says of a key is left behind: it may quote it.
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except TypeError:
        raise BadCertificate(
            "certificatePrivateKey: expected a key without a password; found an encrypted one"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadCertificate(
            "Unable to parse private key. Please ensure the private key is in PEM format."
        ) from None
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _LEAST_RSA_BITS:
            raise BadCertificate(
                f"certificatePrivateKey: expected RSA of at least {_LEAST_RSA_BITS} bits; "
                f"found {key.key_size}"
            )
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return key
    raise BadCertificate(
        f"certificatePrivateKey: expected a key of RSA or of one of the curves {', '.join(_CURVES)}"
    )


def _check_pair(certificate: "x509.Certificate", key: "PrivateKeyTypes") -> None:
    if certificate.public_key() != key.public_key():
        raise BadCertificate(
            "certificatePrivateKey: expected the private key of certificateBody; "
            "found another certificate's"
        )
    weak = certificate.signature_hash_algorithm
    if weak is not None and weak.name in _WEAK_HASHES:
        raise BadCertificate(
            f"certificateBody: expected a signature over SHA-256 or better; found {weak.name}"
        )


def _check_chain(certificate: "x509.Certificate", issuers: Sequence["x509.Certificate"]) -> None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    issued = certificate
    for index, issuer in enumerate(issuers):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
            raise BadCertificate(f"{_CHAIN}{index}") from error
        issued = issuer


def _check_dates(member: str, certificate: "x509.Certificate", now: dt.datetime) -> None:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= now <= end:
        raise BadCertificate(
            f"{member}: expected certificates that are good at {now:%Y-%m-%dT%H:%M:%SZ}; "
            f"found one from {start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"
        )


def _check_host(certificate: "x509.Certificate", host: str) -> None:
    if not is_for(certificate, host):
        names = ", ".join(_names(certificate)) or "no host"
        raise BadCertificate(
            f"certificateBody: expected a certificate for {host}; found one for {names}"
        )


def _names(certificate: "x509.Certificate") -> list[str]:
    """Return the hosts and addresses that a certificate is for, in lower case.

    Its subject's name counts where it says nothing better, as it did for TLS once.
    """
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        subject = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return [str(each.value).lower() for each in subject]
    addresses = said.get_values_for_type(x509.IPAddress)
    return [
        *(name.lower() for name in said.get_values_for_type(x509.DNSName)),
        *map(str, addresses),
    ]


def _covers(name: str, host: str) -> bool:
    """Whether a name is the host's; a star stands for its first label (RFC 6125)."""
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(host)
    except ValueError:
        pass
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


def _kept(certificates: Sequence["x509.Certificate"], key: "PrivateKeyTypes") -> ServerCertificate:
    """Return the texts anew: whatever else stood in them is none of ours to keep."""
    from cryptography.hazmat.primitives import serialization

    pem = serialization.Encoding.PEM
    return ServerCertificate(
        certificates="".join(each.public_bytes(pem).decode() for each in certificates),
        private_key=key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )
