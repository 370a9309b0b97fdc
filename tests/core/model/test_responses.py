"""Built-in gateway responses (spec: request-lifecycle 4.1)."""

import pytest

from octetgate.core.model.responses import (
    DEFAULTS,
    FAMILIES,
    GatewayResponse,
    GatewayResponseType,
    customised,
    family,
)

SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
TABLE = [
    ("ACCESS_DENIED", 403, "User is not authorized to access this resource", "AccessDeniedException"),
    ("API_CONFIGURATION_ERROR", 500, "Internal server error", "InternalServerErrorException"),
    ("AUTHORIZER_CONFIGURATION_ERROR", 500, None, "AuthorizerConfigurationException"),
    ("AUTHORIZER_FAILURE", 500, None, "AuthorizerFailureException"),
    ("BAD_REQUEST_BODY", 400, "Invalid request body", "BadRequestException"),
    ("BAD_REQUEST_PARAMETERS", 400, "Missing required request parameters", "BadRequestException"),
    ("DEFAULT_4XX", 400, "Bad Request", "BadRequestException"),
    ("DEFAULT_5XX", 500, "Internal server error", "InternalServerErrorException"),
    ("EXPIRED_TOKEN", 403, "The security token included in the request is expired", "ExpiredTokenException"),
    ("INTEGRATION_FAILURE", 504, "Network error communicating with endpoint", "InternalServerErrorException"),
    ("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", "InternalServerErrorException"),
    ("INVALID_API_KEY", 403, "Forbidden", "ForbiddenException"),
    ("INVALID_SIGNATURE", 403, SIGNATURE, "InvalidSignatureException"),
    ("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
    ("QUOTA_EXCEEDED", 429, "Limit Exceeded", "LimitExceededException"),
    ("REQUEST_TOO_LARGE", 413, "HTTP content length exceeded 10485760 bytes.", ""),
    ("RESOURCE_NOT_FOUND", 404, "Not Found", "ResourceNotFoundException"),
    ("THROTTLED", 429, "Too Many Requests", "TooManyRequestsException"),
    ("UNAUTHORIZED", 401, "Unauthorized", "UnauthorizedException"),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "BadRequestException"),
    ("WAF_FILTERED", 403, "Forbidden", "ForbiddenException"),
]  # fmt: skip


def test_the_table_has_a_row_for_every_type():
    assert [row[0] for row in TABLE] == sorted(GatewayResponseType)


@pytest.mark.parametrize("kind, status, message, error_type", TABLE)
def test_a_default_says_what_aws_says(kind, status, message, error_type):
    default = DEFAULTS[GatewayResponseType(kind)]
    assert (default.status, default.message, default.error_type) == (status, message, error_type)


@pytest.mark.parametrize("kind", list(GatewayResponseType))
def test_a_family_is_told_by_the_default_status(kind):
    client = DEFAULTS[kind].status < 500
    assert family(kind) == ("DEFAULT_4XX" if client else "DEFAULT_5XX")


@pytest.mark.parametrize("kind", list(GatewayResponseType))
def test_what_an_api_says_is_the_types_own_else_its_familys_else_nothing(kind):
    own = GatewayResponse(response_type=kind)
    families = {each: GatewayResponse(response_type=each) for each in FAMILIES}
    assert customised({}, kind) is None
    assert customised(families, kind) is families[family(kind)]
    assert customised({**families, kind: own}, kind) is own
