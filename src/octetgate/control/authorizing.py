"""What an authorizer may look like, whichever way it came in, and which methods may name it.

AWS's words where they are known from its users; the rest is ours.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from octetgate.control.errors import BadRequestException, ConflictException
from octetgate.core.mapping import javaregex
from octetgate.core.mapping.identity import BadIdentitySource, parse_identity_sources
from octetgate.core.model.access import Authorizer, AuthorizerType, JwtIssuer
from octetgate.core.model.api import Method
from octetgate.core.model.definition import ApiDefinition

LAMBDA = (AuthorizerType.TOKEN, AuthorizerType.REQUEST)
DEFAULT_TTL = 300
_LONGEST_TTL = 3600
_URI = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:lambda:path/+2015-03-31/functions/"
    r"(arn:[^:]+:lambda:[^:]*:[^:]*:function:[^/]+|\$\{stageVariables\.[^/]+)/invocations"
)
_POOL = re.compile(r"arn:[^:]+:cognito-idp:[^:]+:\d*:userpool/\S+")
_ISSUER = re.compile(r"https://[^\s/?#@]+[^\s?#]*")
_RESERVED_CLAIMS = frozenset({"iss", "aud", "exp", "nbf", "iat", "scope", "scp"})
_NO_AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
    "COGNITO_USER_POOLS requires a valid authorizer."
)
_AUTHORIZERS = {
    "CUSTOM": LAMBDA,
    "COGNITO_USER_POOLS": (AuthorizerType.COGNITO_USER_POOLS,),
    # The type of methods with the new authorizer is unconfirmed.
    "JWT": (AuthorizerType.JWT,),
}
_SCOPED = ("COGNITO_USER_POOLS", "JWT")


# --- The authorizer itself ---------------------------------------------------------------------


def check_authorizer(definition: ApiDefinition, authorizer: Authorizer) -> None:
    """Refuse what AWS refuses (spec: request-lifecycle 8)."""
    if not authorizer.name.strip():
        raise BadRequestException("Authorizer name must be non-empty")
    for other in definition.authorizers.values():
        if other.name == authorizer.name and other.id != authorizer.id:
            raise BadRequestException(
                f"Authorizer name must be unique. Authorizer {other.name} already exists in "
                "this RestApi."
            )
    if authorizer.type in LAMBDA:
        _check_function(authorizer)
    elif authorizer.type is AuthorizerType.JWT:
        _check_jwt(authorizer)
    else:
        _check_pools(authorizer)
    _check_identity(authorizer)
    _check_ttl(authorizer)


def _check_function(authorizer: Authorizer) -> None:
    uri = authorizer.authorizer_uri
    if not _URI.fullmatch(uri or ""):
        raise BadRequestException(
            f"Invalid Authorizer URI: {uri or 'null'}. Authorizer URI should be a "
            "valid API Gateway ARN that represents a Lambda function invocation."
        )
    if authorizer.provider_arns:
        raise BadRequestException(
            f"providerARNs: expected none with {authorizer.type}; "
            f"found {', '.join(authorizer.provider_arns)}"
        )


def _check_pools(authorizer: Authorizer) -> None:
    arns = authorizer.provider_arns or ()
    if not arns:
        raise BadRequestException(
            "providerARNs: expected at least one user pool with COGNITO_USER_POOLS; found none"
        )
    for arn in arns:
        if not _POOL.fullmatch(arn):
            raise BadRequestException(
                "providerARNs: expected arn:aws:cognito-idp:{region}:{account}:userpool/{id}; "
                f"found {arn!r}"
            )


def _check_jwt(authorizer: Authorizer) -> None:
    for member in ("provider_arns", "authorizer_uri", "authorizer_credentials"):
        if getattr(authorizer, member):
            raise BadRequestException(f"{_wire(member)}: expected none with JWT")
    configuration = authorizer.jwt_configuration
    if configuration is None or not configuration.issuers or not configuration.default_algorithms:
        raise BadRequestException(
            "jwtConfiguration: expected at least one of issuers and of defaultAlgorithms"
        )
    issuers = [each.issuer for each in configuration.issuers]
    if len(set(issuers)) < len(issuers):
        raise BadRequestException(
            f"jwtConfiguration.issuers: expected each once; found {', '.join(issuers)}"
        )
    for issuer in configuration.issuers:
        _check_issuer(issuer)


def _check_issuer(issuer: JwtIssuer) -> None:
    if not _ISSUER.fullmatch(issuer.issuer):
        raise BadRequestException(
            "jwtConfiguration.issuers: expected an https URL without user, query and fragment; "
            f"found {issuer.issuer!r}"
        )
    if not issuer.audiences:
        raise BadRequestException(
            f"jwtConfiguration.issuers: expected audiences of {issuer.issuer}; found none"
        )
    for claim in issuer.additional_claims or ():
        if not claim.claim_name or claim.claim_name in _RESERVED_CLAIMS:
            raise BadRequestException(
                "jwtConfiguration.issuers.additionalClaims: expected a claimName other than "
                f"{', '.join(sorted(_RESERVED_CLAIMS))}; found {claim.claim_name!r}"
            )


def _check_identity(authorizer: Authorizer) -> None:
    source = authorizer.identity_source or ""
    if not source.strip():
        if authorizer.type is not AuthorizerType.REQUEST:
            raise BadRequestException(
                f"identitySource: expected method.request.header.NAME with {authorizer.type}; "
                "found none"
            )
        if ttl_of(authorizer) > 0:
            raise BadRequestException(
                "Identity source must be set if authorizer caching is enabled (TTL is greater "
                "than 0)"
            )
        return
    try:
        parse_identity_sources(source, many=authorizer.type is AuthorizerType.REQUEST)
    except BadIdentitySource as error:
        raise BadRequestException(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
            f"[Invalid mapping expression specified: {error}]"
        ) from None
    _check_validation(authorizer)


def _check_validation(authorizer: Authorizer) -> None:
    if not authorizer.identity_validation_expression:
        return
    try:
        javaregex.compile(authorizer.identity_validation_expression)
    except javaregex.BadPattern as error:
        raise BadRequestException(
            f"identityValidationExpression: expected a regular expression; {error}"
        ) from None


def _check_ttl(authorizer: Authorizer) -> None:
    ttl = authorizer.authorizer_result_ttl_in_seconds
    if ttl is None:
        return
    if authorizer.type is AuthorizerType.JWT:
        raise BadRequestException("authorizerResultTtlInSeconds: expected none with JWT")
    if not 0 <= ttl <= _LONGEST_TTL:
        raise BadRequestException(
            f"authorizerResultTtlInSeconds: expected 0 to {_LONGEST_TTL}; found {ttl}"
        )


def _wire(member: str) -> str:
    names = Authorizer.__struct_fields__, Authorizer.__struct_encode_fields__
    return dict(zip(*names, strict=True))[member]


def ttl_of(authorizer: Authorizer) -> int:
    """Return for how many seconds an authorizer's answers are remembered."""
    ttl = authorizer.authorizer_result_ttl_in_seconds
    return DEFAULT_TTL if ttl is None else ttl


# --- Methods that name it ----------------------------------------------------------------------


def authorized(definition: ApiDefinition, method: Method) -> Method:
    """Return the method as it is kept, or refuse it (spec: control-plane 6).

    One that is open, or asks for a signature, lets go of the authorizer that it had.
    """
    wanted = _AUTHORIZERS.get(method.authorization_type)
    if method.authorization_type in {"NONE", "AWS_IAM"}:
        method = replace(method, authorizer_id=None)
    elif wanted is None or _type_of(definition, method.authorizer_id) not in wanted:
        raise BadRequestException(_NO_AUTHORIZER)
    if method.authorization_scopes and method.authorization_type not in _SCOPED:
        raise BadRequestException(
            "authorizationScopes: expected none without a COGNITO_USER_POOLS authorizer"
        )
    return method


def _type_of(definition: ApiDefinition, authorizer_id: str | None) -> AuthorizerType | None:
    authorizer = definition.authorizers.get(authorizer_id or "")
    return authorizer.type if authorizer else None


def refuse_if_used(definition: ApiDefinition, authorizer: Authorizer) -> None:
    """Refuse to let go of an authorizer that methods name, or to make another type of it."""
    for place in _uses(definition, authorizer.id):
        # Worded like the recorded refusal of a model in use (unconfirmed).
        raise ConflictException(
            f"Cannot delete authorizer '{authorizer.name}', is referenced in method: {place}"
        )


def check_still_fits(definition: ApiDefinition, authorizer: Authorizer) -> None:
    """Refuse an authorizer that has become one that its methods may not name."""
    for resource in definition.resources.values():
        for method in resource.resource_methods.values():
            if method.authorizer_id == authorizer.id:
                fitting = _AUTHORIZERS.get(method.authorization_type, ())
                if authorizer.type not in fitting:
                    raise BadRequestException(_NO_AUTHORIZER)


def _uses(definition: ApiDefinition, authorizer_id: str) -> Iterator[str]:
    for resource in definition.resources.values():
        for verb, method in resource.resource_methods.items():
            if method.authorizer_id == authorizer_id:
                yield f"{resource.path}/{verb}"
