"""``COGNITO_USER_POOLS``: a token of a user pool says who calls (spec: request-lifecycle 8.2)."""

import re
from typing import Any

from octetgate.core.mapping import javaregex
from octetgate.core.model.access import Authorizer
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

_POOL = re.compile(r"arn:[^:]+:cognito-idp:([^:]+):[^:]*:userpool/([^/:]+)")
_ALGORITHMS = frozenset({"RS256"})
"""What user pools sign with."""


def compile(  # noqa: A001 - the word of all
    facts: StageFacts, authorizer: Authorizer
) -> "CognitoUserPools":
    """Return the authorizer, or raise BadConfiguration."""
    return CognitoUserPools(facts, authorizer)


class CognitoUserPools:
    """Believes the user pools that it names, and nobody else."""

    def __init__(self, facts: StageFacts, authorizer: Authorizer) -> None:
        self._facts = facts
        self._sources = header_source(authorizer.identity_source)
        self._issuers = frozenset(map(_issuer, authorizer.provider_arns or ()))
        pattern = authorizer.identity_validation_expression
        try:
            self._audience = javaregex.compile(pattern) if pattern else None
        except javaregex.BadPattern as error:
            raise BadConfiguration(f"identityValidationExpression: {error}") from error

    async def authorize(self, call: Call) -> Caller:
        """Return whose token it is; 401 for one that does not say so to be believed.

        A method with scopes takes access tokens alone, any other ID tokens alone.
        """
        token = token_of(call, self._sources)
        claims = await claims_of(self._facts, token, issuers=self._issuers, algorithms=_ALGORITHMS)
        wanted = "access" if call.plan.method.authorization_scopes else "id"
        if claims.get("token_use") != wanted:
            raise Unauthorized(f"token_use: expected {wanted}, found {claims.get('token_use')!r}")
        if wanted == "access":
            require_scope(call, str(claims.get("scope", "")).split())
        else:
            self._check_audience(claims)
        return Caller(shown(claims))

    def _check_audience(self, claims: dict[str, Any]) -> None:
        if self._audience is None:
            return
        audience = claims.get("aud")
        try:
            if isinstance(audience, str) and self._audience.fullmatch(audience):
                return
        except javaregex.TextTooLong as error:
            raise Unauthorized(f"aud: {error}") from error
        raise Unauthorized(f"aud: expected what matches the expression, found {audience!r}")


def _issuer(arn: str) -> str:
    """Return the URL that a user pool's tokens name as their issuer."""
    pool = _POOL.fullmatch(arn)
    if pool is None:
        raise BadConfiguration(f"providerARNs: expected a user pool's ARN, found {arn!r}")
    return f"https://cognito-idp.{pool[1]}.amazonaws.com/{pool[2]}"
