"""What a function URL answers instead of its function: one place for the words."""

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.functions import InvokeDenied, InvokeError

_JSON = "application/json"


class Refused(Exception):
    """A call that the URL answers itself; the text is for the log and never for the client."""

    def __init__(self, reason: str, status: int, body: str, error_type: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.body = body
        self.error_type = error_type


def refusal(refused: Refused) -> Reply:
    """Return the reply that says it."""
    fields = [("Content-Type", _JSON)]
    if refused.error_type:
        fields.append(("x-amzn-ErrorType", refused.error_type))
    return Reply(refused.status, Headers(fields), Body.of(refused.body.encode()))


def forbidden(reason: str) -> Refused:
    """Return the refusal of who may not, or of a URL that is not there."""
    # AWS tells a URL that is not there from one that is closed no more than this.
    return Refused(reason, 403, '{"Message":"Forbidden"}', "AccessDeniedException")


def too_large(reason: str) -> Refused:
    """Return the refusal of a request that a function cannot take."""
    return Refused(
        reason, 413, '{"Message":"Request Entity Too Large"}', "RequestEntityTooLargeException"
    )


def not_invoked(error: InvokeError) -> Refused:
    """Return what the client hears of a call that did not reach the function."""
    reason = f"{error.code}: {error}"
    if isinstance(error, InvokeDenied) or error.status == 404:
        return forbidden(reason)
    if error.status == 413:
        return too_large(reason)
    if error.status == 429:
        return Refused(reason, 429, '{"Message":"Rate Exceeded."}', error.code)
    return failed(reason)


def failed(reason: str) -> Refused:
    """Return the refusal of a call whose function failed, or answered what is no answer."""
    return Refused(reason, 502, "Internal Server Error")
