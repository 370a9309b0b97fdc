import pytest
from tests.control.refusals import absent, bad, refused

from octetgate.core.ports.rehearsal import Auditioned

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:guard"
URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


@pytest.fixture
def auditions(management):
    management.auditions.asked.clear()
    return management.auditions


@pytest.fixture
def guard(gw, api):
    """Return the place of a TOKEN authorizer on a fresh API, as keyword arguments."""
    made = gw.create_authorizer(
        restApiId=api.id,
        name="guard",
        type="TOKEN",
        authorizerUri=URI,
        identitySource="method.request.header.Auth",
    )
    return {"restApiId": api.id, "authorizerId": made["id"]}


def test_what_is_asked_reaches_the_gateway_with_the_authorizer_as_it_is(gw, guard, auditions):
    gw.test_invoke_authorizer(
        **guard,
        headers={"Auth": "t"},
        multiValueHeaders={"B": ["1", "2"]},
        pathWithQueryString="/pets?q=1",
        body="x",
        stageVariables={"v": "w"},
        additionalContext={"httpMethod": "PUT"},
    )
    (asked,) = auditions.asked
    assert asked.definition.rest_api.id == guard["restApiId"]
    assert (asked.authorizer.id, asked.authorizer.name) == (guard["authorizerId"], "guard")
    assert list(asked.headers) == [("Auth", "t"), ("B", "1"), ("B", "2")]
    assert (asked.target, asked.body) == ("/pets?q=1", b"x")
    assert (asked.variables, asked.context) == ({"v": "w"}, {"httpMethod": "PUT"})


def test_what_was_said_is_shown_in_the_models_words(gw, guard, auditions):
    auditions.answer = Auditioned(
        status=0, log="Execution log", latency_ms=7, principal_id="me", policy="{}"
    )
    found = gw.test_invoke_authorizer(**guard)
    del found["ResponseMetadata"]
    assert found == {
        "clientStatus": 0,
        "log": "Execution log",
        "latency": 7,
        "principalId": "me",
        "policy": "{}",
    }
    auditions.answer = Auditioned(status=401, log="", latency_ms=1)
    refused_one = gw.test_invoke_authorizer(**guard)
    assert refused_one["clientStatus"] == 401
    assert "policy" not in refused_one


def test_what_cannot_be_asked_is_refused(gw, api, guard):
    found = refused(gw.test_invoke_authorizer, restApiId=api.id, authorizerId="nope")
    assert found == absent("Invalid Authorizer identifier specified")
    found = refused(gw.test_invoke_authorizer, **guard, headers={"A": "1\r\nB: 2"})
    assert found == bad(
        "headers: expected a token and text without controls; found A: '1\\r\\nB: 2'"
    )


def test_a_token_of_a_user_pool_is_tried_and_its_claims_are_shown(gw, api, auditions):
    pool = gw.create_authorizer(
        restApiId=api.id,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=["arn:aws:cognito-idp:eu-west-1:000000000000:userpool/x"],
        identitySource="method.request.header.Auth",
    )["id"]
    auditions.answer = Auditioned(status=0, log="", latency_ms=1, claims={"sub": "me"})
    found = gw.test_invoke_authorizer(restApiId=api.id, authorizerId=pool, headers={"Auth": "t"})
    assert [asked.authorizer.type for asked in auditions.asked] == ["COGNITO_USER_POOLS"]
    assert (found["clientStatus"], found["claims"]) == (0, {"sub": "me"})
    assert not {"policy", "principalId"} & set(found)
