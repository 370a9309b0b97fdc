"""Function URLs on the gateway's port: what the function gets, and what the client gets."""

import asyncio
import contextlib
import http.client
import json
import re
import urllib.parse

import pytest
import requests
from tests.adapters.runners.lambdas import zipped
from tests.adapters.runners.provided import provided
from tests.adapters.runners.waiting import until
from tests.journeys.building import build_function

BYTES = bytes(range(256))
PAGE = "https://example.com"
FUNCTION = """
import base64, json, os, time

def handler(event, context):
    return globals()[event["rawPath"].strip("/")](event, context)

def tell(event, context):
    return {"event": event, "request_id": context.aws_request_id}

def words(event, context):
    return "Hello, world!"

def whole(event, context):
    return {"statusCode": 201, "headers": {"X-A": "1", "Content-Type": "text/plain"},
            "cookies": ["a=1", "b=2; HttpOnly"], "body": "made"}

def echo(event, context):
    assert event["isBase64Encoded"]
    return {"statusCode": 200, "headers": {"content-type": "image/png"},
            "body": event["body"], "isBase64Encoded": True}

def own_cors(event, context):
    return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}}

def raises(event, context):
    raise ValueError("secret")

def malformed(event, context):
    return {"statusCode": "none"}

def not_base64(event, context):
    return {"statusCode": 200, "body": "!", "isBase64Encoded": True}
"""
STREAMS = """
def handler(event, answer):
    query = event["queryStringParameters"]
    if query.get("head"):
        answer.head(statusCode=206, headers={"X-A": "1"}, cookies=["a=1"])
    elif query.get("fails"):
        answer.post("error", b'{"errorMessage": "no"}')
        return
    else:
        answer.begin("text/event-stream")
    for gate in sorted(query):
        if gate.isdigit():
            answer.wait_for(query[gate])
            answer.write(gate.encode() + bytes([255]))
    answer.end()
"""


@pytest.fixture(scope="module")
def url(octetgate):
    build_function(octetgate, "told", zipped({"handler.py": FUNCTION}))
    return opened(octetgate, "told")


@pytest.fixture(scope="module")
def streaming(octetgate):
    build_function(octetgate, "streaming", provided(STREAMS), "provided.al2023", Timeout=30)
    return opened(octetgate, "streaming", InvokeMode="RESPONSE_STREAM")


def opened(octetgate, name, **members):
    """Return the URL of a function that anybody may call."""
    client, place = octetgate.functions, {"FunctionName": name}
    made = client.create_function_url_config(**place, AuthType="NONE", **members)
    client.add_permission(
        **place,
        StatementId="public",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    assert made["FunctionUrl"].startswith(octetgate.url)
    return made["FunctionUrl"]


def test_the_function_is_told_the_request(url):
    sent = {"X-Tag": "one", "Cookie": "a=1; b=2", "Content-Type": "application/json"}
    answer = requests.post(f"{url}tell?x=1&x=2&y=%C3%A4", '{"n": "ä"}'.encode(), headers=sent)
    told = answer.json()
    event = told["event"]
    assert (event["version"], event["rawPath"]) == ("2.0", "/tell")
    assert event["rawQueryString"] == "x=1&x=2&y=%C3%A4"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "ä"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"n": "ä"}', False)
    headers = event["headers"]
    assert (headers["x-tag"], headers["x-forwarded-proto"]) == ("one", "http")
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert "cookie" not in headers
    context = event["requestContext"]
    assert context["apiId"] == url.split("/")[-2]
    assert context["http"]["method"] == "POST"
    assert context["http"]["sourceIp"] == "127.0.0.1"
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])
    assert context["requestId"] == told["request_id"] == answer.headers["x-amzn-requestid"]
    assert "Root=" in answer.headers["x-amzn-trace-id"]


def test_the_host_form_leads_to_the_same_function(octetgate, url):
    host = f"{url.split('/')[-2]}.lambda-url.us-east-1.on.aws"
    event = requests.get(f"{octetgate.url}/tell", headers={"Host": host}).json()["event"]
    assert event["rawPath"] == "/tell"
    assert event["requestContext"]["domainName"] == host


def test_json_without_a_status_is_the_body(url):
    answer = requests.get(f"{url}words")
    assert (answer.status_code, answer.content) == (200, b'"Hello, world!"')
    assert answer.headers["content-type"] == "application/json"


def test_an_answer_in_the_format_says_it_all(url):
    answer = requests.get(f"{url}whole")
    assert (answer.status_code, answer.content, answer.headers["x-a"]) == (201, b"made", "1")
    assert answer.raw.headers.getlist("set-cookie") == ["a=1", "b=2; HttpOnly"]


@pytest.mark.parametrize("kind", ["image/png", "application/x-www-form-urlencoded", None])
def test_bytes_pass_both_ways_intact(url, kind):
    data = BYTES * 8192  # 2 MiB
    answer = requests.post(f"{url}echo", data, headers={"Content-Type": kind})
    assert answer.content == data
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize("path", ["raises", "malformed", "not_base64"])
def test_a_function_that_fails_says_nothing_to_the_client(octetgate, url, path):
    answer = requests.get(url + path)
    assert (answer.status_code, answer.text) == (502, "Internal Server Error")


def test_more_than_a_function_takes_is_refused(url):
    assert requests.post(f"{url}echo", bytes(11 * 2**20)).status_code == 413


def refused(url, **more):
    answer = requests.get(url, **more)
    return answer.status_code, answer.json()


FORBIDDEN = (403, {"Message": "Forbidden"})


def test_a_url_that_is_not_there_or_not_allowed_is_forbidden(octetgate):
    client = octetgate.functions
    build_function(octetgate, "closed", zipped({"handler.py": FUNCTION}))
    place = {"FunctionName": "closed"}
    url = client.create_function_url_config(**place, AuthType="NONE")["FunctionUrl"] + "words"
    assert refused(url) == FORBIDDEN
    grant = {**place, "Action": "lambda:InvokeFunctionUrl", "Principal": "*"}
    client.add_permission(**grant, StatementId="a", FunctionUrlAuthType="AWS_IAM")
    assert refused(url) == FORBIDDEN
    client.add_permission(**grant, StatementId="b", FunctionUrlAuthType="NONE")
    assert requests.get(url).json() == "Hello, world!"
    client.update_function_url_config(**place, AuthType="AWS_IAM")
    assert refused(url) == FORBIDDEN
    client.update_function_url_config(**place, AuthType="NONE")
    client.remove_permission(**place, StatementId="b")
    assert refused(url) == FORBIDDEN
    client.delete_function(**place)
    assert refused(url) == FORBIDDEN
    assert refused(f"{octetgate.url}/_aws/lambda-url/nope/") == FORBIDDEN


def test_an_alias_has_a_url_of_its_own(octetgate):
    client = octetgate.functions
    build_function(octetgate, "aliased", zipped({"handler.py": FUNCTION}))
    client.publish_version(FunctionName="aliased")
    client.create_alias(FunctionName="aliased", Name="live", FunctionVersion="1")
    url = opened(octetgate, "aliased:live")
    client.update_function_code(
        FunctionName="aliased", ZipFile=zipped({"handler.py": "def handler(*_): return 2"})
    )
    assert requests.get(f"{url}words").json() == "Hello, world!"


def test_no_room_is_429(octetgate):
    build_function(octetgate, "full", zipped({"handler.py": FUNCTION}))
    octetgate.functions.put_function_concurrency(
        FunctionName="full", ReservedConcurrentExecutions=0
    )
    assert requests.get(f"{opened(octetgate, 'full')}words").status_code == 429


def test_the_url_answers_for_cors(octetgate):
    build_function(octetgate, "shared", zipped({"handler.py": FUNCTION}))
    cors = {"AllowOrigins": [PAGE], "AllowMethods": ["PUT"], "AllowHeaders": ["x-a"], "MaxAge": 60}
    url = opened(octetgate, "shared", Cors=cors)
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "PUT"}
    told = requests.options(f"{url}raises", headers=asked)
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["access-control-allow-origin"] == PAGE
    assert told.headers["access-control-allow-methods"] == "PUT"
    assert told.headers["access-control-allow-headers"] == "x-a"
    assert told.headers["access-control-max-age"] == "60"
    told = requests.options(f"{url}raises", headers={**asked, "Origin": "https://other"})
    assert not [name for name in told.headers if name.lower().startswith("access-control")]
    answer = requests.put(f"{url}own_cors", headers={"Origin": PAGE})
    assert answer.headers["access-control-allow-origin"] == PAGE
    answer = requests.put(f"{url}own_cors", headers={"Origin": "https://other"})
    assert "access-control-allow-origin" not in answer.headers


# --- Streams ---


@contextlib.contextmanager
def getting(url, **query):
    """Give the response of a call, its body still to be read."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"{parts.path}?{urllib.parse.urlencode(query)}")
    try:
        yield connection.getresponse()
    finally:
        connection.close()


@pytest.mark.parametrize("head", ["", "yes"], ids=["bare", "with-a-prelude"])
def test_a_piece_is_here_before_the_function_writes_the_next(streaming, head, new_gate):
    gates = {str(number): new_gate() for number in range(4)}
    gates["0"].open()
    ports = {name: gate.port for name, gate in gates.items()}
    with getting(streaming, **ports, head=head) as answer:
        for name, gate in gates.items():
            gate.open()
            assert answer.read1() == name.encode() + b"\xff"
        assert answer.read() == b""
    if head:
        assert (answer.status, answer.headers["x-a"]) == (206, "1")
        assert answer.headers["set-cookie"] == "a=1"
    else:
        assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")


def test_a_stream_that_fails_before_it_begins_is_502(streaming):
    with getting(streaming, fails="yes") as answer:
        assert (answer.status, answer.read()) == (502, b"Internal Server Error")


def test_a_python_generator_streams(octetgate, tmp_path):
    code = "def handler(event, context):\n    yield b'one'\n    yield b'two'"
    build_function(octetgate, "yields", zipped({"handler.py": code}))
    with getting(opened(octetgate, "yields", InvokeMode="RESPONSE_STREAM")) as answer:
        assert (answer.status, answer.read()) == (200, b"onetwo")


def test_each_call_is_a_line_of_the_access_log(octetgate, url):
    asked = requests.get(f"{url}words").headers["x-amzn-requestid"]
    log = octetgate.data / "logs" / "access.log"
    asyncio.run(until(lambda: asked in log.read_text()))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    [line] = [each for each in lines if each["requestId"] == asked]
    assert (line["functionUrl"], line["status"]) == (url.split("/")[-2], 200)
