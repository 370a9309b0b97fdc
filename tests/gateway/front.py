"""A whole gateway in one process: a real door, a real pool, a memory store, a real backend.

Everything goes through sockets of the loopback; only Lambda is a fake of its port.
"""

import asyncio
import base64
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
from tests.gateway.builders import free_meters

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.adapters.front.h1 import DoorSettings, serve
from octetgate.adapters.stores import memory
from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.core.model.api import Method, MethodResponse, Resource, RestApi
from octetgate.core.model.definition import ApiDefinition, Deployment, DeploymentRecord
from octetgate.core.model.integration import (
    ContentHandling,
    Integration,
    IntegrationResponse,
    IntegrationType,
)
from octetgate.core.model.stage import Stage
from octetgate.core.ports.functions import Functions, Invocation, Outcome
from octetgate.core.ports.store import DEPLOYMENTS, STAGES
from octetgate.gateway.live import Live
from octetgate.gateway.phases.access_log import WriteLine
from octetgate.gateway.pipeline import Gateway
from octetgate.gateway.snapshot import Ports

API, STAGE = "a1b2c3d4e5", "test"
HOST = f"{API}.execute-api.localhost"
FUNCTION_URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:f/invocations"
)
CONFIGURATION_ERROR = (500, "Internal server error")
"""What the client hears of a payload that cannot be converted."""
Fields = list[tuple[str, str]]


@dataclass
class Message:
    """A request or a response as it stood on the wire, its body put together."""

    start: str
    fields: Fields
    body: bytes = b""

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def method(self) -> str:
        return self.start.split(" ")[0]

    def header(self, name: str) -> str | None:
        found = [value for known, value in self.fields if known.lower() == name.lower()]
        return found[0] if found else None

    @property
    def error(self) -> tuple[int, str]:
        """The status and message of a gateway response."""
        return self.status, json.loads(self.body)["message"]


async def receive(reader: asyncio.StreamReader, method: str = "") -> Message:
    """Read one message, perhaps the answer to ``method``; IncompleteReadError when it is cut."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    message = Message(start, [(name, value.strip()) for name, _, value in pairs])
    if method == "HEAD":
        return message
    if message.header("transfer-encoding") == "chunked":
        message.body = await _chunks(reader)
    else:
        message.body = await reader.readexactly(int(message.header("content-length") or 0))
    return message


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(pieces)


def written(start: str, fields: Fields, body: bytes | None) -> bytes:
    """Return a message for the wire; None for no body and no length."""
    framed = fields if body is None else [*fields, ("Content-Length", str(len(body)))]
    lines = [start, *(f"{name}: {value}" for name, value in framed)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


@dataclass
class Backend:
    """A small HTTP server that remembers what it got and answers what it is told to."""

    url: str = ""
    status: int = 200
    fields: Fields = field(default_factory=list)
    body: bytes | None = None
    """None: whatever came in."""
    got: list[Message] = field(default_factory=list)
    tasks: set[asyncio.Task] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                request = await receive(reader)
                self.got.append(request)
                body = request.body if self.body is None else self.body
                message = written(f"HTTP/1.1 {self.status} Told", self.fields, body)
                if request.method == "HEAD":
                    message = message.removesuffix(body)
                writer.write(message)
        writer.close()

    def returns(self, body: bytes, content_type: str | None, status: int = 200) -> None:
        self.body, self.status = body, status
        self.fields = [] if content_type is None else [("Content-Type", content_type)]


@dataclass
class FakeFunctions:
    """Lambda, with one function whose result is told to it."""

    result: bytes = b"{}"
    error: str | None = None
    got: list[Invocation] = field(default_factory=list)

    async def invoke(self, invocation: Invocation) -> Outcome:
        self.got.append(invocation)
        return Outcome(status=200, payload=self.result, function_error=self.error)

    @property
    def event(self) -> dict:
        """What the function got last."""
        return json.loads(self.got[-1].payload)


@dataclass
class Front:
    """The gateway as a client sees it, and the hands to set it up."""

    address: tuple[str, int]
    store: memory.MemoryStore
    backend: Backend
    functions: FakeFunctions
    lines: list[dict]
    """The access log."""

    def deploy(
        self,
        integration: Integration,
        media_types: tuple[str, ...] = (),
        *,
        path: str = "/x",
        variables: dict[str, str] | None = None,
        **of_the_api: object,
    ) -> None:
        """Serve one resource with ANY method; what was served before is replaced."""
        declared = {
            status: MethodResponse(status_code=status)
            for status in integration.integration_responses
        }
        method = Method(
            http_method="ANY", method_integration=integration, method_responses=declared
        )
        resource = Resource(id="r1", path=path, resource_methods={"ANY": method})
        api = RestApi(
            id=API,
            name="tables",
            created_date=0,
            root_resource_id="r0",
            binary_media_types=media_types or None,
            **of_the_api,
        )
        with self.store.write() as writing:
            deployment = f"d{self.store.revision()}"
            record = DeploymentRecord(
                deployment=Deployment(id=deployment, created_date=0),
                definition=ApiDefinition(rest_api=api, resources={"r1": resource}),
            )
            stage = Stage(
                stage_name=STAGE,
                deployment_id=deployment,
                created_date=0,
                last_updated_date=0,
                variables=variables,
            )
            writing.put(DEPLOYMENTS, f"{API}/{deployment}", record)
            writing.put(STAGES, f"{API}/{STAGE}", stage)

    def integration(self, kind: str, **members: object) -> Integration:
        """Return an integration of the kind, in front of the backend or the function."""
        kind = IntegrationType(kind)
        uri = FUNCTION_URI if kind.startswith("AWS") else f"{self.backend.url}/backend"
        given = {"type": kind, "http_method": "POST", "uri": uri} | members
        if kind in {"HTTP", "AWS", "MOCK"}:
            given.setdefault("integration_responses", {"200": response()})
        return Integration(**given)

    async def ask(
        self,
        method: str = "POST",
        body: bytes | None = None,
        *,
        content_type: str | None = None,
        accept: str | None = None,
        path: str = "/x",
        more: Sequence[tuple[str, str]] = (),
    ) -> Message:
        """Send one request with exactly these headers, and return the answer."""
        given = (("Content-Type", content_type), ("Accept", accept), *more)
        fields = [("Host", HOST), *((name, value) for name, value in given if value is not None)]
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            writer.write(written(f"{method} /{STAGE}{path} HTTP/1.1", fields, body))
            return await receive(reader, method)
        finally:
            writer.close()
            await writer.wait_closed()


def response(
    status: str = "200",
    handling: ContentHandling | None = None,
    templates: Mapping[str, str] | None = None,
    **members: object,
) -> IntegrationResponse:
    """Return an integration response."""
    return IntegrationResponse(
        status_code=status,
        content_handling=handling,
        response_templates=dict(templates) if templates else None,
        **members,
    )


def proxy_result(
    body: bytes | str, *, flag: bool | None, content_type: str | None = "image/png"
) -> bytes:
    """Return what a proxy function returns; bytes as Base64, None for what it leaves out."""
    text = body if isinstance(body, str) else base64.b64encode(body).decode()
    result: dict[str, object] = {"statusCode": 200, "body": text}
    if flag is not None:
        result["isBase64Encoded"] = flag
    if content_type is not None:
        result["headers"] = {"Content-Type": content_type}
    return json.dumps(result).encode()


@contextlib.asynccontextmanager
async def running(
    aws_settings: AwsSettings | None = None,
    *,
    services_at_backend: bool = False,
    functions: Functions | None = None,
    aws_limits: bool = False,
) -> AsyncIterator[Front]:
    """Start everything on free ports, and end it; AWS services may be at the backend, too."""
    backend, lines = Backend(), []
    functions = functions or FakeFunctions()
    server = await asyncio.start_server(backend.serve, "127.0.0.1", 0)
    backend.url = f"http://127.0.0.1:{_port(server.sockets[0])}"
    store, pool = memory.MemoryStore(1.0), Pool(PoolSettings())
    listening = socket.create_server(("127.0.0.1", 0))
    write: WriteLine = lambda line: lines.append(msgspec.json.decode(line()))  # noqa: E731
    aws_settings = aws_settings or AwsSettings()
    if services_at_backend:
        aws_settings = replace(aws_settings, endpoint_url=backend.url)
    ports = Ports(pool, functions, AwsServices(aws_settings))
    gateway = Gateway(Live(store, ports, aws_limits=aws_limits), free_meters(), write)
    door = await serve(gateway.handle, [listening], DoorSettings())
    try:
        yield Front(("127.0.0.1", _port(listening)), store, backend, functions, lines)
    finally:
        await door.close(1)
        await pool.close()
        server.close()
        await server.wait_closed()
        await asyncio.gather(*backend.tasks)
        store.close()


def _port(listening: socket.socket) -> int:
    return listening.getsockname()[1]
