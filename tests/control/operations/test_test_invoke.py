import base64

import pytest
from tests.control.refusals import absent, bad, refused
from tests.control.serving import call, served

from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.core.http.headers import Headers
from octetgate.core.ports.rehearsal import Rehearsed


@pytest.fixture
def played(management):
    management.played.asked.clear()
    return management.played


def answer(body=b"", *headers):
    return Rehearsed(
        status=201, headers=Headers(headers), body=body, log="Execution log", latency_ms=12
    )


def test_what_is_asked_reaches_the_gateway_with_the_definition_as_it_is(gw, mocked, played):
    gw.test_invoke_method(
        **mocked,
        pathWithQueryString="/?q=ä",
        body="ä",
        headers={"A": "1", "B": "2"},
        multiValueHeaders={"B": ["3", "4"]},
        stageVariables={"v": "w"},
    )
    (asked,) = played.asked
    assert asked.definition.rest_api.id == mocked["restApiId"]
    assert (asked.resource.path, asked.method.http_method, asked.verb) == ("/", "POST", "POST")
    assert asked.target == "/?q=\xc3\xa4"
    assert asked.body == b"\xc3\xa4"
    assert list(asked.headers) == [("A", "1"), ("B", "3"), ("B", "4")]
    assert asked.variables == {"v": "w"}


def test_backends_are_shown_the_certificate_that_is_asked_for(gw, mocked, played):
    made = gw.generate_client_certificate()["clientCertificateId"]
    gw.test_invoke_method(**mocked, clientCertificateId=made)
    gw.test_invoke_method(**mocked)
    assert [asked.client_certificate for asked in played.asked] == [made, None]


def test_what_came_of_it_is_shown_in_the_models_words(gw, mocked, played):
    played.answer = answer(b"{}", ("A", "1"), ("B", "2"), ("B", "3"))
    found = gw.test_invoke_method(**mocked)
    del found["ResponseMetadata"]
    assert found == {
        "status": 201,
        "body": "{}",
        "headers": {"A": "1", "B": "3"},
        "multiValueHeaders": {"A": ["1"], "B": ["2", "3"]},
        "log": "Execution log",
        "latency": 12,
    }


def test_bytes_that_are_no_text_come_as_base64(gw, mocked, played):
    played.answer = answer(b"\x89PNG\xff")
    body = gw.test_invoke_method(**mocked)["body"]
    assert base64.b64decode(body) == b"\x89PNG\xff"


@pytest.mark.parametrize(
    "given, target",
    [(None, "/"), ("", "/"), ("?a=1", "/?a=1"), ("pets", "/pets"), ("/a//b%20", "/a//b%20")],
)
def test_a_path_begins_with_a_slash_and_is_the_resources_own_if_none_is_given(
    gw, mocked, played, given, target
):
    gw.test_invoke_method(**mocked, **({} if given is None else {"pathWithQueryString": given}))
    assert played.asked[0].target == target


@pytest.mark.parametrize("body, verb", [("", "GET"), ("x", "POST")])
def test_any_is_tried_with_the_verb_that_is_usual_for_such_a_body(gw, api, played, body, verb):
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "ANY"}
    gw.put_method(**place, authorizationType="NONE")
    gw.put_integration(**place, type="MOCK")
    gw.test_invoke_method(**place, body=body)
    assert played.asked[0].verb == verb


@pytest.mark.parametrize(
    "given, refusal",
    [
        (
            {"pathWithQueryString": "/a b"},
            bad(
                "pathWithQueryString: expected a path without blanks or controls; found '/a b'",
            ),
        ),
        (
            {"headers": {"A": "1\r\nB: 2"}},
            bad(
                "headers: expected a token and text without controls; found A: '1\\r\\nB: 2'",
            ),
        ),
        (
            {"headers": {"A B": "1"}},
            bad("headers: expected a token and text without controls; found A B: '1'"),
        ),
        ({"clientCertificateId": "c1"}, absent("Invalid Client Certificate ID specified")),
        ({"resourceId": "nope"}, absent("Invalid Resource identifier specified")),
        ({"httpMethod": "PUT"}, absent("Invalid Method identifier specified")),
    ],
)
def test_what_cannot_be_called_is_refused(gw, mocked, played, given, refusal):
    assert refused(gw.test_invoke_method, **{**mocked, **given}) == refusal
    assert not played.asked


def test_a_method_without_an_integration_is_refused(gw, post):
    assert refused(gw.test_invoke_method, **post) == bad("No integration defined for method")


def test_without_a_gateway_the_operation_says_that_there_is_none():
    store = memory.open("memory://")
    app = application(store, None, ControlSettings(), health=lambda: {"status": "ok"})
    with served(app) as port:
        _, _, api = call(port, "POST", "/restapis", body={"name": "x"})
        place = f"/restapis/{api['id']}/resources/{api['rootResourceId']}/methods/GET"
        call(port, "PUT", place, body={"authorizationType": "NONE"})
        call(port, "PUT", f"{place}/integration", body={"type": "MOCK"})
        status, headers, _ = call(port, "POST", place, body={})
    assert (status, headers["x-amzn-errortype"]) == (501, "NotImplementedException")
