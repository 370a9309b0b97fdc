import pytest
from tests.control.refusals import absent, bad, refused

from octetgate.core.model.responses import DEFAULTS, FAMILIES, GatewayResponseType, family

TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
LISTED = (
    "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, "
    "MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, "
    "BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, "
    "ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, "
    "API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN"
)
HEADER = "gatewayresponse.header.X-Why"


@pytest.fixture
def missing(api):
    """Return the place of a fresh API's MISSING_AUTHENTICATION_TOKEN."""
    return {"restApiId": api.id, "responseType": "MISSING_AUTHENTICATION_TOKEN"}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def listed(gw, api):
    items = gw.get_gateway_responses(restApiId=api.id)["items"]
    return {item["responseType"]: item for item in items}


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


def built_in(kind):
    status = {} if kind in FAMILIES else {"statusCode": str(DEFAULTS[kind].status)}
    return {
        "responseType": kind,
        "responseParameters": {},
        "responseTemplates": TEMPLATES,
        "defaultResponse": True,
        **status,
    }


def test_the_service_model_knows_the_same_types(gw):
    model = gw.meta.service_model.shape_for("GatewayResponseType")
    assert set(model.enum) == set(GatewayResponseType)


def test_every_type_is_listed_with_the_built_in_words(gw, api):
    assert listed(gw, api) == {kind: built_in(kind) for kind in GatewayResponseType}


@pytest.mark.parametrize("kind", list(GatewayResponseType))
def test_one_type_is_shown_as_it_is_listed(gw, api, kind):
    found = gw.get_gateway_response(restApiId=api.id, responseType=kind)
    assert shown(found) == built_in(kind)


def test_what_is_put_comes_back_and_is_no_default(gw, missing):
    given = {
        "statusCode": "404",
        "responseParameters": {HEADER: "'not here'"},
        "responseTemplates": {"text/plain": "not here"},
    }
    made = gw.put_gateway_response(**missing, **given)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    expected = {"responseType": missing["responseType"], **given, "defaultResponse": False}
    assert shown(made) == shown(gw.get_gateway_response(**missing)) == expected


def test_putting_again_replaces_all_of_it(gw, missing):
    gw.put_gateway_response(**missing, statusCode="404", responseParameters={HEADER: "'a'"})
    gw.put_gateway_response(**missing, responseTemplates={"a/b": "x"})
    found = gw.get_gateway_response(**missing)
    assert (found["statusCode"], found["responseParameters"]) == ("403", {})


def test_a_family_is_shown_for_all_that_follow_it(gw, api):
    given = {"responseParameters": {HEADER: "'a'"}, "responseTemplates": {"a/b": "x"}}
    gw.put_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX", **given)
    gw.put_gateway_response(restApiId=api.id, responseType="INTEGRATION_TIMEOUT")
    items = listed(gw, api)
    for kind in set(GatewayResponseType) - {"DEFAULT_5XX", "INTEGRATION_TIMEOUT"}:
        follows = family(kind) == "DEFAULT_5XX"
        assert items[kind] == {**built_in(kind), **(given if follows else {})}
    assert items["DEFAULT_5XX"] == {**built_in("DEFAULT_5XX"), **given, "defaultResponse": False}
    own = {**built_in("INTEGRATION_TIMEOUT"), "defaultResponse": False}
    assert items["INTEGRATION_TIMEOUT"] == own


def test_a_familys_status_is_shown_for_all_that_follow_it(gw, api):
    gw.put_gateway_response(restApiId=api.id, responseType="DEFAULT_4XX", statusCode="418")
    assert listed(gw, api)["THROTTLED"]["statusCode"] == "418"
    assert listed(gw, api)["INTEGRATION_TIMEOUT"]["statusCode"] == "504"


def test_deleting_brings_the_default_back(gw, missing):
    not_set = absent("Gateway response type not defined on api")
    assert refused(gw.delete_gateway_response, **missing) == not_set
    gw.put_gateway_response(**missing, statusCode="404")
    gone = gw.delete_gateway_response(**missing)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert shown(gw.get_gateway_response(**missing)) == built_in(missing["responseType"])
    assert refused(gw.delete_gateway_response, **missing) == not_set


@pytest.mark.parametrize("operation", ["get", "put", "update", "delete"])
def test_an_unknown_type_is_refused_with_the_list(gw, api, operation):
    call = getattr(gw, f"{operation}_gateway_response")
    found = refused(call, restApiId=api.id, responseType="X")
    message = (
        "1 validation error detected: Value 'X' at 'responseType' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{LISTED}]"
    )
    assert found == ("ValidationException", 400, message)


@pytest.mark.parametrize("operation", ["get", "put", "update", "delete"])
def test_an_unknown_api_is_not_found(gw, operation):
    call = getattr(gw, f"{operation}_gateway_response")
    found = refused(call, restApiId="nope", responseType="THROTTLED")
    assert found == absent("Invalid API identifier specified 000000000000:nope")
    found = refused(gw.get_gateway_responses, restApiId="nope")
    assert found == absent("Invalid API identifier specified 000000000000:nope")


def bad_mapping(text):
    return bad(
        "Invalid mapping expression specified: Validation Result: warnings : [], "
        f"errors : [Invalid mapping expression specified: {text}]"
    )


@pytest.mark.parametrize(
    "given, refusal",
    [
        pytest.param(
            {"responseParameters": {"method.response.header.X": "'a'"}},
            bad_mapping("method.response.header.X"),
            id="target",
        ),
        pytest.param({"responseParameters": {HEADER: "a"}}, bad_mapping("a"), id="expression"),
        pytest.param(
            {"responseParameters": {HEADER: "method.request.body.x"}},
            bad_mapping("method.request.body.x"),
            id="no-body-to-read",
        ),
        pytest.param(
            {"responseParameters": {HEADER: "integration.response.header.X"}},
            bad_mapping("integration.response.header.X"),
            id="no-integration",
        ),
        pytest.param(
            {"responseParameters": {HEADER: None}},
            bad("Invalid null or empty value in responseParameters"),
            id="null-parameter",
        ),
        pytest.param(
            {"responseTemplates": {"a/b": None}},
            bad("Invalid null or empty value in responseTemplates"),
            id="null-template",
        ),
        pytest.param(
            {"responseTemplates": {"123": "x"}},
            bad("Validation Result: warnings : [], errors : [Invalid content type specified: 123]"),
            id="no-media-type",
        ),
        pytest.param(
            {"statusCode": "100"},
            bad("statusCode: expected 200 to 599; found '100'"),
            id="interim-status",
        ),
    ],
)
def test_a_response_that_cannot_be_is_refused(gw, missing, given, refusal):
    assert refused(gw.put_gateway_response, **missing, **given) == refusal
    assert gw.get_gateway_response(**missing)["defaultResponse"] is True


def test_a_status_is_three_digits(gw, missing):
    code, status, message = refused(gw.put_gateway_response, **missing, statusCode="wrong")
    assert (code, status) == ("ValidationException", 400)
    assert r"Member must satisfy regular expression pattern: [1-5]\d\d" in message


@pytest.mark.parametrize(
    "op, path, value, member, after",
    [
        ("replace", "/statusCode", "404", "statusCode", "404"),
        ("add", f"/responseParameters/{HEADER}", "'a'", "responseParameters", {HEADER: "'a'"}),
        (
            "replace",
            "/responseTemplates/application~1json",
            "x",
            "responseTemplates",
            {"application/json": "x"},
        ),
        (
            "add",
            "/responseTemplates/text~1plain",
            "x",
            "responseTemplates",
            {**TEMPLATES, "text/plain": "x"},
        ),
    ],
)
def test_patching_what_was_default_customises_it(gw, missing, op, path, value, member, after):
    patched = gw.update_gateway_response(**missing, patchOperations=patch(op, path, value))
    assert (patched[member], patched["defaultResponse"]) == (after, False)
    assert shown(gw.get_gateway_response(**missing)) == shown(patched)


def test_patching_takes_over_what_the_family_says(gw, api, missing):
    given = {"statusCode": "418", "responseParameters": {HEADER: "'a'"}}
    gw.put_gateway_response(restApiId=api.id, responseType="DEFAULT_4XX", **given)
    operations = patch("add", "/responseTemplates/a~1b", "x")
    patched = gw.update_gateway_response(**missing, patchOperations=operations)
    assert {key: patched[key] for key in given} == given
    family_now = gw.get_gateway_response(restApiId=api.id, responseType="DEFAULT_4XX")
    assert family_now["responseTemplates"] == TEMPLATES


@pytest.mark.parametrize(
    "op, path, after",
    [
        ("remove", f"/responseParameters/{HEADER}", {"responseParameters": {"gatewayresponse.header.Y": "'b'"}}),
        ("remove", "/responseParameters", {"responseParameters": {}}),
        ("remove", "/responseTemplates/a~1b", {"responseTemplates": {"c/d": "y"}}),
        ("remove", "/responseTemplates", {"responseTemplates": TEMPLATES}),
    ],
)  # fmt: skip
def test_what_was_customised_can_be_taken_back(gw, missing, op, path, after):
    gw.put_gateway_response(
        **missing,
        responseParameters={HEADER: "'a'", "gatewayresponse.header.Y": "'b'"},
        responseTemplates={"a/b": "x", "c/d": "y"},
    )
    patched = gw.update_gateway_response(**missing, patchOperations=patch(op, path))
    assert {key: patched[key] for key in after} == after


@pytest.mark.parametrize(
    "operations, refusal",
    [
        pytest.param(
            patch("replace", "/wrongPath", "x"), bad("Invalid patch path /wrongPath"), id="path"
        ),
        pytest.param([{"op": "add", "value": "x"}], bad("Invalid patch path null"), id="no-path"),
        pytest.param(
            patch("add", "/statusCode", "404"),
            bad("Invalid patch operation specified. Must be one of: [replace]"),
            id="op",
        ),
        pytest.param(
            patch("remove", "/responseParameters/gatewayresponse.header.None"),
            absent("Invalid parameter name specified"),
            id="no-parameter",
        ),
        pytest.param(
            patch("replace", "/responseParameters/gatewayresponse.header.None", "'a'"),
            absent("Invalid parameter name specified"),
            id="no-parameter-to-replace",
        ),
        pytest.param(
            patch("remove", "/responseTemplates/a~1b"),
            absent("Content-Type specified was not found"),
            id="no-template",
        ),
        pytest.param(
            patch("add", f"/responseParameters/{HEADER}"),
            bad("Invalid null or empty value in responseParameters"),
            id="null-parameter",
        ),
        pytest.param(
            patch("add", "/responseTemplates/a~1b"),
            bad("Invalid null or empty value in responseTemplates"),
            id="null-template",
        ),
        pytest.param(
            patch("replace", "/statusCode", "999"),
            bad("statusCode: expected 200 to 599; found '999'"),
            id="status",
        ),
        pytest.param(
            patch("wrong-op", "/statusCode", "404"),
            (
                "ValidationException",
                400,
                (
                    "1 validation error detected: Value 'wrong-op' at "
                    "'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy "
                    "constraint: Member must satisfy enum value set: "
                    "[add, remove, move, test, replace, copy]"
                ),
            ),
            id="unknown-op",
        ),
    ],
)
def test_a_patch_that_cannot_be_is_refused(gw, missing, operations, refusal):
    found = refused(gw.update_gateway_response, **missing, patchOperations=operations)
    assert found == refusal
    assert gw.get_gateway_response(**missing)["defaultResponse"] is True


def test_a_copy_of_an_api_says_the_same(gw, api):
    gw.put_gateway_response(restApiId=api.id, responseType="THROTTLED", statusCode="420")
    copy = gw.create_rest_api(name="copy", cloneFrom=api.id)["id"]
    response = gw.get_gateway_response(restApiId=copy, responseType="THROTTLED")
    assert (response["statusCode"], response["defaultResponse"]) == ("420", False)


def test_the_list_comes_in_pages(gw, api):
    first = gw.get_gateway_responses(restApiId=api.id, limit=20)
    rest = gw.get_gateway_responses(restApiId=api.id, limit=20, position=first["position"])
    assert len(first["items"]) + len(rest["items"]) == len(GatewayResponseType)
    assert "position" not in rest
