import base64
import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from tests.core.signing.issued import NOW, certified, of_no_version

from octetgate.core.signing.truststores import BadTruststore, read_truststore

ROOT = certified(common="root", authority=True)
MIDDLE = certified(common="middle", authority=True, by=ROOT)


def signed(key, hash_=hashes.SHA256()):  # noqa: B008  # hashes have no state
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "odd")])
    start = dt.datetime.fromtimestamp(NOW - 60, dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=1))
        .sign(key, hash_)
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def read(*texts):
    return read_truststore("".join(texts).encode(), NOW)


def test_all_that_is_good_is_kept_in_order():
    found = read("a comment\n", MIDDLE.body, ROOT.body)
    assert found.certificates == MIDDLE.body + ROOT.body
    assert found.warnings == ()


def test_other_certificates_have_another_id():
    assert read(ROOT.body).id == read("comment", ROOT.body).id
    assert read(ROOT.body).id != read(ROOT.body, MIDDLE.body).id


@pytest.mark.parametrize(
    "text, warning",
    [
        (
            certified(common="old", days=(-9, -1)).body,
            "expected one that is good at 2027-01-15T08:00:00Z",
        ),
        (certified(common="early", days=(1, 9)).body, "expected one that is good at "),
        (
            signed(rsa.generate_private_key(65537, 1024)),
            "expected RSA of at least 2048 bits; found 1024, of CN=odd",
        ),
        (
            signed(ec.generate_private_key(ec.SECP192R1())),
            "expected ECDSA of at least 256 bits; found 192",
        ),
        (
            signed(ed25519.Ed25519PrivateKey.generate(), None),
            "expected a key of RSA or ECDSA; found Ed25519PublicKey",
        ),
        (
            signed(ec.generate_private_key(ec.SECP256R1()), hashes.SHA224()),
            "expected a signature over SHA-256 or better; found sha224",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "expected X.509; ",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n",
            "expected X.509; ",
        ),
    ],
    ids=[
        "expired",
        "not-yet",
        "short-rsa",
        "short-ecdsa",
        "ed25519",
        "sha224",
        "junk",
        "no-base64",
    ],
)
def test_what_cannot_be_relied_on_is_left_out_with_a_warning(text, warning):
    found = read(ROOT.body, text)
    assert found.certificates == ROOT.body
    assert found.warnings[0].startswith(f"certificate 2: {warning}")
    assert found.warnings[0].endswith("; it is left out")


def test_a_missing_issuer_is_warned_of():
    assert read(MIDDLE.body).warnings == (
        "certificate of CN=middle: expected its chain up to the root; CN=root is missing",
    )


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "expected certificates in PEM; found none"),
        (ROOT.body.encode() * 1001, "expected at most 1000 certificates; found 1001"),
        (b" " * 1_048_577, "expected at most 1048576 bytes; found 1048577"),
        (
            b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----"
            % base64.b64encode(b"no certificate"),
            "expected a certificate that can be relied on; certificate 1: expected X.509",
        ),
    ],
    ids=["nothing", "too-many", "too-large", "none-good"],
)
def test_nothing_to_hold_clients_against_is_refused(data, message):
    with pytest.raises(BadTruststore, match=f"^{message}"):
        read_truststore(data, NOW)


def test_a_certificate_that_cannot_be_read_is_left_out():
    found = read(of_no_version(MIDDLE), ROOT.body)
    assert found.certificates == ROOT.body
    [warning] = found.warnings
    assert "77 is not a valid X509 version" in warning
