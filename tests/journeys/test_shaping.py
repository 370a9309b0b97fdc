"""Throttles, quotas, the cache and metrics, over several real workers."""

import contextlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from tests import throttling
from tests.journeys.running import Octetgate, backend
from tests.throttling import offered

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


def samples(server, api, name):
    """Return the samples of a metric for the API, by the class of status where there is one."""
    text = requests.get(f"{server.endpoint}/_octetgate/metrics", timeout=10).text
    return {
        sample.labels.get("status_class"): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"octetgate_{name}" and sample.labels["api_id"] == api
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
    assert samples(server, api, "requests_total") == {"2xx": 57, "4xx": 143}


async def test_four_workers_never_admit_more_than_one_bucket_s_worth(server):
    offer = await offered(throttling.build(server), 1.0)
    assert set(offer.statuses) == {200, 429}
    assert throttling.BURST <= offer.statuses[200] <= offer.allowed


def plan_of(server, api, limit):
    """Return the value of a key that is good for so many calls, and what finds its use."""
    gateway = server.gateway
    key = gateway.create_api_key(name="k", enabled=True)
    plan = gateway.create_usage_plan(
        name="p",
        apiStages=[{"apiId": api, "stage": "v1"}],
        quota={"limit": limit, "period": "MONTH"},
    )["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    value = gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"]
    today = f"{datetime.now(UTC):%Y-%m-%d}"

    def left():
        usage = server.gateway.get_usage(
            usagePlanId=plan, keyId=key["id"], startDate=today, endDate=today
        )
        return usage["items"][key["id"]][-1]

    return value, left


def in_one_day(spend):
    """Return what is seen of a quota while it is spent, on a day that did not end meanwhile.

    If it ended, and perhaps the month with it, all is done again: the next midnight is far off.
    """
    begun = datetime.now(UTC).date()
    seen = spend()
    return seen if datetime.now(UTC).date() == begun else spend()


def test_a_quota_is_spent_to_the_call_by_all_workers_and_survives_their_kill(server):
    def spend():
        with backend(lambda handler, _: handler.reply(b"ok", "text/plain")) as uri:
            api, url = build(server, uri, apiKeyRequired=True)
            value, left = plan_of(server, api, 90)
            without_key = statuses(url, 10)
            before = statuses(url, 60, **{"X-API-Key": value})
            server.kill_workers()
            after = statuses(url, 60, **{"X-API-Key": value})
            return without_key, before, after, left()

    without_key, before, after, left = in_one_day(spend)
    assert without_key == {403: 10}
    assert before == {200: 60}
    assert left == [90, 0]
    assert after == {200: 30, 429: 30}


def test_a_quota_survives_the_kill_of_everything_while_it_is_spent(start):
    server = start("--workers", "2")

    def spend():
        with backend(lambda handler, _: handler.reply(b"ok", "text/plain")) as uri:
            api, url = build(server, uri, apiKeyRequired=True)
            value, left = plan_of(server, api, 100)
            answered = []

            def call(number):
                with contextlib.suppress(requests.RequestException):
                    answered.append(requests.get(url, headers={"X-API-Key": value}, timeout=60))
                if number == 30:
                    server.kill_everything()

            with ThreadPoolExecutor(8) as pool:
                list(pool.map(call, range(60)))
            server.start()
            url = server.invoke_url(api, "v1")
            halfway = left()
            after = statuses(url, 110, **{"X-API-Key": value})
            return [answer.status_code for answer in answered], halfway, after, left()

    answered, (used, rest), after, left = in_one_day(spend)
    assert set(answered) == {200}
    # What was answered was counted first; at most the eight calls in flight are more.
    assert len(answered) <= used <= len(answered) + 8
    assert used + rest == 100
    assert after == {200: rest, 429: 110 - rest}
    assert left == [100, 0]


def test_metrics_are_what_the_clients_counted(server):
    def answer(handler, body):
        handler.reply(body * 2 or b"short", "text/plain")

    gateway = server.gateway
    with backend(answer) as uri:
        api, _ = build(server, uri)
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        method = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
        gateway.put_method(**method, authorizationType="NONE")
        gateway.put_integration(**method, type="HTTP_PROXY", integrationHttpMethod="POST", uri=uri)
        broken = gateway.create_resource(restApiId=api, parentId=root, pathPart="broken")["id"]
        method = {"restApiId": api, "resourceId": broken, "httpMethod": "GET"}
        gateway.put_method(**method, authorizationType="NONE")
        gateway.put_integration(**method, type="MOCK", requestTemplates={"application/json": "{}"})
        gateway.create_deployment(restApiId=api, stageName="v1")
        url = server.invoke_url(api, "v1")
        counted, sent, received = Counter(), 0, 0

        def call(number):
            path = ("", "", "", "broken", "nowhere")[number % 5]
            body = b"" if path or number % 2 else bytes(number)
            verb = "POST" if body else "GET"
            answer = requests.request(verb, url + path, data=body or None, timeout=60)
            return answer.status_code // 100, len(body), len(answer.content)

        with ThreadPoolExecutor(16) as pool:
            for status, up, down in pool.map(call, range(400)):
                counted[f"{status}xx"] += 1
                sent, received = sent + up, received + down
    assert set(counted) == {"2xx", "4xx", "5xx"}
    assert samples(server, api, "requests_total") == counted
    assert samples(server, api, "request_duration_seconds_count") == {None: 400}
    assert samples(server, api, "request_body_bytes_total") == {None: sent}
    assert samples(server, api, "response_body_bytes_total") == {None: received}
