"""Traces of calls of function URLs, as a collector receives them over OTLP/HTTP."""

import json

import pytest
from msgspec.structs import replace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from tests.adapters.telemetry.collectors import Collector
from tests.gateway.builders import FakeExchange, FakeFunctions

from octetgate.adapters.stores import memory
from octetgate.adapters.telemetry.traces import OtlpTracer
from octetgate.core.http.body import Body
from octetgate.core.model.function import Alias, Function, FunctionUrl
from octetgate.core.ports.functions import Outcome
from octetgate.core.ports.store import FUNCTION_URLS, FUNCTION_VERSIONS, FUNCTIONS
from octetgate.gateway.function_urls import FunctionUrls
from octetgate.gateway.live_keys import LiveKeys
from octetgate.gateway.live_urls import LiveUrls

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
FUNCTION = Function(
    name="f",
    arn=ARN,
    runtime="python3.12",
    handler="index.handler",
    role="r",
    code_key="",
    code_sha256="",
    code_size=0,
    last_modified=0,
    revision_id="1",
)


class Traced:
    """A function's URL whose calls a collector may hear of."""

    def __init__(self, mode, outcome=None, **url):
        self.collector = Collector()
        self.store = memory.open("memory://")
        with self.store.write() as draft:
            main = Alias(name="live", function_version="1", revision_id="1")
            draft.put(FUNCTIONS, "f", replace(FUNCTION, tracing_mode=mode, aliases={"live": main}))
            draft.put(FUNCTION_VERSIONS, "f/1", replace(FUNCTION, version="1"))
            made = {"function": "f", "arn": ARN, "auth_type": "NONE", **url}
            known = FunctionUrl(url_id="abc", created=0, last_modified=0, **made)
            draft.put(FUNCTION_URLS, "abc", known)
        self.tracer = OtlpTracer("worker 1", OTLPSpanExporter(f"{self.collector.url}/v1/traces"))
        outcome = outcome or Outcome(status=200, payload=b'"ran"', request_id="r1")
        self.functions = FakeFunctions(outcome)
        live = LiveUrls(self.store), LiveKeys(self.store)
        self.urls = FunctionUrls(*live, self.functions, lambda _: None, self.tracer)

    async def call(self, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        host = "abc.lambda-url.eu-west-1.on.aws"
        exchange = FakeExchange(
            "GET", "/a?b=c", {"Host": host, **named}, Body.of(b""), leaves=False
        )
        await self.urls.handle(exchange)
        return exchange.reply

    def spans(self):
        """Return what came, by name."""
        self.tracer.close()
        return {span.name: span for span in self.collector.spans}

    def close(self):
        self.collector.close()
        self.store.close()


@pytest.fixture
def build():
    made = []

    def one(*arguments, **url):
        made.append(Traced(*arguments, **url))
        return made[-1]

    yield one
    for each in made:
        each.close()


async def test_an_active_functions_url_is_a_span_with_the_invocation_below_it(build):
    traced = build("Active")
    reply = await traced.call(traceparent=f"00-{TRACE}-{SPAN}-01")
    spans = traced.spans()
    call, below = spans["GET"], spans["invoke f"]
    assert (call.kind, call.trace_id, call.parent_id) == ("server", TRACE, SPAN)
    assert (below.kind, below.parent_id) == ("client", call.span_id)
    assert call.attributes["octetgate.function_url.id"] == "abc"
    assert call.attributes["url.path"] == "/a"
    assert call.attributes["http.response.status_code"] == 200
    assert below.attributes["aws.request_id"] == "r1"
    # The function is told of its own span; its event and the client of the call's.
    [asked] = traced.functions.invoked
    root = f"Root=1-{TRACE[:8]}-{TRACE[8:]}"
    assert asked.trace_id == f"{root};Parent={below.span_id};Sampled=1"
    said = f"{root};Parent={call.span_id};Sampled=1"
    assert json.loads(asked.payload)["headers"]["x-amzn-trace-id"] == said
    assert {key: value for _, key, value in reply.fresh}["x-amzn-trace-id"] == said


@pytest.mark.parametrize(
    "mode, url",
    [
        pytest.param("PassThrough", {}, id="not-active"),
        pytest.param("Active", {"qualifier": "live", "arn": f"{ARN}:live"}, id="aliases-version"),
    ],
)
async def test_other_functions_urls_have_no_spans(build, mode, url):
    traced = build(mode, **url)
    await traced.call()
    assert traced.spans() == {}
    [asked] = traced.functions.invoked
    assert "Sampled" not in asked.trace_id


async def test_a_functions_error_is_marked_in_both_spans(build):
    failed = Outcome(status=200, payload=b'{"errorMessage": "no"}', function_error="Unhandled")
    traced = build("Active", failed)
    assert (await traced.call()).status == 502
    spans = traced.spans()
    assert spans["invoke f"].attributes["error.type"] == "Unhandled"
    assert spans["GET"].attributes["error.type"] == "502"
