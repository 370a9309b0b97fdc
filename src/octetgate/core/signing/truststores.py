"""Trust stores of custom domains with mutual TLS: which of their certificates can be relied on.

The rules are the service's (documented): PEM, at most a thousand certificates and 1 MB, signed
over SHA-256 or better, with keys of RSA-2048 or ECDSA-256 at least, and each with its chain up
to the root.  What breaks one is left out with a warning; the words are ours.  ``cryptography``
is imported by the first store.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from octetgate.core.model.domain import Truststore
from octetgate.core.signing.certificates import unreadable

if TYPE_CHECKING:
    from cryptography import x509

MOST_BYTES = 1_048_576
_MOST_CERTIFICATES = 1000
_LEAST_RSA_BITS, _LEAST_ECDSA_BITS = 2048, 256
_WEAK_HASHES = ("md5", "sha1", "sha224")
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class BadTruststore(Exception):
    """Nothing that clients could be held against; says what was expected and found."""


def read_truststore(data: bytes, now: float) -> Truststore:
    """Return what is good of a trust store at a moment (epoch seconds), and what is not."""
    from cryptography.hazmat.primitives import serialization

    if len(data) > MOST_BYTES:
        raise BadTruststore(f"expected at most {MOST_BYTES} bytes; found {len(data)}")
    blocks = _BLOCK.findall(data)
    if not blocks:
        raise BadTruststore("expected certificates in PEM; found none")
    if len(blocks) > _MOST_CERTIFICATES:
        raise BadTruststore(
            f"expected at most {_MOST_CERTIFICATES} certificates; found {len(blocks)}"
        )
    good: list[x509.Certificate] = []
    warnings: list[str] = []
    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    for number, block in enumerate(blocks, 1):
        found = _certificate(block, moment)
        if isinstance(found, str):
            warnings.append(f"certificate {number}: {found}; it is left out")
        else:
            good.append(found)
    if not good:
        raise BadTruststore(f"expected a certificate that can be relied on; {warnings[0]}")
    text = "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in good)
    return Truststore(
        id=hashlib.sha256(text.encode()).hexdigest()[:32],
        certificates=text,
        warnings=(*warnings, *_unrooted(good)),
    )


def _certificate(block: bytes, now: dt.datetime) -> "x509.Certificate | str":
    """Return a certificate, or what is wrong with it."""
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(block)
        problem = _problem(found, now)
        subject = found.subject.rfc4514_string()
        found.issuer.rfc4514_string()
    except unreadable() as error:
        # Parts of a certificate are only read when they are asked for.
        return f"expected X.509; {error}"
    return f"{problem}, of {subject}" if problem else found


def _problem(certificate: "x509.Certificate", now: dt.datetime) -> str:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= now <= end:
        return (
            f"expected one that is good at {now:%Y-%m-%dT%H:%M:%SZ}; "
            f"found {start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"
        )
    weak = certificate.signature_hash_algorithm
    if weak is not None and weak.name in _WEAK_HASHES:
        return f"expected a signature over SHA-256 or better; found {weak.name}"
    return _weak_key(certificate)


def _weak_key(certificate: "x509.Certificate") -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size >= _LEAST_RSA_BITS:
            return ""
        return f"expected RSA of at least {_LEAST_RSA_BITS} bits; found {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.key_size >= _LEAST_ECDSA_BITS:
            return ""
        return f"expected ECDSA of at least {_LEAST_ECDSA_BITS} bits; found {key.curve.key_size}"
    return f"expected a key of RSA or ECDSA; found {type(key).__name__}"


def _unrooted(certificates: Sequence["x509.Certificate"]) -> Iterator[str]:
    """Yield those whose issuer is missing: clients with certificates of theirs are refused."""
    known = {each.subject for each in certificates}
    for each in certificates:
        if each.issuer not in known:
            yield (
                f"certificate of {each.subject.rfc4514_string()}: expected its chain up to the "
                f"root; {each.issuer.rfc4514_string()} is missing"
            )
