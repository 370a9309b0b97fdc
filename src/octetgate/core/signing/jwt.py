"""JSON Web Tokens, checked: who signed them, with what, and when they are good (RFC 7519).

PyJWT checks the signature.  Which algorithms count is the caller's word, never the token's:
a token may not choose ``none``, nor have a public key taken for a shared secret.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

Jwk = Mapping[str, object]
"""A JSON Web Key (RFC 7517)."""

_LONGEST = 16_384
_EARLY_SECONDS = 5
"""How far an issuer's clock may be ahead of ours."""
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC"}


class BadToken(Exception):
    """A token that is not to be believed; says what was expected and what was found."""


class ExpiredToken(BadToken):
    """One whose time is over, and which is right otherwise."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says of itself before anybody has checked it."""

    algorithm: str
    key_id: str
    issuer: str


@cache
def library() -> ModuleType:
    """Return PyJWT, which is imported with all of cryptography only where tokens are checked."""
    import jwt

    return jwt


def peek(token: str) -> Unverified:
    """Return what decides which key to ask for; believe nothing else of it."""
    if len(token) > _LONGEST:
        raise BadToken(f"expected at most {_LONGEST} characters of token, found {len(token)}")
    jwt = library()
    try:
        whole = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise BadToken(f"expected a JSON Web Token: {error}") from error
    head, claims = whole["header"], whole["payload"]
    return Unverified(
        _text(head, "alg", "header"), _text(head, "kid", "header"), _text(claims, "iss", "claims")
    )


def verified(token: str, key: Jwk, *, algorithms: Collection[str], now: float) -> dict[str, Any]:
    """Return the claims of a token that the key has signed and whose time it is.

    ``now`` is in epoch seconds.  Audience and issuer are the caller's to check.
    """
    algorithm = peek(token).algorithm
    if algorithm not in algorithms:
        raise BadToken(f"alg: expected one of {', '.join(sorted(algorithms))}, found {algorithm}")
    if key.get("kty") != _KEY_TYPES.get(algorithm[:2]):
        raise BadToken(f"alg: {algorithm} is not for a key of type {key.get('kty')}")
    if key.get("alg", algorithm) != algorithm or key.get("use", "sig") != "sig":
        raise BadToken(f"alg: the key is for {key.get('alg')} and {key.get('use', 'sig')}")
    jwt = library()
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(dict(key), algorithm),
            algorithms=[algorithm],
            # Times are checked below, against the caller's clock.
            options={
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
            },
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise BadToken(str(error)) from error
    _check_times(claims, now)
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    for name in ("nbf", "iat"):
        if name in claims and _moment(claims, name) > now + _EARLY_SECONDS:
            raise BadToken(f"{name}: expected a moment that has come")
    if _moment(claims, "exp") <= now:
        raise ExpiredToken("exp: expected a moment that has not come")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadToken(f"{name}: expected epoch seconds, found {value!r}")
    return value


def _text(members: Mapping[str, Any], name: str, where: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise BadToken(f"{name}: expected text in the token's {where}, found {value!r}")
    return value
