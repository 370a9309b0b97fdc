"""Functions of a Lambda elsewhere, through sockets."""

import base64
import json

import pytest
from tests.gateway.front import FUNCTION_URI, Backend, running

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.adapters.runners.remote import RemoteFunctions
from octetgate.adapters.upstream.pool import Pool, PoolSettings
from octetgate.core.ports.functions import (
    Invocation,
    InvocationType,
    InvokeError,
    TooManyInvocations,
)
from octetgate.server.backends import gateway_ports
from octetgate.server.settings import Settings

ARN = "arn:aws:lambda:eu-west-1:000000000000:function:f"


@pytest.fixture
async def remote():
    async with running() as front:
        settings = AwsSettings(
            endpoint_urls={"lambda": front.backend.url},
            access_key_id="AKIAEXAMPLE",
            secret_access_key="secret",
        )
        pool = Pool(PoolSettings())
        yield front.backend, RemoteFunctions(pool, AwsServices(settings), "us-east-1")
        await pool.close()


async def test_an_invocation_is_a_signed_request(remote):
    backend, functions = remote
    backend.returns(b'"done"', "application/json")
    backend.fields += [
        ("X-Amz-Executed-Version", "7"),
        ("X-Amz-Log-Result", base64.b64encode(b"END").decode()),
        ("x-amzn-RequestId", "id"),
    ]
    invocation = Invocation(
        function=ARN,
        payload=b'{"a": 1}',
        qualifier="live",
        source_arn="arn:aws:execute-api:us-east-1:1:abcdefghij/s/GET/",
        log_tail=True,
        trace_id="Root=1-2-3",
        request_id="tag",
    )
    outcome = await functions.invoke(invocation)
    assert (outcome.status, outcome.payload, outcome.function_error) == (200, b'"done"', None)
    assert (outcome.executed_version, outcome.log_tail, outcome.request_id) == ("7", b"END", "id")
    (got,) = backend.got
    name = ARN.replace(":", "%3A")
    assert got.start == f"POST /2015-03-31/functions/{name}/invocations?Qualifier=live HTTP/1.1"
    assert got.body == b'{"a": 1}'
    assert "/eu-west-1/lambda/aws4_request" in got.header("authorization")
    for header, value in {
        "x-amzn-lambda-integration-tag": "tag",
        "x-amzn-apigateway-api-id": "abcdefghij",
        "user-agent": "AmazonAPIGateway_abcdefghij",
        "x-amz-invocation-type": "RequestResponse",
        "x-amz-log-type": "Tail",
        "x-amzn-trace-id": "Root=1-2-3",
    }.items():
        assert got.header(header) == value


@pytest.mark.parametrize(
    "kind, status", [(InvocationType.EVENT, 202), (InvocationType.DRY_RUN, 204)]
)
async def test_the_invocation_type_is_said(remote, kind, status):
    backend, functions = remote
    backend.returns(b"", None, status)
    outcome = await functions.invoke(Invocation(function="f", payload=b"{}", type=kind))
    assert (outcome.status, outcome.payload) == (status, b"")
    assert backend.got[0].header("x-amz-invocation-type") == kind


async def test_a_functions_error_is_an_outcome(remote):
    backend, functions = remote
    backend.returns(b'{"errorMessage": "boom"}', "application/json")
    backend.fields.append(("X-Amz-Function-Error", "Unhandled"))
    outcome = await functions.invoke(Invocation(function="f", payload=b"{}"))
    assert outcome.function_error == "Unhandled"


async def test_a_refusal_is_the_error_of_its_name(remote):
    backend, functions = remote
    backend.returns(b'{"message": "Rate exceeded"}', "application/json", 429)
    backend.fields.append(("x-amzn-ErrorType", "TooManyRequestsException:"))
    with pytest.raises(TooManyInvocations, match=r"429 TooManyRequestsException: .*Rate exceeded"):
        await functions.invoke(Invocation(function="f", payload=b"{}"))


async def test_a_place_that_is_not_there_and_no_credentials_are_errors(remote):
    backend, _ = remote
    pool = Pool(PoolSettings())
    for settings, reason in (
        (AwsSettings(endpoint_url=backend.url), "aws_access_key_id"),
        (
            AwsSettings(
                endpoint_url="http://127.0.0.1:1", access_key_id="a", secret_access_key="b"
            ),
            "no connection",
        ),
    ):
        functions = RemoteFunctions(pool, AwsServices(settings), "us-east-1")
        with pytest.raises(InvokeError, match=reason):
            await functions.invoke(Invocation(function="f", payload=b"{}"))
    await pool.close()


async def test_only_an_endpoint_of_lambdas_own_takes_functions_away():
    here, pool = object(), Pool(PoolSettings())
    everything = Settings(aws_endpoint_url="http://all")
    assert gateway_ports(everything, pool, here).functions is here
    lambdas = Settings(aws_endpoint_urls=(("lambda", "http://there"),))
    assert isinstance(gateway_ports(lambdas, pool, here).functions, RemoteFunctions)


@pytest.mark.parametrize("kind", ["AWS", "AWS_PROXY"])
async def test_integrations_call_functions_there(remote, kind):
    backend, functions = remote
    result = {"statusCode": 200, "body": "proxied"} if kind == "AWS_PROXY" else "returned"
    backend.returns(json.dumps(result).encode(), "application/json")
    async with running(functions=functions) as front:
        front.deploy(front.integration(kind, uri=FUNCTION_URI))
        answer = await front.ask(body=b"{}", content_type="application/json")
    assert answer.status == 200
    assert answer.body == (b"proxied" if kind == "AWS_PROXY" else b'"returned"')
    assert isinstance(backend, Backend)


async def test_a_stream_is_refused_and_not_asked_for(remote):
    backend, functions = remote
    with pytest.raises(InvokeError, match="expected a function that runs here"):
        await functions.stream(Invocation(function=ARN, payload=b"{}"))
    assert not backend.got
