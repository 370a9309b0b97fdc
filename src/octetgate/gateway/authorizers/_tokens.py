"""Tokens in a header that say who calls: what user pools' and other issuers' have in common."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from octetgate.core.mapping.identity import (
    BadIdentitySource,
    IdentitySource,
    parse_identity_sources,
    read_identity,
)
from octetgate.core.ports.key_sets import KeysUnreachable
from octetgate.core.signing.jwt import BadToken, ExpiredToken, library, peek, verified
from octetgate.gateway.authorizers._lambda import NOTHING, Said
from octetgate.gateway.call import Call
from octetgate.gateway.faults import AuthorizerConfigurationError, Unauthorized
from octetgate.gateway.snapshot import BadConfiguration, StageFacts

_BEARER = "bearer "
_EXPIRED = "The incoming token has expired"
_MOMENTS = ("exp", "iat")


def header_source(text: str | None) -> tuple[IdentitySource, ...]:
    """Return the one header that a token comes in, or raise BadConfiguration."""
    library()  # Loaded with the stage, so that no token waits for it.
    try:
        return parse_identity_sources(text or "", many=False)
    except BadIdentitySource as error:
        raise BadConfiguration(
            f"identitySource: expected method.request.header.NAME, found {error}"
        ) from error


def token_of(call: Call, sources: tuple[IdentitySource, ...]) -> str:
    """Return the call's token, as it is or behind ``Bearer`` (unconfirmed).

    401 for none, and for several: the backend might believe another than was checked here.
    """
    found = read_identity(sources, Said(call, NOTHING))
    if found is None:
        raise Unauthorized(f"identitySource: expected {sources[0].text}, found none")
    several = len(call.arrival.exchange.head.headers.all(sources[0].name))
    if several > 1:
        raise Unauthorized(f"identitySource: expected {sources[0].text} once, found {several}")
    (token,) = found.values()
    token = token.strip()
    return token[len(_BEARER) :].strip() if token[: len(_BEARER)].lower() == _BEARER else token


async def claims_of(
    facts: StageFacts, token: str, *, issuers: Collection[str], algorithms: Collection[str]
) -> dict[str, Any]:
    """Return the claims of a token that one of the issuers has signed; 401 for any other."""
    keys = facts.ports.key_sets
    if keys is None:
        raise AuthorizerConfigurationError("expected a way to issuers' keys, found none")
    try:
        said = peek(token)
        if said.issuer not in issuers:
            raise BadToken(f"iss: expected one of {', '.join(issuers)}, found {said.issuer}")
        key = await keys.key(said.issuer, said.key_id)
        if key is None:
            raise BadToken(f"kid: {said.issuer} has no key {said.key_id!r}")
        return verified(token, key, algorithms=algorithms, now=time.time())
    except ExpiredToken as error:
        # The text is unconfirmed.
        raise Unauthorized(str(error), message=_EXPIRED) from error
    except BadToken as error:
        raise Unauthorized(str(error)) from error
    except KeysUnreachable as error:
        raise AuthorizerConfigurationError(str(error)) from error


def require_scope(call: Call, granted: Iterable[object]) -> None:
    """Refuse a token with none of the scopes that the method asks for."""
    wanted = call.plan.method.authorization_scopes or ()
    if wanted and not set(wanted) & {each for each in granted if isinstance(each, str)}:
        raise Unauthorized(f"scope: expected one of {', '.join(wanted)}")


def shown(claims: Mapping[str, Any]) -> dict[str, object]:
    """Return ``$context.authorizer``: claims as text, moments as AWS writes them."""
    return {"claims": {name: _text(name, value) for name, value in claims.items()}}


def _text(name: str, value: Any) -> str:
    if name in _MOMENTS and isinstance(value, int | float):
        return time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(value))
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
