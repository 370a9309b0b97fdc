"""What a server tells of itself: its logs and its metrics, read where users read them."""

import itertools
import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from tests.adapters.runners.lambdas import zipped
from tests.adapters.telemetry.collectors import Collector


def lines_of(octetgate):
    log = Path(octetgate.data) / "logs" / "access.log"
    return [json.loads(line) for line in log.read_text().splitlines()]


def eventually(find):
    """Return what is found, when it is: lines are written together, a moment later."""
    until = time.monotonic() + 60
    while not (found := find()):
        assert time.monotonic() < until, "expected to find it within a minute"
        time.sleep(0.05)
    return found


def test_what_is_refused_at_the_door_is_in_the_access_log_with_its_reason(octetgate):
    with socket.create_connection(("127.0.0.1", octetgate.port), timeout=30) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n")
        said = client.makefile("rb").read()
    assert said.startswith(b"HTTP/1.1 400 ")
    reason = said.rpartition(b"\r\n\r\n")[2].decode().strip()

    def find():
        return [line for line in lines_of(octetgate) if "notice" in line]

    (line,) = eventually(find)
    assert line == {
        "time": line["time"],
        "ip": "127.0.0.1",
        "status": 400,
        "notice": "REFUSED_AT_THE_DOOR",
        "error": reason,
    }
    text = requests.get(f"{octetgate.endpoint}/_octetgate/metrics", timeout=30).text
    counted = (
        'octetgate_requests_total{api_id="",method="",resource="",stage="",status_class="4xx"}'
    )
    assert f"{counted} 1.0" in text


def test_functions_are_counted_exactly_whoever_calls_them(octetgate):
    make(octetgate, "counted", "def handler(event, context):\n    return 1 / event['by']\n")
    for payload in (b'{"by": 1}', b'{"by": 0}', b'{"by": 2}'):
        octetgate.functions.invoke(FunctionName="counted", Payload=payload)
    kept = octetgate.functions.invoke(
        FunctionName="counted", InvocationType="Event", Payload=b'{"by": 4}'
    )
    assert kept["StatusCode"] == 202

    def counted():
        text = requests.get(f"{octetgate.endpoint}/_octetgate/metrics", timeout=30).text
        return dict(
            line.removeprefix("octetgate_function_").split(" ")
            for line in text.splitlines()
            if 'function="counted"' in line and "_bucket" not in line
        )

    label = '{function="counted"}'
    told = eventually(lambda: (found := counted())[f"invocations_total{label}"] == "4.0" and found)
    assert told[f"errors_total{label}"] == "1.0"
    assert told[f"throttles_total{label}"] == "0.0"
    assert told[f"concurrent_executions{label}"] == "0.0"
    assert told[f"duration_seconds_count{label}"] == "4.0"
    assert float(told[f"init_duration_seconds_count{label}"]) >= 1
    assert float(told[f"init_duration_seconds_sum{label}"]) > 0


def test_calls_by_many_workers_at_once_are_all_counted(start):
    """Warm processes get their calls from gateway workers, cold ones from the supervisor."""
    server = start("--workers", "3")
    make(
        server,
        "busy",
        "def handler(event, context):\n"
        "    if event['body'] == 'fail':\n"
        "        raise ValueError\n"
        "    return {'body': 'ok'}\n",
    )
    api = proxy_to(server, "busy")
    server.gateway.create_deployment(restApiId=api, stageName="prod")
    url = f"{server.url}/restapis/{api}/prod/_user_request_/"

    def status(number):
        return requests.post(url, "fail" if number % 5 == 0 else "go", timeout=30).status_code

    with ThreadPoolExecutor(12) as clients:
        statuses = Counter(clients.map(status, range(150)))
    assert statuses == {200: 120, 502: 30}
    text = requests.get(f"{server.endpoint}/_octetgate/metrics", timeout=30).text
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if 'function="busy"' in line)
    label = '{function="busy"}'
    assert told[f"octetgate_function_invocations_total{label}"] == "150.0"
    assert told[f"octetgate_function_errors_total{label}"] == "30.0"
    assert told[f"octetgate_function_duration_seconds_count{label}"] == "150.0"
    assert told[f"octetgate_function_concurrent_executions{label}"] == "0.0"


def make(octetgate, name, code):
    """Create a Python function."""
    octetgate.functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="handler.handler",
        Role="arn:aws:iam::000000000000:role/r",
        Code={"ZipFile": zipped({"handler.py": code})},
    )


def test_an_execution_log_is_switched_on_written_by_all_workers_and_read(octetgate):
    make(octetgate, "seen", "def handler(event, context):\n    return {'body': event['body']}\n")
    api, gateway = proxy_to(octetgate, "seen"), octetgate.gateway
    gateway.create_deployment(restApiId=api, stageName="prod")
    role = "arn:aws:iam::000000000000:role/logs"
    gateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
    )
    url = f"{octetgate.url}/restapis/{api}/prod/_user_request_/"
    assert requests.post(url, "too early", timeout=30).text == "too early"
    settings = {"loglevel": "INFO", "dataTrace": "true"}
    gateway.update_stage(
        restApiId=api,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": f"/*/*/logging/{name}", "value": value}
            for name, value in settings.items()
        ],
    )
    for number in range(20):
        # Each on a connection of its own, so that whichever worker is free takes it.
        requests.post(
            url, f"call {number}", headers={"Authorization": "hunter2-secret"}, timeout=30
        )

    def read():
        said = octetgate.command("logs", "seen", "prod")
        assert said.returncode == 0, said.stderr
        lines = said.stdout.decode()
        return lines.count("Method completed with status: 200") == 20 and lines

    text = eventually(read)
    assert "too early" not in text
    assert "hunter2-secret" not in text
    for number in range(20):
        assert f"Method response body after transformations: call {number}\n" in text
    # The lines of a call stand together, whichever process wrote them.
    runs = [line.split("(")[1].split(")")[0] for line in text.splitlines()]
    assert len(set(runs)) == 20
    assert sum(a != b for a, b in itertools.pairwise(runs)) == 19


def test_spans_go_to_the_collector_that_the_environment_names(start, monkeypatch):
    collector = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "pets")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    server = start("--traces", "otlp", "--workers", "1")
    make(
        server,
        "traced",
        "import os\ndef handler(event, context):\n    return {'body': os.environ['_X_AMZN_TRACE_ID']}\n",
    )
    api = proxy_to(server, "traced")
    server.gateway.create_deployment(restApiId=api, stageName="prod", tracingEnabled=True)
    trace_id, span_id = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    answer = requests.post(
        f"{server.url}/restapis/{api}/prod/_user_request_/",
        headers={"traceparent": f"00-{trace_id}-{span_id}-01"},
        timeout=30,
    )
    spans = {span.name: span for span in collector.until(3)}
    assert set(spans) == {"POST /", "integration", "invoke traced"}
    assert {span.trace_id for span in spans.values()} == {trace_id}
    assert spans["POST /"].parent_id == span_id
    assert spans["POST /"].resource["service.name"] == "pets"
    assert collector.paths == {"/v1/traces"}
    # The function was told of the span that stands for its call.
    root = f"Root=1-{trace_id[:8]}-{trace_id[8:]}"
    assert answer.text == f"{root};Parent={spans['invoke traced'].span_id};Sampled=1"
    # What is left is sent before the server has ended.
    requests.post(f"{server.url}/restapis/{api}/prod/_user_request_/", timeout=30)
    server.process.terminate()
    assert server.process.wait(60) == 0
    assert len(collector.spans) == 6
    collector.close()


def proxy_to(octetgate, name):
    """Make an API whose root's POST is handed to a function; return its id."""
    gateway = octetgate.gateway
    api = gateway.create_rest_api(name=name)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    function = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    octetgate.functions.add_permission(
        FunctionName=name,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return api
