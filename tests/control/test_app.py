"""The main path end to end, and what the port does with calls that are no operation."""

import base64
import json
import socket
from contextlib import contextmanager
from functools import partial

import pytest
from tests.control.functions import FakeFunctions
from tests.control.packages import create
from tests.control.serving import call, served

from octetgate.adapters.stores import memory
from octetgate.control import requests
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.core.ports.functions import Outcome
from octetgate.core.ports.store import DEPLOYMENTS, STAGES, StoreConflict, StoreUnusable

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host"


def test_the_launch_articles_api_can_be_built_and_deployed(gw, lam, management):
    arn = create(lam, "thumbnail")["FunctionArn"]
    api = gw.create_rest_api(name="Thumbnail")["id"]
    root = gw.get_resources(restApiId=api)["items"][0]["id"]
    place = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gw.put_method(**place, authorizationType="NONE")
    gw.put_integration(
        **place,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
        requestTemplates={"image/png": '{"base64Image": "$input.body"}'},
        passthroughBehavior="WHEN_NO_TEMPLATES",
    )
    gw.put_method_response(**place, statusCode="200")
    gw.put_integration_response(**place, statusCode="200")
    lam.add_permission(
        FunctionName="thumbnail",
        StatementId="apigw",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api}/*/POST/",
    )
    gw.update_rest_api(
        restApiId=api, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    deployment = gw.create_deployment(restApiId=api, stageName="prod")["id"]
    gw.create_domain_name(domainName="localhost")
    gw.create_base_path_mapping(
        domainName="localhost", restApiId=api, stage="prod", basePath="(none)"
    )
    with management.store.read() as view:
        stage = view.get(STAGES, f"{api}/prod")
        frozen = view.get(DEPLOYMENTS, f"{api}/{deployment}").definition
    assert stage.deployment_id == deployment
    assert frozen.rest_api.binary_media_types == ("image/png",)
    integration = frozen.resources[root].resource_methods["POST"].method_integration
    assert integration.passthrough_behavior == "WHEN_NO_TEMPLATES"
    management.functions.answers.append(Outcome(status=200, payload=b'{"a":1}'))
    answer = lam.invoke(FunctionName="thumbnail", Payload=json.dumps({"x": 1}))
    assert json.load(answer["Payload"]) == {"a": 1}


def test_health_is_what_the_server_says(call_raw):
    assert call_raw("GET", "/_octetgate/health")[::2] == (200, {"status": "ok"})


def test_every_answer_has_a_request_id(gw, call_raw):
    first, second = (gw.get_rest_apis()["ResponseMetadata"]["RequestId"] for _ in range(2))
    assert first != second
    assert call_raw("GET", "/nowhere")[1]["x-amzn-requestid"]


@pytest.mark.parametrize(
    "path, headers, code, body",
    [
        pytest.param(
            "/nowhere",
            {},
            "UnknownOperationException",
            {"message": "apigateway: no operation at GET /nowhere"},
            id="apigateway-by-path",
        ),
        pytest.param(
            "/2015-03-31/nowhere",
            {},
            "UnknownOperationException",
            {"Type": "User", "message": "lambda: no operation at GET /2015-03-31/nowhere"},
            id="lambda-by-path",
        ),
        pytest.param(
            "/nowhere",
            {"Authorization": SIGNED.format("lambda")},
            "UnknownOperationException",
            {"Type": "User", "message": "lambda: no operation at GET /nowhere"},
            id="lambda-by-scope",
        ),
    ],
)
def test_what_is_no_operation_is_refused_in_its_services_words(call_raw, path, headers, code, body):
    status, found, said = call_raw("GET", path, headers=headers)
    assert (status, found["x-amzn-errortype"], said) == (404, code, body)


def test_a_call_needs_no_credentials(call_raw):
    status, _, body = call_raw("POST", "/restapis", body={"name": "unsigned"})
    assert (status, body["name"]) == (201, "unsigned")


def test_a_label_arrives_decoded_once(call_raw, gw, api):
    status, _, body = call_raw("GET", f"/restapis/{api.id}/stages/a%252Fb")
    assert (status, body["message"]) == (404, "Invalid stage identifier specified")
    arn = f"arn:aws:apigateway:eu::/restapis/{api.id}".replace("/", "%2F").replace(":", "%3A")
    assert call_raw("GET", f"/tags/{arn}")[0] == 200


@pytest.mark.parametrize(
    "host", ["localhost", "octetgate.internal", "apigateway.eu-west-1.amazonaws.com"]
)
def test_the_port_answers_under_any_host_name(call_raw, host):
    assert call_raw("GET", "/restapis", headers={"Host": host})[0] == 200


@pytest.mark.parametrize("target", ["/restapis", "/_octetgate/functions/f/code"])
def test_pages_of_other_sites_are_refused(call_raw, target):
    status, _, body = call_raw("GET", target, headers={"Origin": "https://evil.example"})
    assert status == 403
    assert body["message"].startswith("Origin: expected the site of 127.0.0.1")


def test_a_body_that_is_too_large_is_refused(call_raw, monkeypatch):
    monkeypatch.setattr(requests, "LARGEST_BODY", 10)
    status, headers, _ = call_raw("POST", "/restapis", body={"name": "longer than that"})
    assert (status, headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException")


def test_a_request_that_ends_early_changes_nothing(management, gw):
    before = len(gw.get_rest_apis(limit=500)["items"])
    with socket.create_connection(("127.0.0.1", management.port)) as client:
        head = "POST /restapis HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n"
        client.sendall(head.encode() + b'{"name": "cut"}')
    assert len(gw.get_rest_apis(limit=500)["items"]) == before


class BrokenStore:
    """A store that fails as it is told."""

    def __init__(self, error):
        self.error = error

    def revision(self):
        return 0

    @contextmanager
    def read(self):
        yield self

    def list(self, collection, prefix=""):
        raise self.error

    def keys(self, collection, prefix=""):
        raise self.error

    @contextmanager
    def write(self):
        raise self.error
        yield


@contextmanager
def management_over(store):
    app = application(store, FakeFunctions(), ControlSettings(), health=dict)
    with served(app) as port:
        yield partial(call, port)


@pytest.mark.parametrize(
    "path, body, code",
    [
        ("/restapis", {"name": "x"}, "ConflictException"),
        (
            "/2015-03-31/functions/f/policy",
            {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"},
            "ResourceConflictException",
        ),
    ],
)
def test_a_lost_race_may_be_tried_again(path, body, code):
    with management_over(BrokenStore(StoreConflict("busy"))) as asked:
        status, headers, said = asked("POST", path, body=body)
    assert (status, headers["x-amzn-errortype"]) == (409, code)
    assert said.get("message", said.get("Message")) == (
        "Unable to complete operation due to concurrent modification. Please try again later."
    )


@pytest.mark.parametrize(
    "path, status, code",
    [
        ("/restapis", 503, "ServiceUnavailableException"),
        ("/2015-03-31/functions/", 500, "ServiceException"),
    ],
)
def test_a_store_that_does_not_work_says_why(path, status, code, caplog):
    full = StoreUnusable("store /x.db: expected room on the disk, found: disk is full")
    with management_over(BrokenStore(full)) as asked:
        found, headers, said = asked("GET", path)
    assert (found, headers["x-amzn-errortype"]) == (status, code)
    assert said.get("message", said.get("Message")) == str(full)
    assert "Traceback" not in caplog.text


def test_a_bug_is_logged_and_answered(caplog):
    with management_over(BrokenStore(RuntimeError("oops"))) as asked:
        status, headers, said = asked("GET", "/restapis")
    assert (status, headers["x-amzn-errortype"]) == (500, "InternalFailure")
    assert "oops" not in said["message"]
    assert "RuntimeError: oops" in caplog.text


def test_without_a_gateway_nothing_is_checked_at_deployment():
    with management_over(memory.open("memory://")) as asked:
        _, _, made = asked("POST", "/restapis", body={"name": "x"})
        method = f"/restapis/{made['id']}/resources/{made['rootResourceId']}/methods/GET"
        asked("PUT", method, body={"authorizationType": "NONE"})
        asked("PUT", f"{method}/integration", body={"type": "MOCK"})
        assert asked("POST", f"/restapis/{made['id']}/deployments", body={})[0] == 201


def test_base64_in_a_body_is_bytes_for_an_operation(call_raw):
    body = {"ZipFile": base64.b64encode(b"no zip").decode()}
    status, headers, _ = call_raw("PUT", "/2015-03-31/functions/nope/code", body=body)
    assert (status, headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
