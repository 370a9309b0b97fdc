"""Which tokens are believed."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import serialization
from tests.core.signing.tokens import NOW, ec_key, public, rsa_key, token

from octetgate.core.signing.jwt import BadToken, ExpiredToken, peek, verified

RS256 = frozenset({"RS256"})


def check(text: str, key=None, algorithms=RS256, now: float = NOW):
    return verified(text, key or public(rsa_key()), algorithms=algorithms, now=now)


def test_a_signed_token_s_claims_are_returned_as_they_are():
    claims = check(token(sub="me", groups=["a"]))
    assert (claims["sub"], claims["groups"]) == ("me", ["a"])
    assert peek(token()).issuer == "https://issuer.example"


def test_elliptic_curves_work_where_they_are_allowed():
    text, key = token(ec_key(), algorithm="ES256"), public(ec_key())
    assert check(text, key, frozenset({"ES256"}))["iat"] == NOW
    with pytest.raises(BadToken, match="alg: expected one of RS256, found ES256"):
        check(text, key)


def unsigned(**header: str) -> str:
    parts = [{"kid": "k1", **header}, {"iss": "https://issuer.example", "exp": NOW + 3600}]
    return ".".join([*map(encoded, parts), ""])


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE"])
def test_no_algorithm_is_no_signature(name):
    with pytest.raises(BadToken):
        check(unsigned(alg=name))


def test_a_public_key_is_not_taken_for_a_shared_secret():
    pem = (
        rsa_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    head = ".".join(
        map(
            encoded,
            [
                {"alg": "HS256", "kid": "k1"},
                {"iss": "https://issuer.example", "exp": NOW + 3600},
            ],
        )
    )
    mac = hmac.new(pem, head.encode(), hashlib.sha256).digest()
    forged = f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    with pytest.raises(BadToken, match="found HS256"):
        check(forged)
    with pytest.raises(BadToken, match="HS256 is not for a key of type RSA"):
        check(forged, algorithms=frozenset({"HS256"}))


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(public(rsa_key(2)), id="another-key"),
        pytest.param(public(rsa_key(), alg="RS512"), id="key-for-another-algorithm"),
        pytest.param(public(rsa_key(), use="enc"), id="key-for-encryption"),
        pytest.param(public(ec_key()), id="key-of-another-type"),
        pytest.param({"kty": "RSA", "n": "!", "e": "AQAB"}, id="no-key"),
    ],
)
def test_a_key_that_is_not_the_signer_s_believes_nothing(key):
    with pytest.raises(BadToken):
        check(token(), key)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_is_found(part):
    parts = token(sub="me").split(".")
    at = len(parts[part]) // 2
    parts[part] = (
        parts[part][:at] + ("A" if parts[part][at] != "A" else "B") + parts[part][at + 1 :]
    )
    with pytest.raises(BadToken):
        check(".".join(parts))


@pytest.mark.parametrize(
    "claims, error",
    [
        ({"exp": NOW}, ExpiredToken),
        ({"exp": NOW - 1}, ExpiredToken),
        ({"exp": None}, BadToken),
        ({"exp": "tomorrow"}, BadToken),
        ({"exp": True}, BadToken),
        ({"nbf": NOW + 60}, BadToken),
        ({"iat": NOW + 60}, BadToken),
    ],
)
def test_a_token_is_good_in_its_time_alone(claims, error):
    with pytest.raises(error):
        check(token(**claims))


def test_an_issuer_s_clock_may_be_a_little_ahead():
    assert check(token(iat=NOW + 3, nbf=NOW + 3))


@pytest.mark.parametrize(
    "text",
    ["", "a", "a.b", "a.b.c", "..", "x" * 20_000, "\ud800.a.b", token(kid=None), token(iss=None)],
)
def test_what_is_no_token_is_refused_before_any_key_is_asked_for(text):
    with pytest.raises(BadToken):
        peek(text)
