"""Lambda authorizers on the way of a call: who is asked, what is decided, what is remembered."""

import json

import pytest
from msgspec.structs import replace
from tests.gateway.builders import (
    API,
    FUNCTION,
    FUNCTION_URI,
    FakeExchange,
    World,
    aws_proxy,
    mock,
    resource,
)

from octetgate.core.http.body import Body
from octetgate.core.http.headers import Headers
from octetgate.core.http.message import RequestHead
from octetgate.core.model.access import ApiKey, ApiStage, Authorizer, UsagePlan, UsagePlanKey
from octetgate.core.ports.functions import (
    FunctionNotFound,
    InvokeDenied,
    Outcome,
    TooManyInvocations,
)
from octetgate.core.ports.store import API_KEYS, DEPLOYMENTS, USAGE_PLAN_KEYS, USAGE_PLANS

HEADER = "method.request.header.Auth"
STAGE = f"arn:aws:execute-api:us-east-1:000000000000:{API}/s"
DENIED = "User is not authorized to access this resource"


def policy(effect="Allow", pattern="*", **statement):
    made = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": pattern, **statement}
    return {"Version": "2012-10-17", "Statement": [made]}


def says(document=None, **members):
    answer = {"principalId": "me", "policyDocument": document or policy(), **members}
    return Outcome(status=200, payload=json.dumps(answer).encode())


def raises(message):
    payload = json.dumps({"errorMessage": message, "errorType": "Exception"}).encode()
    return Outcome(status=200, payload=payload, function_error="Unhandled")


class Guarded(World):
    """A world whose one method asks a function, and answers in the function's stead."""

    def __init__(self, kind="TOKEN", *, path="/pets/{id}", integration=None, **members):
        super().__init__()
        defaults = {"identity_source": HEADER, "authorizer_uri": FUNCTION_URI}
        guard = Authorizer(id="g1", name="guard", type=kind, **{**defaults, **members})
        method = {"authorization_type": "CUSTOM", "authorizer_id": "g1"}
        self.deploy(
            resource(path, integration or mock(), **method),
            resource("/other", mock(), **method),
            authorizers={"g1": guard},
            variables={"v": "w"},
        )
        self.functions.answer = says()

    @property
    def asked(self):
        return [json.loads(each.payload) for each in self.functions.invoked]


async def test_a_token_is_shown_to_the_function_with_what_it_is_to_be_good_for():
    world = Guarded()
    assert (await world.call("GET", "/pets/7?a=1", Auth="t")).status == 200
    (invocation,) = world.functions.invoked
    assert invocation.function == FUNCTION
    assert invocation.source_arn == (
        f"arn:aws:execute-api:us-east-1:000000000000:{API}/authorizers/g1"
    )
    assert world.asked == [
        {"type": "TOKEN", "authorizationToken": "t", "methodArn": f"{STAGE}/GET/pets/7"}
    ]


async def test_a_request_is_shown_whole_but_for_its_body():
    world = Guarded("REQUEST")
    assert (await world.call("POST", "/pets/7?q=1&q=2", b"body", auth="t")).status == 200
    (event,) = world.asked
    assert event["requestContext"]["resourcePath"] == "/pets/{id}"
    assert event["headers"]["auth"] == "t"
    assert "body" not in event
    del event["headers"], event["multiValueHeaders"], event["requestContext"]
    assert event == {
        "type": "REQUEST",
        "methodArn": f"{STAGE}/POST/pets/7",
        "resource": "/pets/{id}",
        "path": "/pets/7",
        "httpMethod": "POST",
        "queryStringParameters": {"q": "2"},
        "multiValueQueryStringParameters": {"q": ["1", "2"]},
        "pathParameters": {"id": "7"},
        "stageVariables": {"v": "w"},
    }


@pytest.mark.parametrize(
    "members, headers",
    [
        ({}, {}),
        ({}, {"Auth": ""}),
        ({"identity_validation_expression": "Bearer \\d+"}, {"Auth": "Bearer x"}),
        ({"kind": "REQUEST", "identity_source": f"{HEADER},context.none"}, {"Auth": "t"}),
    ],
    ids=["none", "empty", "looks-wrong", "one-of-two"],
)
async def test_who_does_not_say_who_he_is_is_refused_and_nobody_asked(members, headers):
    world = Guarded(**members)
    answer = await world.call("GET", "/pets/7", **headers)
    assert (answer.status, answer.data) == (401, b'{"message":"Unauthorized"}')
    assert answer.headers.get("x-amzn-ErrorType") == "UnauthorizedException"
    assert world.functions.invoked == []


async def test_a_token_that_looks_right_is_shown():
    world = Guarded(identity_validation_expression="Bearer \\d+")
    assert (await world.call("GET", "/pets/7", Auth="Bearer 7")).status == 200


async def test_a_request_authorizer_that_remembers_nothing_is_asked_about_anybody():
    world = Guarded("REQUEST", authorizer_result_ttl_in_seconds=0)
    assert (await world.call("GET", "/pets/7")).status == 200
    world = Guarded("REQUEST", authorizer_result_ttl_in_seconds=0, identity_source=None)
    assert (await world.call("GET", "/pets/7")).status == 200
    assert (await world.call("GET", "/pets/7")).status == 200
    assert len(world.functions.invoked) == 2


# --- What is decided ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document, message",
    [
        (policy(pattern=f"{STAGE}/GET/pets/7"), None),
        (policy(pattern=f"{STAGE}/*/pets/?"), None),
        (policy(Action="execute-api:*"), None),
        (policy(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), None),
        (policy(pattern=f"{STAGE}/POST/*"), DENIED),
        (policy(Action="lambda:InvokeFunction"), DENIED),
        (policy(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), DENIED),
        (
            {"Statement": policy()["Statement"] + policy("Deny", "*/pets/7")["Statement"]},
            f"{DENIED} with an explicit deny in an identity-based policy",
        ),
    ],
)
async def test_the_policy_decides(document, message):
    world = Guarded()
    world.functions.answer = says(document)
    answer = await world.call("GET", "/pets/7", Auth="t")
    if message is None:
        assert answer.status == 200
        return
    assert (answer.status, answer.message) == (403, {"Message": message})
    assert answer.headers.get("x-amzn-ErrorType") == "AccessDeniedException"


CONFIGURATION = (500, "AuthorizerConfigurationException")
FAILURE = (500, "AuthorizerFailureException")


@pytest.mark.parametrize(
    "outcome, expected",
    [
        (raises("Unauthorized"), (401, "UnauthorizedException")),
        (raises("unauthorized"), CONFIGURATION),
        (Outcome(status=200, payload=b"null"), CONFIGURATION),
        (Outcome(status=200, payload=b"not json"), CONFIGURATION),
        (Outcome(status=200, payload=b'{"principalId": "me"}'), CONFIGURATION),
        (says(principalId=None), CONFIGURATION),
        (says(policy("allow")), CONFIGURATION),
        (says(policy(pattern="x" * 513)), CONFIGURATION),
        (says(context={"a": [1]}), CONFIGURATION),
        (says(more=1), CONFIGURATION),
        (says(usageIdentifierKey=7), CONFIGURATION),
        (InvokeDenied("no"), CONFIGURATION),
        (FunctionNotFound("no"), CONFIGURATION),
        (TooManyInvocations("busy"), FAILURE),
    ],
)
async def test_a_function_that_decides_nothing_lets_nobody_in(outcome, expected):
    world = Guarded()
    world.functions.answer = outcome
    answer = await world.call("GET", "/pets/7", Auth="t")
    assert (answer.status, answer.headers.get("x-amzn-ErrorType")) == expected
    if answer.status == 500:
        assert answer.data == b'{"message":null}'


async def test_an_authorizer_that_cannot_work_lets_nobody_in():
    world = Guarded(authorizer_uri="arn:nonsense")
    answer = await world.call("GET", "/pets/7", Auth="t")
    assert (answer.status, answer.headers.get("x-amzn-ErrorType")) == CONFIGURATION
    assert "authorizer guard: uri: expected" in answer.line["error"]


# --- What becomes of it ------------------------------------------------------------------------


async def test_what_the_function_says_of_the_caller_reaches_templates_as_text():
    template = (
        '{"statusCode": 200, #set($context.responseOverride.header.who = '
        '"$context.authorizer.principalId $context.authorizer.n $context.authorizer.b")}'
    )
    world = Guarded(integration=mock(request_templates={"application/json": template}))
    world.functions.answer = says(context={"n": 1, "b": True, "none": None})
    answer = await world.call("GET", "/pets/7", Auth="t")
    assert answer.headers.get("who") == "me 1 true"


async def test_what_the_function_says_of_the_caller_reaches_the_next_function():
    world = Guarded(integration=aws_proxy())
    world.functions.answer = says(context={"n": 1.5})
    await world.call("GET", "/pets/7", Auth="t")
    told = world.asked[1]["requestContext"]["authorizer"]
    assert isinstance(told.pop("integrationLatency"), int)
    assert told == {"n": "1.5", "principalId": "me"}


async def test_a_call_that_was_let_in_without_an_authorizer_tells_of_none():
    world = World()
    world.deploy(resource("/x", aws_proxy()))
    await world.call("GET", "/x")
    (invocation,) = world.functions.invoked
    assert "authorizer" not in json.loads(invocation.payload)["requestContext"]


# --- What is remembered ------------------------------------------------------------------------


async def test_an_answer_is_remembered_for_the_token_and_decides_every_method_anew():
    world = Guarded()
    world.functions.answer = says(policy(pattern=f"{STAGE}/GET/pets/*"))
    assert (await world.call("GET", "/pets/7", Auth="t")).status == 200
    assert (await world.call("GET", "/pets/8", Auth="t")).status == 200
    assert (await world.call("GET", "/other", Auth="t")).status == 403
    assert len(world.functions.invoked) == 1
    assert (await world.call("GET", "/pets/7", Auth="u")).status == 200
    assert len(world.functions.invoked) == 2


async def test_a_request_is_remembered_by_all_of_its_sources_in_order():
    sources = f"{HEADER}, method.request.querystring.q"
    world = Guarded("REQUEST", identity_source=sources)
    for header, query in (("a", "bc"), ("ab", "c"), ("a", "bc")):
        assert (await world.call("GET", f"/pets/7?q={query}", Auth=header)).status == 200
    assert len(world.functions.invoked) == 2


async def twice(world, name, *values):
    """Make a call with a header several times; return its status."""
    exchange = FakeExchange(
        "GET", f"/restapis/{API}/s/_user_request_/pets/7", {}, Body.of(b""), leaves=False
    )
    fields = [("Host", "localhost"), *((name, value) for value in values)]
    exchange.head = RequestHead("GET", exchange.head.target, Headers(fields))
    await world.gateway.handle(exchange)
    return exchange.reply.status


@pytest.mark.parametrize("kind", ["TOKEN", "REQUEST"])
async def test_two_values_are_an_identity_of_their_own(kind):
    world = Guarded(kind)
    assert await twice(world, "Auth", "theirs", "mine") == 200
    assert await twice(world, "Auth", "theirs") == 200
    assert await twice(world, "Auth", "mine") == 200
    assert await twice(world, "Auth", "theirs", "mine") == 200
    assert len(world.functions.invoked) == 3
    if kind == "TOKEN":
        assert world.asked[0]["authorizationToken"] == "theirs,mine"


async def test_nothing_is_remembered_for_no_time():
    world = Guarded(authorizer_result_ttl_in_seconds=0)
    for _ in range(2):
        assert (await world.call("GET", "/pets/7", Auth="t")).status == 200
    assert len(world.functions.invoked) == 2


async def test_an_answer_is_forgotten_after_its_time(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("octetgate.gateway.authorizers._memory.time.monotonic", lambda: now[0])
    world = Guarded(authorizer_result_ttl_in_seconds=60)
    await world.call("GET", "/pets/7", Auth="t")
    now[0] += 59
    await world.call("GET", "/pets/7", Auth="t")
    assert len(world.functions.invoked) == 1
    now[0] += 2
    await world.call("GET", "/pets/7", Auth="t")
    assert len(world.functions.invoked) == 2


async def test_a_refusal_is_not_remembered():
    world = Guarded()
    world.functions.answer = raises("Unauthorized")
    assert (await world.call("GET", "/pets/7", Auth="t")).status == 401
    world.functions.answer = says()
    assert (await world.call("GET", "/pets/7", Auth="t")).status == 200


async def test_many_callers_are_remembered_within_a_bound(monkeypatch):
    monkeypatch.setattr("octetgate.gateway.authorizers._memory.MOST_HERE", 2)
    world = Guarded()
    for token in ("a", "b", "c", "c", "a"):
        assert (await world.call("GET", "/pets/7", Auth=token)).status == 200
    assert len(world.functions.invoked) == 4


# --- API keys ----------------------------------------------------------------------------------


async def test_the_authorizer_names_the_caller_s_api_key_where_the_api_says_so():
    world = Guarded()
    with world.store.write() as writing:
        record = writing.get(DEPLOYMENTS, f"{API}/dep")
        definition = record.definition
        methods = {
            "ANY": replace(
                definition.resources["other"].resource_methods["ANY"], api_key_required=True
            )
        }
        guarded = replace(definition.resources["other"], resource_methods=methods)
        definition = replace(
            definition,
            rest_api=replace(definition.rest_api, api_key_source="AUTHORIZER"),
            resources={**definition.resources, "other": guarded},
        )
        writing.put(DEPLOYMENTS, f"{API}/dep", replace(record, definition=definition))
        key = ApiKey(id="k", value="v" * 20, created_date=0, last_updated_date=0, enabled=True)
        plan = UsagePlan(id="p", name="p", api_stages=(ApiStage(api_id=API, stage="s"),))
        writing.put(API_KEYS, "k", key)
        writing.put(USAGE_PLANS, "p", plan)
        writing.put(USAGE_PLAN_KEYS, "p/k", UsagePlanKey(key_id="k"))
    assert (await world.call("GET", "/other", Auth="a", X_API_Key="v" * 20)).status == 403
    world.functions.answer = says(usageIdentifierKey="v" * 20)
    assert (await world.call("GET", "/other", Auth="b")).status == 200
