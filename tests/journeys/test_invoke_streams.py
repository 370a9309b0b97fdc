"""InvokeWithResponseStream: boto3 reads a function's answer while it is written."""

import json

import pytest
from tests.adapters.runners.lambdas import zipped
from tests.adapters.runners.provided import provided
from tests.journeys.building import build_function

GATES = """
def handler(event, answer):
    answer.begin(None)
    for gate in event["gates"]:
        answer.wait_for(gate)
        answer.write(gate.encode() + b"\\xff")
    if event.get("fails"):
        answer.end(b'Lambda-Runtime-Function-Error-Type: Function.Broke\\r\\n'
                   b'Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiAiRS5YIn0=\\r\\n')
    else:
        answer.end()
"""
PLAIN = """
def handler(event, context):
    print("seen")
    return event["gates"][0]
"""


@pytest.fixture(scope="module")
def names(octetgate):
    build_function(octetgate, "gates", provided(GATES), "provided.al2023", Timeout=30)
    build_function(octetgate, "plain", zipped({"handler.py": PLAIN}))


def events(octetgate, function, event, **members):
    answer = octetgate.functions.invoke_with_response_stream(
        FunctionName=function, Payload=json.dumps(event).encode(), **members
    )
    return iter(answer["EventStream"])


@pytest.mark.usefixtures("names")
def test_a_function_writes_the_next_chunk_only_after_boto3_has_the_last(octetgate, new_gate):
    gates = [new_gate() for _ in range(4)]
    gates[0].open()  # boto3 waits for the answer's head, which comes with the first chunk
    read = events(octetgate, "gates", {"gates": [gate.port for gate in gates]})
    for gate in gates:
        gate.open()
        assert next(read) == {"PayloadChunk": {"Payload": gate.port.encode() + b"\xff"}}
    assert list(read) == [{"InvokeComplete": {}}]


@pytest.mark.usefixtures("names")
def test_a_function_that_fails_half_way_says_so_in_the_last_event(octetgate, new_gate):
    gate = new_gate().open()
    chunk, end = events(octetgate, "gates", {"gates": [gate.port], "fails": True})
    assert chunk == {"PayloadChunk": {"Payload": gate.port.encode() + b"\xff"}}
    assert end["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert json.loads(end["InvokeComplete"]["ErrorDetails"]) == {"errorType": "E.X"}


@pytest.mark.usefixtures("names")
def test_an_ordinary_function_answers_in_one_chunk_with_its_log(octetgate):
    chunk, end = events(octetgate, "plain", {"gates": ["x" * 100_000]}, LogType="Tail")
    assert chunk == {"PayloadChunk": {"Payload": b'"' + b"x" * 100_000 + b'"'}}
    assert "LogResult" in end["InvokeComplete"]
