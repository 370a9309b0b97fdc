"""API keys, their plan and what they used of it, all through boto3 and real calls."""

import concurrent.futures
from datetime import UTC, datetime

import requests


def test_a_plan_lets_its_keys_in_as_often_as_it_says_and_tells_to_the_call(start):
    server = start("--workers", "2")
    gateway = server.gateway
    made = gateway.create_rest_api(name="guarded")
    method = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE", apiKeyRequired=True)
    gateway.put_integration(
        **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(**method, statusCode="200")
    gateway.create_deployment(restApiId=made["id"], stageName="s")
    plan = gateway.create_usage_plan(
        name="ten",
        apiStages=[{"apiId": made["id"], "stage": "s"}],
        quota={"limit": 10, "period": "MONTH"},
    )["id"]
    key = gateway.create_api_key(name="caller", enabled=True)
    url = f"{server.url}/restapis/{made['id']}/s/_user_request_/"

    def call(value):
        return requests.get(url, headers={"X-API-Key": value}, timeout=10).status_code

    assert call(key["value"]) == 403
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(call, [key["value"]] * 25))
    assert answers == [200] * 10 + [429] * 15
    assert call("x" * 40) == 403
    today = datetime.now(UTC).date().isoformat()
    used = gateway.get_usage(usagePlanId=plan, startDate=today, endDate=today)
    assert used["items"] == {key["id"]: [[10, 0]]}
    more = [{"op": "replace", "path": "/remaining", "value": "1"}]
    gateway.update_usage(usagePlanId=plan, keyId=key["id"], patchOperations=more)
    assert [call(key["value"]), call(key["value"])] == [200, 429]
    off = [{"op": "replace", "path": "/enabled", "value": "false"}]
    gateway.update_api_key(apiKey=key["id"], patchOperations=off)
    assert call(key["value"]) == 403
