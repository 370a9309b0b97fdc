"""What is signed is what is sent: the verifier below is written from AWS's documentation alone.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from urllib.parse import quote, unquote

import pytest
from tests.gateway.front import API, Message, running

from octetgate.adapters.aws.services import AwsSettings

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
JSON = "application/json"


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encoded(text, safe=""):
    return quote(text, safe=f"-._~{safe}")


def canonical_query(query):
    pairs = [each.partition("=")[::2] for each in query.split("&") if each]
    return "&".join(
        f"{encoded(unquote(name))}={encoded(unquote(value))}" for name, value in sorted(pairs)
    )


def verified(message: Message) -> dict[str, str]:
    """Check the signature of a request that arrived; return what the scope says."""
    method, target, _ = message.start.split(" ")
    path, _, query = target.partition("?")
    given = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/"
        r"(?P<service>[^/]+)/aws4_request, SignedHeaders=(?P<headers>[^,]+), "
        r"Signature=(?P<signature>[0-9a-f]{64})",
        message.header("authorization"),
    )
    service = given["service"]
    digest = message.header("x-amz-content-sha256") or hashlib.sha256(message.body).hexdigest()
    if digest != "UNSIGNED-PAYLOAD":
        assert digest == hashlib.sha256(message.body).hexdigest()
    names = given["headers"].split(";")
    assert names == sorted(names)
    assert {"host", "x-amz-date"} <= set(names)
    canonical = "\n".join(
        [
            method,
            encoded(unquote(path), "/") if service == "s3" else encoded(path, "/"),
            canonical_query(query),
            *(f"{name}:{' '.join(message.header(name).split())}" for name in names),
            "",
            given["headers"],
            digest,
        ]
    )
    date = message.header("x-amz-date")
    scope = f"{given['day']}/{given['region']}/{service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    key = f"AWS4{SECRET}".encode()
    for part in (given["day"], given["region"], service, "aws4_request"):
        key = keyed(key, part)
    expected = hmac.new(
        key, f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}".encode(), hashlib.sha256
    ).hexdigest()
    assert given["signature"] == expected
    return {**given.groupdict(), "digest": digest}


@pytest.fixture
async def front():
    """Return a gateway whose AWS services are one small HTTP server."""
    settings = AwsSettings(access_key_id="AKIAEXAMPLE", secret_access_key=SECRET)
    async with running(settings, services_at_backend=True) as started:
        started.backend.returns(b"{}", JSON)
        yield started


@pytest.mark.parametrize(
    "uri, method, path, service",
    [
        ("s3:path/bucket/{p}", "PUT", "/x/a%2Fb%20(c)!'*é".encode().decode("latin-1"), "s3"),
        ("s3:path/bucket/{p}?list-type=2&prefix=a/b c+d&acl", "GET", "/x/k", "s3"),
        ("s3:action/GetObject&Bucket=b&Key={p}&VersionId=1/2", "GET", "/x/k%25", "s3"),
        ("sqs:path/000000000000/q", "POST", "/x/y", "sqs"),
        ("sqs:action/SendMessage", "POST", "/x/y", "sqs"),
        ("dynamodb:action/Query", "POST", "/x/y", "dynamodb"),
        ("states:action/StartExecution", "POST", "/x/y", "states"),
        ("abc.appsync-api:path/graphql", "POST", "/x/y", "appsync"),
        ("data-ats.iot:path/topics/a%2Fb/{p}", "POST", "/x/c%2Fd%20e", "iotdata"),
        ("email:action/SendEmail", "POST", "/x/y", "ses"),
    ],
)
async def test_a_signature_covers_what_was_sent(front, uri, method, path, service):
    front.deploy(
        front.integration(
            "AWS",
            uri=f"arn:aws:apigateway:eu-west-1:{uri}",
            http_method=method,
            request_parameters={
                "integration.request.path.p": "method.request.path.proxy",
                "integration.request.querystring.m": "'a b/c+d=é&'",
                "integration.request.header.X-Spaced": "'a   b é'",
            },
        ),
        path="/x/{proxy+}",
    )
    answer = await front.ask("POST", b'{"a": 1}', content_type=JSON, path=path)
    assert answer.status == 200, front.lines
    (request,) = front.backend.got
    said = verified(request)
    assert (said["id"], said["region"], said["service"]) == ("AKIAEXAMPLE", "eu-west-1", service)


async def test_temporary_credentials_bring_their_token():
    settings = AwsSettings(access_key_id="A", secret_access_key=SECRET, session_token="the token")
    async with running(settings, services_at_backend=True) as front:
        front.deploy(
            front.integration("AWS", uri="arn:aws:apigateway:us-east-1:sns:action/Publish")
        )
        await front.ask(body=b"{}", content_type=JSON)
        (request,) = front.backend.got
        assert request.header("x-amz-security-token") == "the token"
        assert "x-amz-security-token" in verified(request)["headers"]


async def test_a_body_that_streams_to_s3_is_not_part_of_the_signature(front):
    uri = "arn:aws:apigateway:us-east-1:s3:path/bucket/key"
    front.deploy(front.integration("AWS", uri=uri, http_method="PUT"), ("*/*",))
    await front.ask("PUT", bytes(1 << 20), content_type=JSON)
    await front.ask("PUT", b"short", content_type=JSON)
    large, short = (verified(request)["digest"] for request in front.backend.got)
    assert large == "UNSIGNED-PAYLOAD"
    assert short == hashlib.sha256(b"short").hexdigest()


@pytest.mark.parametrize(
    "credentials",
    [None, "arn:aws:iam::*:user/*", "arn:aws:iam::000000000000:role/${stageVariables.r}"],
)
async def test_the_configured_credentials_sign_whoever_the_api_names(front, credentials):
    uri = "arn:aws:apigateway:us-east-1:sns:action/Publish"
    front.deploy(front.integration("AWS", uri=uri, credentials=credentials))
    assert (await front.ask(body=b"{}", content_type=JSON)).status == 200
    assert verified(front.backend.got[0])["id"] == "AKIAEXAMPLE"


async def test_without_credentials_the_log_names_the_settings():
    async with running(services_at_backend=True) as front:
        uri = "arn:aws:apigateway:us-east-1:sns:action/Publish"
        front.deploy(front.integration("AWS", uri=uri))
        answer = await front.ask(body=b"{}", content_type=JSON)
        assert answer.error == (500, "Internal server error")
        assert "aws_access_key_id" in front.lines[0]["error"]
        assert "AWS_SECRET_ACCESS_KEY" in front.lines[0]["error"]
        assert front.backend.got == []


async def test_what_an_aws_service_hears_is_recorded(front):
    front.deploy(
        front.integration(
            "AWS",
            uri="arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
            request_parameters={
                "integration.request.header.Referer": "'dropped'",
                "integration.request.header.Host": "'dropped'",
                "integration.request.header.Via": "'dropped'",
                "integration.request.header.X-Mapped": "'kept'",
            },
        )
    )
    await front.ask(body=b"{}", content_type=JSON, accept="image/png")
    (request,) = front.backend.got
    sent = {name: value for name, value in request.fields if not name.startswith("X-Amz-Date")}
    assert sent.pop("Authorization").startswith("AWS4-HMAC-SHA256")
    assert sent.pop("X-Amzn-Trace-Id").startswith("Root=1-")
    assert sent == {
        "Host": front.backend.url.removeprefix("http://"),
        "Accept": "application/json",
        "User-Agent": f"AmazonAPIGateway_{API}",
        "x-amzn-apigateway-api-id": API,
        "X-Amz-Target": "DynamoDB_20120810.PutItem",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Mapped": "kept",
        "Content-Length": "2",
    }
    assert request.start == "POST /?Action=PutItem HTTP/1.1"


@pytest.mark.parametrize(
    "service, target", [("sqs:action/SendMessage", None), ("events:action/PutEvents", None), ("kinesis:action/PutRecord", "Kinesis_20131202.PutRecord"), ("firehose:action/PutRecord", "Firehose_20150804.PutRecord"), ("ssm:action/GetParameter", "AmazonSSM.GetParameter"), ("states:action/StartExecution", "AWSStepFunctions.StartExecution"), ("states:path/", None), ("sns:action/Publish", None)],
)  # fmt: skip
async def test_a_json_services_action_has_a_target_where_it_was_recorded(front, service, target):
    front.deploy(front.integration("AWS", uri=f"arn:aws:apigateway:us-east-1:{service}"))
    await front.ask(body=b"{}", content_type="text/plain")
    (request,) = front.backend.got
    assert request.header("x-amz-target") == target
    kind = "application/x-amz-json-1." if target else "text/plain"
    assert request.header("content-type").startswith(kind)


@pytest.mark.parametrize(
    "name",
    [
        "Content-Length",
        "Transfer-Encoding",
        "X-Amzn-Trace-Id",
        "X-Amzn-Apigateway-Api-Id",
        "Authorization",
        "connection",
        "Expect",
        "PROXY-AUTHENTICATE",
        "TE",
    ],
)
async def test_a_forbidden_mapping_is_a_500(front, name):
    front.deploy(
        front.integration(
            "AWS",
            uri="arn:aws:apigateway:us-east-1:sns:action/Publish",
            request_parameters={f"integration.request.header.{name}": "'x'"},
        )
    )
    answer = await front.ask(body=b"{}", content_type=JSON)
    assert answer.error == (500, "Internal server error")
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
    assert front.backend.got == []


@pytest.mark.parametrize(
    "uri, reason",
    [
        ("s3:action/Fly", "expected an action of s3, found 'Fly'"),
        ("s3:action/GetObject&Bucket=b", "integration.request.path.Key"),
        ("s3:path/b/{key}", "integration.request.path.key"),
    ],
)
async def test_a_uri_that_cannot_be_filled_is_a_500_that_says_why(front, uri, reason):
    front.deploy(front.integration("AWS", uri=f"arn:aws:apigateway:us-east-1:{uri}"))
    answer = await front.ask(body=b"{}", content_type=JSON)
    assert answer.error == (500, "Internal server error")
    assert reason in front.lines[0]["error"]
