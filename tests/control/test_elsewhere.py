"""What clients of services that are not here are told, as their own parsers read it."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.console.visitor import console

from octetgate.adapters.stores import memory

HINT = " is not part of octetgate. octetgate answers apigateway and lambda alone"


@pytest.fixture(scope="module")
def port():
    with console(memory.open("memory://")) as found:
        yield found


@pytest.mark.parametrize(
    "service, operation, named",
    [
        pytest.param("sts", "get_caller_identity", "sts" + HINT, id="query"),
        pytest.param("iam", "get_user", "iam" + HINT, id="query-of-a-global-service"),
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
    client = boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)()
    error = refused.value.response["Error"]
    assert error["Code"] == "NotImplementedException"
    assert error["Message"].startswith(named)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
