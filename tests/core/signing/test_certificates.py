import contextlib
import ssl
import subprocess
import warnings

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from tests.core.signing.issued import NOW, certified, key_text, of_no_version

from octetgate.core.signing.certificates import BadCertificate, server_certificate

HOST = "api.example.com"
CHAIN = "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: "


@pytest.fixture(scope="module")
def root():
    return certified(common="root")


@pytest.fixture(scope="module")
def middle(root):
    return certified(by=root, common="middle")


@pytest.fixture(scope="module")
def leaf(middle):
    return certified(HOST, by=middle)


def checked(leaf, *chain, host=HOST, key=None):
    texts = "".join(each.body for each in chain)
    return server_certificate(leaf.body, key or leaf.private_key, texts or None, host=host, now=NOW)


def refused(*given, **options):
    with pytest.raises(BadCertificate) as error:
        checked(*given, **options)
    return str(error.value)


def test_what_is_kept_is_what_tls_loads_the_hosts_own_first(leaf, middle, root, tmp_path):
    kept = checked(leaf, middle, root)
    assert kept.certificates == leaf.body + middle.body + root.body
    pair = tmp_path / "pair.pem"
    pair.write_text(kept.private_key + kept.certificates)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(pair)


def test_whatever_stands_around_the_pem_is_not_kept(leaf):
    kept = server_certificate(
        f"subject=test\n{leaf.body}\n", f"\n{leaf.private_key}", None, host=HOST, now=NOW
    )
    assert kept.certificates == leaf.body


def test_nothing_that_is_printed_of_a_certificate_holds_its_key(leaf):
    kept = checked(leaf)
    assert "PRIVATE" not in repr(kept)
    assert "private_key=..." in repr(kept)


@pytest.mark.parametrize(
    "names, host",
    [
        (["*.example.com"], HOST),
        (["other.example", "API.example.com"], HOST),
        (["127.0.0.1"], "127.0.0.1"),
        (["::1"], "0:0:0:0:0:0:0:1"),
        (["localhost"], "localhost"),
    ],
)
def test_a_certificate_covers_its_names(names, host):
    assert checked(certified(*names), host=host)


def test_the_subjects_name_counts_where_nothing_else_is_said():
    assert checked(certified(common=HOST))


@pytest.mark.parametrize(
    "names, found",
    [
        (["example.com"], "example.com"),
        (["*.com"], "*.com"),
        (["*.api.example.com", "127.0.0.1"], "*.api.example.com, 127.0.0.1"),
    ],
)
def test_a_certificate_of_other_hosts_is_refused(names, found):
    message = f"certificateBody: expected a certificate for {HOST}; found one for {found}"
    assert refused(certified(*names)) == message


def test_a_chain_goes_from_the_immediate_signer_upwards(leaf, middle, root):
    assert refused(leaf, root, middle) == f"{CHAIN}0"
    assert refused(leaf, middle, middle) == f"{CHAIN}1"


def test_a_chain_has_an_end(leaf, root):
    message = "certificateChain: expected at most 10 certificates; found 11"
    assert refused(leaf, *[root] * 11) == message


@pytest.mark.parametrize("days", [(-3, -1), (1, 3)])
def test_a_certificate_out_of_its_time_is_refused(root, days):
    message = refused(certified(HOST, by=root, days=days))
    assert message.startswith(
        "certificateBody: expected certificates that are good at 2027-01-15T08:00:00Z; found one from 2027-01-1"
    )


def test_a_chain_out_of_its_time_is_refused():
    old = certified(common="old", days=(-3, -1))
    assert refused(certified(HOST, by=old), old).startswith("certificateChain: expected cert")


def test_a_weak_signature_is_refused(tmp_path):
    # The library signs nothing with SHA-1 any more; openssl does.
    key, body = tmp_path / "key.pem", tmp_path / "body.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-sha1", "-subj", f"/CN={HOST}", "-keyout", key, "-out", body),
        ],
        check=True,
        capture_output=True,
    )
    with pytest.raises(BadCertificate) as error:
        server_certificate(body.read_text(), key.read_text(), None, host=HOST, now=NOW)
    assert str(error.value) == (
        "certificateBody: expected a signature over SHA-256 or better; found sha1"
    )


def test_another_certificates_key_is_refused(leaf, root):
    assert refused(leaf, key=root.private_key) == (
        "certificatePrivateKey: expected the private key of certificateBody; "
        "found another certificate's"
    )


@pytest.mark.parametrize(
    "key, message",
    [
        ("", "Unable to parse private key. Please ensure the private key is in PEM format."),
        (
            key_text(ec.generate_private_key(ec.SECP256R1()), b"secret"),
            "certificatePrivateKey: expected a key without a password; found an encrypted one",
        ),
        (
            key_text(rsa.generate_private_key(65537, 1024)),
            "certificatePrivateKey: expected RSA of at least 2048 bits; found 1024",
        ),
        (
            key_text(ed25519.Ed25519PrivateKey.generate()),
            "certificatePrivateKey: expected a key of RSA or of one of the curves secp256r1, secp384r1, secp521r1",
        ),
        ("x" * 16_385, "certificatePrivateKey: expected at most 16384 characters; found 16385"),
    ],
    ids=["no-pem", "password", "short", "other-kind", "long"],
)
def test_a_key_that_cannot_be_used_is_refused(leaf, key, message):
    assert refused(leaf, key=key or "-----BEGIN PRIVATE KEY-----") == message


def test_what_is_no_certificate_is_refused(leaf):
    def asked(body, chain=None):
        with pytest.raises(BadCertificate) as error:
            server_certificate(body, leaf.private_key, chain, host=HOST, now=NOW)
        return str(error.value)

    tail = "Please ensure the certificate is in PEM format."
    assert asked("x") == f"Unable to parse certificate. {tail}"
    assert asked("\ud800") == f"Unable to parse certificate. {tail}"
    tail = "Please ensure the certificate chain is in PEM format."
    assert asked(leaf.body, "x") == f"Unable to parse certificate chain. {tail}"
    assert asked(leaf.body * 2) == (
        "certificateBody: expected one certificate, with the others in certificateChain; found 2"
    )


@given(st.data())
def test_whatever_bytes_a_certificate_has_it_is_refused_or_kept(leaf, data):
    der = bytearray(leaf.certificate.public_bytes(serialization.Encoding.DER))
    for _ in range(data.draw(st.integers(1, 3))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    body = ssl.DER_cert_to_PEM_cert(bytes(der))
    with contextlib.suppress(BadCertificate), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server_certificate(body, leaf.private_key, None, host=HOST, now=NOW)


def test_a_certificate_of_no_version_is_refused(leaf):
    with pytest.raises(BadCertificate, match="77 is not a valid X509 version"):
        server_certificate(of_no_version(leaf), leaf.private_key, None, host=HOST, now=NOW)
