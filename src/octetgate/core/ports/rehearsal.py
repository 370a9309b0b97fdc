"""Call a method of an API as it is being edited, with nothing deployed; how management asks the
gateway for TestInvokeMethod.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from octetgate.core.http.headers import Headers
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.definition import ApiDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A method, and the call that it is to be given."""

    definition: ApiDefinition
    resource: Resource
    method: Method
    verb: str
    """The client's; a method may be ``ANY``, a client's verb may not."""
    target: str
    """Path and query, Latin-1 as on the wire."""
    headers: Headers
    body: bytes
    variables: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What came of it."""

    status: int
    headers: Headers
    body: bytes
    log: str
    latency_ms: int


Rehearse = Callable[[Rehearsal], Awaitable[Rehearsed]]
"""Makes the call and tells all about it; what goes wrong on the way is part of the answer."""
