"""A stage's access log in its own words (spec: request-lifecycle 17)."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.gateway.builders import (
    API,
    FUNCTION_URI,
    World,
    aws_proxy,
    backend,
    http_proxy,
    mock,
    resource,
)

from octetgate.core.http.body import Body
from octetgate.core.model.access import Authorizer
from octetgate.core.model.stage import AccessLogSettings
from octetgate.core.ports.exchange import ClientCertificate, Tls
from octetgate.core.ports.functions import Outcome, TooManyInvocations
from octetgate.core.ports.stage_logs import BadDestination
from octetgate.core.ports.store import STAGES
from octetgate.core.ports.upstream import UpstreamTimeout


class FakeLogs:
    """One destination, ``here``."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def open(self, destination: str) -> Callable[[str], None]:
        if destination != "here":
            raise BadDestination(f"expected here, found {destination}")
        return self.lines.append


def world(text: str | None, destination: str | None = "here") -> World:
    made = World(logs=FakeLogs())
    made.deploy(
        resource("/pets/{id}", http_proxy(), "POST"), resource("/m", mock()), variables={"v": "1"}
    )
    write_as(made, text, destination)
    return made


def write_as(made: World, text: str | None, destination: str | None = "here") -> None:
    """Have the stage's calls written down."""
    settings = AccessLogSettings(destination_arn=destination, format=text)
    with made.store.write() as writing:
        stage = writing.get(STAGES, f"{API}/s")
        writing.put(STAGES, f"{API}/s", replace(stage, access_log_settings=settings))


CLF = (
    "$context.identity.sourceIp $context.identity.caller $context.identity.user "
    '[$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" '
    "$context.status $context.responseLength $context.requestId"
)


async def test_the_common_log_format_of_the_documentation():
    asked = world(CLF)
    answer = await asked.call("POST", "/pets/7")
    (line,) = asked.logs.lines
    assert re.fullmatch(
        r"203\.0\.113\.9 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
        rf'"POST /pets/{{id}} HTTP/1\.1" 200 2 {answer.headers.get("x-amzn-requestid")}',
        line,
    )


@pytest.mark.parametrize(
    "name, said",
    [
        ("stage", "s"),
        ("apiId", API),
        ("integrationStatus", "200"),
        ("integration.status", "200"),
        ("integration.responseTransferMode", "BUFFERED"),
        ("integration.error", "-"),
        ("error.message", "-"),
        ("identity.userAgent", "curl"),
        ("isCanaryRequest", "-"),
        ("nothing.at.all", "-"),
        ("identity", "-"),
    ],
)
async def test_what_a_variable_says(name, said):
    asked = world(f"$context.{name}")
    await asked.call("POST", "/pets/7", User_Agent="curl")
    assert asked.logs.lines == [said]


@pytest.mark.parametrize("answered, said", [({"statusCode": 201}, "201 200"), ("no", "200 200")])
async def test_a_functions_status_is_told_beside_lambdas_own(answered, said):
    asked = World(logs=FakeLogs())
    asked.deploy(resource("/f", aws_proxy(), "POST"))
    write_as(asked, "$context.integration.status $context.integrationStatus")
    asked.functions.answer = Outcome(status=200, payload=json.dumps(answered).encode())
    await asked.call("POST", "/f")
    assert asked.logs.lines == [said]


@pytest.mark.parametrize("name", ["responseLatency", "integrationLatency", "integration.latency"])
async def test_latencies_are_whole_milliseconds(name):
    asked = world(f"$context.{name}")
    await asked.call("POST", "/pets/7")
    assert re.fullmatch(r"\d+", asked.logs.lines[0])


async def test_a_call_without_an_integration_has_no_integration_latency():
    asked = world("$context.integrationLatency $context.integrationStatus")
    await asked.call("GET", "/nowhere")
    assert asked.logs.lines == ["- -"]


# --- Every variable that AWS documents for access logs (spec: mapping 8, lifecycle 17.2) ---------

WHOLE, UUID = r"\d+", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FOR_A_GUARDED_CALL = {
    "accountId": r"\d{12}",
    "apiId": API,
    "authenticate.error": "-",  # by a signature, which is another call's
    "authenticate.latency": "-",
    "authenticate.status": "-",
    "authorize.error": "-",
    "authorize.latency": WHOLE,
    "authorize.status": "200",
    "authorizer.claims.sub": "-",  # of a token, which is another call's
    "authorizer.error": "-",
    "authorizer.integrationLatency": WHOLE,
    "authorizer.integrationStatus": "200",
    "authorizer.latency": WHOLE,
    "authorizer.principalId": "me",
    "authorizer.tenant": "acme",
    "authorizer.requestId": "of-the-authorizer",
    "authorizer.status": "200",
    "awsEndpointRequestId": "-",  # of an AWS endpoint
    "awsEndpointRequestId2": "-",
    "cipherSuite": "TLS_AES_128_GCM_SHA256",
    "customDomain.basePathMatched": "v1",
    "customDomain.routingRuleIdMatched": "-",  # there are no routing rules here
    "deploymentId": "dep",
    "domainName": "pets.example",
    "domainPrefix": "pets",
    "endpointType": "EDGE",
    "error.message": "-",
    "error.messageString": "-",
    "error.responseType": "-",
    "error.validationErrorString": "-",
    "extendedRequestId": ".{15}=",
    "httpMethod": "POST",
    "identity.accessKey": "-",  # of a signature
    "identity.accountId": "-",
    "identity.apiKey": "-",  # where methods want one
    "identity.apiKeyId": "-",
    "identity.caller": "-",
    "identity.clientCert.clientCertPem": "pem",
    "identity.clientCert.issuerDN": "CN=authority",
    "identity.clientCert.serialNumber": "01:02",
    "identity.clientCert.subjectDN": "CN=client",
    "identity.clientCert.validity.notAfter": "later",
    "identity.clientCert.validity.notBefore": "sooner",
    "identity.cognitoAuthenticationProvider": "-",
    "identity.cognitoAuthenticationType": "-",
    "identity.cognitoIdentityId": "-",
    "identity.cognitoIdentityPoolId": "-",
    "identity.principalOrgId": "-",
    "identity.sourceIp": r"203\.0\.113\.9",
    "identity.user": "-",
    "identity.userAgent": "curl",
    "identity.userArn": "-",
    "identity.vpcId": "-",
    "identity.vpceId": "-",
    "integration.error": "-",
    "integration.integrationStatus": "201",
    "integration.latency": WHOLE,
    "integration.requestId": "-",
    "integration.responseTransferMode": "BUFFERED",
    "integration.status": "201",
    "integration.timeToAllHeaders": "-",  # of an answer that streams
    "integration.timeToFirstContent": "-",
    "integrationErrorMessage": "-",
    "integrationLatency": WHOLE,
    "integrationStatus": "201",
    "isCanaryRequest": "-",  # where there is a canary
    "operationName": "AddPet",
    "path": "/v1/pets/7",
    "protocol": r"HTTP/1\.1",
    "requestId": UUID,
    "requestTime": r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000",
    "requestTimeEpoch": r"\d{13}",
    "resourceId": r"pets/\{id\}",
    "resourcePath": r"/pets/\{id\}",
    "responseLatency": WHOLE,
    "responseLength": "5",
    "stage": "s",
    "status": "201",
    "tlsVersion": r"TLSv1\.3",
    "waf.error": "-",  # there is no WAF here
    "waf.latency": "-",
    "waf.status": "-",
    "wafResponseCode": "-",
    "webaclArn": "-",
    "xrayTraceId": r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}",
}


def guarded(text: str) -> World:
    """A stage behind a Lambda authorizer and a base path."""
    made = World(logs=FakeLogs())
    guard = Authorizer(
        id="g1",
        name="guard",
        type="TOKEN",
        identity_source="method.request.header.Auth",
        authorizer_uri=FUNCTION_URI,
    )
    method = {"authorization_type": "CUSTOM", "authorizer_id": "g1", "operation_name": "AddPet"}
    made.deploy(resource("/pets/{id}", http_proxy(), "POST", **method), authorizers={"g1": guard})
    made.map_domain("pets.example", "v1")
    said = {
        "principalId": "me",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}],
        },
        "context": {"tenant": "acme"},
    }
    payload = json.dumps(said).encode()
    made.functions.answer = Outcome(status=200, payload=payload, request_id="of-the-authorizer")
    made.upstream.answer = backend(b"added", 201)
    write_as(made, text)
    return made


async def test_every_documented_variable_says_what_the_call_has_of_it():
    names = list(FOR_A_GUARDED_CALL)
    asked = guarded("|".join(f"$context.{name}" for name in names))
    client = ClientCertificate(
        pem="pem",
        subject_dn="CN=client",
        issuer_dn="CN=authority",
        serial_number="01:02",
        not_before="sooner",
        not_after="later",
        ends=2e9,
        issuer_is_trusted=True,
    )
    asked.tls = Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", client=client)
    answer = await asked.request(
        "POST", "/v1/pets/7", Host="pets.example", Auth="t", User_Agent="curl"
    )
    assert answer.status == 201
    told = dict(zip(names, asked.logs.lines[0].split("|"), strict=True))
    wrong = {
        name: said
        for name, said in told.items()
        if not re.fullmatch(FOR_A_GUARDED_CALL[name], said)
    }
    assert wrong == {}


def test_every_documented_variable_is_in_the_guide():
    guide = Path(__file__).parents[3] / "docs" / "how-to" / "word-the-access-log.md"
    named = set(re.findall(r"[A-Za-z0-9.]+", guide.read_text()))
    missing = {
        name
        for name in FOR_A_GUARDED_CALL
        if not {name, f"context.{name}", f".{name.rpartition('.')[2]}"} & named
    }
    assert missing == set()


REFUSALS = "$context.authorizer.status $context.authorizer.error $context.authorize.status"


@pytest.mark.parametrize(
    "answer, said",
    [
        pytest.param(
            Outcome(
                status=200,
                payload=b'{"errorMessage":"Unauthorized"}',
                function_error="Unhandled",
            ),
            "401 Unauthorized -",
            id="unauthorized",
        ),
        pytest.param(TooManyInvocations("no room"), "500 - -", id="could-not-be-asked"),
        pytest.param(
            Outcome(
                status=200,
                payload=json.dumps(
                    {
                        "principalId": "me",
                        "policyDocument": {
                            "Statement": [
                                {
                                    "Effect": "Deny",
                                    "Action": "execute-api:Invoke",
                                    "Resource": "*",
                                }
                            ]
                        },
                    }
                ).encode(),
            ),
            "200 - 403",
            id="denied",
        ),
    ],
)
async def test_an_authorizer_that_fails_is_told_from_a_policy_that_denies(answer, said):
    asked = guarded(REFUSALS)
    asked.functions.answer = answer
    await asked.request("POST", "/v1/pets/7", Host="pets.example", Auth="t")
    assert asked.logs.lines == [said]


async def test_a_signature_that_fails_is_the_business_of_authenticating():
    made = World(logs=FakeLogs())
    made.deploy(resource("/m", mock(), authorization_type="AWS_IAM"))
    write_as(
        made, "$context.authenticate.status $context.authorize.status $context.authorizer.status"
    )
    await made.call("GET", "/m")
    assert made.logs.lines == ["403 - -"]


async def test_a_stream_says_when_its_headers_and_its_first_bytes_came():
    made = World(logs=FakeLogs())
    made.deploy(resource("/s", http_proxy(response_transfer_mode="STREAM"), "GET"))
    write_as(
        made,
        "$context.integration.responseTransferMode $context.integration.timeToAllHeaders "
        "$context.integration.timeToFirstContent $context.integrationLatency",
    )
    made.upstream.answer = backend(Body(Pieces([b"one", b"two"])))
    answer = await made.call("GET", "/s")
    assert answer.data == b"onetwo"
    assert re.fullmatch(r"STREAMED \d+ \d+ \d+", made.logs.lines[0])
    line = answer.line
    assert 0 < line["timeToAllHeaders"] <= line["timeToFirstContent"] <= line["integrationLatency"]


async def test_a_stream_without_a_byte_has_no_first_one():
    made = World(logs=FakeLogs())
    made.deploy(resource("/s", http_proxy(response_transfer_mode="STREAM"), "GET"))
    write_as(made, "$context.integration.timeToFirstContent")
    made.upstream.answer = backend(Body(Pieces([])))
    assert "timeToFirstContent" not in (await made.call("GET", "/s")).line
    assert made.logs.lines == ["-"]


class Pieces:
    """A body of unknown length."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def close(self) -> None:
        self._pieces.clear()


async def test_a_refusal_says_why():
    asked = world(
        "$context.status $context.error.responseType $context.error.message "
        "$context.error.messageString $context.integrationErrorMessage"
    )
    asked.upstream.answer = UpstreamTimeout("nothing for 29 s")
    await asked.call("POST", "/pets/7")
    message = "Endpoint request timed out"
    said = f'504 INTEGRATION_TIMEOUT {message} "{message}" nothing for 29 s'
    assert asked.logs.lines == [said]


async def test_what_a_client_sends_stays_inside_its_quotes():
    asked = world('{"agent": "$context.identity.userAgent", "path": "$context.path"}')
    await asked.call("POST", '/pets/"7', User_Agent='x", "status": "200\\')
    (line,) = asked.logs.lines
    told = json.loads(line)
    assert told["agent"] == 'x", "status": "200\\'
    assert set(told) == {"agent", "path"}


async def test_only_context_variables_mean_something():
    asked = world("$stageVariables.v $method.request.header.Host $context.stage")
    await asked.call("POST", "/pets/7")
    assert asked.logs.lines == ["- - s"]


@pytest.mark.parametrize("text, destination", [(None, "here"), (CLF, None)])
async def test_without_a_format_or_a_destination_nothing_is_written(text, destination):
    asked = world(text, destination)
    assert (await asked.call("POST", "/pets/7")).status == 200
    assert asked.logs.lines == []


async def test_a_destination_that_is_none_is_named_and_calls_are_answered(caplog):
    asked = world(CLF, "there")
    assert (await asked.call("POST", "/pets/7")).status == 200
    assert "expected here, found there" in caplog.text
