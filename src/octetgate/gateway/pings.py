"""``/ping`` and ``/sping``: the service says that it is there (spec: request-lifecycle 2).

API Gateway keeps the two for health checks, at the root of every host: an API's own resource of
that name is not reached through a custom domain, nor is a stage of that name.  What it answers is
not documented; this says as much as a health check asks.
"""

import contextlib

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.target import split
from octetgate.core.ports.exchange import ClientGone, Exchange, Reply

_RESERVED = {"/ping", "/sping"}


def is_ping(target: str) -> bool:
    """Return whether a request's target is one that the service answers itself."""
    return split(target)[0] in _RESERVED


async def answer_ping(exchange: Exchange) -> None:
    """Say that the service is there; no API has a part in it, so no line is written."""
    exchange.body.close()
    headers = Headers([("Content-Type", "text/plain")])
    with contextlib.suppress(ClientGone):
        await exchange.send(Reply(200, headers, Body.of(b"healthy")))
