"""What happens to a payload on its way through: the decision and nothing else.

The tables are the two in AWS's developer guide, "Content type conversions in API Gateway"
(spec: payload-encodings 3.1 and 4.1), and the recorded rules of the Lambda proxy (6): a row
there is a key here.  Carrying a step out is the business of
:mod:`octetgate.core.payload.codecs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from octetgate.core.http.media import (
    DEFAULT_CONTENT_TYPE,
    MediaTypes,
    accept_is_binary,
    first,
    request_is_binary,
)
from octetgate.core.model.integration import ContentHandling


class Nature(Enum):
    """What a media type says about a payload, or about what a client accepts."""

    TEXT = "text"
    BINARY = "binary"


class Step(Enum):
    """The one thing done to the bytes."""

    KEEP = "keep"
    """Left alone."""
    UTF8 = "utf8"
    """Text: malformed bytes replaced."""
    ENCODE = "encode"
    """Binary to Base64 text."""
    DECODE = "decode"
    """Base64 text to binary."""


Handling = ContentHandling | None

_TO_BINARY = ContentHandling.CONVERT_TO_BINARY
_TO_TEXT = ContentHandling.CONVERT_TO_TEXT
_PASSTHROUGH = ContentHandling.PASSTHROUGH

_REQUEST: Mapping[tuple[Nature, Handling], Step] = {
    (Nature.TEXT, None): Step.UTF8,
    (Nature.TEXT, _TO_BINARY): Step.DECODE,
    (Nature.TEXT, _TO_TEXT): Step.UTF8,
    (Nature.TEXT, _PASSTHROUGH): Step.KEEP,
    (Nature.BINARY, None): Step.KEEP,
    (Nature.BINARY, _TO_BINARY): Step.KEEP,
    (Nature.BINARY, _TO_TEXT): Step.ENCODE,
    (Nature.BINARY, _PASSTHROUGH): Step.KEEP,
}

_RESPONSE: Mapping[tuple[Nature, Nature, Handling], Step] = {
    (Nature.TEXT, Nature.TEXT, None): Step.UTF8,
    (Nature.TEXT, Nature.TEXT, _TO_BINARY): Step.DECODE,
    (Nature.TEXT, Nature.TEXT, _TO_TEXT): Step.UTF8,
    (Nature.TEXT, Nature.TEXT, _PASSTHROUGH): Step.KEEP,
    (Nature.TEXT, Nature.BINARY, None): Step.DECODE,
    (Nature.TEXT, Nature.BINARY, _TO_BINARY): Step.DECODE,
    (Nature.TEXT, Nature.BINARY, _TO_TEXT): Step.UTF8,
    (Nature.TEXT, Nature.BINARY, _PASSTHROUGH): Step.KEEP,
    (Nature.BINARY, Nature.TEXT, None): Step.ENCODE,
    (Nature.BINARY, Nature.TEXT, _TO_BINARY): Step.KEEP,
    (Nature.BINARY, Nature.TEXT, _TO_TEXT): Step.ENCODE,
    (Nature.BINARY, Nature.TEXT, _PASSTHROUGH): Step.KEEP,
    (Nature.BINARY, Nature.BINARY, None): Step.KEEP,
    (Nature.BINARY, Nature.BINARY, _TO_BINARY): Step.KEEP,
    (Nature.BINARY, Nature.BINARY, _TO_TEXT): Step.ENCODE,
    (Nature.BINARY, Nature.BINARY, _PASSTHROUGH): Step.KEEP,
}


def request_nature(media_types: MediaTypes, content_type: str | None) -> Nature:
    """Return what a body of this Content-Type is; the backend's answers likewise."""
    return Nature.BINARY if request_is_binary(media_types, content_type) else Nature.TEXT


def accept_nature(media_types: MediaTypes, accept: str | None) -> Nature:
    """Return what the client asks for first."""
    return Nature.BINARY if accept_is_binary(media_types, accept) else Nature.TEXT


def request_step(payload: Nature, handling: Handling) -> Step:
    """Return what to do with a request body before the integration sees it."""
    return _REQUEST[payload, handling]


def response_step(payload: Nature, accept: Nature, handling: Handling) -> Step:
    """Return what to do with an integration's answer before the client sees it."""
    return _RESPONSE[payload, accept, handling]


def proxy_request_step(payload: Nature) -> Step:
    """Return how a body enters a Lambda proxy event; ENCODE sets ``isBase64Encoded``."""
    return Step.ENCODE if payload is Nature.BINARY else Step.UTF8


def proxy_response_step(
    flag: bool,  # noqa: FBT001 - the three conditions of the recorded rule, in its order
    accept_matches: bool,  # noqa: FBT001
    media_types_set: bool,  # noqa: FBT001
) -> Step:
    """Return what to do with a Lambda proxy's ``body``, as UTF-8 bytes.

    It is decoded if and only if all three hold; the function's Content-Type plays no role
    (recorded; spec: payload-encodings 6.2).
    """
    return Step.DECODE if flag and accept_matches and media_types_set else Step.KEEP


class Source(StrEnum):
    """Where a media type comes from."""

    HEADER = "header"
    DEFAULT = "default"
    """Nothing was sent, and a body counts as ``application/json``."""
    ABSENT = "absent"
    """Nothing was sent, and nothing stands in for it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A media type, where it comes from, and the entry of ``binaryMediaTypes`` it matches."""

    value: str
    """As it is compared."""
    source: Source
    entry: str | None
    sent: str = ""
    """The header's whole value."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A step, the row of the published tables that asks for it, and why that row applies."""

    step: Step
    row: str
    why: str
    media_type: Judged | None = None
    """The payload's; None where it plays no role."""
    accept: Judged | None = None
    """The client's, of an answer."""
    handling: Handling = None

    def __str__(self) -> str:
        return f"{self.row}: {self.why}"

    def facts(self) -> dict[str, object]:
        """Return it as members for JSON; what plays no role is left out."""
        found: dict[str, object] = {"rule": str(self), "row": self.row, "step": self.step.value}
        if self.media_type is not None:
            found["mediaType"] = self.media_type.value
            found["mediaTypeFrom"] = self.media_type.source
            found["match"] = self.media_type.entry
        if self.accept is not None:
            found["accept"] = self.accept.value or None
            found["acceptMatch"] = self.accept.entry
        if not self.row.startswith("proxy"):
            found["contentHandling"] = self.handling
        return found


_DONE = {
    Step.KEEP: "bytes unchanged",
    Step.UTF8: "UTF-8, malformed bytes replaced",
    Step.ENCODE: "Base64-encoded",
    Step.DECODE: "Base64-decoded",
}

_HANDLING_ROW: Mapping[Handling, int] = {None: 0, _TO_BINARY: 1, _TO_TEXT: 2}


def explain_request(
    media_types: MediaTypes, content_type: str | None, handling: Handling
) -> Decision:
    """Return what is done to a request body and which row of 3.1 says so."""
    payload = request_nature(media_types, content_type)
    step = request_step(payload, handling)
    judged = _judged_type(media_types, content_type)
    if handling is _PASSTHROUGH:
        return _kept_by_extension("request", judged)
    block = 7 if payload is Nature.BINARY else 4 if media_types else 1
    said = _said(handling, _reason(media_types, content_type))
    row = f"request row {block + _HANDLING_ROW[handling]}"
    return Decision(step, row, f"{said} → {_DONE[step]}", judged, handling=handling)


def explain_response(
    media_types: MediaTypes, backend_type: str | None, accept: str | None, handling: Handling
) -> Decision:
    """Return what is done to an integration's answer and which row of 4.1 says so."""
    payload = request_nature(media_types, backend_type)
    wanted = accept_nature(media_types, accept)
    step = response_step(payload, wanted, handling)
    judged, asked = _judged_type(media_types, backend_type), _judged_accept(media_types, accept)
    if handling is _PASSTHROUGH:
        return _kept_by_extension("response", judged, asked)
    block = _RESPONSE_BLOCK[payload, wanted] if media_types else 1
    said = _said(handling, f"{_reason(media_types, backend_type)}; {_asked(media_types, accept)}")
    row = f"response row {block + _HANDLING_ROW[handling]}"
    return Decision(step, row, f"{said} → {_DONE[step]}", judged, asked, handling)


_RESPONSE_BLOCK = {
    (Nature.TEXT, Nature.TEXT): 4,
    (Nature.TEXT, Nature.BINARY): 7,
    (Nature.BINARY, Nature.TEXT): 10,
    (Nature.BINARY, Nature.BINARY): 13,
}


def explain_proxy_request(media_types: MediaTypes, content_type: str | None) -> Decision:
    """Return how a body enters a Lambda proxy event and why."""
    payload = request_nature(media_types, content_type)
    step = proxy_request_step(payload)
    row = 3 if payload is Nature.BINARY else 2
    why = f"{_reason(media_types, content_type)} → {_DONE[step]}"
    judged = _judged_type(media_types, content_type)
    return Decision(step, f"proxy request row {row}", why, judged)


def explain_proxy_response(
    media_types: MediaTypes,
    accept: str | None,
    flag: bool,  # noqa: FBT001 - isBase64Encoded
) -> Decision:
    """Return what is done to a Lambda proxy's ``body`` and why."""
    matches = accept_is_binary(media_types, accept)
    step = proxy_response_step(flag, matches, bool(media_types))
    row = (1 if matches else 2) if flag else (3 if matches else 4)
    said = f"isBase64Encoded is {str(flag).lower()}; {_asked(media_types, accept)}"
    asked = _judged_accept(media_types, accept)
    return Decision(step, f"proxy response row {row}", f"{said} → {_DONE[step]}", None, asked)


def _kept_by_extension(direction: str, judged: Judged, asked: Judged | None = None) -> Decision:
    why = "contentHandling is PASSTHROUGH → bytes unchanged"
    return Decision(Step.KEEP, f"{direction} passthrough", why, judged, asked, _PASSTHROUGH)


def _judged_type(media_types: MediaTypes, content_type: str | None) -> Judged:
    named = first(content_type) if content_type else DEFAULT_CONTENT_TYPE
    source = Source.HEADER if content_type else Source.DEFAULT
    entry = media_types.covering(content_type, absent=DEFAULT_CONTENT_TYPE)
    return Judged(named, source, entry, content_type or "")


def _judged_accept(media_types: MediaTypes, accept: str | None) -> Judged:
    source = Source.HEADER if accept else Source.ABSENT
    return Judged(first(accept or ""), source, media_types.covering(accept), accept or "")


def _said(handling: Handling, reason: str) -> str:
    return f"{reason}; contentHandling is {handling}" if handling else reason


def _reason(media_types: MediaTypes, content_type: str | None) -> str:
    """Return why the payload counts as text or binary."""
    if not media_types:
        return "text payload, for binaryMediaTypes is empty"
    named = first(content_type) if content_type else DEFAULT_CONTENT_TYPE
    subject = named if content_type else f"no Content-Type counts as {named}, which"
    return f"{subject} {_listed(media_types.covering(named), named)}"


def _asked(media_types: MediaTypes, accept: str | None) -> str:
    """Return what the client asked for, and what that counts as."""
    if not media_types:
        return "Accept plays no role"
    entry = media_types.covering(accept)
    if not accept:
        return "no Accept counts as text" if entry is None else "no Accept is covered by */*"
    return f"Accept {first(accept)} {_listed(entry, first(accept))}"


def _listed(entry: str | None, named: str) -> str:
    if entry is None:
        return "is not in binaryMediaTypes"
    if first(entry) == named:
        return "is in binaryMediaTypes"
    return f"is covered by {entry} in binaryMediaTypes"
