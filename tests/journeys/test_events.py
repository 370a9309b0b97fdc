"""Asynchronous calls against a running server: kept through kill -9, told to AWS services."""

import json
import os
import signal

import boto3
import psutil
import pytest
from moto.server import ThreadedMotoServer
from tests.adapters.runners.lambdas import zipped
from tests.journeys.building import build_function
from tests.journeys.running import Octetgate

WAITS = """
import socket, time

def passed(port):
    try:
        socket.create_connection(("127.0.0.1", int(port))).close()
    except OSError:
        return False
    return True

def handler(event, context):
    passed(event["began"])
    while not passed(event["gate"]):
        time.sleep(0.005)
    return context.aws_request_id
"""
FAILS = "def handler(event, context): raise ValueError(event)"


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def queue(moto):
    """Return a queue's ARN, and what takes the next message from it."""
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    sqs = boto3.client("sqs", endpoint_url=moto, region_name="us-east-1", **keys)
    url = sqs.create_queue(QueueName="told")["QueueUrl"]

    def taken():
        found = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=10)
        [message] = found["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return message

    yield "arn:aws:sqs:us-east-1:123456789012:told", taken
    sqs.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, moto):
    """Return a server that tries events again at once, and knows moto as AWS."""
    server = Octetgate(
        tmp_path_factory.mktemp("events") / "data",
        *("--event-retry-seconds", "0", "--aws-endpoint-url", moto),
    )
    yield server.start()
    server.end()


def send(server, name, event):
    answer = server.functions.invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode()
    )
    assert answer["StatusCode"] == 202


def supervisor(server):
    """Return the process whose child is the function's."""
    [found] = [p for p in server.processes() if any("runtimes" in " ".join(c.cmdline()) for c in p.children())]  # fmt: skip
    return found


@pytest.mark.parametrize("killed", ["everything", "the-supervisor"])
def test_an_accepted_call_survives_kill_9(server, queue, new_gate, killed):
    arn, taken = queue
    name = f"waits-{killed}"
    build_function(server, name, zipped({"handler.py": WAITS}), Timeout=60)
    server.functions.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    began, gate = new_gate().open(), new_gate()
    send(server, name, {"began": began.port, "gate": gate.port})
    assert began.was_passed(30)
    if killed == "everything":
        server.kill_everything()
        server.process.stdout.close()
        server.start()
    else:
        process = supervisor(server)
        os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs([process], timeout=10)
    gate.open()
    told = json.loads(taken()["Body"])
    assert told["requestContext"]["condition"] == "Success"
    assert told["responsePayload"] == told["requestContext"]["requestId"]


def test_an_event_that_fails_three_times_is_a_dead_letter(server, queue):
    arn, taken = queue
    build_function(
        server, "fails", zipped({"handler.py": FAILS}), DeadLetterConfig={"TargetArn": arn}
    )
    send(server, "fails", {"n": 1})
    message = taken()
    assert json.loads(message["Body"]) == {"n": 1}
    attributes = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
    assert attributes["ErrorCode"] == "200"
    assert json.loads(attributes["ErrorMessage"])["errorType"] == "ValueError"
