"""Throttles, quotas, the cache and metrics, over several real workers."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from tests.journeys.running import Octetgate, backend

WORKERS = 4


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Octetgate(tmp_path_factory.mktemp("shaping") / "data", "--workers", str(WORKERS))
    yield started.start()
    started.end()


def build(server, uri, *, stage=(), **method):
    """Deploy ``GET /`` in front of the backend; return the API's id and what calls it."""
    gateway = server.gateway
    api = gateway.create_rest_api(name="shaped", binaryMediaTypes=["*/*"])["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    place = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE", **method)
    gateway.put_integration(**place, type="HTTP_PROXY", integrationHttpMethod="GET", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="v1")
    if stage:
        patches = [{"op": "replace", "path": path, "value": value} for path, value in stage]
        gateway.update_stage(restApiId=api, stageName="v1", patchOperations=patches)
    return api, f"{server.url}/restapis/{api}/v1/_user_request_/"


def statuses(url, calls, **headers):
    """Make calls from many connections, so that every worker gets some; count the statuses."""

    def call(_):
        return requests.get(url, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(call, range(calls)))


def requests_counted(server, api):
    """Return how often each class of status was counted for the API."""
    text = requests.get(f"{server.endpoint}/_octetgate/metrics", timeout=10).text
    return {
        sample.labels["status_class"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "octetgate_requests_total" and sample.labels["api_id"] == api
    }


def test_four_workers_admit_one_burst_and_count_what_the_clients_counted(server):
    with backend(lambda handler, _: handler.reply(b"ok", "text/plain")) as uri:
        api, url = build(
            server,
            uri,
            stage=[
                ("/*/*/throttling/rateLimit", "0.001"),
                ("/*/*/throttling/burstLimit", "57"),
            ],
        )
        counted = statuses(url, 200)
    assert counted == {200: 57, 429: 143}
    assert requests_counted(server, api) == {"2xx": 57, "4xx": 143}


def test_a_quota_is_spent_to_the_call_by_all_workers_and_survives_their_kill(server):
    gateway = server.gateway
    with backend(lambda handler, _: handler.reply(b"ok", "text/plain")) as uri:
        api, url = build(server, uri, apiKeyRequired=True)
        key = gateway.create_api_key(name="k", enabled=True)
        plan = gateway.create_usage_plan(
            name="p",
            apiStages=[{"apiId": api, "stage": "v1"}],
            quota={"limit": 90, "period": "MONTH"},
        )["id"]
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        value = gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"]
        assert statuses(url, 10) == {403: 10}
        before = statuses(url, 60, **{"X-API-Key": value})
        server.kill_workers()
        after = statuses(url, 60, **{"X-API-Key": value})
    assert before == {200: 60}
    assert after == {200: 30, 429: 30}


def test_equal_misses_in_all_workers_ask_the_backend_once(server):
    asked = []

    def answer(handler, _):
        asked.append(handler.path)
        handler.reply(b"\x89PNG\xff\xfe", "image/png")

    with backend(answer) as uri:
        _, url = build(
            server,
            uri,
            stage=[
                ("/cacheClusterEnabled", "true"),
                ("/cacheClusterSize", "0.5"),
                ("/*/*/caching/enabled", "true"),
            ],
        )
        assert statuses(url, 100) == {200: 100}
        assert requests.get(url, timeout=10).content == b"\x89PNG\xff\xfe"
    assert len(asked) == 1
