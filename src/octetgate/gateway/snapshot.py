"""A stage as it is served: compiled once at deployment, never changed, replaced whole."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from octetgate.core.http.limits import HeadLimits
from octetgate.core.http.media import MediaTypes
from octetgate.core.limits.bucket import Throttle
from octetgate.core.mapping.expressions import Expression
from octetgate.core.mapping.substitution import Substitution
from octetgate.core.model.api import Method, Resource
from octetgate.core.model.domain import BasePathMapping
from octetgate.core.model.responses import GatewayResponseType
from octetgate.core.policy.resource_policy import ResourcePolicy
from octetgate.core.ports.cache import Caches
from octetgate.core.ports.exchange import Reply
from octetgate.core.ports.functions import Functions
from octetgate.core.ports.key_sets import KeySets
from octetgate.core.ports.keys import KeyTable
from octetgate.core.ports.metrics import Tallies, Tally
from octetgate.core.ports.services import Services
from octetgate.core.ports.stage_logs import ExecutionLogs, StageLogs
from octetgate.core.ports.traces import Tracer
from octetgate.core.ports.upstream import Upstream
from octetgate.core.routing.tree import Tree
from octetgate.core.validation.bodies import BodyModel
from octetgate.gateway.call import Call, Caller, DomainGuard, Route
from octetgate.gateway.grants import Grant


class BadConfiguration(Exception):
    """An integration that cannot be served; names the field, what was expected and found."""


class Integration(Protocol):
    """What stands behind a method.  What ``prepare`` returns, ``invoke`` takes."""

    async def prepare(self, call: Call) -> Any:
        """Shape the integration request: template, conversion, parameters, URI."""

    async def invoke(self, call: Call, request: Any) -> Any:
        """Ask the outside world, through one port."""

    async def answer(self, call: Call, result: Any) -> Reply:
        """Shape the integration response: selection, conversion, template, parameters."""


class Authorizer(Protocol):
    """Decides who may call the methods that name it."""

    async def authorize(self, call: Call) -> Caller:
        """Return who calls; raises a fault when that may not be, or cannot be found out."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ways out of the gateway."""

    upstream: Upstream
    functions: Functions
    services: Services
    caches: Caches | None = None
    """None where nothing is to be remembered."""
    tallies: Tallies | None = None
    """None where nothing is to be added up."""
    logs: StageLogs | None = None
    """None where stages have no access logs of their own."""
    keys: KeyTable | None = None
    """None where nobody can sign: methods with ``AWS_IAM`` are closed then."""
    key_sets: KeySets | None = None
    """None where no token can be checked."""
    execution_logs: ExecutionLogs | None = None
    """None where stages have no execution logs."""
    tracer: Tracer | None = None
    """None where traces go nowhere."""


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What integrations are compiled against: the stage without its routes."""

    api_id: str
    stage_name: str
    deployment_id: str
    account_id: str
    region: str
    media_types: MediaTypes
    variables: dict[str, str]
    ports: Ports
    cached_as: str
    """The deployment under which answers are remembered: a canary may share the stage's."""
    aws_limits: HeadLimits | None
    """AWS's limits of heads where they are to be kept; those of payloads hold for streams then."""
    authorizers_epoch: int = 0
    """Raised by each flush of what authorizers said."""
    client_certificate: str | None = None
    """The id of what HTTP backends are shown."""
    default_endpoint_off: bool = False
    """Whether custom domains alone lead here."""


class RequiredParameter(NamedTuple):
    """A parameter without which a method is not called."""

    location: str
    """``header``, ``path`` or ``querystring``."""
    name: str


Integrate = Callable[[Call], Awaitable[Reply]]
"""Asks a call's integration."""


class Remembering(Protocol):
    """How a method's answers are remembered."""

    async def answer(self, call: Call, integrate: Integrate) -> Reply:
        """Return what is remembered, or ask the integration and remember."""


class WritingDown(Protocol):
    """How a stage's calls are written down."""

    def add(self, call: Call, status: int) -> None:
        """Write down a call that has ended."""


class Several(NamedTuple):
    """Calls written down in more than one way."""

    ways: tuple[WritingDown, ...]

    def add(self, call: Call, status: int) -> None:
        """Write down a call that has ended."""
        for way in self.ways:
            way.add(call, status)


class Bucket(NamedTuple):
    """A throttle, and the name under which its tokens are kept."""

    name: str
    throttle: Throttle


@dataclass(frozen=True, slots=True)
class MethodPlan:
    """Everything decided about one method at deployment."""

    resource: Resource
    method: Method
    integration: Integration
    minimum_compression_size: int | None
    """Bytes from which on an answer may be compressed; None for never."""
    streams: bool
    """Whether the answer is passed on as it comes, whatever its size (``STREAM``)."""
    required: tuple[RequiredParameter, ...]
    """Sorted as a refusal lists them; empty where no validator asks for any."""
    buckets: tuple[Bucket, ...] = ()
    """What every call takes a token of, whoever calls."""
    models: Mapping[str, BodyModel] | None = None
    """By media type, what a body has to be; None where no validator asks for it."""
    validates: bool = False
    """Whether there is anything to require of a call."""
    cache: Remembering | None = None
    authorizer: Authorizer | None = None
    """None where the method names none; whether it is open its ``authorization_type`` says."""
    tallies: tuple[Tally, ...] = ()
    """What its calls are added to."""
    log: WritingDown | None = None
    """What wants to hear of its calls when they have ended: the stage's logs."""


@dataclass(frozen=True, slots=True)
class CustomResponse:
    """A gateway response that an API words itself, compiled."""

    status: int | None
    """None keeps the fault's own."""
    headers: tuple[tuple[str, Expression], ...]
    templates: Mapping[str, tuple[str, Substitution]]
    """By media type, which stands beside its template; without any, the built-in body stays."""


@dataclass(frozen=True, slots=True)
class StageSnapshot:
    """A stage being served."""

    facts: StageFacts
    routes: Tree[MethodPlan]
    nowhere: MethodPlan
    """Where a path and verb lead that no resource has: to a refusal, in the API's own words."""
    responses: Mapping[GatewayResponseType, CustomResponse]
    """The gateway responses that are not the built-in ones."""
    problems: tuple[str, ...]
    """What could not be compiled; those methods answer 500."""
    canary: "Canary | None" = None
    policy: ResourcePolicy | None = None
    """The API's resource policy; None lets everybody in that methods let in."""
    api_key_source: str = "HEADER"
    """Where a call's API key comes from: ``HEADER`` or ``AUTHORIZER``."""


class Canary(NamedTuple):
    """A deployment that gets a share of a stage's calls."""

    percent: float
    stage: StageSnapshot


class ServedDomain(NamedTuple):
    """A custom domain name, and where its base paths lead."""

    name: str
    mappings: tuple[BasePathMapping, ...]
    guard: DomainGuard | None
    """None for whoever comes to be let in."""


RouteKey = tuple[str | None, str, str]
"""Host as sent, raw path, verb."""


class Table(Protocol):
    """What is being served now; ``live.py`` keeps it true."""

    routes: dict[RouteKey, Route]
    """Where calls led that were made lately; emptied by every change."""
    generation: object
    """Another object after every change."""

    def catch_up(self) -> None:
        """Take in whatever has been committed to the store."""

    def remember(self, key: RouteKey, route: Route) -> None:
        """Keep a route for the next call that says the same."""

    def stage(self, api_id: str, stage_name: str) -> StageSnapshot | None:
        """Return the stage as it is served, or None if there is none."""

    def grants(self, api_id: str, stage_name: str) -> Mapping[str, Grant]:
        """Return what API keys may do at a stage, by the keys' values."""

    def domain(self, host: str) -> ServedDomain | None:
        """Return the domain name that a host is, or a wildcard for it; None for none of ours."""
