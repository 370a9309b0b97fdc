"""Traces: what a call spent its time on, told to whoever collects such spans."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

Attributes = Mapping[str, str | int]


class Role(StrEnum):
    """Whose time a span is: that of a request we answer, of one we make, or our own."""

    SERVER = "server"
    CLIENT = "client"
    INTERNAL = "internal"


class Parent(NamedTuple):
    """The span of somebody else's that a call is part of."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits; empty where the trace begins with us."""
    sampled: bool | None
    """Whether its spans are kept; None leaves that to us."""


class Span(Protocol):
    """Something that takes time; not every span is kept, but each has ids."""

    @property
    def trace_id(self) -> str: ...

    @property
    def span_id(self) -> str: ...

    @property
    def sampled(self) -> bool: ...

    def child(self, name: str, role: Role, attributes: Attributes) -> "Span":
        """Return a span that begins now, a part of this one."""

    def end(self, attributes: Attributes | None = None, *, error: str = "") -> None:
        """End it now; ``error`` is a word for what went wrong."""


class Tracer(Protocol):
    """Takes spans; never raises, and never holds a call up."""

    def begin(self, name: str, parent: Parent, since: float, attributes: Attributes) -> Span:
        """Return the span of a call that came at ``since``, in epoch seconds."""
