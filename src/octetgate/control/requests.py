"""A request to the management port as plain values, apart from the server that took it."""

from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from octetgate.control.errors import BadRequestException, RequestEntityTooLargeException
from octetgate.core.signing.request import NOTHING
from octetgate.core.signing.request import Request as SignedRequest

LARGEST_BODY = 70 * 1024 * 1024
"""Bytes of one request: Lambda's 50 MiB package, in Base64, and room for the rest."""


def head_of(request: Request) -> SignedRequest:
    """Return the request as its signer saw it, apart from its body."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
    ]
    return SignedRequest(
        method=request.method,
        path=request.scope["raw_path"].decode("latin-1"),
        query=request.scope["query_string"].decode("latin-1"),
        headers=headers,
        body_hash=NOTHING,
    )


def query_of(head: SignedRequest) -> dict[str, list[str]]:
    """Return the parameters that are an operation's: not those of a signature."""
    found = parse_qs(head.query, keep_blank_values=True)
    if head.is_presigned:
        return {name: each for name, each in found.items() if not name.startswith("X-Amz-")}
    return found


def peer_of(request: Request) -> str | None:
    """Return the address of whoever sent the request."""
    return request.client.host if request.client else None


async def body_of(request: Request) -> bytes:
    """Return the request's body, which has to be whole and not too large."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST_BODY:
                raise RequestEntityTooLargeException(
                    f"Request must be smaller than {LARGEST_BODY} bytes"
                )
            parts.append(part)
    except ClientDisconnect:
        raise BadRequestException("The request ended before its body did") from None
    return b"".join(parts)
