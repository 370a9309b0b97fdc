"""``TOKEN``: one header is handed to a Lambda function, which says whose it is."""

from octetgate.core.functions.authorizer import token_event
from octetgate.core.mapping import javaregex
from octetgate.core.mapping.identity import BadIdentitySource, parse_identity_sources
from octetgate.core.model.access import Authorizer
from octetgate.gateway.authorizers._lambda import (
    NOTHING,
    Identity,
    LambdaAuthorizer,
    Told,
    method_arn,
)
from octetgate.gateway.call import Call
from octetgate.gateway.faults import Unauthorized
from octetgate.gateway.snapshot import BadConfiguration, StageFacts


def compile(facts: StageFacts, authorizer: Authorizer) -> "Token":  # noqa: A001 - the word of all
    """Return the authorizer, or raise BadConfiguration."""
    return Token(facts, authorizer)


class Token(LambdaAuthorizer):
    """A token in a header, which may have to look like one before anybody is asked."""

    def __init__(self, facts: StageFacts, authorizer: Authorizer) -> None:
        try:
            sources = parse_identity_sources(authorizer.identity_source or "", many=False)
        except BadIdentitySource as error:
            raise BadConfiguration(
                f"identitySource: expected method.request.header.NAME, found {error}"
            ) from error
        super().__init__(facts, authorizer, sources)
        pattern = authorizer.identity_validation_expression
        try:
            self._valid = javaregex.compile(pattern) if pattern else None
        except javaregex.BadPattern as error:
            raise BadConfiguration(f"identityValidationExpression: {error}") from error

    def identity(self, call: Call, told: Told = NOTHING) -> Identity:
        """Return the token; 401 for none, and for one that does not look right."""
        identity = super().identity(call, told)
        (token,) = identity.values()
        if self._valid is not None and not self._looks_right(token):
            raise Unauthorized("identityValidationExpression: the token does not match")
        return identity

    def _looks_right(self, token: str) -> bool:
        try:
            return self._valid is None or self._valid.fullmatch(token)
        except javaregex.TextTooLong as error:
            raise Unauthorized(f"identityValidationExpression: {error}") from error

    def event(self, call: Call, identity: Identity, told: Told) -> bytes:
        """Return the token and what it is to be good for."""
        del told
        (token,) = identity.values()
        return token_event(token, method_arn(call))
