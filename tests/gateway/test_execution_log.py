"""Execution logs: what a stage's settings have written down of its calls (lifecycle 17.3)."""

import gc
import json
import re
import weakref

import pytest
from tests.gateway.builders import (
    API,
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

from octetgate.core.http.body import Body
from octetgate.core.model.access import Authorizer
from octetgate.core.model.stage import CanarySettings, MethodSetting
from octetgate.core.ports.functions import Outcome
from octetgate.core.ports.upstream import UpstreamTimeout
from octetgate.gateway.execution_log import ToldAuthorizer, ToldIntegration

PNG = b"\x89PNG\r\n\x1a\n\xff"
GROUP = f"API-Gateway-Execution-Logs_{API}/s"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl"
_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \(([0-9a-f-]{36})\) (.*)", re.DOTALL)


class FakeLogs:
    """Execution logs, by group."""

    def __init__(self):
        self.written = {}

    def execution(self, group):
        return self.written.setdefault(group, []).append


class Told(World):
    """A world whose stage has an execution log."""

    def __init__(self, *resources, level="INFO", bodies=True, where="*/*", **definition):
        self.told = FakeLogs()
        super().__init__(execution_logs=self.told)
        self.deploy(*resources, **definition)
        setting = MethodSetting(logging_level=level, data_trace_enabled=bodies)
        self.set_stage(method_settings={where: setting})

    def said(self, group=GROUP):
        """Return the lines without their times and the request id, which all have to have."""
        found = [_LINE.fullmatch(line) for line in self.told.written.get(group, ())]
        assert all(found), self.told.written
        return [match[2].replace(match[1], "ID") for match in found]

    def shapes(self):
        """Return what each line is about: its text up to the first colon."""
        return [line.partition(":")[0] for line in self.said()]


BEFORE = [
    "Extended Request Id",
    "Verifying Usage Plan for request",
    (
        "API Key authorized because method 'ANY /x' does not require API Key. "
        "Request will not contribute to throttle or quota limits"
    ),
    f"Usage Plan check succeeded for API Key  and API Stage {API}/s",
    "Starting execution for request",
    "HTTP Method",
    "Method request path",
    "Method request query string",
    "Method request headers",
]
ASKED = [
    "Endpoint request URI",
    "Endpoint request headers",
    "Endpoint request body after transformations",
    "Sending request to https",
    "Received response. Status",
    "Endpoint response headers",
    "Endpoint response body before transformations",
]
AFTER = [
    "Method response body after transformations",
    "Method response headers",
    "Successfully completed execution",
    "Method completed with status",
]
BODY = "Method request body before transformations"


async def test_a_call_has_every_line_in_the_recorded_order():
    world = Told(resource("/x", http(uri="https://backend/things")))
    world.upstream.answer = backend(b'{"back": 1}', Content_Type="application/json")
    await world.call("POST", "/x?q=1", b'{"a": 1}', Content_Type="application/json")
    assert world.shapes() == [*BEFORE, BODY, *ASKED, *AFTER]
    lines = world.said()
    assert "HTTP Method: POST, Resource Path: /x" in lines
    assert "Method request query string: {q=1}" in lines
    assert f'{BODY}: {{"a": 1}}' in lines
    assert 'Endpoint response body before transformations: {"back": 1}' in lines
    assert lines[-1] == "Method completed with status: 200"


async def test_without_data_trace_no_body_is_written():
    world = Told(resource("/x", http(uri="https://backend/things")), bodies=False)
    await world.call("POST", "/x", b"private")
    assert world.shapes() == [
        shape for shape in [*BEFORE, *ASKED, *AFTER] if "transformations" not in shape
    ]
    assert "private" not in str(world.said())


@pytest.mark.parametrize("setting", [None, MethodSetting(), MethodSetting(logging_level="OFF")])
async def test_a_stage_without_a_log_runs_what_it_would_run_if_there_were_none(setting):
    told = FakeLogs()
    world = World(execution_logs=told)
    guard = Authorizer(id="g1", name="g", type="TOKEN", authorizer_uri=FUNCTION_URI)
    method = {"authorization_type": "CUSTOM", "authorizer_id": "g1"}
    world.deploy(resource("/x", http_proxy(), **method), authorizers={"g1": guard})
    world.set_stage(method_settings={} if setting is None else {"*/*": setting})
    plan = world.live.stage(API, "s").routes.find("GET", "/x").value
    assert plan.log is None
    assert type(plan.integration).__module__ == "octetgate.gateway.integrations.http_proxy"
    assert not isinstance(plan.authorizer, ToldAuthorizer)
    assert told.written == {}


async def test_a_method_has_a_setting_of_its_own():
    world = Told(resource("/x", mock()), resource("/y", mock()), where="y/ANY")
    await world.call("GET", "/x")
    assert world.said() == []
    plans = [world.live.stage(API, "s").routes.find("GET", path).value for path in ("/x", "/y")]
    assert [isinstance(plan.integration, ToldIntegration) for plan in plans] == [False, True]
    await world.call("GET", "/y")
    assert world.said()[-1] == "Method completed with status: 200"


async def test_errors_alone_are_written_where_the_level_says_so():
    world = Told(resource("/x", http_proxy()), level="ERROR")
    await world.call("GET", "/x")
    assert world.said() == []
    world.upstream.answer = UpstreamTimeout("nothing for 29 s")
    await world.call("GET", "/x")
    assert world.said() == [
        "Execution failed due to a timeout error",
        "Method completed with status: 504",
    ]


async def test_a_functions_error_has_its_own_words():
    world = Told(resource("/x", aws()))
    world.functions.answer = Outcome(
        status=200,
        payload=b'{"errorMessage": "no such pet"}',
        function_error="Unhandled",
        request_id="r1",
    )
    await world.call("GET", "/x")
    assert world.said()[-3:] == [
        (
            "Lambda execution failed with status 200 due to customer function error: no such pet. "
            "Lambda request id: r1"
        ),
        "Method completed with status: 200",
        "AWS Integration Endpoint RequestId : r1",
    ]


async def test_an_answer_that_is_none_is_named():
    world = Told(resource("/x", aws_proxy()), level="ERROR")
    world.functions.answer = Outcome(status=200, payload=b'"text"')
    await world.call("GET", "/x")
    first, last = world.said()
    assert first.startswith(
        "Execution failed due to configuration error: Malformed Lambda proxy response"
    )
    assert last == "Method completed with status: 502"


# --- Secrets and bytes --------------------------------------------------------------------------


def keyed(kind="TOKEN", **members):
    guard = Authorizer(
        id="g1",
        name="guard",
        type=kind,
        **{
            "identity_source": "method.request.header.X-Mine",
            "authorizer_uri": FUNCTION_URI,
            **members,
        },
    )
    method = {"authorization_type": "CUSTOM", "authorizer_id": "g1"}
    world = Told(resource("/x", aws_proxy(), **method), authorizers={"g1": guard})
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    said = {"principalId": "somebody", "policyDocument": {"Statement": [allow]}}
    world.functions.answer = Outcome(status=200, payload=json.dumps(said).encode())
    return world


async def test_an_authorizer_is_told_before_anything_else():
    world = keyed()
    await world.call("GET", "/x", X_Mine=TOKEN)
    shapes = world.shapes()
    assert shapes[:8] == [
        "Extended Request Id",
        "Starting authorizer",
        "Endpoint request URI",
        "Endpoint request headers",
        "Endpoint request body after transformations",
        "Authorizer result body before parsing",
        "Using valid authorizer policy for principal",
        "Successfully completed authorizer execution",
    ]
    assert shapes[8] == "Verifying Usage Plan for request"
    assert world.said()[1] == "Starting authorizer: g1 for request: ID"


@pytest.mark.parametrize(
    "headers, target",
    [
        pytest.param({"Authorization": f"Bearer {TOKEN}"}, "/x", id="authorization"),
        pytest.param({"X-Api-Key": TOKEN}, "/x", id="api-key"),
        pytest.param({"X-Amz-Security-Token": TOKEN}, "/x", id="session"),
        pytest.param({"X-Mine": TOKEN}, "/x", id="an-authorizers-own"),
        pytest.param({"X-Mine": "t", "x": "y"}, f"/x?key={TOKEN}", id="query"),
    ],
)
async def test_no_line_holds_a_secret_wherever_the_call_carries_it(headers, target):
    world = keyed(
        "REQUEST",
        identity_source="method.request.header.X-Mine,method.request.querystring.key",
        authorizer_result_ttl_in_seconds=0,
    )
    answered = await world.request("GET", f"/restapis/{API}/s/_user_request_{target}", **headers)
    assert answered.status in {200, 502}
    text = str(world.said())
    # The event that both functions got has it, and so has the request's own line.
    assert "*" * 20 in text
    assert TOKEN not in text


async def test_bytes_that_are_no_text_are_not_shown():
    world = Told(resource("/x", http_proxy()), binary=("*/*",))
    world.upstream.answer = backend(PNG, Content_Type="image/png")
    await world.call("POST", "/x", PNG)
    assert sum(line.endswith(": [Binary Data]") for line in world.said()) == 4


async def test_a_line_is_cut_where_the_service_cuts_it():
    world = Told(resource("/x", http_proxy()))
    await world.call("POST", "/x", "ä".encode() * 5000, X_Long="b" * 3000)
    raw = world.told.written[GROUP]
    assert max(len(line.encode()) for line in raw) <= 1024 + len("2026-01-31T12:00:00.000Z ")
    assert any(len(line.encode()) > 1000 for line in raw)


class Pieces:
    """A body of unknown length."""

    def __init__(self, pieces):
        self.pieces = list(pieces)
        self.read_before_sent = 0

    async def read(self):
        return self.pieces.pop(0) if self.pieces else b""

    def close(self):
        self.pieces.clear()


async def test_a_stream_goes_on_as_it_comes_and_its_beginning_is_shown():
    world = Told(resource("/x", http_proxy(response_transfer_mode="STREAM")))
    world.upstream.answer = backend(Body(Pieces([b"first ", b"x" * 20_000, b" last"])))
    answer = await world.call("GET", "/x")
    assert len(answer.data) == 20_011
    (line,) = (line for line in world.said() if line.startswith("Endpoint response body"))
    assert line.startswith("Endpoint response body before transformations: first xxx")


async def test_a_call_that_was_told_is_freed_without_the_collector():
    world = Told(resource("/x", http_proxy()))
    gc.collect()
    gc.disable()
    try:
        pieces = Pieces([b"a", b"b"])
        gone = weakref.ref(pieces)
        world.upstream.answer = backend(Body(pieces))
        await world.call("GET", "/x")
        world.upstream.answer, pieces = None, None
        world.upstream.asked.clear()
        assert gone() is None
    finally:
        gc.enable()


# --- Refusals ----------------------------------------------------------------------------------


async def test_who_is_not_let_in_is_told_in_the_words_of_the_service():
    world = keyed()
    world.functions.answer = Outcome(
        status=200, payload=b'{"errorMessage":"Unauthorized"}', function_error="Unhandled"
    )
    await world.call("GET", "/x", X_Mine=TOKEN)
    assert world.said()[-1] == "Unauthorized request: ID"
    deny = {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": "*"}
    said = {"principalId": "somebody", "policyDocument": {"Statement": [deny]}}
    world.functions.answer = Outcome(status=200, payload=json.dumps(said).encode())
    await world.call("GET", "/x", X_Mine=TOKEN)
    assert world.said()[-1] == "The client is not authorized to perform this operation."


async def test_a_missing_key_is_the_usage_plans_business():
    world = Told(resource("/x", mock(), api_key_required=True))
    await world.call("GET", "/x", X_Api_Key="nobody-knows-it")
    *_, verifying, failed = world.said()
    assert verifying.startswith("Verifying Usage Plan for request: ID. API Key: *")
    assert "not authorized because method 'ANY /x' requires API Key" in failed
    assert "nobody-knows-it" not in str(world.said())


async def test_a_canary_has_a_log_of_its_own():
    world = Told(resource("/x", mock()))
    world.set_stage(canary_settings=CanarySettings(deployment_id="dep", percent_traffic=100.0))
    await world.call("GET", "/x")
    assert world.said() == []
    assert world.said(f"{GROUP}/Canary")[-1] == "Method completed with status: 200"
