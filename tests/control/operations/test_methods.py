import pytest
from tests.control.refusals import absent, bad, refused, taken

NO_AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
    "COGNITO_USER_POOLS requires a valid authorizer."
)
UNIQUE = "Parameter names must be unique across querystring, header and path"


def place(api, verb="GET"):
    return {"restApiId": api.id, "resourceId": api.root, "httpMethod": verb}


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def bad_mapping(text):
    return bad(
        "Invalid mapping expression specified: Validation Result: warnings : [], "
        f"errors : [Invalid mapping expression specified: {text}]"
    )


def test_a_new_method_has_the_recorded_defaults_and_nothing_else(gw, api):
    made = gw.put_method(**place(api), authorizationType="NONE")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made) == {
        "httpMethod": "GET",
        "authorizationType": "NONE",
        "apiKeyRequired": False,
    }


def test_what_is_given_comes_back(gw, api):
    given = {
        "authorizationType": "AWS_IAM",
        "apiKeyRequired": True,
        "operationName": "list",
        "requestParameters": {"method.request.header.X": True, "method.request.path.id": False},
        "requestModels": {"application/json": "Empty"},
    }
    gw.put_method(**place(api), **given)
    assert shown(gw.get_method(**place(api))) == {"httpMethod": "GET", **given}


@pytest.mark.parametrize(
    "given, message",
    [
        pytest.param({"authorizationType": "CUSTOM"}, NO_AUTHORIZER, id="custom"),
        pytest.param({"authorizationType": "COGNITO_USER_POOLS"}, NO_AUTHORIZER, id="cognito"),
        pytest.param(
            {"authorizationType": "CUSTOM", "authorizerId": "abc"},
            NO_AUTHORIZER,
            id="unknown-authorizer",
        ),
        pytest.param(
            {"authorizationType": "wrong", "authorizerId": "abc"}, NO_AUTHORIZER, id="unknown-type"
        ),
        pytest.param(
            {"requestValidatorId": "abc"},
            "Invalid Request Validator identifier specified",
            id="validator",
        ),
        pytest.param(
            {"requestModels": {"application/json": "petModel"}},
            "Invalid model identifier specified: petModel",
            id="model",
        ),
        pytest.param(
            {"requestParameters": {"method.request.path.a": True, "method.request.header.a": True}},
            UNIQUE,
            id="one-name-in-two-places",
        ),
        pytest.param(
            {"authorizationScopes": ["a"]},
            "authorizationScopes: expected none without a COGNITO_USER_POOLS authorizer",
            id="scopes",
        ),
    ],
)
def test_a_method_that_cannot_be_is_refused(gw, api, given, message):
    found = refused(gw.put_method, **place(api), **{"authorizationType": "NONE", **given})
    assert found == bad(message)


@pytest.mark.parametrize("name", ["X", "method.request.header", "integration.request.header.X"])
def test_a_parameter_no_request_could_have_is_refused(gw, api, name):
    found = refused(
        gw.put_method, **place(api), authorizationType="NONE", requestParameters={name: True}
    )
    assert found == bad_mapping(name)


def test_a_parameter_is_required_or_not_and_nothing_else(gw, api):
    found = refused(
        gw.put_method,
        **place(api),
        authorizationType="NONE",
        requestParameters={"method.request.header.X": "yes"},
    )
    message = "class java.lang.String can not be converted to an Boolean"
    assert found == ("SerializationException", 400, message)


def test_only_verbs_are_verbs(gw, api):
    found = refused(gw.put_method, **place(api, "FETCH"), authorizationType="NONE")
    options = "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
    assert found == bad(f"Invalid HttpMethod specified. Valid options are {options}")


def test_a_verb_is_put_once(gw, post):
    found = refused(gw.put_method, **post, authorizationType="NONE")
    assert found == taken("Method already exists for this resource")


def test_what_is_not_there_is_not_found(gw, api, post):
    no_method = absent("Invalid Method identifier specified")
    no_status = absent("Invalid Response status code specified")
    assert refused(gw.get_method, **place(api, "PUT")) == no_method
    assert refused(gw.delete_method, **place(api, "PUT")) == no_method
    assert refused(gw.get_method_response, **post, statusCode="200") == no_status
    assert refused(gw.delete_method_response, **post, statusCode="200") == no_status


def test_deleting_a_method_leaves_the_others(gw, api, post):
    gw.put_method(**place(api, "GET"), authorizationType="NONE")
    gone = gw.delete_method(**post)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    methods = gw.get_resource(restApiId=api.id, resourceId=api.root)["resourceMethods"]
    assert set(methods) == {"GET"}


@pytest.mark.parametrize(
    "op, path, value, member, after",
    [
        ("replace", "/authorizationType", "AWS_IAM", "authorizationType", "AWS_IAM"),
        ("replace", "/apiKeyRequired", "true", "apiKeyRequired", True),
        ("replace", "/operationName", "x", "operationName", "x"),
        (
            "add",
            "/requestParameters/method.request.header.X",
            "true",
            "requestParameters",
            {"method.request.header.X": True},
        ),
        (
            "add",
            "/requestModels/application~1json",
            "Error",
            "requestModels",
            {"application/json": "Error"},
        ),
    ],
)
def test_patching_a_method(gw, post, op, path, value, member, after):
    change = [{"op": op, "path": path, "value": value}]
    assert gw.update_method(**post, patchOperations=change)[member] == after
    assert gw.get_method(**post)[member] == after


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        ("replace", "/httpMethod", "x", "Invalid patch path /httpMethod"),
        ("replace", "/requestParameters", "x", "Invalid patch path /requestParameters"),
        (
            "add",
            "/requestModels/application/json",
            "Empty",
            "Invalid patch path /requestModels/application/json",
        ),
        ("replace", "/authorizationType", "CUSTOM", NO_AUTHORIZER),
        ("add", "/requestModels/a~1b", "petModel", "Invalid model identifier specified: petModel"),
    ],
)
def test_a_patch_that_leads_nowhere_is_refused(gw, post, op, path, value, message):
    change = [{"op": op, "path": path, "value": value}]
    assert refused(gw.update_method, **post, patchOperations=change) == bad(message)


# --- Method responses --------------------------------------------------------------------------


def test_a_method_response_comes_back_as_it_was_put(gw, post):
    given = {
        "statusCode": "200",
        "responseParameters": {"method.response.header.X": False},
        "responseModels": {"application/json": "Empty"},
    }
    made = gw.put_method_response(**post, **given)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made) == shown(gw.get_method_response(**post, statusCode="200")) == given
    assert gw.get_method(**post)["methodResponses"] == {"200": given}


def test_a_status_is_declared_once(gw, post):
    gw.put_method_response(**post, statusCode="200")
    found = refused(gw.put_method_response, **post, statusCode="200")
    assert found == taken("Response already exists for this resource")


def test_a_status_has_three_digits(gw, post):
    code, status, message = refused(gw.put_method_response, **post, statusCode="wrong")
    assert (code, status) == ("ValidationException", 400)
    assert message.startswith("1 validation error detected: Value 'wrong' at 'statusCode'")


def test_a_method_response_declares_headers_only(gw, post):
    found = refused(
        gw.put_method_response, **post, statusCode="200", responseParameters={"X": True}
    )
    assert found == bad_mapping("X")


def test_updating_a_method_response_is_created_on_the_wire(gw, post):
    gw.put_method_response(**post, statusCode="200")
    path = "/responseParameters/method.response.header.X"
    change = [{"op": "add", "path": path, "value": "true"}]
    changed = gw.update_method_response(**post, statusCode="200", patchOperations=change)
    assert changed["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert changed["responseParameters"] == {"method.response.header.X": True}


@pytest.mark.parametrize(
    "op, path, value, expected",
    [
        (
            "remove",
            "/responseParameters/method.response.header.X",
            None,
            absent("Invalid parameter name specified"),
        ),
        (
            "replace",
            "/responseParameters/method.response.header.X",
            "true",
            absent("Invalid parameter name specified"),
        ),
        (
            "remove",
            "/responseModels/application~1json",
            None,
            absent("Content-Type specified was not found"),
        ),
        ("replace", "/wrong", "x", bad("Invalid patch path /wrong")),
    ],
)
def test_a_patch_of_what_is_not_declared_is_refused(gw, post, op, path, value, expected):
    gw.put_method_response(**post, statusCode="200")
    change = {"op": op, "path": path, "value": value}
    change = {name: part for name, part in change.items() if part is not None}
    found = refused(gw.update_method_response, **post, statusCode="200", patchOperations=[change])
    assert found == expected


def test_a_method_response_is_taken_back(gw, post):
    gw.put_method_response(**post, statusCode="200")
    gone = gw.delete_method_response(**post, statusCode="200")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "methodResponses" not in gw.get_method(**post)
