"""Invoke a Lambda function; the one way to functions for gateway and management alike."""

from collections.abc import Awaitable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from octetgate.core.http.body import Source


class InvocationType(StrEnum):
    """How the caller waits (spec: lambda 6)."""

    REQUEST_RESPONSE = "RequestResponse"
    EVENT = "Event"
    DRY_RUN = "DryRun"


class InvokeError(Exception):
    """Lambda refused or could not carry out the call; the function itself did not answer.

    ``code`` is the service model's exception name, ``status`` its HTTP status.
    """

    code = "ServiceException"
    status = 500
    reason: str | None = None
    """Why a call was throttled, in the words of the service model's ThrottleReason."""


class FunctionNotFound(InvokeError):
    """No such function."""

    code = "ResourceNotFoundException"
    status = 404


class InvokeDenied(InvokeError):
    """The function's resource policy does not allow this caller."""

    code = "AccessDeniedException"
    status = 403


class TooManyInvocations(InvokeError):
    """Every worker is busy and the queue is full."""

    code = "TooManyRequestsException"
    status = 429


RESERVED_LIMIT = "ReservedFunctionConcurrentInvocationLimitExceeded"
"""The reason when as many calls run as are reserved for the function."""


class PayloadTooLarge(InvokeError):
    """More bytes than Lambda takes."""

    code = "RequestTooLargeException"
    status = 413


class InvalidPayload(InvokeError):
    """The payload is not JSON."""

    code = "InvalidRequestContentException"
    status = 400


class InvalidPackage(InvokeError):
    """The function's deployment package cannot be unpacked."""

    code = "InvalidZipFileException"
    status = 502


class InvalidRuntime(InvokeError):
    """The function asks for a runtime that is not here."""

    code = "InvalidRuntimeException"
    status = 502


class Invocation(msgspec.Struct, kw_only=True):
    """One call."""

    function: str
    """Name, partial ARN or full ARN, a qualifier possibly at its end."""
    payload: bytes
    """JSON, UTF-8."""
    is_json: bool = False
    """Whether the caller knows that; else it is looked at."""
    type: InvocationType = InvocationType.REQUEST_RESPONSE
    qualifier: str | None = None
    source_arn: str | None = None
    """``arn:aws:execute-api:…`` when API Gateway calls: the resource policy must then allow
    ``apigateway.amazonaws.com`` with this source.  None: the account's own call, always allowed."""
    url_auth_type: str | None = None
    """The kind of function URL that calls, ``NONE`` or ``AWS_IAM``; the resource policy must then
    allow it to anybody."""
    client_context: str | None = None
    """Base64 JSON, handed to the function as it is."""
    log_tail: bool = False
    trace_id: str | None = None
    request_id: str | None = None
    """The caller's wish for the invocation's id (a UUID); else one is made."""


class Outcome(msgspec.Struct, kw_only=True):
    """What Lambda's Invoke answers (spec: lambda 6)."""

    status: int
    """200, 202 (Event) or 204 (DryRun)."""
    payload: bytes = b""
    function_error: str | None = None
    """``Unhandled`` when the function raised, timed out or crashed."""
    log_tail: bytes | None = None
    """The last 4 KiB of the call's log, when asked for."""
    executed_version: str = "$LATEST"
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Provision:
    """How far the processes are that are to be kept warm."""

    allocated: int
    """Processes that there are, started or starting."""
    available: int
    """Those of them that can take calls, or do."""
    reason: str = ""
    """Why there are not more, where they fail to start."""


class StreamBroken(Exception):
    """A function's answer stopped before its end: it failed, or it was given up."""

    def __init__(self, message: str, *, payload: bytes = b"") -> None:
        super().__init__(message)
        self.payload = payload
        """The function's error document, if there is one."""


class Stream(Source, Protocol):
    """A function's answer as it is written; reading raises StreamBroken if it stops early.

    What a function answers in one piece is a stream of one piece.  A function that fails
    before it writes anything is a stream that breaks at once.
    """

    content_type: str | None
    """As the function's process named it; None for an answer in one piece."""
    executed_version: str
    request_id: str
    log_tail: bytes | None
    """The last 4 KiB of the call's log, when asked for and once the stream is over."""


class Functions(Protocol):
    """The Lambda service's data plane."""

    def invoke(self, invocation: Invocation) -> Awaitable[Outcome]:
        """Return the outcome; raises InvokeError when the function did not run.

        It may do so before it is awaited, which is to happen at once.
        """

    async def stream(self, invocation: Invocation) -> Stream:
        """Return the answer as soon as it begins (spec: lambda 6, InvokeWithResponseStream).

        Raises InvokeError when the function did not run.  Whoever closes the stream early
        leaves the function running, as on AWS.
        """


class LocalFunctions(Functions, Protocol):
    """The same of functions that run here, and what only their supervisor knows."""

    async def provision(self, function: str, qualifier: str) -> Provision:
        """Return how far the processes of a version or an alias are that are to be kept warm.

        Raises InvokeError.
        """
