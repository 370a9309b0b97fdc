import pytest

from octetgate.control.errors import ValidationException
from octetgate.control.wire.service import load
from octetgate.control.wire.validate import validate

ONE = "1 validation error detected: "
PLACE = {"restApiId": "a", "resourceId": "r", "httpMethod": "GET"}


def refusal(name, members, service="apigateway"):
    with pytest.raises(ValidationException) as refused:
        validate(service, load(service).operations[name], members)
    return str(refused.value)


@pytest.mark.parametrize(
    "name, members, message",
    [
        pytest.param(
            "CreateRestApi",
            {"name": "n", "endpointConfiguration": {"types": ["wrong"]}},
            "Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]",
            id="enum-in-a-list",
        ),
        pytest.param(
            "CreateRestApi",
            {"name": "n", "endpointConfiguration": {"ipAddressType": "ipv5"}},
            "Value 'ipv5' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]",
            id="enum-in-a-structure",
        ),
        pytest.param(
            "PutIntegration",
            {**PLACE, "type": "HTTPS_PROXY"},
            "Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]",
            id="enum-in-the-body",
        ),
        pytest.param(
            "PutIntegrationResponse",
            {**PLACE, "statusCode": "wrong"},
            r"Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d",
            id="pattern-in-a-label",
        ),
        pytest.param(
            "UpdateGatewayResponse",
            {
                "restApiId": "a",
                "responseType": "THROTTLED",
                "patchOperations": [{"op": "wrong-op"}],
            },
            "Value 'wrong-op' at 'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]",
            id="enum-in-a-list-of-structures",
        ),
        pytest.param(
            "UpdateRestApi",
            {"restApiId": "a", "patchOperations": [{"op": "add"}, None]},
            "Value null at 'updateRestApiInput.patchOperations.2.member' failed to satisfy constraint: Member must not be null",
            id="null-in-a-list",
        ),
        pytest.param(
            "CreateApiKey",
            {"name": "k", "tags": {"a": None}},
            "Value null at 'createApiKeyInput.tags.a.member' failed to satisfy constraint: Member must not be null",
            id="null-in-a-map",
        ),
        pytest.param(
            "GetGatewayResponse",
            {"restApiId": "a", "responseType": "X"},
            "Value 'X' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]",
            id="enum-in-a-label",
        ),
        pytest.param(
            "CreateRestApi",
            {},
            "Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null",
            id="missing",
        ),
    ],
)
def test_api_gateways_constraints_are_told_as_recorded(name, members, message):
    assert refusal(name, members) == ONE + message


@pytest.mark.parametrize(
    "members, message",
    [
        pytest.param(
            {"Timeout": 0},
            "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
            id="too-small",
        ),
        pytest.param(
            {"MemorySize": 99999},
            "Value '99999' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 32768",
            id="too-large",
        ),
        pytest.param(
            {"Description": "x" * 257},
            f"Value '{'x' * 257}' at 'description' failed to satisfy constraint: Member must have length less than or equal to 256",
            id="too-long",
        ),
    ],
)
def test_lambdas_constraints_name_the_member_alone(members, message):
    found = refusal("UpdateFunctionConfiguration", {"FunctionName": "f", **members}, "lambda")
    assert found == ONE + message


def test_all_broken_constraints_are_told_at_once():
    found = refusal("PutMethodResponse", {"restApiId": "a", "resourceId": "r", "statusCode": "9"})
    assert found.startswith("2 validation errors detected: Value null at 'httpMethod' ")
    assert "; Value '9' at 'statusCode' " in found


def test_nulls_of_which_an_operation_speaks_are_left_to_it():
    templates = {"application/json": None}
    put = load("apigateway").operations["PutIntegrationResponse"]
    validate("apigateway", put, {**PLACE, "statusCode": "200", "responseTemplates": templates})


def test_good_members_pass():
    members = {**PLACE, "type": "HTTP", "contentHandling": "PASSTHROUGH"}
    validate("apigateway", load("apigateway").operations["PutIntegration"], members)
