"""Calls as they stand on the wire: no header is added, no path made nicer."""

import contextlib
import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Answer:
    """What came back, header names with their casing."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name):
        """Return the value of a header, or None; there may be no two of it."""
        found = [value for given, value in self.headers if given.lower() == name.lower()]
        assert len(found) <= 1, (name, found)
        return found[0] if found else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def refusal(self):
        """Status, kind and message of a gateway response; AWS writes one of the keys large."""
        (message,) = self.json.values()
        return self.status, self.header("x-amzn-errortype"), message


def ask(url, method="GET", target="", headers=(), body=None, *, host=None):
    """Make one call on a connection of its own; ``target`` goes out as it is."""
    place = urlsplit(url)
    path = f"{place.path}?{place.query}" if place.query else place.path
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest(method, target or path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host or place.netloc)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None and "content-length" not in {name.lower() for name, _ in headers}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
