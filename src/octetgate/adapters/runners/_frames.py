"""What travels over the supervisor's socket: small heads in MessagePack, payloads as they are.

A frame is two lengths, the head and the payload.  A payload may be six megabytes, so it is
neither encoded nor copied together with its head.

A streamed answer is ``Begun``, any number of ``Piece`` and ``Done``.  Many calls share a
connection, so each stream is held back by itself: of pieces that were not answered with
``Taken`` the supervisor sends no more than a window.
"""

import struct

import msgspec

from octetgate.core.ports.functions import Invocation, InvocationType, Outcome

HEAD_LIMIT = 2**20
PAYLOAD_LIMIT = 2**24
"""More than Lambda takes, so that the refusal is Lambda's and not the socket's."""

LENGTHS = struct.Struct(">II")


class BadFrame(Exception):
    """The other end does not speak as it should; the connection is of no more use."""


class Invoke(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """An invocation, all but its payload."""

    id: int
    function: str
    invocation_type: InvocationType
    qualifier: str | None
    source_arn: str | None
    client_context: str | None
    log_tail: bool
    trace_id: str | None
    request_id: str | None
    streams: bool
    url_auth_type: str | None = None


class Cancel(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """Nobody waits for this call any more."""

    id: int


class Taken(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """So many bytes of this call's pieces were read."""

    id: int
    size: int


class Begun(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """The function has begun to answer."""

    id: int
    content_type: str | None
    executed_version: str
    request_id: str


class Piece(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """The next of a function's answer: the payload."""

    id: int


class Done(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """An outcome, all but its payload; for a stream, its end."""

    id: int
    status: int
    function_error: str | None
    log_tail: bytes | None
    executed_version: str
    request_id: str


class Look(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """How far is it with the processes that are to be kept warm?"""

    id: int
    function: str
    qualifier: str


class Seen(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """So far."""

    id: int
    allocated: int
    available: int
    reason: str


class Refusal(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=True):
    """The function did not run."""

    id: int
    code: str
    status: int
    message: str
    reason: str | None = None


Head = Invoke | Cancel | Taken | Begun | Piece | Done | Look | Seen | Refusal

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Head).decode


def lengths(data: bytearray, at: int) -> tuple[int, int]:
    """Return a frame's two lengths; raises BadFrame."""
    head_size, payload_size = LENGTHS.unpack_from(data, at)
    if head_size > HEAD_LIMIT or payload_size > PAYLOAD_LIMIT:
        raise BadFrame(
            f"frame: expected at most {HEAD_LIMIT} and {PAYLOAD_LIMIT} bytes; "
            f"found {head_size} and {payload_size}"
        )
    return head_size, payload_size


def head(data: memoryview) -> Head:
    """Return the head; raises BadFrame."""
    try:
        decoded: Head = _decode(data)
    except msgspec.DecodeError as error:
        raise BadFrame(f"frame: expected a head; {error}") from error
    return decoded


def encoded(head: Head, payload_size: int) -> bytes:
    """Return all of a frame but its payload."""
    data = _encode(head)
    return LENGTHS.pack(len(data), payload_size) + data


def invoke(number: int, invocation: Invocation, *, streams: bool) -> Invoke:
    """Return the head of an invocation."""
    return Invoke(
        id=number,
        function=invocation.function,
        invocation_type=invocation.type,
        qualifier=invocation.qualifier,
        source_arn=invocation.source_arn,
        client_context=invocation.client_context,
        log_tail=invocation.log_tail,
        trace_id=invocation.trace_id,
        request_id=invocation.request_id,
        streams=streams,
        url_auth_type=invocation.url_auth_type,
    )


def invocation(head: Invoke, payload: bytes) -> Invocation:
    """Return the invocation of a frame."""
    return Invocation(
        function=head.function,
        payload=payload,
        type=head.invocation_type,
        qualifier=head.qualifier,
        source_arn=head.source_arn,
        client_context=head.client_context,
        log_tail=head.log_tail,
        trace_id=head.trace_id,
        request_id=head.request_id,
        url_auth_type=head.url_auth_type,
    )


def done(number: int, outcome: Outcome) -> Done:
    """Return the head of an outcome."""
    return Done(
        id=number,
        status=outcome.status,
        function_error=outcome.function_error,
        log_tail=outcome.log_tail,
        executed_version=outcome.executed_version,
        request_id=outcome.request_id,
    )


def outcome(head: Done, payload: bytes) -> Outcome:
    """Return the outcome of a frame."""
    return Outcome(
        status=head.status,
        payload=payload,
        function_error=head.function_error,
        log_tail=head.log_tail,
        executed_version=head.executed_version,
        request_id=head.request_id,
    )
