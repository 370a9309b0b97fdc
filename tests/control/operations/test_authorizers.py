import pytest
from tests.control.refusals import absent, bad, refused, taken

from octetgate.core.ports.store import DEPLOYMENTS

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:guard"
URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
POOL = "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_abc"
HEADER = "method.request.header.Auth"
TOKEN = {"name": "guard", "type": "TOKEN", "authorizerUri": URI, "identitySource": HEADER}
REQUEST = {
    **TOKEN,
    "type": "REQUEST",
    "identitySource": f"{HEADER}, stageVariables.v",
}
COGNITO = {
    "name": "pool",
    "type": "COGNITO_USER_POOLS",
    "providerARNs": [POOL],
    "identitySource": HEADER,
}
JWT = {
    "name": "jwt",
    "type": "JWT",
    "identitySource": HEADER,
    "jwtConfiguration": {
        "issuers": [
            {
                "issuer": "https://idp.example/realm",
                "audiences": ["a"],
                "additionalClaims": [
                    {"claimName": "team", "format": "SINGLE_STRING", "required": True}
                ],
            }
        ],
        "defaultAlgorithms": ["RS256"],
    },
}
NO_AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
    "COGNITO_USER_POOLS requires a valid authorizer."
)


@pytest.fixture
def guard(gw, api):
    """Return the place of a TOKEN authorizer on a fresh API, as keyword arguments."""
    made = gw.create_authorizer(restApiId=api.id, **TOKEN)
    return {"restApiId": api.id, "authorizerId": made["id"]}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


@pytest.mark.parametrize(
    "given, auth_type",
    [(TOKEN, "custom"), (REQUEST, "custom"), (COGNITO, "cognito_user_pools")],
    ids=["TOKEN", "REQUEST", "COGNITO_USER_POOLS"],
)
def test_what_is_given_comes_back_and_the_rest_is_the_types_default(gw, api, given, auth_type):
    made = gw.create_authorizer(restApiId=api.id, **given)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made) == {"id": made["id"], **given, "authType": auth_type}
    assert (len(made["id"]), made["id"].isalnum()) == (6, True)
    seen = shown(gw.get_authorizer(restApiId=api.id, authorizerId=made["id"]))
    assert seen == {**shown(made), "authorizerResultTtlInSeconds": 300}
    assert gw.get_authorizers(restApiId=api.id)["items"] == [seen]


def test_a_jwt_authorizer_has_its_issuers_and_no_time_to_live(gw, api):
    made = gw.create_authorizer(restApiId=api.id, **JWT)
    seen = shown(gw.get_authorizer(restApiId=api.id, authorizerId=made["id"]))
    assert "authorizerResultTtlInSeconds" not in seen
    (issuer,) = seen["jwtConfiguration"]["issuers"]
    assert (issuer["issuer"], issuer["audiences"]) == ("https://idp.example/realm", ["a"])
    assert issuer["additionalClaims"] == [
        {"claimName": "team", "format": "SINGLE_STRING", "required": True}
    ]


@pytest.mark.parametrize(
    "given, message",
    [
        ({**TOKEN, "name": " "}, "Authorizer name must be non-empty"),
        (
            {**TOKEN, "authorizerUri": FUNCTION},
            (
                f"Invalid Authorizer URI: {FUNCTION}. Authorizer URI should be a valid API "
                "Gateway ARN that represents a Lambda function invocation."
            ),
        ),
        (
            {**REQUEST, "providerARNs": [POOL]},
            f"providerARNs: expected none with REQUEST; found {POOL}",
        ),
        (
            {**TOKEN, "identitySource": ""},
            "identitySource: expected method.request.header.NAME with TOKEN; found none",
        ),
        (
            {**TOKEN, "identitySource": "Auth"},
            (
                "Invalid mapping expression specified: Validation Result: warnings : [], "
                "errors : [Invalid mapping expression specified: Auth]"
            ),
        ),
        (
            {**REQUEST, "identitySource": "method.request.path.id"},
            (
                "Invalid mapping expression specified: Validation Result: warnings : [], "
                "errors : [Invalid mapping expression specified: method.request.path.id]"
            ),
        ),
        (
            {**REQUEST, "identitySource": ""},
            (
                "Identity source must be set if authorizer caching is enabled (TTL is greater "
                "than 0)"
            ),
        ),
        (
            {**TOKEN, "authorizerResultTtlInSeconds": 3601},
            "authorizerResultTtlInSeconds: expected 0 to 3600; found 3601",
        ),
        (
            {**TOKEN, "identityValidationExpression": "("},
            "identityValidationExpression: expected a regular expression; ",
        ),
        (
            {**COGNITO, "providerARNs": []},
            "providerARNs: expected at least one user pool with COGNITO_USER_POOLS; found none",
        ),
        (
            {**COGNITO, "providerARNs": ["pool"]},
            (
                "providerARNs: expected "
                "arn:aws:cognito-idp:{region}:{account}:userpool/{id}; found 'pool'"
            ),
        ),
        (
            {**JWT, "jwtConfiguration": {"issuers": [], "defaultAlgorithms": ["RS256"]}},
            "jwtConfiguration: expected at least one of issuers and of defaultAlgorithms",
        ),
        (
            {**JWT, "authorizerResultTtlInSeconds": 1},
            "authorizerResultTtlInSeconds: expected none with JWT",
        ),
        ({**JWT, "authorizerUri": URI}, "authorizerUri: expected none with JWT"),
        ({**JWT, "providerARNs": [POOL]}, "providerARNs: expected none with JWT"),
    ],
)
def test_what_is_no_authorizer_is_refused(gw, api, given, message):
    code, status, found = refused(gw.create_authorizer, restApiId=api.id, **given)
    assert (code, status) == ("BadRequestException", 400)
    assert found.startswith(message)
    assert gw.get_authorizers(restApiId=api.id)["items"] == []


@pytest.mark.parametrize(
    "issuers, message",
    [
        (
            [{"issuer": "http://idp.example", "audiences": ["a"]}],
            "jwtConfiguration.issuers: expected an https URL",
        ),
        (
            [{"issuer": "https://idp.example", "audiences": []}],
            "jwtConfiguration.issuers: expected audiences of https://idp.example; found none",
        ),
        (
            [{"issuer": "https://idp.example", "audiences": ["a"]}] * 2,
            "jwtConfiguration.issuers: expected each once; found https://idp.example, https:",
        ),
        (
            [
                {
                    "issuer": "https://idp.example",
                    "audiences": ["a"],
                    "additionalClaims": [{"claimName": "aud", "format": "SINGLE_STRING"}],
                }
            ],
            "jwtConfiguration.issuers.additionalClaims: expected a claimName other than aud",
        ),
    ],
)
def test_an_issuer_that_cannot_be_trusted_is_refused(gw, api, issuers, message):
    given = {"issuers": issuers, "defaultAlgorithms": ["RS256"]}
    found = refused(gw.create_authorizer, restApiId=api.id, **{**JWT, "jwtConfiguration": given})
    assert found[2].startswith(message)


def test_a_request_authorizer_that_remembers_nothing_needs_no_identity_source(gw, api):
    given = {**REQUEST, "identitySource": "", "authorizerResultTtlInSeconds": 0}
    made = gw.create_authorizer(restApiId=api.id, **given)
    assert made["authorizerResultTtlInSeconds"] == 0


def test_a_type_that_is_none_is_refused_by_the_framework(gw, api):
    code, _, message = refused(gw.create_authorizer, restApiId=api.id, name="x", type="MAGIC")
    assert code == "ValidationException"
    assert message.startswith(
        "1 validation error detected: Value 'MAGIC' at 'createAuthorizerInput.type' failed to "
        "satisfy constraint: Member must satisfy enum value set: ["
    )


def test_a_name_is_given_once(gw, guard):
    found = refused(gw.create_authorizer, restApiId=guard["restApiId"], **TOKEN)
    assert found == bad(
        "Authorizer name must be unique. Authorizer guard already exists in this RestApi."
    )


def test_on_an_unknown_api_creating_is_taken_for_a_lost_race(gw):
    assert refused(gw.create_authorizer, restApiId="nope", **TOKEN) == taken(
        "Unable to complete operation due to concurrent modification. Please try again later."
    )
    found = refused(gw.get_authorizers, restApiId="nope")
    assert found == absent("Invalid API identifier specified 000000000000:nope")


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_an_unknown_authorizer_is_not_found(gw, api, operation):
    found = refused(getattr(gw, f"{operation}_authorizer"), restApiId=api.id, authorizerId="nope")
    assert found == absent("Invalid Authorizer identifier specified")


@pytest.mark.parametrize(
    "path, value, member, after",
    [
        ("/name", "other", "name", "other"),
        ("/type", "REQUEST", "type", "REQUEST"),
        ("/authType", "oauth2", "authType", "oauth2"),
        ("/authorizerUri", URI.replace("guard", "new"), "authorizerUri", URI.replace("guard", "new")),
        ("/authorizerCredentials", "arn:aws:iam::1:role/r", "authorizerCredentials", "arn:aws:iam::1:role/r"),
        ("/authorizerResultTtlInSeconds", "5", "authorizerResultTtlInSeconds", 5),
        ("/identitySource", "method.request.header.B", "identitySource", "method.request.header.B"),
        ("/identityValidationExpression", "Bearer .*", "identityValidationExpression", "Bearer .*"),
    ],
)  # fmt: skip
def test_patching_an_authorizer(gw, guard, path, value, member, after):
    patched = gw.update_authorizer(**guard, patchOperations=patch("replace", path, value))
    assert patched[member] == after
    assert shown(gw.get_authorizer(**guard)) == shown(patched)


def test_patching_the_pools_of_an_authorizer(gw, api):
    made = gw.create_authorizer(restApiId=api.id, **COGNITO)
    place = {"restApiId": api.id, "authorizerId": made["id"]}
    other = POOL.replace("abc", "def")
    operations = patch("add", "/providerARNs", other) + patch("remove", "/providerARNs", POOL)
    assert gw.update_authorizer(**place, patchOperations=operations)["providerARNs"] == [other]


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        ("replace", "/x", "1", "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/authorizerUri, /authorizerCredentials, /authorizerResultTtlInSeconds, /authType, /identitySource, /identityValidationExpression, /name, /type]"),
        ("remove", "/name", None, "Invalid patch path  '/name' specified for op 'remove'. Please choose supported operations"),
        ("replace", "/type", "MAGIC", "Invalid patch value for /type: expected one of TOKEN, REQUEST, COGNITO_USER_POOLS, JWT; found 'MAGIC'"),
        ("replace", "/authorizerResultTtlInSeconds", "x", "Invalid patch value for /authorizerResultTtlInSeconds: expected an integer; found 'x'"),
        ("remove", "/identitySource", None, "identitySource: expected method.request.header.NAME with TOKEN; found none"),
    ],
)  # fmt: skip
def test_a_patch_that_cannot_be_is_refused(gw, guard, op, path, value, message):
    before = shown(gw.get_authorizer(**guard))
    found = refused(gw.update_authorizer, **guard, patchOperations=patch(op, path, value))
    assert found == bad(message)
    assert shown(gw.get_authorizer(**guard)) == before


@pytest.mark.parametrize(
    "given",
    [
        {"authorizationType": "CUSTOM"},
        {"authorizationType": "CUSTOM", "authorizerId": "nope"},
        {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "guard"},
        {"authorizationType": "JWT", "authorizerId": "guard"},
        {"authorizationType": "MAGIC", "authorizerId": "guard"},
    ],
)
def test_a_method_needs_an_authorizer_of_its_type(gw, api, guard, given):
    if given.get("authorizerId") == "guard":
        given = {**given, "authorizerId": guard["authorizerId"]}
    found = refused(gw.put_method, restApiId=api.id, resourceId=api.root, httpMethod="GET", **given)
    assert found == bad(NO_AUTHORIZER)


def test_an_authorizer_that_a_method_names_stays_as_it_is(gw, api, guard):
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    made = gw.put_method(**place, authorizationType="CUSTOM", authorizerId=guard["authorizerId"])
    assert made["authorizerId"] == guard["authorizerId"]
    assert refused(gw.delete_authorizer, **guard) == taken(
        "Cannot delete authorizer 'guard', is referenced in method: //GET"
    )
    to_pools = patch("replace", "/type", "COGNITO_USER_POOLS") + patch("add", "/providerARNs", POOL)
    assert refused(gw.update_authorizer, **guard, patchOperations=to_pools) == bad(NO_AUTHORIZER)
    opened = gw.update_method(
        **place, patchOperations=patch("replace", "/authorizationType", "NONE")
    )
    assert "authorizerId" not in opened
    assert gw.delete_authorizer(**guard)["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert gw.get_authorizers(restApiId=api.id)["items"] == []


def test_scopes_are_for_methods_whose_callers_have_tokens_with_scopes(gw, api):
    pool = gw.create_authorizer(restApiId=api.id, **COGNITO)["id"]
    place = {"restApiId": api.id, "resourceId": api.root}
    made = gw.put_method(
        **place,
        httpMethod="GET",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=pool,
        authorizationScopes=["a/read"],
    )
    assert made["authorizationScopes"] == ["a/read"]
    found = refused(
        gw.put_method,
        **place,
        httpMethod="PUT",
        authorizationType="NONE",
        authorizationScopes=["a/read"],
    )
    assert found == bad(
        "authorizationScopes: expected none without a COGNITO_USER_POOLS authorizer"
    )


def test_a_deployment_keeps_its_authorizers_and_a_copy_has_them(gw, management, mocked):
    api = mocked["restApiId"]
    made = gw.create_authorizer(restApiId=api, **TOKEN)
    gw.update_method(
        **mocked,
        patchOperations=patch("replace", "/authorizationType", "CUSTOM")
        + patch("replace", "/authorizerId", made["id"]),
    )
    gw.create_deployment(restApiId=api, stageName="s")
    gw.update_authorizer(
        restApiId=api, authorizerId=made["id"], patchOperations=patch("replace", "/name", "new")
    )
    with management.store.read() as reading:
        ((_, record),) = reading.list(DEPLOYMENTS, f"{api}/")
    assert record.definition.authorizers[made["id"]].name == "guard"
    copy = gw.create_rest_api(name="copy", cloneFrom=api)
    (copied,) = gw.get_authorizers(restApiId=copy["id"])["items"]
    method = gw.get_method(
        restApiId=copy["id"], resourceId=copy["rootResourceId"], httpMethod="POST"
    )
    assert method["authorizerId"] == copied["id"]
