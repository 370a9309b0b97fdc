"""The Runtime API as a function's process meets it, spoken by hand from inside a function."""

import asyncio
import json

import pytest

from octetgate.adapters.runners._link import Link
from octetgate.core.functions.runtime_api import ACCEPTED, Reply

SPEAKS = '''
import json, os, socket
HOST, PORT = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")

def exchange(request):
    """Return the status of the reply, and whether the connection was closed after it."""
    with socket.create_connection((HOST, int(PORT))) as link:
        link.settimeout(5)
        link.sendall(request.encode("latin-1"))
        reply = b""
        while b"\\r\\n\\r\\n" not in reply:
            data = link.recv(65536)
            if not data:
                return [reply.split(b" ")[1].decode() if reply else "", True]
            reply += data
        return [reply.split(b" ")[1].decode(), False]

def handler(event, context):
    here = "/2018-06-01/runtime"
    try:
        return exchange(event.replace("{here}", here).replace("{id}", context.aws_request_id))
    except ConnectionError:
        return ["", True]
'''


@pytest.mark.parametrize(
    "request_text, status",
    [
        pytest.param("GET {here}/nowhere HTTP/1.1\r\nHost: x\r\n\r\n", "404", id="no-such-path"),
        pytest.param("GET {here}/restore/next HTTP/1.1\r\nHost: x\r\n\r\n", "404", id="no-snapstart"),
        pytest.param("DELETE {here}/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n", "405", id="method"),
        pytest.param("GET {here}/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n", "403", id="next-while-busy"),
        pytest.param("POST {here}/init/error HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "403", id="late-init-error"),
        pytest.param("POST {here}/invocation/other/response HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "403", id="someone-elses-call"),
        pytest.param("POST {here}/invocation/{id}/response HTTP/1.1\r\nHost: x\r\nLambda-Runtime-Invocation-Id: x\r\nContent-Length: 2\r\n\r\n{}", "400", id="an-earlier-attempt"),
        pytest.param("POST {here}/invocation/other/response HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", "100", id="expects-continue"),
        pytest.param("NONSENSE\r\n\r\n", "400", id="no-http"),
        pytest.param("POST {here}/invocation/{id}/response HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400", id="two-lengths"),
    ],
)  # fmt: skip
async def test_a_request_that_means_nothing_gets(aws, request_text, status):
    aws.put(SPEAKS)
    answer = json.loads((await aws.invoke(json.dumps(request_text).encode())).payload)
    assert answer[0] == status


EARLY = """
import http.client, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
api.request("GET", "/2018-06-01/runtime/invocation/next")
STATUS = api.getresponse().status
def handler(event, context):
    return STATUS
"""


async def test_a_call_that_comes_over_a_line_is_not_to_be_had_here(aws):
    aws.put(EARLY)
    assert (await aws.invoke()).payload == b"403"


async def test_a_head_without_end_is_cut_off(aws):
    aws.put(SPEAKS)
    endless = "GET / HTTP/1.1\r\nA: " + "x" * 300_000
    answer = json.loads((await aws.invoke(json.dumps(endless).encode())).payload)
    assert answer == ["", True]


STREAMS = """
import os, socket

from octetgate.adapters.runners._link import Link
from octetgate.core.functions.runtime_api import ACCEPTED, Reply
def handler(event, context):
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    head = (f"POST /2018-06-01/runtime/invocation/{context.aws_request_id}/response HTTP/1.1\\r\\n"
            "Host: x\\r\\nLambda-Runtime-Function-Response-Mode: streaming\\r\\n"
            "Transfer-Encoding: chunked\\r\\n"
            "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\\r\\n\\r\\n")
    with socket.create_connection((host, int(port))) as link:
        link.sendall((head + event).encode())
        link.recv(1000)
    os._exit(0)
"""


async def test_a_streamed_answer_is_put_together(aws):
    aws.put(STREAMS)
    chunks = '3\r\n"ab\r\n2\r\nc"\r\n0\r\n\r\n'
    outcome = await aws.invoke(json.dumps(chunks).encode())
    assert (outcome.payload, outcome.function_error) == (b'"abc"', None)


async def test_a_streamed_answer_that_breaks_off_is_an_error(aws):
    aws.put(STREAMS)
    trailers = "Lambda-Runtime-Function-Error-Type: Function.Broke\r\nLambda-Runtime-Function-Error-Body: e30=\r\n"
    outcome = await aws.invoke(json.dumps(f"1\r\na\r\n0\r\n{trailers}\r\n").encode())
    assert (outcome.payload, outcome.function_error) == (b"{}", "Unhandled")


class Asked:
    """A listener that answers a POST at once, and a GET when a test says so."""

    def __init__(self):
        self.waiting = []

    def opened(self, link, method, path, headers):
        return None

    def hear(self, link, method, path, headers, body):
        if method == "POST":
            link.reply(ACCEPTED)
        else:
            self.waiting.append(link)

    def hung_up(self, link):
        pass


class Written(asyncio.Transport):
    def __init__(self):
        super().__init__()
        self.pieces = []

    def write(self, data):
        self.pieces.append(data)


POST = b"POST /answer HTTP/1.1\r\nContent-Length: 2\r\n\r\nok"
GET = b"GET /next HTTP/1.1\r\n\r\n"


def linked():
    asked, written = Asked(), Written()
    link = Link(asked, 1000)
    link.connection_made(written)
    return link, asked, written.pieces


def test_an_answer_alone_is_replied_to_at_once():
    link, _, written = linked()
    link.data_received(POST)
    assert [piece[:12] for piece in written] == [b"HTTP/1.1 202"]
    link.data_received(GET)
    assert len(written) == 1


def test_an_answer_that_came_with_a_question_is_replied_to_with_it():
    link, asked, written = linked()
    link.data_received(POST + GET)
    assert written == []
    asked.waiting[0].reply(Reply(status=200, body=b"event"))
    (piece,) = written
    assert piece.startswith(b"HTTP/1.1 202 ")
    assert piece.index(b"HTTP/1.1 200 ") > 0
    assert piece.endswith(b"event")
