"""A management request and its answer, as plain values."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, whole."""

    method: str
    path: str
    """As sent: escapes undecoded, no query."""
    query: dict[str, list[str]]
    """Decoded."""
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer, whole or, where it is a stream of events, its head."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: AsyncGenerator[bytes, None] | None = None
    """What the body is made of, if it is sent as it comes into being."""
