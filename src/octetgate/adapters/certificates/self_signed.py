"""Client certificates that vouch for themselves, as API Gateway's do.

A backend trusts the one certificate that it was given, so nobody has to have signed it.
"""

import datetime as dt

from octetgate.core.ports.certificates import Issued

DAYS = 365
"""How long a certificate is good (spec: control-plane 2.7, and AWS's developer guide)."""

_KEY_BITS = 2048


def issue(now: float) -> Issued:
    """Return a new RSA key and its certificate; cryptography is imported by the first call."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ApiGateway")])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    # X.509 counts in seconds.
    start = dt.datetime.fromtimestamp(int(now), dt.UTC)
    end = start + dt.timedelta(days=DAYS)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        # A backend that checks chains takes a self-signed certificate for its own authority.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        # All of ours have one name.  A backend that trusts two, as it has to while one takes the
        # place of the other, would hold the first for the issuer of the second.
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return Issued(
        certificate=certificate.public_bytes(pem).decode(),
        private_key=key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        expires=end.timestamp(),
    )
