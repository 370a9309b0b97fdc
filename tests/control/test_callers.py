import pytest

from octetgate.control.callers import Caller, caller
from octetgate.control.calls import ControlSettings

SETTINGS = ControlSettings(account_id="111122223333", default_region="eu-north-1")
REST = "/aws4_request, SignedHeaders=host, Signature=00"


@pytest.mark.parametrize(
    "authorization, expected",
    [
        pytest.param(None, Caller("111122223333", "eu-north-1", None), id="unsigned"),
        pytest.param("Bearer x", Caller("111122223333", "eu-north-1", None), id="not-sigv4"),
        pytest.param(
            f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-west-2/lambda{REST}",
            Caller("111122223333", "us-west-2", "lambda"),
            id="any-key",
        ),
        pytest.param(
            f"AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-west-2/apigateway{REST}",
            Caller("123456789012", "us-west-2", "apigateway"),
            id="an-account",
        ),
        pytest.param(
            f"AWS4-HMAC-SHA256 Credential=1234567890123/20260101/us-west-2/apigateway{REST}",
            Caller("111122223333", "us-west-2", "apigateway"),
            id="thirteen-digits",
        ),
    ],
)
def test_the_caller_is_who_the_credential_scope_says(authorization, expected):
    assert caller(authorization, SETTINGS) == expected
