"""What an invocation must be before a function sees it (spec: lambda 3 and 6)."""

import base64
import binascii
import json
import os
import re
from uuid import uuid4

import msgspec
import pybase64

from octetgate.adapters.runners._known import Target
from octetgate.core.functions.answer_fields import NO_JSON
from octetgate.core.functions.permission import allows, allows_url
from octetgate.core.ports.functions import (
    InvalidPayload,
    InvalidRuntime,
    Invocation,
    InvocationType,
    InvokeDenied,
    PayloadTooLarge,
)

PAYLOAD_LIMIT = 6_291_456
EVENT_LIMIT = 1_048_576
"""Bytes of a payload that is invoked asynchronously."""
CLIENT_CONTEXT_LIMIT = 3583

_RUNTIMES = ("nodejs", "python3.", "provided")
_GATEWAY = "apigateway.amazonaws.com"
_LONG = 64 * 1024
_TEXTS = 64
"""Looked at for a long one; an image stands near the end of what the gateway makes."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_AT_ONCE = 256
_ids: list[str] = []
os.register_at_fork(after_in_child=_ids.clear)


def admit(target: Target, invocation: Invocation) -> None:
    """Raise InvokeDenied or InvalidRuntime unless the function may be, and can be, invoked."""
    source, policy = invocation.source_arn, target.function.policy
    if source is not None and not allows(policy, _GATEWAY, source, target.name.qualifier):
        raise InvokeDenied(
            f"{target.name.name}: expected a permission for {_GATEWAY} with source {source}; "
            "found none"
        )
    url = invocation.url_auth_type
    if url is not None and not allows_url(policy, url, target.name.qualifier):
        raise InvokeDenied(
            f"{target.name.name}: expected a permission lambda:InvokeFunctionUrl for principal * "
            f"and FunctionUrlAuthType {url}; found none"
        )
    version = target.version
    if not version.runtime.startswith(_RUNTIMES):
        raise InvalidRuntime(
            f"{target.name.name}: expected a runtime nodejsN.x, python3.x or provided.x; "
            f"found {version.runtime!r}"
        )


def payload(invocation: Invocation, limit: int = PAYLOAD_LIMIT) -> bytes:
    """Return the event's JSON; raises PayloadTooLarge or InvalidPayload."""
    found = invocation.payload
    if invocation.type is InvocationType.EVENT:
        limit = EVENT_LIMIT
    if len(found) > limit:
        raise PayloadTooLarge(
            f"Request must be smaller than {limit} bytes for the InvokeFunction operation; "
            f"found {len(found)} bytes"
        )
    if invocation.is_json:
        return found
    if not found:
        return b"{}"
    try:
        msgspec.json.decode(_without_image(found), type=msgspec.Raw)
    except NO_JSON as error:
        raise InvalidPayload(f"Could not parse request body into json: {error}") from error
    return found


def _without_image(event: bytes) -> bytes:
    """Return bytes that are JSON if and only if the event is: a long Base64 text is left out.

    That it is Base64 is seen several times as fast as that it belongs into a JSON string.
    """
    end = len(event)
    for _ in range(_TEXTS if end > _LONG else 0):
        begin = event.rfind(b'"', 0, end)
        if begin < 0:
            break
        if end - begin > _LONG:
            try:
                pybase64.b64decode(memoryview(event)[begin + 1 : end], validate=True)
            except ValueError:
                break
            # No escape and no number goes on with this letter: it is right in a string only.
            return b"".join((event[: begin + 1], b"Z", event[end:]))
        end = begin
    return event


def client_context(encoded: str | None) -> str | None:
    """Return the client's context as JSON on one ASCII line; raises InvalidPayload."""
    if not encoded:
        return None
    try:
        context = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidPayload(
            f"Client context must be a valid Base64-encoded JSON object; {error}"
        ) from error
    if not isinstance(context, dict) or len(encoded) > CLIENT_CONTEXT_LIMIT:
        raise InvalidPayload(
            "Client context must be a Base64-encoded JSON object of at most "
            f"{CLIENT_CONTEXT_LIMIT} bytes"
        )
    return json.dumps(context)


def request_id(wish: str | None) -> str:
    """Return the wish if it is a UUID, else a new one."""
    if wish and _UUID.fullmatch(wish):
        return wish
    if not _ids:
        # Many at a time cost little more than one: they share their first half, which is as
        # random as the rest, and 48 bits of each are its own.
        first = str(uuid4())[:24]
        _ids.extend(first + digits for digits in os.urandom(6 * _AT_ONCE).hex("-", 6).split("-"))
    return _ids.pop()


def trace_id(given: str | None) -> str | None:
    """Return the trace id if it can stand in a header."""
    return given if given and given.isascii() and given.isprintable() else None
