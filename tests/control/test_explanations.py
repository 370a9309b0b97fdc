import base64
from urllib.parse import urlencode

import pytest
from tests.control.serving import call, served

from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings


@pytest.fixture(scope="module")
def asked():
    return []


@pytest.fixture(scope="module")
def port(asked):
    store = memory.open("memory://")

    def explain(question):
        asked.append(question)
        return {"told": question.verb}

    app = application(
        store, None, ControlSettings(), health=lambda: {"status": "ok"}, explain=explain
    )
    with served(app) as bound:
        yield bound


@pytest.fixture(scope="module")
def api(port):
    _, _, made = call(port, "POST", "/restapis", body={"name": "pets"})
    place = f"/restapis/{made['id']}/resources/{made['rootResourceId']}/methods/GET"
    call(port, "PUT", place, body={"authorizationType": "NONE"})
    call(port, "PUT", f"{place}/integration", body={"type": "MOCK"})
    return made["id"]


def explained(port, **asked):
    status, _, body = call(port, "GET", f"/_octetgate/explain?{urlencode(asked)}")
    return status, body


def test_a_question_reaches_the_gateway_whole(port, api, asked):
    status, body = explained(
        port,
        api="pets",
        method="get",
        path="pets/7",
        contentType="image/png",
        accept="*/*",
        acceptEncoding="gzip",
        contentEncoding="deflate",
        answerType="text/html",
        sample=base64.b64encode(b"\x89PNG").decode(),
    )
    assert (status, body) == (200, {"told": "GET"})
    found = asked[-1]
    assert (found.draft.rest_api.id, found.stage, found.deployment) == (api, None, None)
    assert (found.verb, found.path, found.sample) == ("GET", "/pets/7", b"\x89PNG")
    assert (found.content_type, found.accept, found.answer_type) == (
        "image/png",
        "*/*",
        "text/html",
    )
    assert (found.accept_encoding, found.content_encoding) == ("gzip", "deflate")


def test_a_stage_is_asked_about_with_its_deployment_unless_the_draft_is(port, api, asked):
    call(port, "POST", f"/restapis/{api}/deployments", body={"stageName": "live"})
    for named, stage in (({}, "live"), ({"stage": "live"}, "live"), ({"stage": "-"}, None)):
        assert explained(port, api=api, method="GET", path="/", **named)[0] == 200
        found = asked[-1]
        assert (found.stage and found.stage.stage_name) == stage
        assert (found.deployment is None) == (stage is None)


@pytest.mark.parametrize(
    "wrong, status, message",
    [
        ({"api": ""}, 400, "api: expected a value; found none"),
        ({"method": ""}, 400, "method: expected a value; found none"),
        ({"api": "nope"}, 404, "api: expected the id or name of one API; 'nope' stands for none"),
        ({"stage": "nope"}, 404, "stage: expected one of the API's ("),
        ({"sample": "%"}, 400, "sample: expected Base64; "),
        ({"colour": "red"}, 400, "expected accept, "),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(port, api, wrong, status, message):
    found, body = explained(port, **{"api": api, "method": "GET", "path": "/", **wrong})
    assert found == status
    assert body["message"].startswith(message)


def test_other_sites_may_not_ask(port):
    headers = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    status, _, _ = call(port, "GET", "/_octetgate/explain?api=a", headers=headers)
    assert status == 403


def test_without_a_gateway_there_is_nobody_to_ask(management):
    status, _, body = call(management.port, "GET", "/_octetgate/explain")
    assert (status, body["message"]) == (501, "expected a gateway to ask, found none")
