import json

import pytest

from octetgate.core.functions.authorizer import (
    BadAuthorizerAnswer,
    error_message,
    read_answer,
    request_event,
    token_event,
)
from octetgate.core.functions.proxy_event import ProxyRequest
from octetgate.core.http.headers import Headers

POLICY = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def read(**members):
    answer = {"principalId": "me", "policyDocument": POLICY, **members}
    return read_answer(json.dumps(answer).encode())


def test_a_token_s_event():
    assert json.loads(token_event("t", "arn")) == {
        "type": "TOKEN",
        "authorizationToken": "t",
        "methodArn": "arn",
    }


def test_what_a_request_has_not_is_empty_in_its_event():
    bare = ProxyRequest(
        resource="/", path="/", http_method="GET", headers=Headers(), context={"stage": "s"}
    )
    assert json.loads(request_event(bare, "arn")) == {
        "type": "REQUEST",
        "methodArn": "arn",
        "resource": "/",
        "path": "/",
        "httpMethod": "GET",
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": {},
        "multiValueQueryStringParameters": {},
        "pathParameters": {},
        "stageVariables": {},
        "requestContext": {"stage": "s"},
    }


def test_an_answer_tells_who_calls_and_more_of_them_as_text():
    granted = read(
        context={"text": "a", "number": 1, "part": 1.5, "flag": True, "nothing": None},
        usageIdentifierKey="k",
    )
    assert (granted.principal_id, granted.usage_identifier_key) == ("me", "k")
    assert granted.context == {"text": "a", "number": "1", "part": "1.5", "flag": "true"}
    assert json.loads(granted.document) == POLICY


def test_a_caller_may_have_an_empty_name():
    assert read(principalId="").principal_id == ""


@pytest.mark.parametrize(
    "members, message",
    [
        (
            {"errorType": "E"},
            'Invalid JSON in response: Unrecognized field "errorType", not marked',
        ),
        ({"principalId": 7}, "principalId: expected a text; found 7"),
        ({"policyDocument": None}, "policyDocument: policy: expected an object; found None"),
        ({"context": []}, "context: expected an object; found []"),
        ({"context": {"a": {}}}, "context.a: expected a text, a number or a boolean; found {}"),
        ({"usageIdentifierKey": 1}, "usageIdentifierKey: expected a text; found 1"),
    ],
)
def test_an_answer_that_decides_nothing_says_why(members, message):
    with pytest.raises(BadAuthorizerAnswer) as refused:
        read(**members)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b'"Unauthorized"', b"\xff", b'"\xff"', b"[" * 5000]
)
def test_what_is_no_object_is_no_answer(payload):
    with pytest.raises(BadAuthorizerAnswer):
        read_answer(payload)


@pytest.mark.parametrize(
    "payload, message",
    [
        (b'{"errorMessage": "Unauthorized"}', "Unauthorized"),
        (b'{"errorMessage": 7}', ""),
        (b"[]", ""),
        (b"no json", ""),
        (b'"\xff"', ""),
        (b'{"a":' * 5000, ""),
    ],
)
def test_the_message_of_an_error_is_found_if_there_is_one(payload, message):
    assert error_message(payload) == message
