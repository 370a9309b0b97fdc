"""Where an authorizer finds out who calls: ``identitySource`` (spec: request-lifecycle 8.1).

Names of headers are compared without case here, unlike in mappings: HTTP/2 has no other than
lower case, and its clients are authorized on AWS.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

_SOURCE = re.compile(
    r"(?P<place>method\.request\.header|method\.request\.querystring|stageVariables|context)"
    r"\.(?P<name>[A-Za-z0-9._$-]+)"
)
_HEADER = "method.request.header"


class BadIdentitySource(ValueError):
    """An expression that identities are not read from; the text is the expression."""


class Caller(Protocol):
    """One call, as far as identities are read from it."""

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever its name's case."""

    def query(self, name: str) -> str | None:
        """Return a query parameter's last value."""

    def stage_variable(self, name: str) -> str | None:
        """Return a stage variable."""

    def context(self, name: str) -> str | None:
        """Return a member of ``$context`` as text; ``name`` may have dots in it."""


@dataclass(frozen=True, slots=True)
class IdentitySource:
    """One expression."""

    text: str
    place: str
    name: str

    def read(self, caller: Caller) -> str | None:
        """Return what the call says there; None where it says nothing."""
        match self.place:
            case "method.request.header":
                value = caller.header(self.name)
            case "method.request.querystring":
                value = caller.query(self.name)
            case "stageVariables":
                value = caller.stage_variable(self.name)
            case _:
                value = caller.context(self.name)
        return value or None


def parse_identity_sources(text: str, *, many: bool) -> tuple[IdentitySource, ...]:
    """Return the expressions in order; without ``many`` there has to be one, of a header."""
    sources = []
    for part in text.split(","):
        found = _SOURCE.fullmatch(part.strip())
        if found is None or (not many and found["place"] != _HEADER):
            raise BadIdentitySource(part.strip() or text)
        sources.append(IdentitySource(found[0], found["place"], found["name"]))
    if not many and len(sources) > 1:
        raise BadIdentitySource(text)
    return tuple(sources)


def read_identity(sources: tuple[IdentitySource, ...], caller: Caller) -> Mapping[str, str] | None:
    """Return what the call says at every source, by expression; None if it leaves one out."""
    values = {}
    for source in sources:
        value = source.read(caller)
        if value is None:
            return None
        values[source.text] = value
    return values
