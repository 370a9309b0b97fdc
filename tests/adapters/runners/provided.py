"""Packages that bring their own runtime: a small one that speaks the real Runtime API.

It calls ``function.handler(event, answer)``; the answer is begun, written piece by piece and
ended, or left hanging, as a test wants it.
"""

import io
import sys
import zipfile

INTEGRATION = "application/vnd.awslambda.http-integration-response"

_BOOTSTRAP = """
import http.client, json, os, pathlib, socket, time
import function

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
ROOT = "/2018-06-01/runtime/invocation/"


class Answer:
    def __init__(self, request_id):
        self.path = ROOT + request_id

    def begin(self, content_type="{integration}"):
        self.connection = http.client.HTTPConnection(API)
        self.connection.putrequest("POST", self.path + "/response")
        self.connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
        self.connection.putheader("Transfer-Encoding", "chunked")
        self.connection.putheader("Trailer", "Lambda-Runtime-Function-Error-Type")
        if content_type:
            self.connection.putheader("Content-Type", content_type)
        self.connection.endheaders()

    def head(self, **metadata):
        self.begin()
        self.write(json.dumps(metadata).encode() + bytes(8))

    def write(self, data):
        self.connection.send(b"%x\\r\\n%b\\r\\n" % (len(data), data))

    def end(self, trailers=b""):
        self.connection.send(b"0\\r\\n" + trailers + b"\\r\\n")
        return self.reply(self.connection)

    def cut(self):
        self.connection.close()

    def post(self, outcome, data):
        connection = http.client.HTTPConnection(API)
        connection.request("POST", self.path + "/" + outcome, data)
        return self.reply(connection)

    def reply(self, connection):
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def wait_for(self, gate):
        # For a file, or for the port of a gate of tests.journeys.gates.
        while not (passed(gate) if gate.isdigit() else os.path.exists(gate)):
            time.sleep(0.005)


def passed(port):
    try:
        socket.create_connection(("127.0.0.1", int(port))).close()
    except ConnectionRefusedError:
        return False
    return True


while True:
    asking = http.client.HTTPConnection(API)
    asking.request("GET", ROOT + "next")
    given = asking.getresponse()
    event = json.loads(given.read())
    asking.close()
    function.handler(event, Answer(given.headers["Lambda-Runtime-Aws-Request-Id"]))
"""


def provided(code: str, *, executable: bool = True) -> bytes:
    """Return a package of runtime ``provided.al2023`` whose function.py is the code."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = (0o755 if executable else 0o644) << 16
        text = _BOOTSTRAP.replace("{integration}", INTEGRATION)
        archive.writestr(entry, f"#!{sys.executable}{text}")
        archive.writestr("function.py", code)
    return package.getvalue()
