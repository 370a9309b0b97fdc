"""What Content-Encoding and Accept-Encoding say: the decisions about compression.

API Gateway knows ``gzip``, ``deflate`` and ``identity`` and nothing else (spec:
payload-encodings 9).  Carrying a coding out is the business of
:mod:`octetgate.core.payload.inflation` and :mod:`octetgate.core.payload.deflation`.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from octetgate.core.model.integration import IntegrationType
from octetgate.core.payload.convert import Nature

MOST_CODINGS = 4
"""Codings on one body; ours: each multiplies what a small body can become."""

_IDENTITY = "identity"
_ANY = "*"
_MOST_PREFERENCES = 64
_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?").fullmatch


class Coding(StrEnum):
    """A content coding that changes bytes, by its name on the wire."""

    GZIP = "gzip"
    DEFLATE = "deflate"


class UnsupportedCoding(ValueError):
    """A Content-Encoding that cannot be taken off."""

    def __init__(self, found: str) -> None:
        known = ", ".join([*Coding, _IDENTITY])
        super().__init__(
            f"Content-Encoding: expected at most {MOST_CODINGS} of {known}, found {found!r}"
        )
        self.found = found


def content_codings(values: Iterable[str]) -> tuple[Coding, ...]:
    """Return the codings that Content-Encoding fields name, in the order they were put on."""
    named = [name for name in _elements(values) if name != _IDENTITY]
    try:
        codings = tuple(Coding(name) for name in named)
    except ValueError:
        raise UnsupportedCoding(", ".join(named)) from None
    if len(codings) > MOST_CODINGS:
        raise UnsupportedCoding(", ".join(named))
    return codings


def is_inflated(kind: IntegrationType, payload: Nature) -> bool:
    """Say whether a compressed request body is inflated on its way to this integration.

    The documentation says that every one is, and that nothing is below the threshold or while
    it is unset; the spec's recommendation is taken: always (payload-encodings 9, unconfirmed).
    A Lambda proxy has been reported to get a body of a binary type as Base64 of the compressed
    bytes (unconfirmed): then the ``Content-Encoding`` that the event shows is true of its body.
    """
    return kind is not IntegrationType.AWS_PROXY or payload is Nature.TEXT


def response_coding(accept_encoding: Iterable[str]) -> Coding | None:
    """Return the coding that the client's Accept-Encoding fields ask for, or None.

    No field asks for none, though RFC 9110 says otherwise.  The coding of the highest priority
    decides alone: when it is one that the gateway does not know, nothing is compressed
    (documented; spec: payload-encodings 9).  Equal priorities count in their order.
    """
    ranks = list(_preferences(accept_encoding))
    wanted = max((rank for _, rank in ranks), default=0.0)
    if not wanted:
        return None
    best = next(name for name, rank in ranks if rank == wanted)
    if best == _ANY:
        named = {name for name, _ in ranks}
        return next((coding for coding in Coding if coding not in named), None)
    return Coding(best) if best in set(Coding) else None


def _preferences(values: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Yield (coding, priority); an element whose priority cannot be read does not count."""
    for element in _elements(values)[:_MOST_PREFERENCES]:
        name, *parameters = (part.strip(" \t") for part in element.split(";"))
        quality = "1"
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip(" \t") == "q":
                quality = value.strip(" \t")
        if name and _QUALITY(quality):
            yield name, float(quality)


def _elements(values: Iterable[str]) -> list[str]:
    """Return the elements of a list header, in lower case; empty ones say nothing."""
    parts = (part.strip(" \t").lower() for value in values for part in value.split(","))
    return [part for part in parts if part]
