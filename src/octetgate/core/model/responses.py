"""The gateway response types, their defaults, and what an API makes of them.

Spec: request-lifecycle 4.1 and 4.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from octetgate.core.model.record import Record


class GatewayResponseType(StrEnum):
    """The wire names."""

    ACCESS_DENIED = "ACCESS_DENIED"
    API_CONFIGURATION_ERROR = "API_CONFIGURATION_ERROR"
    AUTHORIZER_CONFIGURATION_ERROR = "AUTHORIZER_CONFIGURATION_ERROR"
    AUTHORIZER_FAILURE = "AUTHORIZER_FAILURE"
    BAD_REQUEST_BODY = "BAD_REQUEST_BODY"
    BAD_REQUEST_PARAMETERS = "BAD_REQUEST_PARAMETERS"
    DEFAULT_4XX = "DEFAULT_4XX"
    DEFAULT_5XX = "DEFAULT_5XX"
    EXPIRED_TOKEN = "EXPIRED_TOKEN"  # noqa: S105  # a wire name
    INTEGRATION_FAILURE = "INTEGRATION_FAILURE"
    INTEGRATION_TIMEOUT = "INTEGRATION_TIMEOUT"
    INVALID_API_KEY = "INVALID_API_KEY"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    MISSING_AUTHENTICATION_TOKEN = "MISSING_AUTHENTICATION_TOKEN"  # noqa: S105  # a wire name
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    THROTTLED = "THROTTLED"
    UNAUTHORIZED = "UNAUTHORIZED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    WAF_FILTERED = "WAF_FILTERED"


FAMILIES = (GatewayResponseType.DEFAULT_4XX, GatewayResponseType.DEFAULT_5XX)
"""The types that stand for all of theirs that an API says nothing about."""


@dataclass(frozen=True, slots=True)
class GatewayResponseDefault:
    """What a type says when nothing was customised."""

    status: int
    message: str | None
    """None is JSON's null."""
    error_type: str
    """The value of ``x-amzn-ErrorType``; empty for none."""


_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_INTERNAL = "Internal server error"
_INTERNAL_TYPE = "InternalServerErrorException"

# By name; the types that the specification marks (unconfirmed) are listed in its section 19.
_DEFAULTS: Mapping[str, tuple[int, str | None, str]] = {
    "ACCESS_DENIED": (
        403,
        "User is not authorized to access this resource",
        "AccessDeniedException",
    ),
    "API_CONFIGURATION_ERROR": (500, _INTERNAL, _INTERNAL_TYPE),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, None, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": (500, None, "AuthorizerFailureException"),
    "BAD_REQUEST_BODY": (400, "Invalid request body", "BadRequestException"),
    "BAD_REQUEST_PARAMETERS": (400, "Missing required request parameters", "BadRequestException"),
    "DEFAULT_4XX": (400, "Bad Request", "BadRequestException"),
    "DEFAULT_5XX": (500, _INTERNAL, _INTERNAL_TYPE),
    "EXPIRED_TOKEN": (
        403,
        "The security token included in the request is expired",
        "ExpiredTokenException",
    ),
    "INTEGRATION_FAILURE": (504, "Network error communicating with endpoint", _INTERNAL_TYPE),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out", _INTERNAL_TYPE),
    "INVALID_API_KEY": (403, "Forbidden", "ForbiddenException"),
    "INVALID_SIGNATURE": (403, _SIGNATURE, "InvalidSignatureException"),
    "MISSING_AUTHENTICATION_TOKEN": (
        403,
        "Missing Authentication Token",
        "MissingAuthenticationTokenException",
    ),
    "QUOTA_EXCEEDED": (429, "Limit Exceeded", "LimitExceededException"),
    "REQUEST_TOO_LARGE": (413, "HTTP content length exceeded 10485760 bytes.", ""),
    "RESOURCE_NOT_FOUND": (404, "Not Found", "ResourceNotFoundException"),
    "THROTTLED": (429, "Too Many Requests", "TooManyRequestsException"),
    "UNAUTHORIZED": (401, "Unauthorized", "UnauthorizedException"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type", "BadRequestException"),
    "WAF_FILTERED": (403, "Forbidden", "ForbiddenException"),
}

DEFAULTS: Mapping[GatewayResponseType, GatewayResponseDefault] = {
    kind: GatewayResponseDefault(*_DEFAULTS[kind]) for kind in GatewayResponseType
}


DEFAULT_TEMPLATES: Mapping[str, str] = {
    "application/json": '{"message":$context.error.messageString}'
}
"""How the built-in body of every type is shown (recorded)."""


class GatewayResponse(Record, frozen=True, kw_only=True):
    """What an API says for a type instead of the built-in."""

    response_type: GatewayResponseType
    status_code: str | None = None
    """None keeps the error's own."""
    response_parameters: dict[str, str] | None = None
    """``gatewayresponse.header.NAME`` → expression."""
    response_templates: dict[str, str] | None = None
    """By media type; without any, the built-in body stays."""


def family(kind: GatewayResponseType) -> GatewayResponseType:
    """Return the type that stands for this one where an API says nothing about it."""
    client = DEFAULTS[kind].status < 500
    return GatewayResponseType.DEFAULT_4XX if client else GatewayResponseType.DEFAULT_5XX


def customised(
    responses: Mapping[GatewayResponseType, GatewayResponse], kind: GatewayResponseType
) -> GatewayResponse | None:
    """Return what an API says for a type: that type's own, else its family's, else None."""
    return responses.get(kind) or responses.get(family(kind))
