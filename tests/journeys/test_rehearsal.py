"""TestInvokeMethod through boto3, with real functions and a real backend, and nothing deployed."""

import base64
import json

import pytest
from tests.control.packages import create, package
from tests.journeys import images
from tests.journeys.running import backend

CODE = """
import json

def handler(event, context):
    if event.get("body") == "raise":
        raise ValueError("as asked")
    return {"statusCode": 201, "body": json.dumps([event["httpMethod"], event["body"]])}
"""


class Api:
    """An API with one method, made anew for each test."""

    def __init__(self, octetgate, name, **members):
        self.gateway, self.functions = octetgate.gateway, octetgate.functions
        made = self.gateway.create_rest_api(name=name, **members)
        self.id = made["id"]
        self.method = {
            "restApiId": self.id,
            "resourceId": made["rootResourceId"],
            "httpMethod": "POST",
        }
        self.gateway.put_method(**self.method, authorizationType="AWS_IAM", apiKeyRequired=True)

    def integrate(self, **integration):
        self.gateway.put_integration(
            **self.method, **{"integrationHttpMethod": "POST", **integration}
        )
        self.gateway.put_method_response(**self.method, statusCode="200")
        self.gateway.put_integration_response(**self.method, statusCode="200")

    def call_function(self, kind, arn, **integration):
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        self.integrate(type=kind, uri=uri, **integration)
        self.functions.add_permission(
            FunctionName=arn,
            StatementId=self.id,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{self.id}/test-invoke-stage/*",
        )

    def rehearse(self, **asked):
        return self.gateway.test_invoke_method(**self.method, **asked)


@pytest.fixture(scope="module")
def function(octetgate):
    made = create(octetgate.functions, "echo", Code={"ZipFile": package(CODE)})
    return made["FunctionArn"]


def test_a_proxy_function_gets_the_event_and_the_log_shows_both_sides(octetgate, function):
    api = Api(octetgate, "proxy")
    api.call_function("AWS_PROXY", function)
    found = api.rehearse(body="hello", pathWithQueryString="/?a=1")
    assert (found["status"], json.loads(found["body"])) == (201, ["POST", "hello"])
    assert list(found["headers"]) == ["X-Amzn-Trace-Id", "Content-Type"]
    assert "Endpoint request body after transformations: {" in found["log"]
    assert "Endpoint response body before transformations: {" in found["log"]
    assert found["log"].endswith("Method completed with status: 201\n")
    assert found["latency"] >= 0


def test_a_proxy_function_that_raises_is_named_in_the_log(octetgate, function):
    api = Api(octetgate, "raising")
    api.call_function("AWS_PROXY", function)
    found = api.rehearse(body="raise")
    assert found["status"] == 502
    assert "due to customer function error: as asked. Lambda request id: " in found["log"]


def test_a_function_that_the_api_may_not_call_is_named_in_the_log(octetgate, function):
    api = Api(octetgate, "denied")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    api.integrate(type="AWS_PROXY", uri=uri)
    found = api.rehearse()
    assert found["status"] == 500
    assert "configuration error: Invalid permissions on Lambda function" in found["log"]


def test_the_article_can_be_rehearsed_with_base64_in_place_of_bytes(octetgate):
    made = octetgate.command(
        "functions", "create", "small", "--blueprint", "image-processing-service"
    )
    api = Api(octetgate, "thumbnail", binaryMediaTypes=["image/png"])
    template = '{"operation": "thumbnail", "base64Image": "$input.body"}'
    api.call_function(
        "AWS", made.stdout.decode().strip(), requestTemplates={"application/json": template}
    )
    picture = images.png(images.noise(200, 100))
    found = api.rehearse(body=base64.b64encode(picture).decode(), headers={"Accept": "image/png"})
    assert found["status"] == 200, found["log"]
    assert images.opened(base64.b64decode(found["body"])).size == (100, 50)
    assert "Method response body after transformations: [Binary Data]" in found["log"]


@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
def test_a_backend_is_really_called(octetgate, kind):
    def answer(handler, body):
        handler.reply(b"heard " + body, "text/plain")

    with backend(answer) as url:
        api = Api(octetgate, kind)
        api.integrate(type=kind, uri=f"{url}/things")
        found = api.rehearse(body="you", stageVariables={"a": "b"})
    assert (found["status"], found["body"]) == (200, "heard you")
    assert f"Sending request to {url}/things" in found["log"]
    assert "Endpoint response body before transformations: heard you" in found["log"]


def test_mock_needs_nobody(octetgate):
    api = Api(octetgate, "mock")
    api.integrate(type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    found = api.rehearse()
    assert (found["status"], found["headers"]) == (200, {"Content-Type": "application/json"})
    assert "Endpoint" not in found["log"]


def test_nothing_of_it_is_deployed(octetgate):
    api = Api(octetgate, "draft")
    api.integrate(type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    assert api.rehearse()["status"] == 200
    assert octetgate.gateway.get_stages(restApiId=api.id)["item"] == []
