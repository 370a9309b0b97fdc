"""TestInvokeMethod's calls: backends are real servers, only Lambda is a fake of its port."""

import asyncio
import contextlib
import json
import re

import pytest
from tests.gateway.builders import FUNCTION, aws, aws_proxy, http, http_proxy, mock, resource
from tests.gateway.front import Backend, FakeFunctions

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.core.http.headers import Headers
from octetgate.core.model.api import RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.model.integration import IntegrationResponse
from octetgate.core.ports.functions import FunctionNotFound, InvokeDenied, Outcome
from octetgate.core.ports.rehearsal import Rehearsal
from octetgate.gateway.rehearsal import Rehearsals
from octetgate.gateway.snapshot import Ports

_LINE = re.compile(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} : (.*)", re.DOTALL)
SERVICES = AwsServices(AwsSettings())
PNG = b"\x89PNG\r\n\x1a\n\xff"


class Stage:
    """What rehearsals are played on."""

    def __init__(self, backend, pool):
        self.backend = backend
        self.functions = FakeFunctions()
        self.rehearsals = Rehearsals(Ports(pool, self.functions, SERVICES), stream_seconds=0.3)

    async def play(
        self, integration, *, path="/x", target=None, verb="GET", body=b"", binary=(), **given
    ):
        made = resource(path, integration, **given.pop("method", {}))
        headers = given.pop("headers", {})
        definition = ApiDefinition(
            rest_api=RestApi(
                id="abcdefghij",
                name="x",
                created_date=0,
                root_resource_id="r",
                binary_media_types=binary,
            ),
            resources={made.id: made},
        )
        return await self.rehearsals.play(
            Rehearsal(
                definition=definition,
                resource=made,
                method=made.resource_methods["ANY"],
                verb=verb,
                target=target or path,
                headers=Headers(headers.items()),
                body=body,
                variables=given.pop("variables", {}),
            )
        )


@contextlib.asynccontextmanager
async def answering(head):
    """Serve so much of an answer to every request, and then nothing; give the URL."""
    tasks = []

    async def answer(reader, writer):
        tasks.append(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head)
            await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.gather(*tasks)


@pytest.fixture
async def stage():
    backend, pool = Backend(), Pool(PoolSettings())
    server = await asyncio.start_server(backend.serve, "127.0.0.1", 0)
    backend.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield Stage(backend, pool)
    await pool.close()
    server.close()
    await server.wait_closed()
    await asyncio.gather(*backend.tasks)


def said(done):
    """Return the log's lines without their dates; each of them has to have one."""
    first, *lines = done.log.rstrip("\n").split("\n")
    assert first.startswith("Execution log for request ")
    request_id = first.rpartition(" ")[2]
    found = [_LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    return [match[1].replace(request_id, "ID") for match in found]


def shapes(done):
    """Return what each line is about: its text up to the first colon."""
    return [line.partition(":")[0] for line in said(done)]


async def test_an_http_endpoints_log_has_every_line_in_the_recorded_order(stage):
    stage.backend.returns(b'{"back": 1}', "application/json")
    done = await stage.play(
        http(
            f"{stage.backend.url}/things",
            request_templates={"application/json": '{"made": $input.body}'},
            request_parameters={
                "integration.request.querystring.q": "method.request.querystring.queryTest"
            },
        ),
        target="/x?queryTest=value",
        verb="POST",
        body=b"[1]",
        headers={"content-type": "application/json"},
    )
    lines = said(done)
    uri = f"{stage.backend.url}/things?q=value"
    assert lines[:6] == [
        "Starting execution for request: ID",
        "HTTP Method: POST, Resource Path: /x",
        "Method request path: {}",
        "Method request query string: {queryTest=value}",
        "Method request headers: {content-type=application/json}",
        "Method request body before transformations: [1]",
    ]
    assert lines[6] == f"Endpoint request URI: {uri}"
    assert lines[7].startswith("Endpoint request headers: {Host=127.0.0.1:")
    assert "User-Agent=AmazonAPIGateway_abcdefghij" in lines[7]
    assert lines[8] == 'Endpoint request body after transformations: {"made": [1]}'
    assert lines[9] == f"Sending request to {uri}"
    assert re.fullmatch(r"Received response. Status: 200, Integration latency: \d+ ms", lines[10])
    assert lines[11].startswith("Endpoint response headers: {Content-Type=application/json")
    assert lines[12] == 'Endpoint response body before transformations: {"back": 1}'
    assert lines[13] == 'Method response body after transformations: {"back": 1}'
    assert re.fullmatch(
        r"Method response headers: \{X-Amzn-Trace-Id=Root=1-\S+, Content-Type=application/json\}",
        lines[14],
    )
    assert lines[15:] == ["Successfully completed execution", "Method completed with status: 200"]
    assert (done.status, done.body) == (200, b'{"back": 1}')
    assert [name for name, _ in done.headers] == ["X-Amzn-Trace-Id", "Content-Type"]
    assert [message.body for message in stage.backend.got] == [b'{"made": [1]}']


async def test_mock_has_no_endpoint_lines_and_no_trace_id(stage):
    done = await stage.play(
        mock(
            integration_responses={
                "200": IntegrationResponse(
                    status_code="200", response_templates={"application/json": '{"a": 1}'}
                )
            }
        )
    )
    assert shapes(done) == [
        "Starting execution for request",
        "HTTP Method",
        "Method request path",
        "Method request query string",
        "Method request headers",
        "Method request body before transformations",
        "Method response body after transformations",
        "Method response headers",
        "Successfully completed execution",
        "Method completed with status",
    ]
    assert done.headers == Headers([("Content-Type", "application/json")])
    assert done.body == b'{"a": 1}'


async def test_a_proxied_backends_answer_comes_as_it_is(stage):
    stage.backend.returns(b"gone", "text/plain", 410)
    done = await stage.play(http_proxy(f"{stage.backend.url}/b", http_method="GET"))
    assert (done.status, done.body) == (410, b"gone")
    assert done.headers.get("content-type") == "text/plain"
    assert "Received response. Status: 410" in done.log
    assert "Successfully completed execution" in done.log


async def test_path_query_headers_and_stage_variables_are_the_callers(stage):
    done = await stage.play(
        http_proxy(
            f"{stage.backend.url}/${{stageVariables.base}}/{{id}}",
            http_method="GET",
            request_parameters={"integration.request.path.id": "method.request.path.id"},
        ),
        path="/pets/{id}",
        target="/pets/7?a=1&a=2",
        headers={"X-One": "1"},
        variables={"base": "v2"},
    )
    (message,) = stage.backend.got
    assert message.start == "GET /v2/7?a=1&a=2 HTTP/1.1"
    assert message.header("x-one") == "1"
    assert "Method request path: {id=7}" in done.log
    assert "Method request query string: {a=1, a=2}" in done.log


@pytest.mark.parametrize("target", ["/other/7", "/pets/{id}"])
async def test_a_path_that_is_no_path_of_the_resource_has_no_parameters(stage, target):
    template = {"application/json": '{"statusCode": 200, "id": "$input.params(\'id\')"}'}
    done = await stage.play(mock(request_templates=template), path="/pets/{id}", target=target)
    assert done.status == 200
    assert "Method request path: {}" in done.log


async def test_the_stage_and_the_source_have_the_name_that_the_service_uses(stage):
    stage.functions.result = b'{"statusCode": 200, "body": "hello"}'
    done = await stage.play(aws_proxy(), verb="PUT", body=b"text")
    (invocation,) = stage.functions.got
    assert invocation.source_arn.endswith(":abcdefghij/test-invoke-stage/*/x")
    event = stage.functions.event
    assert event["requestContext"]["stage"] == "test-invoke-stage"
    assert event["requestContext"]["identity"]["sourceIp"] == "test-invoke-source-ip"
    assert (event["httpMethod"], event["path"], event["body"]) == ("PUT", "/x", "text")
    assert done.body == b"hello"
    lines = said(done)
    uri = f"https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/{FUNCTION}/invocations"
    assert f"Endpoint request URI: {uri}" in lines
    assert any(line.startswith("Endpoint request body after transformations: {") for line in lines)
    assert (
        'Endpoint response body before transformations: {"statusCode": 200, "body": "hello"}'
        in (lines)
    )


async def test_a_function_behind_templates_shows_what_it_was_sent(stage):
    stage.functions.result = b'"done"'
    done = await stage.play(
        aws(request_templates={"image/png": '{"image": "$input.body"}'}),
        verb="POST",
        body=b"iVBO",
        headers={"Content-Type": "image/png"},
        binary=("image/png",),
    )
    assert 'Endpoint request body after transformations: {"image": "aVZCTw=="}' in done.log
    assert 'Method response body after transformations: "done"' in done.log
    assert done.status == 200


@pytest.mark.parametrize(
    "integration, phrase",
    [
        pytest.param(
            mock(request_templates={"application/json": "{}"}),
            "Execution failed due to configuration error: Unable to parse statusCode. It should be "
            "an integer that is defined in the request template.",
            id="mock-without-a-status",
        ),
        pytest.param(
            mock(
                integration_responses={
                    "400": IntegrationResponse(status_code="400", selection_pattern="4..")
                }
            ),
            "Execution failed due to configuration error: No match for output mapping and no "
            "default output mapping configured. Endpoint Response Status Code: 200",
            id="no-response-fits",
        ),
        pytest.param(
            http("http://127.0.0.1:9/"),
            "Execution failed due to configuration error: Invalid endpoint address: ",
            id="nobody-listens",
        ),
    ],
)
async def test_a_failure_ends_the_log_with_its_phrase(stage, integration, phrase):
    done = await stage.play(integration)
    assert said(done)[-2].startswith(phrase)
    assert said(done)[-1] == "Method completed with status: 500"
    assert "Successfully" not in done.log
    assert json.loads(done.body) == {"message": "Internal server error"}
    assert {name.lower() for name, _ in done.headers} == {"x-amzn-errortype"}


async def test_a_proxy_answer_that_is_none_is_malformed(stage):
    stage.functions.result = b'"text"'
    done = await stage.play(aws_proxy())
    assert said(done)[-2].startswith(
        "Execution failed due to configuration error: Malformed Lambda proxy response"
    )
    assert done.status == 502


async def test_a_function_that_raises_is_the_customers_error(stage):
    class Raising:
        async def invoke(self, invocation):
            payload = b'{"errorMessage": "no such picture", "errorType": "E"}'
            return Outcome(
                status=200, payload=payload, function_error="Unhandled", request_id="r-1"
            )

    stage.rehearsals = Rehearsals(Ports(None, Raising(), SERVICES))
    done = await stage.play(aws_proxy())
    *_, failure, end = said(done)
    assert failure == (
        "Lambda execution failed with status 200 due to customer function error: no such picture. "
        "Lambda request id: r-1"
    )
    assert end == "Method completed with status: 502"


@pytest.mark.parametrize(
    "error, phrase",
    [
        (InvokeDenied("no"), "Invalid permissions on Lambda function"),
        (FunctionNotFound("f"), "ResourceNotFoundException: f"),
    ],
)
async def test_a_function_that_may_not_be_called_says_so(stage, error, phrase):
    class Refusing:
        async def invoke(self, invocation):
            raise error

    stage.rehearsals = Rehearsals(Ports(None, Refusing(), SERVICES))
    done = await stage.play(aws_proxy())
    assert said(done)[-2].startswith(f"Execution failed due to configuration error: {phrase}")


async def test_a_backend_that_is_too_slow_is_a_timeout(stage):
    async with answering(b"") as uri:
        done = await stage.play(http_proxy(uri, http_method="GET", timeout_in_millis=50))
    assert said(done)[-2:] == [
        "Execution failed due to a timeout error",
        "Method completed with status: 504",
    ]


async def test_a_type_without_a_template_is_refused_with_415(stage):
    done = await stage.play(
        http(passthrough_behavior="NEVER"), headers={"Content-Type": "image/gif"}
    )
    assert done.status == 415
    assert said(done)[-2].startswith("Unsupported Media Type: expected a template for image/gif")


async def test_a_method_that_cannot_be_served_says_why(stage):
    done = await stage.play(http("ftp://somewhere/"))
    assert "configuration error: ANY /x: uri: expected http(s)" in done.log


async def test_authorizers_and_keys_are_skipped(stage):
    closed = {"authorization_type": "AWS_IAM", "api_key_required": True}
    done = await stage.play(mock(), method=closed)
    assert done.status == 200


async def test_bytes_are_named_as_such_and_come_back_as_they_are(stage):
    stage.backend.returns(PNG, "image/png")
    done = await stage.play(
        http_proxy(f"{stage.backend.url}/", http_method="GET"),
        binary=("image/png",),
        headers={"Accept": "image/png"},
    )
    assert done.body == PNG
    assert "Endpoint response body before transformations: [Binary Data]" in done.log


async def test_what_overrides_the_verb_is_the_same_as_in_a_deployed_call(stage):
    done = await stage.play(
        http_proxy(f"{stage.backend.url}/", http_method="ANY"),
        verb="POST",
        headers={"X-HTTP-Method-Override": "DELETE"},
    )
    assert done.status == 200
    assert stage.backend.got[0].method == "DELETE"


# --- Streams -----------------------------------------------------------------------------------


async def test_a_stream_is_cut_at_one_mebibyte_and_has_no_log(stage):
    stage.backend.returns(b"x" * 1_100_000, "text/plain")
    done = await stage.play(
        http_proxy(f"{stage.backend.url}/", http_method="GET", response_transfer_mode="STREAM")
    )
    assert (done.status, len(done.body), done.log) == (200, 1_048_576, "")


@pytest.mark.parametrize("head, status", [(b"", 0), (b"HTTP/1.1 200 OK\r\n\r\nhalf", 200)])
async def test_a_stream_that_does_not_end_in_time_comes_as_far_as_it_got(stage, head, status):
    async with answering(head) as uri:
        done = await stage.play(http_proxy(uri, http_method="GET", response_transfer_mode="STREAM"))
    assert (done.status, done.body) == (status, b"half" if status else b"")


async def test_a_signature_and_its_token_are_not_told(stage):
    settings = AwsSettings(
        endpoint_url=stage.backend.url,
        access_key_id="AKIAEXAMPLE",
        secret_access_key="secret",
        session_token="IQoJb3JpZ2luX2VjEXAMPLETOKEN",
    )
    pool = Pool(PoolSettings())
    stage.rehearsals = Rehearsals(Ports(pool, stage.functions, AwsServices(settings)))
    uri = "arn:aws:apigateway:us-east-1:sns:action/Publish"
    done = await stage.play(aws(uri=uri), headers={"Authorization": "the caller's"})
    await pool.close()
    (sent,) = stage.backend.got
    assert sent.header("authorization").startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert done.status == 200
    assert "AKIAEXAMPLE" not in done.log
    assert "IQoJb3JpZ2lu" not in done.log
    assert f"Authorization={'*' * 32}{sent.header('authorization')[-6:]}" in done.log
