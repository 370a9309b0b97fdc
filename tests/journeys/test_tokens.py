"""Tokens over the wire: each refused one stands beside what it was made of, which is let in."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from tests.core.signing.tokens import ec_key, public, rsa_key
from tests.journeys.raw import ask
from tests.journeys.running import Octetgate

POOL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"
OTHER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_xyz"
ARN = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc"
UNAUTHORIZED = (401, "UnauthorizedException", "Unauthorized")
EXPIRED = (401, "UnauthorizedException", "The incoming token has expired")
KINDS = ("/id", "/access", "/jwt")
"""A user pool's methods without scopes and with them, and one of another issuer's."""
SAID = {
    "/id": {"token_use": "id", "aud": "app1"},
    "/access": {"token_use": "access", "scope": "pets/read pets/write"},
    "/jwt": {"aud": "app1", "scope": "pets/read"},
}


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Return where an API with the three methods is; its issuers' keys are in files."""
    folder = tmp_path_factory.mktemp("tokens")
    keys = folder / "pools"
    keys.mkdir()
    for pool in (POOL, OTHER):
        known = {"keys": [public(rsa_key()), public(ec_key(), "e1")]}
        (keys / f"{pool.rpartition('/')[2]}.json").write_text(json.dumps(known))
    server = Octetgate(folder / "data", "--user-pool-keys", str(keys), "--workers", "1").start()
    yield build(server)
    server.end()


def build(server):
    gateway = server.gateway
    api = gateway.create_rest_api(name="tokens")["id"]
    (root,) = gateway.get_resources(restApiId=api)["items"]
    guard = {"restApiId": api, "identitySource": "method.request.header.Authorization"}
    pool = gateway.create_authorizer(
        **guard,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=[ARN],
        identityValidationExpression="app[0-9]",
    )["id"]
    # The issuer is a pool, too, so that its keys are in a file.
    issuer = gateway.create_authorizer(
        **guard,
        name="issuer",
        type="JWT",
        jwtConfiguration={
            "issuers": [{"issuer": POOL, "audiences": ["app1", "app2"]}],
            "defaultAlgorithms": ["RS256", "ES256"],
        },
    )["id"]
    for path, kind, authorizer, scopes in (
        ("id", "COGNITO_USER_POOLS", pool, {}),
        ("access", "COGNITO_USER_POOLS", pool, {"authorizationScopes": ["pets/read"]}),
        ("jwt", "JWT", issuer, {"authorizationScopes": ["pets/read"]}),
    ):
        made = gateway.create_resource(restApiId=api, parentId=root["id"], pathPart=path)
        method = {"restApiId": api, "resourceId": made["id"], "httpMethod": "GET"}
        gateway.put_method(**method, authorizationType=kind, authorizerId=authorizer, **scopes)
        gateway.put_integration(
            **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        gateway.put_method_response(**method, statusCode="200")
        gateway.put_integration_response(
            **method,
            statusCode="200",
            responseTemplates={"application/json": "$context.authorizer.claims.sub"},
        )
    gateway.create_deployment(restApiId=api, stageName="s")
    return server.invoke_url(api, "s").rstrip("/")


def token(path, *, key=None, algorithm="RS256", headers=None, **claims):
    """Return a token that the method takes, but for what is said otherwise."""
    now = time.time()
    whole = {"iss": POOL, "sub": "ada", "iat": now, "exp": now + 600, **SAID[path], **claims}
    whole = {name: value for name, value in whole.items() if value is not None}
    heads = {"kid": "k1", **(headers or {})}
    # PyJWT's own encode() would not sign claims that make no sense.
    return jwt.api_jws.encode(
        json.dumps(whole).encode(), key or rsa_key(), algorithm=algorithm, headers=heads
    )


def encoded(part):
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def changed(text, part, **members):
    """Return the token with other members in its head (0) or its claims (1)."""
    parts = text.split(".")
    told = json.loads(base64.urlsafe_b64decode(parts[part] + "=="))
    parts[part] = encoded({**told, **members})
    return ".".join(parts)


def unsigned(path, name):
    """Return a token that says it has no signature, and has none."""
    return changed(token(path), 0, alg=name).rpartition(".")[0] + "."


def confused(path, secret):
    """Return a token that is signed with what everybody knows of the key, as a shared secret."""
    signed = changed(token(path), 0, alg="HS256").rpartition(".")[0]
    mac = hmac.digest(secret, signed.encode(), hashlib.sha256)
    return f"{signed}.{encoded(mac)}"


def pem():
    return (
        rsa_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def call(url, path, *authorization):
    headers = [("Authorization", text) for text in authorization]
    return ask(url + path, headers=headers)


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(token, id="as-it-is"),
        pytest.param(lambda path: f"Bearer {token(path)}", id="behind-bearer"),
        pytest.param(lambda path: token(path, nbf=time.time() + 2), id="clock-a-little-ahead"),
        pytest.param(lambda path: token(path, note="x" * 8000), id="long"),
        pytest.param(lambda path: token(path, headers={"typ": "at+jwt"}), id="another-typ"),
    ],
)
def test_a_token_is_let_in(url, path, shown):
    answer = call(url, path, shown(path))
    assert (answer.status, answer.body) == (200, b"ada")


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "Bearer ", id="bearer-of-nothing"),
        pytest.param(lambda path: f"Bearer Bearer {token(path)}", id="bearer-twice"),
        pytest.param(lambda path: f"Basic {token(path)}", id="basic"),
        pytest.param(lambda path: token(path, nbf=time.time() + 60), id="not-yet"),
        pytest.param(lambda path: token(path, iat=time.time() + 60), id="from-the-future"),
        pytest.param(lambda path: token(path, exp=None), id="without-end"),
        pytest.param(lambda path: token(path, exp="9" * 12), id="end-in-words"),
        pytest.param(lambda path: token(path, iss=OTHER), id="another-issuer"),
        pytest.param(lambda path: token(path, iss=f"{POOL}/"), id="issuer-and-slash"),
        pytest.param(lambda path: token(path, iss=None), id="no-issuer"),
        pytest.param(lambda path: token(path, iss=[POOL]), id="issuers"),
        pytest.param(lambda path: unsigned(path, "none"), id="none"),
        pytest.param(lambda path: unsigned(path, "NoNe"), id="none-in-any-case"),
        pytest.param(lambda path: changed(token(path), 0, alg="none"), id="none-and-signed"),
        pytest.param(lambda path: confused(path, pem()), id="public-key-as-secret"),
        pytest.param(
            lambda path: confused(path, json.dumps(public(rsa_key())).encode()),
            id="key-s-json-as-secret",
        ),
        pytest.param(lambda path: confused(path, b""), id="no-secret"),
        pytest.param(lambda path: token(path, key=rsa_key(2)), id="another-key-of-that-name"),
        pytest.param(
            lambda path: token(path, key=ec_key(), algorithm="ES256"), id="algorithm-of-another-key"
        ),
        pytest.param(lambda path: token(path, algorithm="RS512"), id="algorithm-not-allowed"),
        pytest.param(lambda path: token(path, algorithm="PS256"), id="other-padding"),
        pytest.param(lambda path: token(path, headers={"kid": "k2"}), id="unknown-key"),
        pytest.param(lambda path: token(path, headers={"kid": "../us-east-1_abc"}), id="key-path"),
        pytest.param(lambda path: changed(token(path), 0, kid=["k1"]), id="keys"),
        pytest.param(lambda path: changed(token(path), 1, sub="eve"), id="altered-claims"),
        pytest.param(lambda path: changed(token(path), 0, typ="x"), id="altered-head"),
        pytest.param(lambda path: token(path).rpartition(".")[0] + ".", id="stripped"),
        pytest.param(lambda path: token(path).rpartition(".")[0], id="two-parts"),
        pytest.param(lambda path: token(path) + ".", id="four-parts"),
        pytest.param(lambda path: token(path)[:-4], id="signature-cut-short"),
        pytest.param(lambda path: token(path, note="x" * 15_000), id="too-long"),
        pytest.param(
            lambda path: token(path, key=rsa_key(2), headers={"jwk": public(rsa_key(2))}),
            id="brings-its-own-key",
        ),
        pytest.param(
            lambda path: token(
                path, key=rsa_key(2), headers={"jku": "https://evil.example/keys", "kid": "k9"}
            ),
            id="says-where-its-key-is",
        ),
        pytest.param(
            lambda path: token(path, key=rsa_key(2), headers={"x5u": "https://evil.example/pem"}),
            id="says-where-its-certificate-is",
        ),
        pytest.param(
            lambda path: token(path, headers={"crit": ["exp"], "exp": 1}), id="critical-unknown"
        ),
        pytest.param(lambda path: token(path, headers={"b64": False}), id="body-outside"),
    ],
)
def test_any_other_token_is_unauthorized(url, path, shown):
    assert call(url, path, shown(path)).refusal == UNAUTHORIZED


@pytest.mark.parametrize("path", KINDS)
def test_an_expired_token_is_told_so_if_it_is_right_otherwise(url, path):
    assert call(url, path, token(path, exp=time.time() - 1)).refusal == EXPIRED
    forged = token(path, exp=time.time() - 1, key=rsa_key(2))
    assert call(url, path, forged).refusal == UNAUTHORIZED


@pytest.mark.parametrize("path", KINDS)
def test_without_a_token_or_with_two_nobody_is_let_in(url, path):
    good = token(path)
    assert call(url, path).refusal == UNAUTHORIZED
    assert call(url, path, good, good).refusal == UNAUTHORIZED
    assert call(url, path, good, "x").refusal == UNAUTHORIZED
    assert call(url, path, good).status == 200


@pytest.mark.parametrize(
    "path, claims",
    [
        pytest.param("/id", {"aud": "app1x"}, id="audience-that-only-begins-so"),
        pytest.param("/id", {"aud": None}, id="no-audience"),
        pytest.param("/id", {"aud": ["app1"]}, id="pool-s-audience-in-a-list"),
        pytest.param("/id", SAID["/access"], id="access-token-for-id"),
        pytest.param("/id", {"token_use": None}, id="no-use"),
        pytest.param("/access", {**SAID["/id"], "scope": "pets/read"}, id="id-token-for-access"),
        pytest.param("/access", {"scope": "pets/write"}, id="another-scope"),
        pytest.param("/access", {"scope": "pets/reader"}, id="scope-that-only-begins-so"),
        pytest.param("/access", {"scope": "PETS/READ"}, id="scope-in-another-case"),
        pytest.param("/access", {"scope": None}, id="no-scope"),
        pytest.param("/jwt", {"aud": "app3"}, id="another-audience"),
        pytest.param("/jwt", {"aud": None}, id="issuer-s-no-audience"),
        pytest.param("/jwt", {"aud": {"app1": 1}}, id="audience-in-a-map"),
        pytest.param("/jwt", {"scope": "pets/write"}, id="issuer-s-another-scope"),
        pytest.param("/jwt", {"scope": {"pets/read": 1}}, id="scope-in-a-map"),
    ],
)
def test_a_token_for_somebody_or_something_else_is_unauthorized(url, path, claims):
    assert call(url, path, token(path, **claims)).refusal == UNAUTHORIZED


def test_an_elliptic_curve_is_good_where_it_is_allowed(url):
    signed = {"key": ec_key(), "algorithm": "ES256", "headers": {"kid": "e1"}}
    assert call(url, "/jwt", token("/jwt", **signed)).status == 200
    assert call(url, "/id", token("/id", **signed)).refusal == UNAUTHORIZED
