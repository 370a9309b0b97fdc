"""TestInvokeAuthorizer: what comes of it, and its log line by line."""

import json
import re

import pytest
from tests.gateway.authorizers.test_tokens import ARN, ISSUER, FakeKeys, signed
from tests.gateway.builders import API, FUNCTION, FUNCTION_URI, FakeFunctions, FakeUpstream

from octetgate.adapters.aws.services import AwsServices, AwsSettings
from octetgate.core.http.headers import Headers
from octetgate.core.model.access import Authorizer, JwtConfiguration, JwtIssuer
from octetgate.core.model.api import RestApi
from octetgate.core.model.definition import ApiDefinition
from octetgate.core.ports.functions import InvokeDenied, Outcome, TooManyInvocations
from octetgate.core.ports.rehearsal import Audition
from octetgate.gateway.audition import Auditions
from octetgate.gateway.snapshot import Ports

_LINE = re.compile(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} : (.*)", re.DOTALL)
HEADER = "method.request.header.Auth"
POLICY = {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
ANSWER = json.dumps({"principalId": "someone-known", "policyDocument": POLICY})


class Stage:
    """What authorizers are tried on."""

    def __init__(self):
        self.functions = FakeFunctions(Outcome(status=200, payload=ANSWER.encode()))
        services = AwsServices(AwsSettings())
        self.auditions = Auditions(
            Ports(FakeUpstream(), self.functions, services, key_sets=FakeKeys())
        )

    async def play(self, kind="TOKEN", *, target="/", headers=None, context=None, **members):
        defaults = {"identity_source": HEADER, "authorizer_uri": FUNCTION_URI}
        guard = Authorizer(id="g1", name="guard", type=kind, **{**defaults, **members})
        api = RestApi(id=API, name="x", created_date=0, root_resource_id="r")
        return await self.auditions.play(
            Audition(
                definition=ApiDefinition(rest_api=api),
                authorizer=guard,
                target=target,
                headers=Headers((headers or {}).items()),
                body=b"",
                variables={"v": "w"},
                context=context or {},
            )
        )

    @property
    def event(self):
        return json.loads(self.functions.invoked[-1].payload)


@pytest.fixture
def stage():
    return Stage()


def said(done):
    """Return the log's lines without their dates and the call's id."""
    first, *lines = done.log.rstrip("\n").split("\n")
    request_id = first.removeprefix("Execution log for request ")
    return [_LINE.fullmatch(line)[1].replace(request_id, "ID") for line in lines]


async def test_the_log_has_every_line_in_the_reported_order(stage):
    done = await stage.play(headers={"Auth": "the-token-of-somebody"})
    arn = f"arn:aws:execute-api:us-east-1:000000000000:{API}/ESTestInvoke-stage/GET/"
    event = {"type": "TOKEN", "authorizationToken": "the-token-of-somebody", "methodArn": arn}
    text = json.dumps(event, separators=(",", ":"))
    lines = said(done)
    assert lines[3].startswith("Endpoint request headers: {X-Amz-Invocation-Type=RequestResponse, ")
    assert f"X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:000000000000:{API}/authorizers/g1" in (
        lines.pop(3)
    )
    assert lines == [
        "Starting authorizer: g1 for request: ID",
        f"Incoming identity: {'*' * 15}mebody",
        (
            "Endpoint request URI: https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/"
            f"{FUNCTION}/invocations"
        ),
        f"Endpoint request body after transformations: {text}",
        f"Authorizer result body before parsing: {ANSWER}",
        f"Using valid authorizer policy for principal: {'*' * 7}-known",
        "Successfully completed authorizer execution",
    ]


async def test_a_policy_is_shown_and_not_applied(stage):
    done = await stage.play(headers={"Auth": "t"})
    assert (done.status, done.principal_id) == (0, "someone-known")
    assert json.loads(done.policy) == POLICY
    assert done.latency_ms >= 0


async def test_a_request_is_made_up_of_what_is_given(stage):
    sources = f"{HEADER}, context.identity.sourceIp, stageVariables.v, context.tenant"
    done = await stage.play(
        "REQUEST",
        target="/pets?q=1",
        headers={"auth": "abcdefghijklmn"},
        context={"httpMethod": "PUT", "tenant": "t1", "identity.sourceIp": "10.0.0.1"},
        identity_source=sources,
    )
    assert done.status == 0
    assert stage.event["methodArn"].endswith("/ESTestInvoke-stage/PUT/pets")
    assert stage.event["queryStringParameters"] == {"q": "1"}
    context = stage.event["requestContext"]
    assert (context["tenant"], context["identity"]["sourceIp"]) == ("t1", "10.0.0.1")
    assert said(done)[1] == (
        f"Incoming identity: {{{HEADER}=********ijklmn, context.identity.sourceIp=********, "
        "stageVariables.v=*, context.tenant=**}"
    )


async def test_who_does_not_say_who_he_is_is_unauthorized(stage):
    done = await stage.play()
    assert (done.status, done.policy, stage.functions.invoked) == (401, None, [])
    assert said(done)[1:] == ["Unauthorized request: ID", "UnauthorizedException"]


@pytest.mark.parametrize(
    "answer, status, lines",
    [
        (
            Outcome(status=200, payload=b'{"errorMessage":"Unauthorized"}', function_error="x"),
            401,
            ["Unauthorized request: ID", "UnauthorizedException"],
        ),
        (
            Outcome(status=200, payload=b'{"errorType":"E"}'),
            500,
            [
                (
                    "Execution failed due to configuration error: Invalid JSON in response: "
                    'Unrecognized field "errorType", not marked as ignorable'
                ),
                "AuthorizerConfigurationException",
            ],
        ),
        (
            InvokeDenied("not allowed"),
            500,
            [
                "Execution failed due to configuration error: AccessDeniedException: not allowed",
                "AuthorizerConfigurationException",
            ],
        ),
        (
            TooManyInvocations("busy"),
            500,
            [
                "Execution failed due to an internal error: TooManyRequestsException: busy",
                "AuthorizerFailureException",
            ],
        ),
    ],
)
async def test_a_failure_ends_the_log_with_its_reason(stage, answer, status, lines):
    stage.functions.answer = answer
    done = await stage.play(headers={"Auth": "t"})
    assert (done.status, done.principal_id) == (status, None)
    assert said(done)[-2:] == lines


async def test_an_authorizer_that_cannot_work_says_why(stage):
    done = await stage.play(authorizer_uri="arn:nonsense")
    assert done.status == 500
    assert said(done)[1].startswith(
        "Execution failed due to configuration error: uri: expected arn:aws:apigateway:"
    )


async def test_nothing_is_remembered(stage):
    for _ in range(2):
        await stage.play(headers={"Auth": "t"})
    assert len(stage.functions.invoked) == 2


POOL = {"kind": "COGNITO_USER_POOLS", "provider_arns": (ARN,), "authorizer_uri": None}
JWT = {
    "kind": "JWT",
    "jwt_configuration": JwtConfiguration(issuers=(JwtIssuer(issuer=ISSUER, audiences=("app",)),)),
    "authorizer_uri": None,
}


@pytest.mark.parametrize(
    "guard, claims", [(POOL, {"sub": "me"}), (JWT, {"sub": "me", "iss": ISSUER, "aud": "app"})]
)
async def test_a_token_that_is_to_be_believed_tells_its_claims(stage, guard, claims):
    text = signed(exp=4_102_444_800, email_verified=True, **claims)
    done = await stage.play(**guard, headers={"Auth": f"Bearer {text}"})
    assert (done.status, done.principal_id, done.policy) == (0, None, None)
    assert claims.items() <= done.claims.items()
    assert done.claims["exp"] == "Fri Jan 01 00:00:00 UTC 2100"
    assert done.claims["email_verified"] == "true"
    assert text not in done.log
    assert said(done) == [
        "Starting authorizer: g1 for request: ID",
        f"Incoming identity: {'*' * (len(text) - 6)}{text[-6:]}",
        "Successfully completed authorizer execution",
    ]


@pytest.mark.parametrize(
    "guard, claims, reason",
    [
        (POOL, {"token_use": "access"}, "token_use: expected id, found 'access'"),
        (JWT, {"iss": ISSUER, "aud": "else"}, "aud: expected one of app, found 'else'"),
    ],
)
async def test_why_a_token_is_not_believed_stands_in_the_log(stage, guard, claims, reason):
    done = await stage.play(**guard, headers={"Auth": signed(**claims)})
    assert (done.status, done.claims) == (401, None)
    assert said(done)[2:] == [
        f"The token is not to be believed: {reason}",
        "Unauthorized request: ID",
        "UnauthorizedException",
    ]


async def test_no_token_and_keys_that_cannot_be_had_are_told_apart(stage):
    assert (await stage.play(**POOL)).status == 401
    away = "https://away.example"
    guard = JWT | {"jwt_configuration": JwtConfiguration(issuers=(JwtIssuer(issuer=away),))}
    done = await stage.play(**guard, headers={"Auth": signed(iss=away)})
    assert done.status == 500
    assert said(done)[-2:] == [
        "Execution failed due to configuration error: nobody there",
        "AuthorizerConfigurationException",
    ]
