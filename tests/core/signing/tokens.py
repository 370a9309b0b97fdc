"""Issuers of tokens, with real keys."""

import json
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

NOW = 1_800_000_000.0


@cache
def rsa_key(number: int = 1):
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


def public(key, kid: str = "k1", **members: str) -> dict[str, object]:
    """Return the public key as a JSON Web Key."""
    kind = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    found = json.loads(kind.to_jwk(key.public_key()))
    found.pop("key_ops", None)
    return {**found, "kid": kid, **members}


def token(key=None, *, algorithm: str = "RS256", kid: str | None = "k1", **claims: object) -> str:
    """Return a signed token that is good for an hour from `NOW`."""
    whole = {"iss": "https://issuer.example", "exp": NOW + 3600, "iat": NOW, **claims}
    whole = {name: value for name, value in whole.items() if value is not None}
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(whole, key or rsa_key(), algorithm=algorithm, headers=headers)
