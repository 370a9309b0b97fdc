"""What was probably not meant: the classic mistakes with binary payloads, as a table.

A hint explains an outcome and never makes one.  Bytes are looked at here alone, and of those
only how many there were and how they begin.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from octetgate.core.http.media import MediaTypes, first
from octetgate.core.model.integration import ContentHandling, IntegrationType
from octetgate.core.payload.convert import Decision, Source, Step

SAMPLE_BYTES = 128
"""As much of a body's beginning is looked at."""

_BASE64 = re.compile(rb"\s*\"?[A-Za-z0-9+/]{16,}={0,2}\"?\s*").fullmatch
_WORDS = re.compile(rb"[a-z]+|[0-9]+").fullmatch
_USUALLY_BINARY = re.compile(
    r"(image|audio|video|font)/(?!svg)|multipart/form-data"
    r"|application/(octet-stream|pdf|zip|gzip|x-gzip|x-tar|wasm|vnd\.|msword)"
).match
_GZIP = b"\x1f\x8b"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class Hint:
    """A mistake by its name, and what to do about it."""

    name: str
    says: str


class Case(NamedTuple):
    """One direction of one call: what was decided about its payload, and what is known of it."""

    decision: Decision
    listed: MediaTypes
    kind: IntegrationType | None = None
    verb: str = ""
    templated: bool = False
    """Whether a template reads the converted body."""
    failed: bool = False
    """Whether the call failed at it."""
    asked: bool = False
    """Whether nothing has happened and somebody asks what would: then likely is enough."""
    bytes_in: int | None = None
    bytes_out: int | None = None
    sample: bytes = b""
    """How the payload began, before its conversion."""

    @property
    def is_request(self) -> bool:
        """Whether it is the way in."""
        return "request" in self.decision.row

    @property
    def damaged(self) -> bool:
        """Whether bytes that are no UTF-8 were, or would be, replaced."""
        if self.decision.step is not Step.UTF8:
            return False
        if self.bytes_in is not None and self.bytes_out is not None:
            return self.bytes_in != self.bytes_out
        return _is_binary(self.sample)


def is_beyond_suspicion(decision: Decision, sample: bytes) -> bool:
    """Whether there is no hint for a payload that passed as it is in a call that went well.

    Most do, and looking at every rule for each of them takes longer than writing the rest of
    their line.
    """
    return (
        decision.step is Step.KEEP
        and decision.row != "proxy response row 2"
        and not _looks_base64(sample)
    )


def hints(case: Case) -> Iterator[Hint]:
    """Yield what was probably not meant, the likeliest first."""
    eventful = case.asked or case.failed or case.damaged
    for name, rule in _RULES if eventful else _OF_ANY_CASE:
        says = rule(case)
        if says:
            yield Hint(name, says)


def _compressed(case: Case) -> str | None:
    if not case.damaged or not case.sample.startswith(_GZIP):
        return None
    return (
        "the bytes are compressed, and compressed bytes are no text: send Content-Encoding with "
        "them, or list the media type in binaryMediaTypes and deploy"
    )


def _content_type_missing(case: Case) -> str | None:
    judged = case.decision.media_type
    if judged is None or judged.source is not Source.DEFAULT or judged.entry is not None:
        return None
    likely = case.asked and case.is_request and case.verb in _WITH_BODY
    if not (case.damaged or likely):
        return None
    return (
        "without Content-Type a body counts as application/json, which is text here: send the "
        "body's own type, and list that in binaryMediaTypes"
    )


def _entry_never_matches(case: Case) -> str | None:
    dead = [entry for entry in case.listed.entries if never_matches(entry)]
    judged = case.decision.media_type or case.decision.accept
    unmatched = judged is not None and judged.entry is None
    if not dead or not (case.damaged or (case.asked and unmatched)):
        return None
    return (
        f"{', '.join(map(repr, dead))} in binaryMediaTypes never matches anything: write "
        "type/subtype, type/* or */*, one in each entry"
    )


def never_matches(entry: str) -> bool:
    """Whether an entry of ``binaryMediaTypes`` is none: no media type is ever like it."""
    known = first(entry)
    family, _, subtype = known.partition("/")
    return known.count("/") != 1 or not subtype or (family == "*" and subtype != "*")


def _type_not_listed(case: Case) -> str | None:
    judged = case.decision.media_type
    if judged is None or judged.source is not Source.HEADER or judged.entry is not None:
        return None
    likely = case.asked and case.decision.step is Step.UTF8 and _USUALLY_BINARY(judged.value)
    if not (case.damaged or likely):
        return None
    return (
        f"{judged.value} is not in binaryMediaTypes, so bytes that are no UTF-8 are replaced: "
        f"add {judged.value.replace('/', '~1')} and deploy"
    )


def _accept_first(case: Case) -> str | None:
    asked = case.decision.accept
    if not _binary_for_text(case) or asked is None or _is_wide(asked.value):
        return None
    later = [e for e in asked.sent.split(",")[1:] if case.listed.covering(e.strip())]
    found = f"; {later[0].strip()} comes too late" if later else ""
    return (
        f"only the first element of Accept counts, and {asked.value} is not in binaryMediaTypes"
        f"{found}: the client gets Base64 text. Send the binary type first, or list */*"
    )


def _accept_too_wide(case: Case) -> str | None:
    asked = case.decision.accept
    if not _binary_for_text(case) or asked is None or not _is_wide(asked.value):
        return None
    said = f"Accept {asked.value}" if asked.value else "no Accept"
    return (
        f"{said} matches no entry but */*, so the client gets Base64 text: send Accept with the "
        "type itself, or list */*"
    )


def _binary_for_text(case: Case) -> bool:
    """Say whether binary meets a client that does not ask for it by the rules."""
    decision = case.decision
    if case.is_request or decision.accept is None or decision.accept.entry is not None:
        return False
    if decision.row == "proxy response row 2":
        return bool(case.listed)
    return decision.step is Step.ENCODE and decision.handling is None


def _is_wide(media_type: str) -> bool:
    return not media_type or media_type.endswith("/*")


def _text_for_binary(case: Case) -> str | None:
    decision = case.decision
    if decision.row != "response row 7" or not (case.asked or case.failed):
        return None
    judged = decision.media_type
    found = "text" if judged is None else judged.value
    return (
        f"{found} is text and the client asks for binary, so the answer is Base64-decoded; an "
        "error page in plain text then becomes a 500: list */*, or set contentHandling on an "
        "integration response for errors"
    )


def _base64_twice(case: Case) -> str | None:
    decision = case.decision
    if not _looks_base64(case.sample):
        return None
    if decision.step is Step.ENCODE:
        return (
            "the body was Base64 text already and has been encoded again: send the bytes "
            "themselves, or a text type that is not in binaryMediaTypes"
        )
    if decision.handling is ContentHandling.CONVERT_TO_BINARY and decision.step is Step.KEEP:
        return (
            "the body is Base64 text of a listed type, and CONVERT_TO_BINARY decodes only types "
            "that are not listed: send the bytes themselves, or a text type"
        )
    return None


def _flag_missing(case: Case) -> str | None:
    if case.decision.row != "proxy response row 3":
        return None
    if not (case.asked or _looks_base64(case.sample)):
        return None
    return (
        "the client asks for binary and the function did not say isBase64Encoded: true, so its "
        "body is sent as the text that it is"
    )


def _bytes_for_template(case: Case) -> str | None:
    decision = case.decision
    if not case.templated or decision.step not in {Step.DECODE, Step.KEEP}:
        return None
    if decision.step is Step.KEEP and not (case.asked or case.failed):
        return None
    return "a template reads the body and cannot read bytes: use contentHandling CONVERT_TO_TEXT"


def _preflight(case: Case) -> str | None:
    everything = "*/*" in map(first, case.listed.entries)
    told = case.asked or case.failed
    if not (told and case.is_request and everything and case.kind == IntegrationType.MOCK):
        return None
    if case.verb != "OPTIONS" or case.decision.handling is ContentHandling.CONVERT_TO_TEXT:
        return None
    return (
        "with */* listed a preflight is binary as well, and a MOCK's template over it is a 500: "
        "set contentHandling CONVERT_TO_TEXT on the integration"
    )


def _passthrough(case: Case) -> str | None:
    if not case.asked or case.decision.handling is not ContentHandling.PASSTHROUGH:
        return None
    return "contentHandling PASSTHROUGH is octetgate's own: AWS refuses it"


_RULES: tuple[tuple[str, Callable[[Case], str | None]], ...] = (
    ("already-compressed", _compressed),
    ("content-type-missing", _content_type_missing),
    ("entry-never-matches", _entry_never_matches),
    ("type-not-listed", _type_not_listed),
    ("accept-not-first", _accept_first),
    ("accept-too-wide", _accept_too_wide),
    ("text-for-binary-accept", _text_for_binary),
    ("base64-twice", _base64_twice),
    ("flag-missing", _flag_missing),
    ("preflight-is-binary", _preflight),
    ("bytes-for-template", _bytes_for_template),
    ("passthrough-is-ours", _passthrough),
)

_OF_ANY_CASE = tuple(
    (name, rule)
    for name, rule in _RULES
    if rule in {_accept_first, _accept_too_wide, _base64_twice, _flag_missing, _bytes_for_template}
)
"""Those for which nothing has to have been damaged, to have failed or to be asked about."""


def no_template(media_type: str, known: list[str]) -> Hint:
    """Return the hint for a 415 of the gateway's own."""
    found = ", ".join(known) or "none"
    return Hint(
        "no-template",
        f"no request template is for {media_type} (there is {found}) and passthroughBehavior "
        "forbids to go on without: add a template, or send another Content-Type",
    )


def not_deployed(what: str) -> Hint:
    """Return the hint for an edit that no deployment has."""
    return Hint("not-deployed", f"{what} was edited after the stage's deployment: deploy again")


def default_endpoint_off() -> Hint:
    """Return the hint for an API that custom domains alone lead to."""
    return Hint(
        "default-endpoint-off",
        "disableExecuteApiEndpoint is set: through the API's default endpoint the call gets a 403 "
        "Forbidden; call it through a custom domain",
    )


def _looks_base64(sample: bytes) -> bool:
    """Say whether the beginning of a body is most likely Base64 text."""
    if not _BASE64(sample) or _WORDS(sample):
        return False
    return len(set(sample)) > 8


def _is_binary(sample: bytes) -> bool:
    """Say whether the beginning of a body is no UTF-8; the last character may be cut."""
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    return False
