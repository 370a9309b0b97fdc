import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from octetgate.cli.console import Trouble

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:resize"
EXPORT = {
    "openapi": "3.0.1",
    "info": {"title": "far", "version": "2026-01-31T12:00:00Z"},
    "servers": [
        {
            "url": "https://abc.execute-api.eu-west-1.amazonaws.com/{basePath}",
            "variables": {"basePath": {"default": "/live"}},
        }
    ],
    "paths": {
        "/images": {
            "post": {
                "responses": {"200": {"description": "200 response", "content": {}}},
                "x-amazon-apigateway-integration": {
                    "httpMethod": "POST",
                    "uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
                    f"{FUNCTION}/invocations",
                    "passthroughBehavior": "when_no_match",
                    "timeoutInMillis": 29000,
                    "type": "aws_proxy",
                },
            }
        }
    },
    "components": {"schemas": {"Odd": {"type": "object", "example": {}}}},
    "x-amazon-apigateway-policy": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": [
                    "arn:aws:execute-api:eu-west-1:123456789012:abc/*",
                    "arn:aws:execute-api:eu-west-1:123456789012:another/*",
                ],
            }
        ],
    },
}
"""As the service words an export: its own host, the policy with the API's ARN."""


class Account(BaseHTTPRequestHandler):
    """As much of an AWS account as is asked: two pages of APIs, and too busy at first."""

    def do_GET(self):
        path, _, query = self.path.partition("?")
        server = self.server
        server.asked.append(path)
        if path in server.busy:
            server.busy.discard(path)
            self.reply(429, {"message": "Too Many Requests"}, "TooManyRequestsException")
        elif path == "/restapis" and "position" not in parse_qs(query):
            self.reply(200, {"item": [{"id": "zzz", "name": "near"}], "position": "p2"})
        elif path in server.answers:
            self.reply(200, server.answers[path])
        else:
            self.reply(404, {"message": "Invalid stage identifier specified"}, "NotFoundException")

    def reply(self, status, value, error=None):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if error:
            self.send_header("x-amzn-errortype", error)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def far(monkeypatch):
    """An account that is none of ours."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Account)
    server.asked, server.busy = [], set()
    server.answers = {
        "/restapis": {"item": [{"id": "abc", "name": "far"}]},
        "/restapis/abc/stages": {"item": [{"stageName": "live"}, {"stageName": "test"}]},
        "/restapis/abc/stages/live": {"stageName": "live", "variables": {"v": "w"}},
        "/restapis/abc/stages/live/exports/oas30": EXPORT,
    }
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_API_GATEWAY", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    monkeypatch.delenv("AWS_MAX_ATTEMPTS", raising=False)
    yield SimpleNamespace(url=url, asked=server.asked, busy=server.busy, answers=server.answers)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gone(management):
    """Delete what a test has pulled."""
    yield
    for each in management.gw.get_rest_apis(limit=500)["items"]:
        if each["name"] == "far":
            management.gw.delete_rest_api(restApiId=each["id"])


@pytest.fixture
def account(management, monkeypatch):
    """Let the same octetgate be the AWS account that is pulled from; return a stage of it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_API_GATEWAY", management.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    gw = management.gw
    api = gw.create_rest_api(name="theirs", binaryMediaTypes=["image/png"])
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gw.put_method(**place, authorizationType="NONE")
    gw.put_integration(**place, type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://x/")
    gw.create_deployment(restApiId=api["id"], stageName="live", variables={"colour": "red"})
    yield api["id"]
    gw.delete_rest_api(restApiId=api["id"])


def test_an_api_of_an_account_is_imported_and_deployed_like_there(run, account, management):
    words = ("--region", "eu-west-1", "--name", "ours", "--json")
    made = json.loads(run("pull", "theirs", *words).out)
    assert (made["name"], made["stage"], made["methods"]) == ("ours", "live", 1)
    assert made["id"] != account
    gw = management.gw
    assert gw.get_rest_api(restApiId=made["id"])["binaryMediaTypes"] == ["image/png"]
    assert gw.get_stage(restApiId=made["id"], stageName="live")["variables"] == {"colour": "red"}
    again = json.loads(run("pull", account, *words).out)
    assert (again["id"], again["updated"]) == (made["id"], True)


def test_an_account_that_cannot_be_reached_is_told(run, monkeypatch, free_port):
    monkeypatch.setenv("AWS_ENDPOINT_URL_API_GATEWAY", f"http://127.0.0.1:{free_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Trouble, match=f"nothing answers at http://127.0.0.1:{free_port}"):
        run("pull", "theirs", "--region", "eu-west-1")


def test_a_profile_that_is_not_there_is_told(run):
    with pytest.raises(Trouble, match=r"AWS: The config profile \(nobody\) could not be found"):
        run("pull", "theirs", "--profile", "nobody")


WORDS = ("far", "--region", "eu-west-1", "--stage", "live")


@pytest.mark.usefixtures("gone")
def test_a_busy_account_is_asked_again_and_every_page_of_its_apis_is_read(run, far):
    far.busy.update({"/restapis", "/restapis/abc/stages/live/exports/oas30"})
    made = json.loads(run("pull", *WORDS, "--json").out)
    assert (made["name"], made["stage"], made["methods"]) == ("far", "live", 1)
    assert far.asked.count("/restapis") == 3
    assert far.asked.count("/restapis/abc/stages/live/exports/oas30") == 2


def test_whoever_has_set_how_often_to_try_is_believed(run, far, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    far.busy.add("/restapis")
    with pytest.raises(Trouble, match="GetRestApis: Too Many Requests"):
        run("pull", *WORDS)


@pytest.mark.usefixtures("gone")
def test_warnings_and_functions_that_stay_away_are_told(run, far):
    done = run("pull", *WORDS)
    assert "warning: Unsupported keyword(s) in model 'Odd': [\"example\"]. Ignoring." in done.err
    assert f"functions are not fetched: {FUNCTION}" in done.err


@pytest.mark.usefixtures("gone")
def test_a_policy_is_about_the_api_that_it_comes_to(run, far, management):
    made = json.loads(run("pull", *WORDS, "--json").out)
    policy = management.gw.get_rest_api(restApiId=made["id"])["policy"].replace("\\", "")
    [statement] = json.loads(policy)["Statement"]
    assert statement["Resource"] == [
        f"arn:aws:execute-api:us-east-1:000000000000:{made['id']}/*",
        "arn:aws:execute-api:eu-west-1:123456789012:another/*",
    ]


@pytest.mark.parametrize(
    "words, told",
    [
        (
            ("far", "--region", "eu-west-1"),
            r"--stage: expected one of the API's stages \(live, test\); found none",
        ),
        (
            ("far", "--region", "eu-west-1", "--stage", "prod"),
            r"--stage: expected one of the API's stages \(live, test\); found prod",
        ),
        (
            ("nope", "--region", "eu-west-1"),
            "API: expected the id or name of one API; 'nope' stands for none in eu-west-1",
        ),
    ],
)
def test_what_is_not_there_is_told(run, far, words, told):
    with pytest.raises(Trouble, match=told):
        run("pull", *words)


def test_an_export_that_is_no_definition_is_told(run, far):
    far.answers["/restapis/abc/stages/live/exports/oas30"] = {"message": "?"}
    with pytest.raises(Trouble, match="ImportRestApi: Invalid OpenAPI input"):
        run("pull", *WORDS)
