"""Traces of calls, as a collector receives them over OTLP/HTTP."""

import json
import re
from dataclasses import replace

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from tests.adapters.telemetry.collectors import Collector
from tests.gateway.builders import (
    FUNCTION_URI,
    World,
    aws,
    aws_proxy,
    backend,
    http,
    http_proxy,
    mock,
    resource,
)

from octetgate.adapters.telemetry.traces import OtlpTracer
from octetgate.core.model.access import Authorizer
from octetgate.core.ports.functions import Outcome
from octetgate.core.ports.upstream import UpstreamTimeout
from octetgate.gateway.tracing import TracedIntegration, parent_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ROOT = f"Root=1-{TRACE[:8]}-{TRACE[8:]}"


@pytest.fixture(scope="module")
def collector():
    made = Collector()
    yield made
    made.close()


class Traced(World):
    """A world whose stage is traced, unless it says otherwise."""

    def __init__(self, collector, *resources, enabled=True, **definition):
        super().__init__()
        collector.spans.clear()
        self.collector = collector
        self.tracer = OtlpTracer("worker 1", OTLPSpanExporter(f"{collector.url}/v1/traces"))
        self.live._ports = replace(self.live._ports, tracer=self.tracer)
        self.deploy(*resources, **definition)
        self.set_stage(tracing_enabled=enabled)

    def spans(self):
        """Return what came, by name."""
        self.tracer.close()
        return {span.name: span for span in self.collector.spans}


def header_of(request, name):
    return request.headers.get(name)


async def test_a_call_of_a_backend_is_three_spans_one_in_another(collector):
    world = Traced(collector, resource("/pets/{id}", http_proxy("http://backend:9000/p")))
    await world.call("GET", "/pets/7?q=1", User_Agent="curl")
    spans = world.spans()
    assert set(spans) == {"GET /pets/{id}", "integration", "GET"}
    call, integration, asked = spans["GET /pets/{id}"], spans["integration"], spans["GET"]
    assert (call.kind, integration.kind, asked.kind) == ("server", "internal", "client")
    assert call.parent_id == ""
    assert (integration.parent_id, asked.parent_id) == (call.span_id, integration.span_id)
    assert len({span.trace_id for span in spans.values()}) == 1
    assert call.seconds >= integration.seconds >= asked.seconds > 0
    said = call.attributes
    assert said["http.request.method"] == "GET"
    assert said["http.route"] == "/pets/{id}"
    assert said["http.response.status_code"] == 200
    assert said["url.path"].endswith("/pets/7")
    assert said["url.query"] == "q=1"
    assert said["client.address"] == "203.0.113.9"
    assert said["user_agent.original"] == "curl"
    assert said["octetgate.stage"] == "s"
    assert asked.attributes["url.full"] == "http://backend:9000/p?q=1"
    assert asked.attributes["http.response.status_code"] == 200
    assert call.resource["service.name"] == "octetgate"
    assert call.resource["service.instance.id"] == "worker 1"


@pytest.mark.parametrize(
    "host, address, port",
    [
        ("api.example:8080", "api.example", 8080),
        ("[::1]:8080", "::1", 8080),
        ("api.example", "api.example", None),
    ],
)
async def test_the_host_that_was_asked_is_told_apart_from_its_port(collector, host, address, port):
    world = Traced(collector, resource("/x", mock()))
    await world.call("GET", "/x", Host=host)
    said = world.spans()["GET /x"].attributes
    assert (said["server.address"], said.get("server.port")) == (address, port)


async def test_backend_and_client_hear_of_the_trace_in_both_forms(collector):
    world = Traced(collector, resource("/x", http(uri="http://backend:9000/p")))
    answer = await world.call("POST", "/x", b"{}", Content_Type="application/json")
    spans = world.spans()
    asked, call = spans["POST"], spans["POST /x"]
    (request,) = world.upstream.asked
    root = f"Root=1-{asked.trace_id[:8]}-{asked.trace_id[8:]}"
    assert request.headers.all("X-Amzn-Trace-Id") == [f"{root};Parent={asked.span_id};Sampled=1"]
    assert request.headers.all("traceparent") == [f"00-{asked.trace_id}-{asked.span_id}-01"]
    told = answer.headers.get("X-Amzn-Trace-Id")
    assert told == f"{root};Parent={call.span_id};Sampled=1"


@pytest.mark.parametrize(
    "headers",
    [
        {"traceparent": f"00-{TRACE}-{SPAN}-01"},
        {"X-Amzn-Trace-Id": f"{ROOT};Parent={SPAN};Sampled=1"},
        {"X-Amzn-Trace-Id": "Root=1-00000001-other", "traceparent": f"00-{TRACE}-{SPAN}-01"},
    ],
    ids=["w3c", "amazon", "both"],
)
async def test_a_call_belongs_to_the_trace_that_it_names(collector, headers):
    world = Traced(collector, resource("/x", http_proxy()))
    named = {name.replace("-", "_"): value for name, value in headers.items()}
    await world.call("GET", "/x", **named, tracestate="a=b")
    call = world.spans()["GET /x"]
    assert (call.trace_id, call.parent_id) == (TRACE, SPAN)
    (request,) = world.upstream.asked
    # One of each, ours, though the client sent its own; what vendors say passes on.
    assert len(request.headers.all("traceparent")) == 1
    assert len(request.headers.all("x-amzn-trace-id")) == 1
    assert request.headers.get("tracestate") == "a=b"
    assert TRACE in request.headers.get("traceparent")


@pytest.mark.parametrize(
    "headers",
    [
        {"traceparent": f"00-{TRACE}-{SPAN}-00"},
        {"X_Amzn_Trace_Id": f"{ROOT};Parent={SPAN};Sampled=0"},
        {"X_Amzn_Trace_Id": f"{ROOT};Sampled=0"},
    ],
)
async def test_a_trace_that_is_not_kept_is_passed_on_and_not_sent(collector, headers):
    world = Traced(collector, resource("/x", http_proxy()))
    await world.call("GET", "/x", **headers)
    assert world.spans() == {}
    (request,) = world.upstream.asked
    assert re.fullmatch(
        rf"{ROOT};Parent=[0-9a-f]{{16}};Sampled=0", request.headers.get("X-Amzn-Trace-Id")
    )
    assert request.headers.get("traceparent").endswith("-00")


async def test_a_stage_without_tracing_runs_what_it_would_run_without_a_tracer(collector):
    world = Traced(collector, resource("/x", http_proxy()), enabled=False)
    await world.call("GET", "/x", traceparent=f"00-{TRACE}-{SPAN}-01")
    assert world.spans() == {}
    plan = world.live.stage("abcdefghij", "s").routes.find("GET", "/x").value
    assert not isinstance(plan.integration, TracedIntegration)
    assert plan.log is None
    (request,) = world.upstream.asked
    # What the client said goes on as it is.
    assert request.headers.get("traceparent") == f"00-{TRACE}-{SPAN}-01"


async def test_an_authorizer_and_its_function_are_spans_and_so_is_the_function_behind(collector):
    guard = Authorizer(
        id="g1",
        name="guard",
        type="TOKEN",
        identity_source="method.request.header.Auth",
        authorizer_uri=FUNCTION_URI.replace("thumbnail", "guard"),
    )
    method = {"authorization_type": "CUSTOM", "authorizer_id": "g1"}
    world = Traced(collector, resource("/x", aws_proxy(), **method), authorizers={"g1": guard})
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    said = {"principalId": "me", "policyDocument": {"Statement": [allow]}}
    world.functions.answer = Outcome(status=200, payload=json.dumps(said).encode(), request_id="r1")
    await world.call("GET", "/x", Auth="t", traceparent=f"00-{TRACE}-{SPAN}-01")
    spans = world.spans()
    assert spans["invoke guard"].parent_id == spans["authorizer"].span_id
    assert spans["authorizer"].parent_id == spans["GET /x"].span_id
    assert spans["invoke thumbnail"].parent_id == spans["integration"].span_id
    behind = spans["invoke thumbnail"]
    assert behind.attributes["faas.invoked_name"] == "thumbnail"
    assert behind.attributes["faas.invoked_region"] == "us-east-1"
    assert behind.attributes["aws.request_id"] == "r1"
    asked, invoked = world.functions.invoked
    # Each function is told of its own span, and its event of the call's.
    assert f"Parent={spans['invoke guard'].span_id}" in asked.trace_id
    assert f"Parent={behind.span_id}" in invoked.trace_id
    event = json.loads(invoked.payload)
    assert event["headers"]["traceparent"] == f"00-{TRACE}-{spans['GET /x'].span_id}-01"


async def test_what_goes_wrong_is_marked_where_it_did(collector):
    world = Traced(collector, resource("/x", http_proxy()))
    world.upstream.answer = UpstreamTimeout("nothing for 29 s")
    await world.call("GET", "/x")
    spans = world.spans()
    assert all(span.failed for span in spans.values())
    assert spans["GET"].attributes["error.type"] == "UpstreamTimeout"
    assert spans["GET /x"].attributes["error.type"] == "INTEGRATION_TIMEOUT"
    assert spans["GET /x"].attributes["http.response.status_code"] == 504


async def test_a_functions_error_is_its_spans_and_a_clients_mistake_is_no_error_of_ours(collector):
    world = Traced(collector, resource("/x", aws()), resource("/y", http_proxy()))
    world.functions.answer = Outcome(
        status=200, payload=b'{"errorMessage": "no"}', function_error="Unhandled"
    )
    await world.call("GET", "/x")
    world.upstream.answer = backend(b"", 404)
    await world.call("GET", "/y")
    spans = world.spans()
    assert spans["invoke thumbnail"].attributes["error.type"] == "Unhandled"
    assert not spans["GET /x"].failed
    # The conventions: a client's span fails with 404, a server's does not.
    assert (spans["GET"].failed, spans["GET /y"].failed) == (True, False)


async def test_a_refusal_and_a_path_that_leads_nowhere_are_spans_too(collector):
    world = Traced(collector, resource("/x", mock(), api_key_required=True))
    await world.call("GET", "/x")
    await world.call("DELETE", "/nothing")
    spans = world.spans()
    assert spans["GET /x"].attributes["http.response.status_code"] == 403
    assert "http.route" not in spans["DELETE"].attributes


@pytest.mark.parametrize(
    "sent, parent",
    [
        ({}, ("5" * 8 + "a" * 24, "", None)),
        ({"traceparent": f"00-{'0' * 32}-{SPAN}-01"}, ("5" * 8 + "a" * 24, "", None)),
        ({"traceparent": f"ff-{TRACE}-{SPAN}-01"}, ("5" * 8 + "a" * 24, "", None)),
        ({"traceparent": f"01-{TRACE}-{SPAN}-09-more"}, (TRACE, SPAN, True)),
        ({"traceparent": "nonsense"}, ("5" * 8 + "a" * 24, "", None)),
        ({"x-amzn-trace-id": f"Self=x;{ROOT}"}, (TRACE, "", None)),
        ({"x-amzn-trace-id": f"{ROOT};Parent={SPAN}"}, (TRACE, SPAN, None)),
        ({"x-amzn-trace-id": f"Root=bad;Parent={SPAN}"}, ("5" * 8 + "a" * 24, "", None)),
    ],
)
def test_what_a_request_says_of_its_trace(sent, parent):
    assert parent_of(sent, f"Root=1-{'5' * 8}-{'a' * 24}") == parent
