"""``JWT``: a token of an issuer that the API names says who calls (spec: lifecycle 8.4)."""

from collections.abc import Mapping
from typing import Any

from octetgate.core.model.access import Authorizer, JwtIssuer
from octetgate.gateway.authorizers._tokens import (
    claims_of,
    header_source,
    require_scope,
    shown,
    token_of,
)
from octetgate.gateway.call import Call, Caller
from octetgate.gateway.faults import Unauthorized
from octetgate.gateway.snapshot import BadConfiguration, StageFacts

_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"})


def compile(facts: StageFacts, authorizer: Authorizer) -> "Jwt":  # noqa: A001 - the word of all
    """Return the authorizer, or raise BadConfiguration."""
    return Jwt(facts, authorizer)


class Jwt:
    """Believes its issuers, each for its audiences."""

    def __init__(self, facts: StageFacts, authorizer: Authorizer) -> None:
        configuration = authorizer.jwt_configuration
        if configuration is None or not configuration.issuers:
            raise BadConfiguration("jwtConfiguration: expected at least one issuer, found none")
        self._facts = facts
        self._sources = header_source(authorizer.identity_source)
        self._issuers = {each.issuer: each for each in configuration.issuers}
        self._algorithms = frozenset(configuration.default_algorithms) or _ALGORITHMS
        if unknown := self._algorithms - _ALGORITHMS:
            raise BadConfiguration(
                f"defaultAlgorithms: expected some of {', '.join(sorted(_ALGORITHMS))}; "
                f"found {', '.join(sorted(unknown))}"
            )

    async def authorize(self, call: Call) -> Caller:
        """Return whose token it is; 401 for one that does not say so to be believed."""
        token = token_of(call, self._sources)
        claims = await claims_of(
            self._facts, token, issuers=self._issuers, algorithms=self._algorithms
        )
        issuer = self._issuers[claims["iss"]]
        _check_audience(issuer, claims)
        _check_claims(issuer, claims)
        scopes = claims.get("scope", claims.get("scp", ()))
        if isinstance(scopes, str):
            scopes = scopes.split()
        require_scope(call, scopes if isinstance(scopes, list) else ())
        return Caller(shown(claims))


def _check_audience(issuer: JwtIssuer, claims: Mapping[str, Any]) -> None:
    if not issuer.audiences:
        return
    said = claims.get("aud", claims.get("client_id"))
    audiences = said if isinstance(said, list) else [said]
    if not set(issuer.audiences) & {each for each in audiences if isinstance(each, str)}:
        raise Unauthorized(f"aud: expected one of {', '.join(issuer.audiences)}, found {said!r}")


def _check_claims(issuer: JwtIssuer, claims: Mapping[str, Any]) -> None:
    for rule in issuer.additional_claims or ():
        value = claims.get(rule.claim_name)
        if value is None and not rule.required:
            continue
        if not isinstance(value, str):
            raise Unauthorized(f"{rule.claim_name}: expected text, found {value!r}")
        if rule.expected_values and value not in rule.expected_values:
            wanted = ", ".join(rule.expected_values)
            raise Unauthorized(f"{rule.claim_name}: expected one of {wanted}, found {value!r}")
