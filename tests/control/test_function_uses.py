"""What calls a function, whichever way its name is written."""

import pytest

from octetgate.control.function_uses import function_uses

URI = "arn:aws:apigateway:us-east-1:lambda:path/{}/functions/{}/{}"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:enlarge"
PLAIN = URI.format("2015-03-31", ARN, "invocations")


@pytest.fixture
def api(call_raw):
    """Return an API that ends with the test."""
    _, _, made = call_raw("POST", "/restapis", body={"name": "pictures"})
    yield made
    call_raw("DELETE", f"/restapis/{made['id']}")


def calling(call_raw, api, uri, **integration):
    place = f"/restapis/{api['id']}/resources/{api['rootResourceId']}/methods/POST"
    call_raw("PUT", place, body={"authorizationType": "NONE"})
    asked = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri, **integration}
    assert call_raw("PUT", f"{place}/integration", body=asked)[0] == 201


@pytest.mark.parametrize(
    "uri, transfer",
    [
        pytest.param(PLAIN, "BUFFERED", id="unqualified"),
        pytest.param(
            URI.format("2015-03-31", f"{ARN}:live", "invocations"), "BUFFERED", id="alias"
        ),
        pytest.param(
            URI.format("2021-11-15", ARN, "response-streaming-invocations"), "STREAM", id="streamed"
        ),
    ],
)
def test_a_method_that_names_the_function_is_found(management, call_raw, api, uri, transfer):
    calling(call_raw, api, uri, responseTransferMode=transfer)
    assert function_uses(management.store, "enlarge") == [
        {
            "api": api["id"],
            "apiName": "pictures",
            "resource": api["rootResourceId"],
            "path": "/",
            "verb": "POST",
        }
    ]


def test_an_authorizer_that_names_the_function_is_found(management, call_raw, api):
    asked = {
        "name": "doorman",
        "type": "TOKEN",
        "identitySource": "method.request.header.Authorization",
        "authorizerUri": PLAIN,
    }
    _, _, made = call_raw("POST", f"/restapis/{api['id']}/authorizers", body=asked)
    assert [each["authorizer"] for each in function_uses(management.store, "enlarge")] == [
        made["id"]
    ]


def test_a_function_whose_name_only_begins_alike_is_another(management, call_raw, api):
    calling(call_raw, api, PLAIN.replace("enlarge", "enlarge-more"))
    assert function_uses(management.store, "enlarge") == []
