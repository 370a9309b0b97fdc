"""How many passes over the bytes does a payload's conversion take?

Ten mebibytes arrive in pieces, become Base64, enter the launch article's template and leave as
a function's event; and the function's quoted Base64 becomes ten mebibytes again.  The phases
are the real ones, with bodies in memory in place of sockets.  The measure is one plain pass of
pybase64 over the same bytes; both are timed in turns, and the median of the rounds counts.
The result is a section of README.md beside this file.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pybase64
from page import README, replaced

from octetgate.adapters.wire.memory import keep_body_memory
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.message import RequestHead
from octetgate.core.model.api import Method, MethodResponse, Resource, RestApi
from octetgate.core.model.definition import ApiDefinition, Deployment, DeploymentRecord
from octetgate.core.model.integration import (
    Integration,
    IntegrationResponse,
    IntegrationType,
)
from octetgate.core.model.stage import Stage
from octetgate.core.ports.functions import Functions, Invocation, Outcome
from octetgate.core.routing.hosts import Located
from octetgate.gateway.call import Arrival, Call, Ids, Route, arrive
from octetgate.gateway.compile import compile_stage
from octetgate.gateway.snapshot import Ports, StageSnapshot

SIZE = 10 << 20
PIECE = 256 << 10
"""What one read of a socket brings at most."""
TEMPLATE = '{"operation":"thumbnail","base64Image":"$input.body"}'
FUNCTION_URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:thumbnail/invocations"
)
SECTION = "## Payload conversion"


class Pieces:
    """A body's source: pieces that are here already."""

    def __init__(self, data: bytes) -> None:
        self._pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def close(self) -> None:
        self._pieces.clear()


class Function:
    """What stands for Lambda: answers what it was made with."""

    def __init__(self, payload: bytes) -> None:
        self._outcome = Outcome(status=200, payload=payload)

    async def invoke(self, invocation: Invocation) -> Outcome:
        del invocation
        return self._outcome


class Exchange:
    """A request that has arrived; nobody waits for its answer."""

    def __init__(self, body: Body) -> None:
        image = [("Host", "x"), ("Content-Type", "image/png"), ("Accept", "image/png")]
        self.head = RequestHead("POST", "/", Headers(image))
        self.body = body
        self.peer = "127.0.0.1"
        self.secure = False
        self.started = False
        self.sent = 0


def snapshot(functions: Functions) -> StageSnapshot:
    """Return the launch article's API as it is served."""
    integration = Integration(
        type=IntegrationType.AWS,
        http_method="POST",
        uri=FUNCTION_URI,
        request_templates={"image/png": TEMPLATE},
        integration_responses={"200": IntegrationResponse(status_code="200")},
    )
    method = Method(
        http_method="POST",
        method_integration=integration,
        method_responses={"200": MethodResponse(status_code="200")},
    )
    api = RestApi(
        id="a", name="a", created_date=0, root_resource_id="r", binary_media_types=("image/png",)
    )
    resource = Resource(id="r", path="/", resource_methods={"POST": method})
    record = DeploymentRecord(
        deployment=Deployment(id="d", created_date=0),
        definition=ApiDefinition(rest_api=api, resources={"r": resource}),
    )
    stage = Stage(stage_name="s", deployment_id="d", created_date=0, last_updated_date=0)
    nowhere: Any = None
    return compile_stage(
        record,
        stage,
        Ports(upstream=nowhere, functions=functions, services=nowhere),
        aws_limits=False,
    )


def call(stage: StageSnapshot, body: Body) -> Call:
    """Return a call of the API's one method."""
    found = stage.routes.find("POST", "/")
    if found is None:
        raise RuntimeError("expected the method to be served, found none")
    exchange: Any = Exchange(body)
    arrival: Arrival = arrive(exchange, Ids())
    located = Located(api_id="a", stage="s", route="/", path="/", context_path="/s/")
    return Call(arrival, Route(located, stage, found.value, {}, ""), "POST", "")


@dataclass(frozen=True)
class Measured:
    """One direction: what a plain pass and what the conversion took, in seconds."""

    label: str
    plain: list[float]
    ours: list[float]

    @property
    def passes(self) -> float:
        """The conversion's time in plain passes."""
        return statistics.median(self.ours) / statistics.median(self.plain)

    def row(self) -> str:
        """Return the line of the table."""
        plain, ours = (statistics.median(took) * 1000 for took in (self.plain, self.ours))
        return f"| {self.label} | {plain:.1f} ms | {ours:.1f} ms | **{self.passes:.1f}** |"


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that this took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


async def timed_async(work: Coroutine[Any, Any, object]) -> float:
    """Return the seconds that this took."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def measure(rounds: int) -> list[Measured]:
    """Return both directions, measured in turns."""
    image = Random(1).randbytes(SIZE)
    text = pybase64.b64encode(image)
    stage = snapshot(Function(b'"' + text + b'"'))
    found = stage.routes.find("POST", "/")
    integration = found.value.integration if found else stage.nowhere.integration
    asked = call(stage, Body(Pieces(image), length=SIZE))
    request = await integration.prepare(asked)
    result = await integration.invoke(asked, request)
    if request.invocation.payload != TEMPLATE.encode().replace(b"$input.body", text):
        raise RuntimeError("expected the event of the article, found another")
    if (await integration.answer(call(stage, Body()), result)).body.ready != image:
        raise RuntimeError("expected the image back, found something else")
    there, back = Measured("there", [], []), Measured("and back", [], [])
    for _ in range(rounds):
        there.plain.append(timed(lambda: pybase64.b64encode(image)))
        asked = call(stage, Body(Pieces(image), length=SIZE))
        there.ours.append(await timed_async(integration.prepare(asked)))
        back.plain.append(timed(lambda: pybase64.b64decode(text, validate=True)))
        back.ours.append(await timed_async(integration.answer(call(stage, Body()), result)))
    return [
        Measured("binary → Base64 → template → event", there.plain, there.ours),
        Measured("quoted Base64 → binary", back.plain, back.ours),
    ]


def section(measured: list[Measured], rounds: int) -> str:
    """Return this benchmark's section of the page."""
    rows = "\n".join(one.row() for one in measured)
    return f"""{SECTION}

How many plain passes of `pybase64` over the same 10 MiB does a conversion take?  Lower is
better; four are the goal.

| 10 MiB | one pass | conversion | passes |
| --- | ---: | ---: | ---: |
{rows}

There: a body in pieces of 256 KiB, the launch article's template, an event for the function.
Back: the function's result, a JSON string, as the client's bytes.  The phases are the real
ones, without sockets.  Median of {rounds} rounds, in which the two take turns.  Memory is had
as in the server: fresh from the kernel for each large result, on both sides, which can cost
more than the work.
"""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--output", type=Path, default=README)
    how = parser.parse_args()
    keep_body_memory()
    made = section(asyncio.run(measure(how.rounds)), how.rounds)
    print(made)
    how.output.write_text(replaced(how.output.read_text(), SECTION, made))


if __name__ == "__main__":
    main()
