"""A Lambda authorizer through boto3: tried out, deployed, and called by clients."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

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


def test_all_workers_ask_once_about_a_token_and_again_after_a_flush(start):
    """Counted by the server's own metrics: 64 clients at once, over 4 processes."""
    octetgate = start("--workers", "4")
    gateway = octetgate.gateway
    guard = build_function(octetgate, "guard", package(GUARD, "handler.py"))
    made = gateway.create_rest_api(name="guarded")
    authorizer = gateway.create_authorizer(
        restApiId=made["id"],
        name="guard",
        type="TOKEN",
        authorizerUri=lambda_uri(guard),
        identitySource="method.request.header.Auth",
    )["id"]
    method = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="CUSTOM", authorizerId=authorizer)
    gateway.put_integration(
        **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(**method, statusCode="200")
    gateway.create_deployment(restApiId=made["id"], stageName="s")
    url = f"{octetgate.url}/restapis/{made['id']}/s/_user_request_/"

    def statuses():
        with ThreadPoolExecutor(32) as clients:
            ask = partial(requests.get, url, headers={"Auth": "let me in"}, timeout=30)
            return {each.result().status_code for each in [clients.submit(ask) for _ in range(64)]}

    def asked():
        text = requests.get(f"{octetgate.endpoint}/_octetgate/metrics", timeout=10).text
        (line,) = re.findall(r'function_invocations_total{function="guard"} (.*)', text)
        return float(line)

    assert statuses() == {200}
    assert asked() == 1
    gateway.flush_stage_authorizers_cache(restApiId=made["id"], stageName="s")
    assert statuses() == {200}
    assert asked() == 2
