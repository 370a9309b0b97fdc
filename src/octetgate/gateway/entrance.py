"""Who answers what comes in at the gateway's port: an API, or a function's own URL."""

from collections.abc import Awaitable

from octetgate.core.http.message import RequestHead
from octetgate.core.ports.exchange import Application, Exchange

_HOST = ".lambda-url."
_PATH = "/_aws/lambda-url/"


def entrance(apis: Application, function_urls: Application) -> Application:
    """Return what a door serves when both are behind it."""

    def handle(exchange: Exchange) -> Awaitable[None]:
        # No coroutine of its own: nearly every call is an API's, and would pay for one.
        return function_urls(exchange) if _is_function_url(exchange.head) else apis(exchange)

    return handle


def _is_function_url(head: RequestHead) -> bool:
    kept = head.headers.kept
    if kept is None:
        return _names_one(head)
    known = kept.get("function url")
    if known is None:
        # Heads that repeat are asked once.
        known = kept["function url"] = _names_one(head)
    return bool(known)


def _names_one(head: RequestHead) -> bool:
    return _HOST in (head.headers.get("host") or "").lower() or head.target.startswith(_PATH)
