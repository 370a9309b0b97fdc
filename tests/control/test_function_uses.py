"""What calls a function, whichever way its name is written."""

import pytest
from tests.control.functions import FakeFunctions
from tests.control.serving import call, served

from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.control.function_uses import function_uses

URI = "arn:aws:apigateway:us-east-1:lambda:path/{}/functions/{}/{}"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:resize"
PLAIN = URI.format("2015-03-31", ARN, "invocations")


@pytest.fixture(scope="module")
def store():
    return memory.open("memory://")


@pytest.fixture(scope="module")
def port(store):
    app = application(store, FakeFunctions(), ControlSettings(), health=lambda: {"status": "ok"})
    with served(app) as bound:
        yield bound


@pytest.fixture
def api(port):
    """Return an API that ends with the test."""
    _, _, made = call(port, "POST", "/restapis", body={"name": "pictures"})
    yield made
    call(port, "DELETE", f"/restapis/{made['id']}")


def calling(port, api, uri, **integration):
    place = f"/restapis/{api['id']}/resources/{api['rootResourceId']}/methods/POST"
    call(port, "PUT", place, body={"authorizationType": "NONE"})
    asked = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri, **integration}
    assert call(port, "PUT", f"{place}/integration", body=asked)[0] == 201


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
def test_a_method_that_names_the_function_is_found(store, port, api, uri, transfer):
    calling(port, api, uri, responseTransferMode=transfer)
    assert function_uses(store, "resize") == [
        {
            "api": api["id"],
            "apiName": "pictures",
            "resource": api["rootResourceId"],
            "path": "/",
            "verb": "POST",
        }
    ]


def test_an_authorizer_that_names_the_function_is_found(store, port, api):
    asked = {
        "name": "doorman",
        "type": "TOKEN",
        "identitySource": "method.request.header.Authorization",
        "authorizerUri": PLAIN,
    }
    _, _, made = call(port, "POST", f"/restapis/{api['id']}/authorizers", body=asked)
    assert [each["authorizer"] for each in function_uses(store, "resize")] == [made["id"]]


def test_a_function_whose_name_only_begins_alike_is_another(store, port, api):
    calling(port, api, PLAIN.replace("resize", "resize-more"))
    assert function_uses(store, "resize") == []
