"""Who answers what comes in at the gateway's port: an API, a function's own URL, the service."""

from collections.abc import Awaitable

from octetgate.core.http.message import RequestHead
from octetgate.core.ports.exchange import Application, Exchange
from octetgate.gateway.pings import answer_ping, is_ping

_HOST = ".lambda-url."
_PATH = "/_aws/lambda-url/"


def entrance(apis: Application, function_urls: Application) -> Application:
    """Return what a door serves when both are behind it."""

    def handle(exchange: Exchange) -> Awaitable[None]:
        # No coroutine of its own: nearly every call is an API's, and would pay for one.
        kept = exchange.head.headers.kept
        known: Application | None = None if kept is None else kept.get("entrance")
        return (known or find(exchange.head))(exchange)

    def find(head: RequestHead) -> Application:
        others = answer_ping if is_ping(head.target) else apis
        found = function_urls if _names_url(head) else others
        if head.headers.kept is not None:
            # Heads that repeat are asked once.
            head.headers.kept["entrance"] = found
        return found

    return handle


def _names_url(head: RequestHead) -> bool:
    return _HOST in (head.headers.get("host") or "").lower() or head.target.startswith(_PATH)
