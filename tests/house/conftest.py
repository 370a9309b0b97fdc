"""What the house's tests look at: the source tree, the operations in it, and a backend."""

import ast
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture(scope="session")
def source(project):
    """Return the package's folder."""
    return project / "src" / "octetgate"


def service(module):
    """Return the service whose operations a module has: what it calls SERVICE."""
    for node in module.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SERVICE":
            return ast.literal_eval(node.value)
    return "apigateway"


@pytest.fixture(scope="session")
def operation_functions(source):
    """Return (service, function) of every public function below control/operations."""
    return [
        (service(module), node.name)
        for file in sorted((source / "control/operations").glob("[!_]*.py"))
        for module in [ast.parse(file.read_text())]
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]


class _SaysWhereItWasAsked(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def http_backend():
    """Return the URL of a backend that answers a GET with the path it was asked for."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _SaysWhereItWasAsked) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
