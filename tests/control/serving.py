"""An application on a real socket, and plain HTTP calls to it."""

import http.client
import json
import threading
from contextlib import contextmanager

import uvicorn


@contextmanager
def served(app):
    """Serve the application on a free port of loopback, in a thread; yield the port."""
    server = _Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.bound.wait(10)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


class _Server(uvicorn.Server):
    """uvicorn, saying when it listens."""

    def __init__(self, config):
        super().__init__(config)
        self.bound = threading.Event()

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.bound.set()


def call(port, method, target, *, body=None, headers=None):
    """Return (status, headers by lower-case name, JSON body or bytes) of one call."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, target, data, headers or {})
    response = connection.getresponse()
    found = response.read()
    connection.close()
    names = {name.lower(): value for name, value in response.getheaders()}
    is_json = names.get("content-type") == "application/json"
    return response.status, names, json.loads(found) if is_json else found
