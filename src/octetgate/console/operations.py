"""What the console asks of the world: operations as boto3 has them, and who may ask.

The console knows no store, no control and no gateway.  The server hands it these, so that a
page can do what boto3 can do and nothing else.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from octetgate.console.history import History
from octetgate.core.http.body import Body
from octetgate.core.ports.logs import CallLog, KeptLogs
from octetgate.core.ports.rehearsal import Previewed, Sketch

DRAFT = "-"
"""The name that stands for the API as it is being edited; no stage can have it."""


class Refusal(Exception):
    """What boto3 would raise: AWS's type and its message, which visitors get to read."""

    def __init__(self, kind: str, message: str, status: int) -> None:
        super().__init__(message)
        self.kind = kind
        """AWS's type, ``ConflictException`` for instance."""
        self.status = status


@dataclass(frozen=True, slots=True)
class Holder:
    """The key that a visitor signed in with."""

    access_key_id: str
    name: str
    read_only: bool


Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signature a call carries."""

    access_key_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A call that a visitor makes to see what comes of it."""

    api: str
    stage: str
    """A stage, or DRAFT."""
    resource: str
    """The resource's id and the name of its method, for the draft."""
    method: str
    verb: str
    """The client's; a method may be ``ANY``."""
    target: str
    """Path below the stage, and query."""
    headers: Pairs
    variables: Mapping[str, str]
    """Stage variables, for the draft."""
    body: Body
    api_key: str = ""
    """The id of the API key whose value is sent to a stage."""
    signer: Signer | None = None
    """Who signs the call to a stage."""
    by_visitor: bool = False
    """Whether the visitor's own key signs it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a call once it is over."""

    line: Mapping[str, Any]
    """Its line in the access log; empty where nobody wrote one that can be read."""
    log: str = ""
    """The execution log: of a call to the draft, or to a stage that keeps one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The answer to a trial, as a client gets it."""

    status: int
    headers: Pairs
    body: Body
    """Ends with an UpstreamError where the answer broke off."""
    told: Callable[[], Awaitable[Told]]
    """To be asked when the body is over."""


class Operations(Protocol):
    """The operations of the management APIs, for one visitor."""

    async def call(self, service: str, operation: str, **members: Any) -> dict[str, Any]:
        """Return the members of the result of ``operation``, a boto3 method; or Refusal.

        Members and results are boto3's; bytes are bytes, times are epoch seconds, and a member
        that is None is not there.
        """

    async def try_out(self, trial: Trial) -> Tried:
        """Make a call to the draft or to a stage of this gateway, and to nothing else.

        The body's own errors pass through; what cannot be called is a Refusal.
        """


class Entry(Protocol):
    """Who may come in."""

    async def needs_key(self, headers: Mapping[str, str], peer: str | None) -> bool:
        """Return whether visitors have to sign in; Refusal for one who may not come at all."""

    async def sign_in(self, access_key_id: str, secret: str) -> Holder:
        """Return whose key it is, or raise Refusal."""

    async def holder(self, access_key_id: str) -> Holder:
        """Return a key that somebody signed in with, as it is now; Refusal if it was revoked."""

    def operations(self, holder: Holder | None, url: str) -> Operations:
        """Return what the visitor may do; ``url`` is the management port as they wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that the console is handed."""

    entry: Entry
    gateway_url: str
    """Where deployed APIs answer."""
    health: Callable[[], Mapping[str, Any]]
    """The report of ``/_octetgate/health``; blocking."""
    metrics: Callable[[], bytes]
    """All metrics as Prometheus reads them; blocking."""
    logs: KeptLogs
    explain: Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]]
    """What would happen to a payload: the parameters and the answer of
    ``/_octetgate/explain``; Refusal if they make no sense."""
    compare: Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]]
    """How two definitions of an API differ: ``api``, and deployments as ``before`` and ``after``;
    else what is live, and what is being edited.  Refusal if there is no such thing."""
    uses: Callable[[str], Awaitable[list[dict[str, str]]]]
    """What calls a function: methods (``resource``, ``path``, ``verb``) and authorizers
    (``authorizer``, ``authorizerName``), each with ``api`` and ``apiName``."""
    preview: Callable[[Sketch], Awaitable[Previewed]]
    """What a template that is not saved yet would make of a sample; nothing is called."""
    history: History
    """What was counted in the last minutes."""
    calls: CallLog
    code: Callable[[str], Awaitable[bytes | None]]
    """A function's deployment package; None where its code is a folder of the machine."""
