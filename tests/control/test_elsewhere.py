"""What clients of services that are not here are told, as their own parsers read it."""

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from tests.console.visitor import console
from tests.control.test_access import add

from octetgate.adapters.stores import memory

HELD = Credentials("OCTGHELD", "its secret")
HINT = " is not part of octetgate. octetgate answers apigateway, lambda and STS's"


@pytest.fixture(scope="module")
def port():
    with console(memory.open("memory://")) as found:
        yield found


def client_of(service, port, key="any", secret="any"):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    "service, operation, named",
    [
        pytest.param("sts", "get_session_token", "sts" + HINT, id="query"),
        pytest.param("iam", "get_user", "iam" + HINT, id="query-of-a-global-service"),
        pytest.param(
            "cloudformation",
            "describe_stacks",
            "cloudformation is not part of octetgate. To make what a template says",
            id="what-can-be-done-instead",
        ),
        pytest.param("ec2", "describe_regions", "ec2" + HINT, id="ec2"),
        pytest.param("s3", "list_buckets", "s3" + HINT, id="rest-xml-at-the-consoles-path"),
        pytest.param("route53", "list_hosted_zones", "route53" + HINT, id="rest-xml"),
        pytest.param("dynamodb", "list_tables", "dynamodb" + HINT, id="json"),
        pytest.param("efs", "describe_file_systems", "elasticfilesystem" + HINT, id="rest-json"),
        pytest.param(
            "apigatewayv2",
            "get_apis",
            "apigatewayv2 (HTTP and WebSocket APIs) is not part",
            id="http-apis",
        ),
    ],
)
def test_a_service_that_is_not_here_is_named_in_its_own_protocol(port, service, operation, named):
    client = client_of(service, port)
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)()
    error = refused.value.response["Error"]
    assert error["Code"] == "NotImplementedException"
    assert error["Message"].startswith(named)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize("key, account", [("any", "000000000000"), ("123456789012",) * 2])
def test_without_keys_everybody_is_the_root_of_their_account(port, key, account):
    found = client_of("sts", port, key).get_caller_identity()
    assert (found["Account"], found["Arn"]) == (account, f"arn:aws:iam::{account}:root")


def test_with_keys_their_holders_are_known_by_name_and_others_are_refused():
    store = memory.open("memory://")
    add(store, HELD, "ada & co", read_only=True)
    with console(store) as port:
        found = client_of("sts", port, HELD.access_key, HELD.secret_key)
        identity = found.get_caller_identity()
        assert identity["Arn"] == "arn:aws:iam::000000000000:user/ada & co"
        assert identity["UserId"] == HELD.access_key
        with pytest.raises(ClientError) as refused:
            client_of("sts", port, HELD.access_key).get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
