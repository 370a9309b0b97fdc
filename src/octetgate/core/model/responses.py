"""The gateway response types that can happen here, and their defaults.

Spec: request-lifecycle 4.1.  A type stands here once something raises it.
"""

from dataclasses import dataclass
from enum import StrEnum


class GatewayResponseType(StrEnum):
    """The wire names."""

    ACCESS_DENIED = "ACCESS_DENIED"
    API_CONFIGURATION_ERROR = "API_CONFIGURATION_ERROR"
    DEFAULT_4XX = "DEFAULT_4XX"
    DEFAULT_5XX = "DEFAULT_5XX"
    INTEGRATION_FAILURE = "INTEGRATION_FAILURE"
    INTEGRATION_TIMEOUT = "INTEGRATION_TIMEOUT"
    INVALID_API_KEY = "INVALID_API_KEY"
    MISSING_AUTHENTICATION_TOKEN = "MISSING_AUTHENTICATION_TOKEN"  # noqa: S105  # a wire name
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"


@dataclass(frozen=True, slots=True)
class GatewayResponseDefault:
    """What a type says when nothing was customised."""

    status: int
    message: str
    error_type: str
    """The value of ``x-amzn-ErrorType``; empty for none."""


_INTERNAL = "Internal server error"

DEFAULTS = {
    GatewayResponseType.ACCESS_DENIED: GatewayResponseDefault(
        403, "User is not authorized to access this resource", "AccessDeniedException"
    ),
    GatewayResponseType.API_CONFIGURATION_ERROR: GatewayResponseDefault(
        500, _INTERNAL, "InternalServerErrorException"
    ),
    GatewayResponseType.DEFAULT_4XX: GatewayResponseDefault(
        400, "Bad Request", "BadRequestException"
    ),
    GatewayResponseType.DEFAULT_5XX: GatewayResponseDefault(
        500, _INTERNAL, "InternalServerErrorException"
    ),
    GatewayResponseType.INTEGRATION_FAILURE: GatewayResponseDefault(
        504, "Network error communicating with endpoint", "InternalServerErrorException"
    ),
    GatewayResponseType.INTEGRATION_TIMEOUT: GatewayResponseDefault(
        504, "Endpoint request timed out", "InternalServerErrorException"
    ),
    GatewayResponseType.INVALID_API_KEY: GatewayResponseDefault(
        403, "Forbidden", "ForbiddenException"
    ),
    GatewayResponseType.MISSING_AUTHENTICATION_TOKEN: GatewayResponseDefault(
        403, "Missing Authentication Token", "MissingAuthenticationTokenException"
    ),
    GatewayResponseType.REQUEST_TOO_LARGE: GatewayResponseDefault(
        413, "HTTP content length exceeded 10485760 bytes.", ""
    ),
    GatewayResponseType.UNSUPPORTED_MEDIA_TYPE: GatewayResponseDefault(
        415, "Unsupported Media Type", "BadRequestException"
    ),
}
