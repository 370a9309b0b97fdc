"""A gateway over ports that answer what a test says, and definitions with good defaults."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.adapters.stores import memory
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.message import RequestHead
from octetgate.core.limits.bucket import UNTOUCHED, Throttle, take
from octetgate.core.limits.quota import Quota
from octetgate.core.model.api import Method, MethodResponse, Resource, RestApi
from octetgate.core.model.definition import ApiDefinition, Deployment, DeploymentRecord
from octetgate.core.model.domain import BasePathMapping, DomainName
from octetgate.core.model.integration import Integration, IntegrationResponse
from octetgate.core.model.stage import Stage
from octetgate.core.ports.exchange import ClientGone, Reply, Tls
from octetgate.core.ports.functions import Invocation, Outcome
from octetgate.core.ports.meters import Holder, Meters
from octetgate.core.ports.metrics import Subject
from octetgate.core.ports.store import (
    BASE_PATH_MAPPINGS,
    DEPLOYMENTS,
    DOMAIN_NAMES,
    STAGES,
)
from octetgate.core.ports.upstream import UpstreamRequest, UpstreamResponse
from octetgate.gateway.live import Live
from octetgate.gateway.live_keys import LiveKeys
from octetgate.gateway.pipeline import Gateway
from octetgate.gateway.snapshot import Ports

API = "abcdefghij"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:thumbnail"
FUNCTION_URI = (
    f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
)


@dataclass
class FakeUpstream:
    """A backend that remembers what it was asked and answers what it was told."""

    answer: Callable[[UpstreamRequest], UpstreamResponse] | Exception | None = None
    asked: list[UpstreamRequest] = field(default_factory=list)

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        headers = Headers([*request.headers, *((name, value) for name, _, value in request.fresh)])
        self.asked.append(replace(request, headers=headers, fresh=()))
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is None:
            return UpstreamResponse(200, Headers(), Body.of(b"ok"))
        return self.answer(request)


@dataclass
class FakeFunctions:
    """A Lambda that remembers its invocations."""

    answer: Outcome | Exception = field(default_factory=lambda: Outcome(status=200, payload=b"{}"))
    streamed: "FakeStream | None" = None
    """None: a function that does not begin to answer."""
    invoked: list[Invocation] = field(default_factory=list)

    async def invoke(self, invocation: Invocation) -> Outcome:
        self.invoked.append(invocation)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def stream(self, invocation: Invocation) -> "FakeStream":
        self.invoked.append(invocation)
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.streamed is None:
            await asyncio.Event().wait()
        return self.streamed


@dataclass
class FakeStream:
    """A function's answer: pieces, an error where one stands, and then its end or silence."""

    pieces: list[bytes | Exception]
    ends: bool = True
    closed: bool = False
    content_type: str | None = None
    executed_version: str = "$LATEST"
    request_id: str = ""
    log_tail: bytes | None = None

    async def read(self) -> bytes:
        if not self.pieces:
            if not self.ends:
                await asyncio.Event().wait()
            return b""
        piece = self.pieces.pop(0)
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self) -> None:
        self.closed = True


class FakeThrottles:
    """Buckets on a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.buckets: dict[str, float] = {}

    def take(self, bucket: str, throttle: Throttle) -> bool:
        full_at, taken = take(self.buckets.get(bucket, UNTOUCHED), self.now, throttle)
        self.buckets[bucket] = full_at
        return taken


class FakeUsage:
    """Counts calls; a quota has one window that never ends."""

    def __init__(self) -> None:
        self.counted: Counter[Holder] = Counter()

    def spend(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        if self.is_spent(holder, quota, day):
            return False
        self.counted[holder] += 1
        return True

    def is_spent(self, holder: Holder, quota: Quota | None, day: int) -> bool:
        return quota is not None and self.counted[holder] >= quota.limit


def free_meters() -> Meters:
    """Return meters that have counted nothing yet."""
    return Meters(FakeThrottles(), FakeUsage())


class FakeExchange:
    """A client that takes everything, or leaves."""

    def __init__(
        self, method: str, target: str, headers: Mapping[str, str], body: Body, *, leaves: bool
    ) -> None:
        self.head = RequestHead(method, target, Headers({"Host": "localhost", **headers}.items()))
        self.body = body
        self.peer = "203.0.113.9"
        self.secure = False
        self.tls: Tls | None = None
        self.started = False
        self.sent = 0
        self.received = body.length or 0
        self.aborted = False
        self.reply: Reply | None = None
        self.data = b""
        self._leaves = leaves

    async def send(self, reply: Reply) -> None:
        self.started = True
        self.reply = reply
        if self._leaves:
            raise ClientGone("left")
        while piece := await reply.body.read():
            self.data += piece
            self.sent += len(piece)

    def abort(self) -> None:
        self.aborted = True


@dataclass
class Answer:
    """What the client saw, and the line that was written."""

    status: int
    headers: Headers
    data: bytes
    aborted: bool
    line: dict[str, Any]

    @property
    def message(self) -> Any:
        return json.loads(self.data)


class World:
    """A gateway with one API, ``API``, and one stage, ``s``."""

    def __init__(
        self,
        *,
        aws_limits: bool = False,
        aws_settings: AwsSettings | None = None,
        caches: Any = None,
        tallies: Any = None,
        logs: Any = None,
        key_sets: Any = None,
        execution_logs: Any = None,
    ) -> None:
        self.upstream = FakeUpstream()
        self.functions = FakeFunctions()
        self.store = memory.open("memory://")
        self.lines: list[str] = []
        self.tls: Tls | None = None
        services = AwsServices(aws_settings or AwsSettings())
        self.caches, self.logs = caches, logs
        keys = LiveKeys(self.store)
        ports = Ports(
            self.upstream,
            self.functions,
            services,
            caches,
            tallies,
            logs,
            keys,
            key_sets,
            execution_logs,
        )
        self.live = Live(self.store, ports, aws_limits=aws_limits)
        self.meters = free_meters()
        self.gateway = Gateway(
            self.live,
            self.meters,
            lambda line: self.lines.append(line().decode()),
            () if tallies is None else (tallies.of(Subject()),),
        )

    def deploy(
        self,
        *resources: Resource,
        binary: tuple[str, ...] = (),
        variables: dict[str, str] | None = None,
        deployment: str = "dep",
        api: dict[str, Any] | None = None,
        **definition: Any,
    ) -> None:
        rest_api = RestApi(
            id=API,
            name="x",
            created_date=0,
            root_resource_id="r",
            binary_media_types=binary,
            **(api or {}),
        )
        paths = {r.id: r for r in resources}
        whole = ApiDefinition(rest_api=rest_api, resources=paths, **definition)
        made = Deployment(id=deployment, created_date=0)
        stage = Stage(
            stage_name="s",
            deployment_id=deployment,
            created_date=0,
            last_updated_date=0,
            variables=variables,
        )
        record = DeploymentRecord(deployment=made, definition=whole)
        with self.store.write() as writing:
            writing.put(DEPLOYMENTS, f"{API}/{deployment}", record)
            writing.put(STAGES, f"{API}/s", stage)

    def set_stage(self, **members: Any) -> None:
        """Change the stage as UpdateStage does."""
        with self.store.write() as writing:
            stage = writing.get(STAGES, f"{API}/s")
            writing.put(STAGES, f"{API}/s", msgspec.structs.replace(stage, **members))

    def map_domain(self, domain: str, base_path: str = "(none)", stage: str | None = "s") -> None:
        mapping = BasePathMapping(base_path=base_path, rest_api_id=API, stage=stage)
        with self.store.write() as writing:
            writing.put(DOMAIN_NAMES, domain, DomainName(domain_name=domain, created_date=0))
            writing.put(BASE_PATH_MAPPINGS, f"{domain}/{base_path}", mapping)

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | Body = b"",
        *,
        leaves: bool = False,
        **headers: str,
    ) -> Answer:
        """Call a path of the stage; header names are written with underscores."""
        target = f"/restapis/{API}/s/_user_request_{path}"
        return await self.request(method, target, body, leaves=leaves, **headers)

    async def request(
        self,
        method: str,
        target: str,
        body: bytes | Body = b"",
        *,
        leaves: bool = False,
        **headers: str,
    ) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = body if isinstance(body, Body) else Body.of(body)
        exchange = FakeExchange(method, target, named, given, leaves=leaves)
        exchange.tls, exchange.secure = self.tls, self.tls is not None
        await self.gateway.handle(exchange)
        reply = exchange.reply or Reply(0, Headers(), Body())
        line = json.loads(self.lines[-1])
        headers = Headers([*reply.headers, *((name, value) for name, _, value in reply.fresh)])
        return Answer(reply.status, headers, exchange.data, exchange.aborted, line)


def resource(
    path: str, integration: Integration | None, verb: str = "ANY", **method: Any
) -> Resource:
    """Return a resource with one method, which may answer 200, 400 and 500."""
    declared = {code: MethodResponse(status_code=code) for code in ("200", "400", "500")}
    made = Method(
        http_method=verb,
        method_integration=integration,
        **{"method_responses": declared, **method},
    )
    return Resource(id=path.strip("/") or "r", path=path, resource_methods={verb: made})


def http_proxy(uri: str = "http://backend:9000/base", **members: Any) -> Integration:
    return Integration(type="HTTP_PROXY", uri=uri, **{"http_method": "ANY", **members})


def http(uri: str = "http://backend:9000/base", **members: Any) -> Integration:
    defaults = {"http_method": "POST", "integration_responses": responses()}
    return Integration(type="HTTP", uri=uri, **{**defaults, **members})


def aws(**members: Any) -> Integration:
    defaults = {"http_method": "POST", "integration_responses": responses(), "uri": FUNCTION_URI}
    return Integration(type="AWS", **{**defaults, **members})


def aws_proxy(**members: Any) -> Integration:
    return Integration(type="AWS_PROXY", **{"http_method": "POST", "uri": FUNCTION_URI, **members})


def mock(**members: Any) -> Integration:
    defaults = {
        "request_templates": {"application/json": '{"statusCode": 200}'},
        "integration_responses": responses(),
    }
    return Integration(type="MOCK", **{**defaults, **members})


def responses(**default: Any) -> dict[str, IntegrationResponse]:
    """Return one integration response, 200, for everything."""
    return {"200": IntegrationResponse(status_code="200", **default)}


def backend(
    data: bytes | Body = b"ok", status: int = 200, **headers: str
) -> Callable[[UpstreamRequest], UpstreamResponse]:
    """Return what a fake upstream answers; header names are written with underscores."""
    named = Headers((name.replace("_", "-"), value) for name, value in headers.items())
    body = data if isinstance(data, Body) else Body.of(data)
    return lambda _: UpstreamResponse(status, named.copy(), body)
