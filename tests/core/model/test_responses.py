"""Built-in gateway responses (spec: request-lifecycle 4.1)."""

import pytest

from octetgate.core.model.responses import DEFAULTS, GatewayResponseType


@pytest.mark.parametrize("kind", list(GatewayResponseType))
def test_every_type_has_a_default(kind):
    default = DEFAULTS[kind]
    assert 400 <= default.status < 600
    assert default.message


@pytest.mark.parametrize(
    "kind, status, message, error_type",
    [
        ("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
        ("UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "BadRequestException"),
        ("API_CONFIGURATION_ERROR", 500, "Internal server error", "InternalServerErrorException"),
        ("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", "InternalServerErrorException"),
        ("INTEGRATION_FAILURE", 504, "Network error communicating with endpoint", "InternalServerErrorException"),
        ("REQUEST_TOO_LARGE", 413, "HTTP content length exceeded 10485760 bytes.", ""),
    ],
)  # fmt: skip
def test_a_default_says_what_aws_says(kind, status, message, error_type):
    default = DEFAULTS[GatewayResponseType(kind)]
    assert (default.status, default.message, default.error_type) == (status, message, error_type)
