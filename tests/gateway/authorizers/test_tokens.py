"""Who is let in by a token of a user pool or of another issuer (spec: lifecycle 8.2 and 8.4)."""

import time

import pytest
from tests.core.signing.tokens import public, rsa_key, token
from tests.gateway.builders import API, FakeExchange, World, aws_proxy, mock, resource, responses

from octetgate.core.http.body import Body
from octetgate.core.model.access import (
    Authorizer,
    AuthorizerType,
    JwtAdditionalClaim,
    JwtConfiguration,
    JwtIssuer,
)
from octetgate.core.ports.key_sets import KeysUnreachable

ARN = "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_abc"
POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
ISSUER = "https://issuer.example"
TOLD = {
    "application/json": "$context.authorizer.claims.sub|$context.authorizer.claims.groups|"
    "$context.authorizer.claims.exp|$context.authorizer.claims"
}


class FakeKeys:
    """Every issuer has one key."""

    async def key(self, issuer: str, key_id: str):
        if issuer == "https://away.example":
            raise KeysUnreachable("nobody there")
        return public(rsa_key()) if key_id == "k1" else None


def world(kind: AuthorizerType, *, scopes=(), **authorizer: object) -> World:
    made = World(key_sets=FakeKeys())
    guard = Authorizer(
        id="a", name="a", type=kind, identity_source="method.request.header.Auth", **authorizer
    )
    made.deploy(
        resource(
            "/m",
            mock(integration_responses=responses(response_templates=TOLD)),
            authorization_type=str(kind),
            authorizer_id="a",
            authorization_scopes=tuple(scopes),
        ),
        authorizers={"a": guard},
    )
    return made


def pool(**members: object) -> World:
    return world(AuthorizerType.COGNITO_USER_POOLS, provider_arns=(ARN,), **members)


def issuers(*extra: JwtIssuer, scopes=(), **members: object) -> World:
    known = JwtIssuer(issuer=ISSUER, audiences=("app", "other"), **members)
    configuration = JwtConfiguration(issuers=(known, *extra))
    return world(AuthorizerType.JWT, scopes=scopes, jwt_configuration=configuration)


def signed(**claims: object) -> str:
    now = time.time()
    return token(**{"exp": now + 36_000, "iat": now, "iss": POOL, "token_use": "id", **claims})


async def status(asked: World, text: str | None) -> int:
    headers = {} if text is None else {"Auth": text}
    return (await asked.call("GET", "/m", **headers)).status


@pytest.mark.parametrize("prefix", ["", "Bearer ", "bearer  "])
async def test_an_id_token_of_the_pool_is_let_in_and_its_claims_are_text(prefix):
    text = signed(sub="me", groups=["a", "b"], exp=4_102_444_800)
    answer = await pool().call("GET", "/m", Auth=prefix + text)
    assert answer.status == 200
    assert answer.data == b"me|a,b|Fri Jan 01 00:00:00 UTC 2100|"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="none"),
        pytest.param("x.y.z", id="no-token"),
        pytest.param(signed(iss=POOL + "x"), id="another-pool"),
        pytest.param(signed(iss=ISSUER), id="another-issuer"),
        pytest.param(signed(token_use="access"), id="access-token"),
        pytest.param(signed(kid="k2"), id="unknown-key"),
        pytest.param(signed(key=rsa_key(2)), id="another-key"),
        pytest.param(signed(iat=time.time() + 86_400), id="from-the-future"),
    ],
)
async def test_any_other_token_is_unauthorized(text):
    asked = pool()
    headers = {} if text is None else {"Auth": text}
    answer = await asked.call("GET", "/m", **headers)
    assert (answer.status, answer.message) == (401, {"message": "Unauthorized"})
    assert answer.headers.get("x-amzn-errortype") == "UnauthorizedException"


async def test_of_two_tokens_none_is_believed():
    asked = pool()
    exchange = FakeExchange(
        "GET",
        f"/restapis/{API}/s/_user_request_/m",
        {"Auth": signed(), "AUTH": signed()},
        Body.of(b""),
        leaves=False,
    )
    await asked.gateway.handle(exchange)
    assert exchange.reply.status == 401


async def test_an_expired_token_is_told_so():
    answer = await pool().call("GET", "/m", Auth=signed(exp=time.time() - 1))
    assert (answer.status, answer.message) == (401, {"message": "The incoming token has expired"})


@pytest.mark.parametrize(
    "claims, expected",
    [
        ({"token_use": "access", "scope": "a/read b/write"}, 200),
        ({"token_use": "access", "scope": "b/write"}, 401),
        ({"token_use": "access"}, 401),
        ({"token_use": "id", "scope": "a/read"}, 401),
    ],
)
async def test_a_method_with_scopes_takes_access_tokens_with_one_of_them(claims, expected):
    assert await status(pool(scopes=["a/read", "a/admin"]), signed(**claims)) == expected


@pytest.mark.parametrize(
    "audience, expected", [("client1", 200), ("client12", 401), (None, 401), (["client1"], 401)]
)
async def test_the_expression_is_about_the_audience(audience, expected):
    asked = pool(identity_validation_expression="client\\d")
    assert await status(asked, signed(aud=audience)) == expected


def issued(**claims: object) -> str:
    return signed(**{"iss": ISSUER, "aud": "app", "token_use": None, **claims})


@pytest.mark.parametrize(
    "claims, expected",
    [
        ({}, 200),
        ({"aud": ["x", "other"]}, 200),
        ({"aud": "x"}, 401),
        ({"aud": None}, 401),
        ({"aud": [["app"]]}, 401),
        ({"aud": None, "client_id": "app"}, 200),
        ({"iss": "https://nobody.example"}, 401),
        ({"iss": ISSUER + "/"}, 401),
        ({"iss": "https://away.example"}, 500),
    ],
)
async def test_an_issuer_is_believed_for_its_audiences(claims, expected):
    away = JwtIssuer(issuer="https://away.example", audiences=("app",))
    assert await status(issuers(away), issued(**claims)) == expected


@pytest.mark.parametrize(
    "claims, expected",
    [
        ({"tenant": "one"}, 200),
        ({"tenant": "three"}, 401),
        ({"tenant": ["one"]}, 401),
        ({}, 401),
    ],
)
async def test_additional_claims_have_to_say_what_is_expected(claims, expected):
    rule = JwtAdditionalClaim(claim_name="tenant", required=True, expected_values=("one", "two"))
    assert await status(issuers(additional_claims=(rule,)), issued(**claims)) == expected


@pytest.mark.parametrize(
    "claims, expected",
    [
        ({"scope": "read"}, 200),
        ({"scp": ["x", "read"]}, 200),
        ({"scope": [["read"]]}, 401),
        ({"scope": "write"}, 401),
        ({}, 401),
    ],
)
async def test_scopes_of_issuers_are_text_or_a_list(claims, expected):
    assert await status(issuers(scopes=["read"]), issued(**claims)) == expected


async def test_a_function_is_told_the_claims():
    asked = pool()
    asked.deploy(
        resource("/f", aws_proxy(), authorization_type="COGNITO_USER_POOLS", authorizer_id="a"),
        authorizers={
            "a": Authorizer(
                id="a",
                name="a",
                type=AuthorizerType.COGNITO_USER_POOLS,
                identity_source="method.request.header.Auth",
                provider_arns=(ARN,),
            )
        },
        deployment="two",
    )
    await asked.call("GET", "/f", Auth=signed(sub="me"))
    (invocation,) = asked.functions.invoked
    assert b'"authorizer":{"claims":{' in bytes(invocation.payload)
    assert b'"sub":"me"' in bytes(invocation.payload)
