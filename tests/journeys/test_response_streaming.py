"""Answers that reach the client as they are written: from functions and from HTTP backends.

The table is the one at the end of payload-encodings 10.2: its rows are the ids of the first
three tests.
"""

import asyncio
import contextlib
import http.client
import itertools
import subprocess
import urllib.parse
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import botocore.exceptions
import pytest
import requests
from tests.adapters.runners.lambdas import zipped
from tests.adapters.runners.provided import provided
from tests.adapters.runners.waiting import until
from tests.journeys.building import build_api, build_function, lambda_uri
from tests.journeys.running import backend

MIB = 2**20
PIECE = bytes(range(256)) * 256
RAW = b"\x00\x01\xff\xfe\n" * 10
FUNCTION = f"""
import json, os, time

def handler(event, answer):
    query = event["queryStringParameters"] or {{}}
    globals()[event["path"].strip("/")](answer, query, event)

def prelude(answer, query, event):
    answer.head(statusCode=201, headers={{"X-A": "1"}}, cookies=["a=1", "b=2"])
    answer.write({RAW!r})
    answer.end()

buffered_prelude = prelude

def bare(answer, query, event):
    answer.wait_for(query["ran"])
    answer.begin()
    answer.write(b'{{"statusCode": 200, "body": "x"}}')
    answer.end()

def plain(answer, query, event):
    answer.post("response", json.dumps({{"statusCode": 202, "body": event["httpMethod"]}}).encode())

def gates(answer, query, event):
    answer.head(headers={{"Content-Type": "text/event-stream"}})
    for gate in sorted(query):
        answer.wait_for(query[gate])
        answer.write(gate.encode())
    answer.end()

def breaks(answer, query, event):
    answer.head()
    answer.write(b"half")
    os._exit(1)

def raises(answer, query, event):
    answer.post("error", b'{{"errorMessage": "no"}}')

def sized(answer, query, event):
    answer.head(headers={{"Content-Length": query["length"]}})
    answer.write(b"12345")
    answer.end()

def much(answer, query, event):
    answer.head(headers={{"Content-Type": "application/octet-stream"}})
    for _ in range(int(query["pieces"])):
        answer.write({PIECE!r})
    answer.end()
    answer.wait_for(query["done"])
"""
STREAMS = ("prelude", "bare", "gates", "breaks", "raises", "sized", "much")


@pytest.fixture(scope="module")
def arn(octetgate):
    return build_function(octetgate, "streams", provided(FUNCTION), "provided.al2023", Timeout=60)


@pytest.fixture(scope="module")
def url(octetgate, arn):
    """An API whose routes lead to the function, some in mode STREAM and two buffered."""
    streams = {"type": "AWS_PROXY", "uri": lambda_uri(arn, streams=True), "responseTransferMode": "STREAM"}  # fmt: skip
    buffered = {"type": "AWS_PROXY", "uri": lambda_uri(arn)}
    routes = dict.fromkeys(STREAMS, streams) | {"buffered_prelude": buffered, "plain": buffered}
    return octetgate.invoke_url(build_api(octetgate, routes), "test")


def get(url, path, **query):
    return requests.get(url + path, params=query, timeout=30)


@contextlib.contextmanager
def opened(url, path, **query):
    """Give the response of a call, its body still to be read."""
    parts = urllib.parse.urlsplit(url + path)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    headers = {"Accept": "image/png"}
    connection.request("GET", f"{parts.path}?{urllib.parse.urlencode(query)}", headers=headers)
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def curl_status(url):
    return subprocess.run(["curl", "-s", "--max-time", "30", url], capture_output=True, check=False)


# --- The table ---


def test_stream_with_a_prelude_through_invoke_with_response_stream_is_streamed(url):
    answer = get(url, "prelude")
    assert (answer.status_code, answer.content) == (201, RAW)
    assert answer.headers["x-a"] == "1"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.headers["content-type"] == "application/json"
    assert dict(answer.cookies) == {"a": "1", "b": "2"}


def test_stream_without_a_prelude_runs_the_function_and_answers_500(url, new_gate):
    gate = new_gate().open()
    answer = get(url, "bare", ran=gate.port)
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})
    assert gate.was_passed()


def test_buffered_with_a_prelude_through_invoke_answers_status_and_headers_and_no_body(url):
    answer = get(url, "buffered_prelude")
    assert (answer.status_code, answer.content, answer.headers["x-a"]) == (201, b"", "1")


def test_buffered_without_a_prelude_through_invoke_is_the_ordinary_proxy(url):
    answer = get(url, "plain")
    assert (answer.status_code, answer.content) == (202, b"GET")


@pytest.mark.parametrize(
    "mode, streams",
    [
        pytest.param("STREAM", False, id="stream-through-invoke"),
        pytest.param("BUFFERED", True, id="buffered-through-invoke-with-response-stream"),
    ],
)
def test_an_unsupported_configuration_is_refused(octetgate, arn, mode, streams):
    route = {
        "type": "AWS_PROXY",
        "uri": lambda_uri(arn, streams=streams),
        "responseTransferMode": mode,
    }
    with pytest.raises(botocore.exceptions.ClientError, match="BadRequestException"):
        build_api(octetgate, {"x": route})


# --- Pieces, one by one ---


def test_a_function_writes_the_next_piece_only_after_the_client_has_the_last(url, new_gate):
    gates = {str(number): new_gate() for number in range(5)}
    ports = {name: gate.port for name, gate in gates.items()}
    with opened(url, "gates", **ports) as answer:
        # The head is here, and nothing has been written behind it.
        assert answer.getheader("content-type") == "text/event-stream"
        for name, gate in gates.items():
            gate.open()
            assert answer.read1() == name.encode()
        assert answer.read() == b""


@pytest.mark.parametrize("mode", ["STREAM", "BUFFERED"])
def test_a_backend_writes_the_next_piece_only_after_the_client_has_the_last(octetgate, tmp_path, mode):  # fmt: skip
    gates = [tmp_path / str(number) for number in range(5)]

    def answer_slowly(handler, body):
        del body
        begin(handler, "image/png")
        for gate in gates:
            asyncio.run(until(gate.exists))
            write(handler, gate.name.encode() + b"\xff")
        write(handler, b"")

    with backend(answer_slowly) as there:
        route = {"type": "HTTP_PROXY", "uri": there, "responseTransferMode": mode}
        api = build_api(octetgate, {"x": route}, media_types=["image/png"])
        with opened(octetgate.invoke_url(api, "test"), "x") as answer:
            for gate in gates:
                gate.touch()
                assert answer.read1() == gate.name.encode() + b"\xff"
            assert answer.read() == b""


def begin(handler: BaseHTTPRequestHandler, content_type):
    handler.send_response(200)
    handler.send_header("content-type", content_type)
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()


def write(handler, data):
    handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))


def test_a_backends_bytes_need_no_media_type_in_a_stream(octetgate):
    def answer_bytes(handler, body):
        del body
        handler.reply(RAW, "image/png")

    with backend(answer_bytes) as there:
        routes = {
            mode.lower(): {"type": "HTTP_PROXY", "uri": there, "responseTransferMode": mode}
            for mode in ("STREAM", "BUFFERED")
        }
        url = octetgate.invoke_url(build_api(octetgate, routes), "test")
        assert get(url, "stream").content == RAW
        assert get(url, "buffered").content == RAW.decode(errors="replace").encode()


def test_a_python_handler_streams_as_the_how_to_shows_it(octetgate):
    page = (Path(__file__).parents[2] / "docs/how-to/stream-a-response.md").read_text()
    handler = next(block for block in page.split("```") if "def handler" in block)
    package = zipped({"handler.py": handler.removeprefix("python")})
    arn = build_function(octetgate, "generator", package, Timeout=30)
    route = {"type": "AWS_PROXY", "uri": lambda_uri(arn, streams=True), "responseTransferMode": "STREAM"}  # fmt: skip
    url = octetgate.invoke_url(build_api(octetgate, {"x": route}), "test")
    with opened(url, "x") as answer:
        assert answer.getheader("content-type") == "text/event-stream"
        assert answer.read1() == b"data: 0\n\n"
        assert answer.read() == b"".join(b"data: %d\n\n" % number for number in range(1, 10))


# --- Failures ---


def test_a_function_that_dies_half_way_is_a_transfer_that_curl_calls_partial(url):
    done = curl_status(url + "breaks")
    assert (done.returncode, done.stdout) == (18, b"half")
    assert get(url, "prelude").status_code == 201


def test_a_function_that_fails_before_the_first_byte_is_a_gateway_response(url):
    answer = get(url, "raises")
    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})


@pytest.mark.parametrize(
    "length, status, sent",
    [(5, 0, b"12345"), (4, 18, b""), (6, 18, b"12345")],
    ids=["right", "too-short", "too-long"],
)
def test_a_length_that_the_function_gives_is_kept_or_shown_to_be_wrong(url, length, status, sent):
    done = curl_status(f"{url}sized?length={length}")
    assert (done.returncode, done.stdout) == (status, sent)


def test_a_client_that_leaves_lets_the_function_finish(url, new_gate):
    done = new_gate().open()
    with opened(url, "much", pieces=400, done=done.port) as answer:
        answer.read(10)
        assert not done.was_passed()
    assert done.was_passed(10)
    assert get(url, "prelude").content == RAW


# --- Much ---


def growth(octetgate, answer, pieces):
    """Read pieces; return how much more memory any process of the server took meanwhile."""
    before = {process: process.memory_info().rss for process in octetgate.processes()}
    most = 0
    for number in itertools.count():
        data = answer.read(len(PIECE))
        if not data:
            break
        assert data == PIECE
        if number % 256 == 0:
            grown = (process.memory_info().rss - rss for process, rss in before.items())
            most = max(most, *grown)
    assert number == pieces
    return most


def test_200_mib_of_a_function_pass_with_flat_memory(octetgate, url, new_gate):
    done = new_gate().open()
    get(url, "much", pieces=64, done=done.port)
    pieces = 200 * MIB // len(PIECE)
    with opened(url, "much", pieces=pieces, done=done.port) as answer:
        assert growth(octetgate, answer, pieces) < 32 * MIB


@pytest.mark.parametrize("mode", ["STREAM", "BUFFERED"])
def test_200_mib_of_a_backend_pass_with_flat_memory(octetgate, mode):
    pieces = 200 * MIB // len(PIECE)

    def answer_much(handler, body):
        del body
        begin(handler, "application/octet-stream")
        for _ in range(pieces):
            write(handler, PIECE)
        write(handler, b"")

    with backend(answer_much) as there:
        route = {"type": "HTTP_PROXY", "uri": there, "responseTransferMode": mode}
        api = build_api(octetgate, {"x": route}, media_types=["*/*"])
        with opened(octetgate.invoke_url(api, "test"), "x") as answer:
            assert growth(octetgate, answer, pieces) < 32 * MIB
