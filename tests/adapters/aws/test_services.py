import subprocess
import sys

import pytest

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.services import NoCredentials, UnknownService
from octetgate.core.ports.upstream import Origin, UpstreamRequest


@pytest.mark.parametrize(
    "name, region, host, signing_name, signing_region, protocol, target",
    [
        ("s3", "eu-west-1", "s3.eu-west-1.amazonaws.com", "s3", "eu-west-1", "rest-xml", ""),
        ("pictures.s3", "us-east-1", "pictures.s3.us-east-1.amazonaws.com", "s3", "us-east-1", "rest-xml", ""),
        ("my.pictures.s3", "us-east-1", "my.pictures.s3.us-east-1.amazonaws.com", "s3", "us-east-1", "rest-xml", ""),
        ("states", "cn-north-1", "states.cn-north-1.amazonaws.com.cn", "states", "cn-north-1", "json", "AWSStepFunctions"),
        ("dynamodb", "us-east-1", "dynamodb.us-east-1.amazonaws.com", "dynamodb", "us-east-1", "json", "DynamoDB_20120810"),
        ("events", "us-east-1", "events.us-east-1.amazonaws.com", "events", "us-east-1", "json", "AWSEvents"),
        ("iam", "eu-west-1", "iam.amazonaws.com", "iam", "us-east-1", "query", ""),
        ("email", "us-east-1", "email.us-east-1.amazonaws.com", "ses", "us-east-1", "query", ""),
        ("stepfunctions", "us-east-1", "states.us-east-1.amazonaws.com", "states", "us-east-1", "json", "AWSStepFunctions"),
        ("runtime.sagemaker", "us-east-1", "runtime.sagemaker.us-east-1.amazonaws.com", "sagemaker", "us-east-1", "rest-json", ""),
        ("abc.appsync-api", "us-east-1", "abc.appsync-api.us-east-1.amazonaws.com", "appsync", "us-east-1", "", ""),
        ("no-such-thing", "us-east-1", "no-such-thing.us-east-1.amazonaws.com", "no-such-thing", "us-east-1", "", ""),
    ],
)  # fmt: skip
def test_a_service_is_found_by_its_name_in_arns(
    name, region, host, signing_name, signing_region, protocol, target
):
    service = AwsServices(AwsSettings()).find(name, region)
    assert (service.authority, service.origin.scheme, service.origin.port) == (host, "https", 443)
    assert (service.signing_name, service.signing_region) == (signing_name, signing_region)
    assert (service.protocol, service.target_prefix) == (protocol, target)
    assert service.unsigned_payload == (service.name == "s3")


@pytest.mark.parametrize(
    "name, key",
    [
        ("s3", "s3"),
        ("states", "sfn"),
        ("states", "states"),
        ("states", "stepfunctions"),
        ("secretsmanager", "secrets_manager"),
        ("events", "EventBridge"),
        ("secretsmanager", "Secrets Manager"),
        ("abc.appsync-api", "appsync_api"),
    ],
)
def test_an_endpoint_is_configured_by_the_sdks_name_or_the_arns(name, key):
    settings = AwsSettings(
        endpoint_url="http://all:1", endpoint_urls={key: "http://here:9000/base/"}
    )
    services = AwsServices(settings)
    service = services.find(name, "us-east-1")
    assert service.origin == Origin("http", "here", 9000)
    assert service.base_path == "/base"
    other = services.find("sns", "us-east-1")
    assert (other.origin, other.authority) == (Origin("http", "all", 1), "all:1")


def test_a_sub_domain_stands_in_the_host_and_the_connection_goes_to_the_endpoint():
    settings = AwsSettings(endpoint_urls={"s3": "http://127.0.0.1:9000"})
    service = AwsServices(settings).find("pictures.s3", "us-east-1")
    assert service.authority == "pictures.127.0.0.1:9000"
    assert service.origin == Origin("http", "127.0.0.1", 9000)


def test_a_region_that_does_not_exist_is_named():
    with pytest.raises(UnknownService, match=r"expected a region that has s3, .* found 'moon'"):
        AwsServices(AwsSettings()).find("s3", "moon")
    settings = AwsSettings(endpoint_url="http://here:1")
    assert AwsServices(settings).find("s3", "moon").signing_region == "moon"


def test_an_action_of_a_rest_service_is_described():
    services = AwsServices(AwsSettings())
    operation = services.operation(services.find("s3", "us-east-1"), "PutObject")
    assert (operation.method, operation.uri) == ("PUT", "/{Bucket}/{Key+}")
    assert ("ContentType", "Content-Type") in operation.headers
    operation = services.operation(services.find("s3", "us-east-1"), "GetObject")
    assert ("VersionId", "versionId") in operation.queries


@pytest.mark.parametrize(
    "name, action", [("s3", "Fly"), ("sqs", "SendMessage"), ("sns", "Publish"), ("unknown", "Do")]
)
def test_any_other_action_has_no_description(name, action):
    services = AwsServices(AwsSettings())
    assert services.operation(services.find(name, "us-east-1"), action) is None


@pytest.mark.parametrize(
    "given, missing",
    [
        ({}, "aws_access_key_id and aws_secret_access_key"),
        ({"access_key_id": "a"}, "aws_secret_access_key"),
        ({"secret_access_key": "b"}, "aws_access_key_id"),
    ],
)
def test_without_credentials_the_missing_settings_are_named(given, missing):
    services = AwsServices(AwsSettings(**given))
    service = services.find("sqs", "us-east-1")
    request = UpstreamRequest(service.origin, "GET", "/", Headers(), Body(), 1000)
    with pytest.raises(NoCredentials) as raised:
        services.sign(service, request)
    assert str(raised.value).startswith(f"{missing}: ")
    assert missing.upper().replace("AND", "and") in str(raised.value)


def test_a_secret_is_not_shown():
    assert "hidden" not in repr(AwsSettings(secret_access_key="hidden", session_token="hidden"))


def test_a_worker_starts_without_botocore():
    loaded = "import octetgate.server.worker, sys; sys.exit('botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_what_is_loaded_ahead_is_all_that_a_service_needs():
    asked = """
import sys
from octetgate.adapters.aws.services import AwsServices, AwsSettings, load
from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.ports.upstream import UpstreamRequest
load()
before = set(sys.modules)
services = AwsServices(AwsSettings(access_key_id="a", secret_access_key="b"))
service = services.find("sqs", "eu-west-1")
services.sign(service, UpstreamRequest(service.origin, "GET", "/", Headers(), Body(), 1000))
sys.exit(str(set(sys.modules) - before) if set(sys.modules) - before else 0)
"""
    subprocess.run([sys.executable, "-c", asked], check=True)
