"""A console on a real socket, and a visitor who is no browser and can say anything."""

import http.cookies
import re
from contextlib import contextmanager
from urllib.parse import urlencode

from tests.control.functions import FakeFunctions
from tests.control.serving import call, served

from octetgate.adapters.telemetry.call_log import CallLogFile
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.core.ports.metrics import Totals
from octetgate.server.console import with_console


@contextmanager
def console(store, **given):
    """Serve management and its console; yield the port."""
    management = application(
        store, FakeFunctions(), ControlSettings(), health=lambda: {"status": "ok"}
    )
    app = with_console(
        management,
        store,
        explain=lambda question: {},
        preview=None,
        gateway_url="http://127.0.0.1:8080",
        health=lambda: {"status": "ok"},
        metrics=lambda: b"",
        logs=None,
        totals=lambda: Totals({}, {}),
        calls=CallLogFile(None),
        **given,
    )
    with served(app) as port:
        yield port


class Visitor:
    """Keeps cookies as a browser does, and sends what it is told to."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def get(self, path, **headers):
        return self._ask("GET", path, None, headers)

    def post(self, path, form, **headers):
        headers["content-type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", path, urlencode(form).encode(), headers)

    def send(self, path, body, **headers):
        """Send bytes that are no form."""
        return self._ask("POST", path, body, headers)

    def csrf(self, path):
        """Return the token of a page's forms."""
        return re.search(rb'name="csrf" value="(\w+)"', self.get(path)[2])[1].decode()

    def sign_in(self, credentials, then=""):
        form = {
            "csrf": self.csrf("/sign-in"),
            "access_key_id": credentials.access_key,
            "secret": credentials.secret_key,
            "next": then,
        }
        return self.post("/sign-in", form)

    def _ask(self, method, path, body, headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = call(self.port, method, path, body=body, headers=headers)
        said = http.cookies.SimpleCookie(answer[1].get("set-cookie", ""))
        self.cookies |= {name: morsel.value for name, morsel in said.items()}
        return answer
