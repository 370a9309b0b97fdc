"""The Runtime API that a function process speaks: what it asks, and what it may be told.

Reads one HTTP request into what it means and writes the replies (spec: lambda 7).  Whether a
request is in turn is the business of :mod:`octetgate.core.functions.lifecycle`.
"""

import base64
import binascii
import re
from dataclasses import dataclass

import msgspec

from octetgate.core.http.headers import Headers

PREFIX = "/2018-06-01/runtime"
_ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
_ERROR_BODY = "Lambda-Runtime-Function-Error-Body"
_INVOCATION_ID = "Lambda-Runtime-Invocation-Id"
_RESPONSE_MODE = "Lambda-Runtime-Function-Response-Mode"
_NEXT = f"{PREFIX}/invocation/next"
_OF_CALL = re.compile(re.escape(PREFIX) + r"/invocation/([^/]+)/(response|error)")
_CATEGORY_REASON = re.compile(r"[A-Za-z]+\.[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    body: bytes = b'{"status":"OK"}'


class Refused(Exception):
    """The request means nothing here; ``reply`` says why."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        document = {"errorMessage": message, "errorType": error_type}
        self.reply = Reply(status=status, body=msgspec.json.encode(document))


@dataclass(frozen=True, slots=True)
class Next:
    """The process can take a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The function has begun to answer and will go on (spec: lambda 7, streaming)."""

    request_id: str
    attempt_id: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The function returned."""

    request_id: str
    attempt_id: str | None = None
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The function raised."""

    request_id: str
    attempt_id: str | None = None
    error_type: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InitFailure:
    """The function could not be loaded; the process is about to end."""

    error_type: str
    payload: bytes


Request = Next | Answer | Failure | InitFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One call, as a process is told of it."""

    request_id: str
    attempt_id: str
    deadline_ms: int
    """Since the epoch."""
    function_arn: str
    payload: bytes
    trace_id: str | None = None
    client_context: str | None = None
    """JSON on one line."""


ACCEPTED = Reply(status=202)


def beginning(method: str, path: str, headers: Headers) -> Beginning | None:
    """Return what the head of a streamed answer says, or None for any other request."""
    if (headers.get(_RESPONSE_MODE) or "").lower() != "streaming":
        return None
    of_call = _OF_CALL.fullmatch(path.partition("?")[0])
    if of_call is None or of_call[2] != "response" or method != "POST":
        return None
    return Beginning(
        request_id=of_call[1],
        attempt_id=headers.get(_INVOCATION_ID),
        content_type=headers.get("content-type"),
    )


def understand(method: str, path: str, headers: Headers, body: bytes) -> Request:
    """Return what the process wants; raises Refused.

    ``headers`` hold the trailers as well: an answer that breaks off half-way says so there.
    """
    path = path.partition("?")[0]
    if path == _NEXT:
        _expect(method, "GET", path)
        return Next()
    of_call = _OF_CALL.fullmatch(path)
    if of_call:
        _expect(method, "POST", path)
        return _of_call(of_call[1], of_call[2], headers, body)
    if path == f"{PREFIX}/init/error":
        _expect(method, "POST", path)
        error_type = _normal(headers.get(_ERROR_TYPE), "Runtime.Unknown")
        return InitFailure(error_type=error_type, payload=body)
    # Restoring is for SnapStart, which is off.
    raise Refused(404, "InvalidPath", f"{path}: expected a path of the Runtime API")


def _of_call(request_id: str, outcome: str, headers: Headers, body: bytes) -> Answer | Failure:
    attempt_id = headers.get(_INVOCATION_ID)
    broke_off = headers.get(_ERROR_TYPE)
    if outcome == "response" and broke_off is None:
        return Answer(request_id=request_id, attempt_id=attempt_id, payload=body)
    return Failure(
        request_id=request_id,
        attempt_id=attempt_id,
        error_type=_normal(broke_off, "Function.Unknown"),
        payload=body if outcome == "error" else _error_body(headers),
    )


def _error_body(headers: Headers) -> bytes:
    """Return the error document that the trailers of a broken-off answer carry."""
    try:
        return base64.b64decode(headers.get(_ERROR_BODY) or "", validate=True)
    except binascii.Error:
        raise Refused(400, "InvalidErrorBody", f"{_ERROR_BODY}: expected Base64") from None


def _expect(method: str, expected: str, path: str) -> None:
    if method != expected:
        raise Refused(405, "InvalidMethod", f"{path}: expected {expected}; found {method}")


def _normal(error_type: str | None, otherwise: str) -> str:
    """Return the error's type if it has the form Category.Reason."""
    return error_type if error_type and _CATEGORY_REASON.fullmatch(error_type) else otherwise


def check(request: Beginning | Answer | Failure, assignment: Assignment) -> None:
    """Raise Refused unless the process speaks of the call that it was given."""
    if request.request_id != assignment.request_id:
        # AWS answers 403 here: the id is unknown to this process (spec: lambda 7).
        raise Refused(403, "InvalidRequestID", "Invalid request ID")
    if request.attempt_id not in (None, assignment.attempt_id):
        raise Refused(400, "InvalidInvocationId", "Invalid invocation ID")


def out_of_turn(reason: str) -> Reply:
    """Return the reply to a request that the process's state does not allow."""
    return Refused(403, "InvalidStateTransition", f"State transition not allowed: {reason}").reply


def too_large(limit: int) -> Reply:
    """Return the reply to an answer of more bytes than Lambda takes."""
    message = f"Exceeded maximum allowed payload size ({limit} bytes)."
    return Refused(413, "RequestEntityTooLarge", message).reply


def next_reply(assignment: Assignment) -> Reply:
    """Return the reply that hands the call over."""
    headers = [
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Aws-Request-Id", assignment.request_id),
        ("Lambda-Runtime-Deadline-Ms", str(assignment.deadline_ms)),
        ("Lambda-Runtime-Invoked-Function-Arn", assignment.function_arn),
        (_INVOCATION_ID, assignment.attempt_id),
    ]
    if assignment.trace_id:
        headers.append(("Lambda-Runtime-Trace-Id", assignment.trace_id))
    if assignment.client_context:
        headers.append(("Lambda-Runtime-Client-Context", assignment.client_context))
    return Reply(status=200, headers=tuple(headers), body=assignment.payload)
