import pytest

from octetgate.core.model.service_uri import ServiceUri, parse

ARN = "arn:aws:apigateway:us-east-1:"


@pytest.mark.parametrize(
    "tail, service, action, path, query",
    [
        ("s3:path/bucket/{key}", "s3", None, "/bucket/{key}", ""),
        ("s3:path//bucket/key", "s3", None, "/bucket/key", ""),
        ("s3:path/", "s3", None, "/", ""),
        ("s3:path/b?list-type=2&prefix={p}", "s3", None, "/b", "list-type=2&prefix={p}"),
        ("bucket.s3:path/key", "bucket.s3", None, "/key", ""),
        ("sqs:path/000000000000/q", "sqs", None, "/000000000000/q", ""),
        ("sqs:action/SendMessage", "sqs", "SendMessage", "/", ""),
        ("s3:action/GetObject&Bucket=b&Key={k}", "s3", "GetObject", "/", "Bucket=b&Key={k}"),
        ("s3:action/GetObject?Bucket=b", "s3", "GetObject", "/", "Bucket=b"),
        ("abc.appsync-api:path/graphql", "abc.appsync-api", None, "/graphql", ""),
        (
            "lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations",
            "lambda",
            None,
            "/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations",
            "",
        ),
    ],
)
def test_a_uri_is_taken_apart(tail, service, action, path, query):
    assert parse(ARN + tail) == ServiceUri("us-east-1", service, action, path, query)


def test_a_uri_may_leave_the_region_to_the_api():
    assert parse("arn:aws-cn:apigateway::s3:path/b").region == ""


@pytest.mark.parametrize(
    "text",
    ["", "http://backend/", ARN + "s3:bucket/key", ARN + "s3:action/", ARN + "{b}.s3:path/k"],
)
def test_what_is_no_uri_of_a_service_is_none(text):
    assert parse(text) is None
