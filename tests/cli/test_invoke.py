import socketserver
import threading

import pytest

from octetgate.cli.console import Trouble
from octetgate.cli.invoke import call


@pytest.fixture
def gateway():
    """A server that answers once and keeps what it was sent."""
    heard = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += self.rfile.readline()
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                ),
                0,
            )
            heard.append((head, self.rfile.read(length)))
            self.wfile.write(
                b"HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 3\r\n\r\n\x00\xff\x01"
            )

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()
        thread.join()


def test_a_request_is_sent_as_it_is_written(gateway):
    url, heard = gateway
    answer = call(url, "POST", "/a//b%2Fc?x=%20", [("X-Case", "Kept")], b"\x00body")
    (head, body) = heard[0]
    assert head.startswith(b"POST /a//b%2Fc?x=%20 HTTP/1.1\r\n")
    assert b"\r\nX-Case: Kept\r\n" in head
    assert body == b"\x00body"
    assert answer.status == 201
    assert answer.body == b"\x00\xff\x01"
    assert answer.head.splitlines()[:2] == ["HTTP/1.1 201 Created", "X-One: 1"]
    assert answer.milliseconds > 0


def test_a_host_header_of_the_users_own_replaces_ours(gateway):
    url, heard = gateway
    call(url, "GET", "/", [("Host", "api.example.com")], None)
    assert heard[0][0].lower().count(b"\r\nhost:") == 1
    assert b"api.example.com" in heard[0][0]


def test_a_gateway_that_does_not_answer_is_told(free_port):
    with pytest.raises(Trouble, match="Connection refused"):
        call(f"http://127.0.0.1:{free_port}", "GET", "/", [], None)
