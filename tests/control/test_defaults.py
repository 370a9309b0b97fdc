"""What things have that nobody gave them (spec: control-plane 4)."""

import pytest

MOMENTS = {"createdDate", "lastUpdatedDate"}
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:f"
GUARD = {
    "name": "g",
    "type": "TOKEN",
    "authorizerUri": (
        f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{ARN}/invocations"
    ),
    "identitySource": "method.request.header.A",
}


def plain(answer):
    """Return an answer without what differs from call to call."""
    return {
        name: value
        for name, value in answer.items()
        if name not in {"ResponseMetadata", "id", "value", "rootResourceId", *MOMENTS}
    }


def rest_api(gw, here, post):
    return gw.create_rest_api(name="n")


def private_api(gw, here, post):
    return gw.create_rest_api(name="n", endpointConfiguration={"types": ["PRIVATE"]})


def api_seen_later(gw, here, post):
    return gw.get_rest_api(restApiId=gw.create_rest_api(name="n")["id"])


def method(gw, here, post):
    return gw.put_method(**{**post, "httpMethod": "GET"}, authorizationType="NONE")


def integration(gw, here, post):
    made = gw.put_integration(
        **post, type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://b"
    )
    assert made.pop("cacheNamespace") == post["resourceId"]
    return made


def mock_integration(gw, here, post):
    made = gw.put_integration(**post, type="MOCK")
    made.pop("cacheNamespace")
    return made


def integration_response(gw, here, post):
    gw.put_integration(**post, type="MOCK")
    return gw.put_integration_response(**post, statusCode="200", selectionPattern="")


def deployment(gw, here, post):
    gw.put_integration(**post, type="MOCK")
    return gw.create_deployment(**here, description="d")


def stage(gw, here, post):
    gw.put_integration(**post, type="MOCK")
    made = gw.create_deployment(**here)["id"]
    answer = gw.create_stage(**here, stageName="s", deploymentId=made)
    assert answer.pop("deploymentId") == made
    return answer


def method_setting(gw, here, post):
    gw.put_integration(**post, type="MOCK")
    gw.create_deployment(**here, stageName="s")
    operations = [{"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "10000"}]
    return gw.update_stage(**here, stageName="s", patchOperations=operations)["methodSettings"][
        "*/*"
    ]


def api_key(gw, here, post):
    return gw.create_api_key(name="n")


def usage_plan(gw, here, post):
    return gw.create_usage_plan(name="n", quota={"limit": 1, "period": "DAY"})


def authorizer(gw, here, post):
    return gw.create_authorizer(**here, **GUARD)


def authorizer_seen_later(gw, here, post):
    made = gw.create_authorizer(**here, **GUARD)["id"]
    return gw.get_authorizer(**here, authorizerId=made)


def gateway_response(gw, here, post):
    return gw.get_gateway_response(**here, responseType="THROTTLED")


def validator(gw, here, post):
    return gw.create_request_validator(**here, name="n")


def account(gw, here, post):
    return gw.get_account()


API = {
    "name": "n",
    "apiKeySource": "HEADER",
    "disableExecuteApiEndpoint": False,
    "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
}
INTEGRATION = {"passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000}
ROWS = [
    (rest_api, API),
    (private_api, {**API, "endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "dualstack"}}),
    (api_seen_later, {**API, "tags": {}}),
    (method, {"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": False}),
    (integration, {**INTEGRATION, "type": "HTTP_PROXY", "httpMethod": "GET", "uri": "http://b", "connectionType": "INTERNET", "cacheKeyParameters": []}),
    (mock_integration, {**INTEGRATION, "type": "MOCK", "cacheKeyParameters": []}),
    (integration_response, {"statusCode": "200", "selectionPattern": ""}),
    (deployment, {"description": "d"}),
    (stage, {"stageName": "s", "cacheClusterEnabled": False, "cacheClusterStatus": "NOT_AVAILABLE", "methodSettings": {}, "tracingEnabled": False}),
    (method_setting, {"metricsEnabled": False, "dataTraceEnabled": False, "throttlingBurstLimit": 5000, "throttlingRateLimit": 10000.0, "cachingEnabled": True, "cacheTtlInSeconds": 300, "cacheDataEncrypted": False, "requireAuthorizationForCacheControl": True, "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER"}),
    (api_key, {"name": "n", "enabled": False, "stageKeys": []}),
    (usage_plan, {"name": "n", "apiStages": [], "quota": {"limit": 1, "offset": 0, "period": "DAY"}}),
    (authorizer, {**GUARD, "authType": "custom"}),
    (authorizer_seen_later, {**GUARD, "authType": "custom", "authorizerResultTtlInSeconds": 300}),
    (gateway_response, {"responseType": "THROTTLED", "statusCode": "429", "responseParameters": {}, "responseTemplates": {"application/json": '{"message":$context.error.messageString}'}, "defaultResponse": True}),
    (validator, {"name": "n", "validateRequestBody": False, "validateRequestParameters": False}),
    (account, {"features": ["UsagePlans"], "apiKeyVersion": "4", "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0}}),
]  # fmt: skip


@pytest.mark.parametrize("made, expected", ROWS, ids=lambda value: getattr(value, "__name__", ""))
def test_what_nobody_gave_is_the_services_default(gw, post, made, expected):
    assert plain(made(gw, {"restApiId": post["restApiId"]}, post)) == expected


def test_the_root_has_an_id_and_a_path_alone(gw, api):
    found = gw.get_resource(restApiId=api.id, resourceId=api.root)
    assert plain(found) == {"path": "/"}


def test_ids_have_the_services_lengths(gw, post):
    here = {"restApiId": post["restApiId"]}
    gw.put_integration(**post, type="MOCK")
    lengths = {
        10: [here["restApiId"], gw.create_api_key()["id"]],
        6: [
            gw.create_resource(**here, parentId=post["resourceId"], pathPart="a")["id"],
            gw.create_deployment(**here)["id"],
            gw.create_model(**here, name="A", contentType="application/json", schema="{}")["id"],
            gw.create_request_validator(**here, name="v")["id"],
            gw.create_authorizer(**here, **GUARD)["id"],
            gw.create_usage_plan(name="p")["id"],
        ],
    }
    for length, ids in lengths.items():
        assert {len(each) for each in ids} == {length}
        assert all(each.isalnum() and each == each.lower() for each in ids)
