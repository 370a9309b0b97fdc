"""A Lambda authorizer through boto3: tried out, deployed, and called by clients."""

import json

import requests
from tests.control.packages import package
from tests.journeys.building import build_function, lambda_uri

GUARD = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "nobody":
        raise Exception("Unauthorized")
    effect = "Allow" if token == "let me in" else "Deny"
    return {
        "principalId": token,
        "context": {"asked": 1},
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
            ],
        },
    }
"""
SHOW = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"])}
"""


def test_a_function_lets_in_whom_it_likes(octetgate):
    gateway = octetgate.gateway
    guard = build_function(octetgate, "guard", package(GUARD, "handler.py"))
    show = build_function(octetgate, "show", package(SHOW, "handler.py"))
    made = gateway.create_rest_api(name="guarded")
    authorizer = gateway.create_authorizer(
        restApiId=made["id"],
        name="guard",
        type="TOKEN",
        authorizerUri=lambda_uri(guard),
        identitySource="method.request.header.Auth",
    )["id"]
    tried = gateway.test_invoke_authorizer(
        restApiId=made["id"], authorizerId=authorizer, headers={"Auth": "let me in"}
    )
    assert tried["clientStatus"] == 0, tried["log"]
    assert tried["principalId"] == "let me in"
    assert json.loads(tried["policy"])["Statement"][0]["Effect"] == "Allow"
    method = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="CUSTOM", authorizerId=authorizer)
    gateway.put_integration(
        **method, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(show)
    )
    gateway.create_deployment(restApiId=made["id"], stageName="s")
    url = f"{octetgate.url}/restapis/{made['id']}/s/_user_request_/"

    def call(**headers):
        answer = requests.get(url, headers=headers, timeout=20)
        return answer.status_code, answer.json()

    assert call() == (401, {"message": "Unauthorized"})
    assert call(Auth="nobody") == (401, {"message": "Unauthorized"})
    status, refusal = call(Auth="somebody else")
    assert (status, list(refusal)) == (403, ["Message"])
    status, told = call(auth="let me in")
    assert (status, told["principalId"], told["asked"]) == (200, "let me in", "1")
