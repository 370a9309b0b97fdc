"""Try an API out as it is being edited, with nothing deployed; how management asks the gateway for
TestInvokeMethod and TestInvokeAuthorizer.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from octetgate.core.http.headers import Headers
from octetgate.core.model.access import Authorizer
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
    client_certificate: str | None = None
    """The id of what HTTPS backends are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What came of it."""

    status: int
    headers: Headers
    body: bytes
    log: str
    latency_ms: int
    line: Mapping[str, object] = field(default_factory=dict)
    """What the access log would say; empty if the call was not over in time."""


Rehearse = Callable[[Rehearsal], Awaitable[Rehearsed]]
"""Makes the call and tells all about it; what goes wrong on the way is part of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audition:
    """An authorizer, and the call that it is to judge."""

    definition: ApiDefinition
    authorizer: Authorizer
    target: str
    """Path and query, Latin-1 as on the wire."""
    headers: Headers
    body: bytes
    variables: dict[str, str]
    context: dict[str, str]
    """What ``$context`` is to say besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditioned:
    """What it said."""

    status: int
    """What a client would have been refused with; 0 when the authorizer decided something."""
    log: str
    latency_ms: int
    principal_id: str | None = None
    policy: str | None = None
    """What a function said."""
    claims: Mapping[str, str] | None = None
    """What a token says that is to be believed."""


Audit = Callable[[Audition], Awaitable[Auditioned]]
"""Asks the authorizer, and tells all about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What a backend is supposed to answer, asked or not."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What a call would have been, had there been a backend."""

    sent: bytes | None
    """The body that the backend would get; None if the call would not come so far."""
    answered: Rehearsed


Preview = Callable[[Rehearsal, Supposed], Awaitable[Previewed]]
"""Makes the call without a backend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A mapping template that is being written, and the sample that it is shown with."""

    api_id: str
    resource_id: str
    verb: str
    media_type: str
    template: str
    status: str | None = None
    """The integration response that the template is of; None for the integration request."""
    query: str = ""
    headers: Mapping[str, str]
    body: bytes = b""
    answer: bytes = b"{}"
    """What the backend is supposed to say."""
