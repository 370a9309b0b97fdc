"""Who may try an API out, over plain HTTP, and what of its answer reaches a browser."""

import base64
import json
import re

import boto3
import pytest
from tests.console.test_access import FULL, LOOKING
from tests.console.visitor import Visitor, console
from tests.control.test_access import add

from octetgate.adapters.stores import memory
from octetgate.console.operations import Signer, Told, Tried
from octetgate.core.http.body import Body

CALL = {"method": "GET", "verb": "GET", "target": "/pets?a=b"}


class Stages:
    """Writes down what is called, and answers what no page of the console may say."""

    def __init__(self):
        self.called = []

    async def call(self, trial, *, logs):
        signer = [trial.signer] if trial.signer else []
        self.called.append((trial.stage, trial.target, await trial.body.collect(100), *signer))
        said = (("Set-Cookie", "a=1"), ("Content-Type", "text/html"), ("Location", "/away"))
        return Tried(status=302, headers=said, body=Body.of(b"<script>"), told=self.told)

    async def told(self):
        return Told({"status": 302, "responseLatency": 1.0})


@pytest.fixture
def place():
    """Return the port of a console, its store, the path of a stage, and what is called there."""
    store, stages = memory.open("memory://"), Stages()
    with console(store, stages=stages) as port:
        gateway = boto3.client(
            "apigateway",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        api = gateway.create_rest_api(name="Pets")
        root = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
        gateway.put_method(**root, authorizationType="NONE")
        gateway.put_integration(**root, type="MOCK")
        gateway.create_deployment(restApiId=api["id"], stageName="prod")
        yield port, store, f"/apis/{api['id']}/try", stages.called


def send(visitor, path, body=b"bytes", call=CALL, **headers):
    headers["x_octetgate_call"] = base64.b64encode(json.dumps(call).encode()).decode()
    return visitor.send(path, body, **headers)


def token(visitor, path):
    """Return what a page's scripts send along."""
    page = visitor.get(path)[2]
    return re.search(rb'"x-csrf-token": "(\w+)"', page)[1].decode()


def test_only_a_page_of_ours_can_make_a_call(place):
    port, _, path, called = place
    visitor, other = Visitor(port), Visitor(port)
    mine, theirs = token(visitor, path), token(other, path)
    for headers in (
        {},
        {"x_csrf_token": theirs},
        {"x_csrf_token": mine, "origin": "https://evil.example"},
        {"x_csrf_token": mine, "sec_fetch_site": "cross-site"},
        {"x_csrf_token": mine, "host": "evil.example"},
    ):
        for where in ("prod", "-"):
            assert send(visitor, f"{path}/{where}", **headers)[0] == 403
    assert called == []
    assert send(visitor, f"{path}/prod", x_csrf_token=mine)[0] == 200
    assert called == [("prod", "/pets?a=b", b"bytes")]


def test_with_keys_a_call_needs_a_session_that_may_change_things(place):
    port, store, path, called = place
    add(store, FULL, "ada")
    add(store, LOOKING, "eve", read_only=True)
    stranger, eve, ada = Visitor(port), Visitor(port), Visitor(port)
    assert send(stranger, f"{path}/prod")[0] == 303
    eve.sign_in(LOOKING)
    for where in ("prod", "-"):
        status, _, body = send(eve, f"{path}/{where}", x_csrf_token=token(eve, path))
        assert status == 403
        assert b"the key OCTGLOOK is read-only" in body
    assert called == []
    ada.sign_in(FULL)
    assert send(ada, f"{path}/prod", x_csrf_token=token(ada, path))[0] == 200
    assert len(called) == 1


def test_a_visitor_signs_with_their_own_key_which_no_page_has(place):
    port, store, path, called = place
    own = {**CALL, "by_visitor": True}
    nobody = Visitor(port)
    refused = send(nobody, f"{path}/prod", call=own, x_csrf_token=token(nobody, path))
    assert (refused[0], called) == (400, [])
    add(store, FULL, "ada")
    ada = Visitor(port)
    ada.sign_in(FULL)
    assert FULL.secret_key.encode() not in ada.get(path)[2]
    assert send(ada, f"{path}/prod", call=own, x_csrf_token=token(ada, path))[0] == 200
    assert called[0][-1] == Signer(FULL.access_key, FULL.secret_key)


def test_what_an_api_answers_is_data_and_no_answer_of_the_consoles(place):
    port, _, path, _ = place
    visitor = Visitor(port)
    status, headers, body = send(visitor, f"{path}/prod", x_csrf_token=token(visitor, path))
    assert status == 200
    assert not {"set-cookie", "location"} & set(headers)
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    head = json.loads(base64.b64decode(headers["x-octetgate-answer"]))
    assert head["status"] == 302
    assert ["Location", "/away"] in head["headers"]
    told = int.from_bytes(body[-4:], "big")
    assert body[: -4 - told] == b"<script>"
    assert b"What happened" in body[-4 - told :]


@pytest.mark.parametrize("where", ["nowhere", "%2e%2e", "prod%2f_user_request_"])
def test_what_is_no_stage_of_the_api_is_not_called(place, where):
    port, _, path, called = place
    visitor = Visitor(port)
    assert send(visitor, f"{path}/{where}", x_csrf_token=token(visitor, path))[0] == 404
    assert called == []


def test_a_call_that_cannot_be_read_is_refused_by_name(place):
    port, _, path, called = place
    visitor = Visitor(port)
    for wrong in ({"method": "GET"}, [], {**CALL, "headers": "x"}):
        status, _, body = send(
            visitor, f"{path}/prod", call=wrong, x_csrf_token=token(visitor, path)
        )
        assert status == 400
        assert b"x-octetgate-call" in body
    assert called == []


def test_the_draft_takes_as_much_as_the_service_and_says_where_more_goes(place):
    port, _, path, _ = place
    visitor = Visitor(port)
    large = bytes(10 * 1024 * 1024 + 1)
    status, _, body = send(visitor, f"{path}/-", large, x_csrf_token=token(visitor, path))
    assert status == 413
    assert b"try the stage, which streams" in body
