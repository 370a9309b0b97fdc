import json

import pytest
import yaml
from tests.control.refusals import absent, bad, refused

MOCK = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": {"statusCode": "200"}},
}


def operation(**more):
    return {
        "responses": {"200": {"description": "fine"}},
        "x-amazon-apigateway-integration": MOCK,
        **more,
    }


def document(paths=None, **more):
    return {
        "openapi": "3.0.1",
        "info": {"title": "pets", "version": "1.2", "description": "all of them"},
        "paths": paths if paths is not None else {"/pets/{id}": {"get": operation()}},
        **more,
    }


def swagger(paths=None, **more):
    return {**document(paths, **more), "openapi": None, "swagger": "2.0"}


@pytest.fixture
def imported(gw):
    def made(document, **parameters):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return gw.import_rest_api(body=body, **parameters)

    return made


def paths(gw, api):
    found = gw.get_resources(restApiId=api, limit=500, embed=["methods"])["items"]
    return {each["path"]: each for each in found}


def method(gw, api, path, verb="GET"):
    return paths(gw, api)[path]["resourceMethods"][verb]


def test_an_import_makes_the_api_that_the_info_names(gw, imported):
    made = imported(document())
    shown = gw.get_rest_api(restApiId=made["id"])
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (shown["name"], shown["version"], shown["description"]) == ("pets", "1.2", "all of them")


def test_paths_between_are_made_without_methods(gw, imported):
    found = paths(gw, imported(document())["id"])
    assert sorted(found) == ["/", "/pets", "/pets/{id}"]
    assert "resourceMethods" not in found["/pets"]
    assert found["/pets/{id}"]["parentId"] == found["/pets"]["id"]


def test_yaml_with_numbers_for_status_codes_says_the_same_as_json(gw, imported):
    text = yaml.safe_dump(document()).replace("'200'", "200").encode()
    made = imported(text)
    found = method(gw, made["id"], "/pets/{id}")
    assert found["methodResponses"] == {"200": {"statusCode": "200"}}
    assert found["methodIntegration"]["integrationResponses"]["200"]["statusCode"] == "200"


def test_any_method_is_the_verb_any(gw, imported):
    made = imported(document({"/{proxy+}": {"x-amazon-apigateway-any-method": operation()}}))
    assert method(gw, made["id"], "/{proxy+}", "ANY")["httpMethod"] == "ANY"


@pytest.mark.parametrize(
    "body",
    [b"a: [", b"[]", b"{}", b'{"swagger": "1.2"}', b'{"openapi": "3.1.0"}', b"\xff\xfe", b"x"],
)
def test_what_is_no_definition_is_refused(gw, imported, body):
    before = len(gw.get_rest_apis(limit=500)["items"])
    code, status, message = refused(gw.import_rest_api, body=body)
    assert (code, status) == ("BadRequestException", 400)
    assert message.startswith("Invalid OpenAPI input.")
    assert len(gw.get_rest_apis(limit=500)["items"]) == before


# --- All or nothing ----------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_kept(gw, imported):
    before = len(gw.get_rest_apis(limit=500)["items"])
    broken = operation(**{"x-amazon-apigateway-integration": {"type": "http", "httpMethod": "GET"}})
    body = json.dumps(document({"/a": {"get": broken}, "/b c": {"get": operation()}})).encode()
    assert refused(gw.import_rest_api, body=body) == bad(
        "Errors found during import:\n"
        "\tUnable to create resource at path '/b c': Resource's path part only allow "
        "a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the "
        "end.\n"
        "\tUnable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint "
        "specified for URI"
    )
    assert len(gw.get_rest_apis(limit=500)["items"]) == before


def test_warnings_are_listed_and_with_failonwarnings_they_stop_the_import(gw, imported):
    odd = operation(parameters=[{"in": "cookie", "name": "sid"}])
    text = (
        "Parameter 'sid' of paths.'/a'(get) is in 'cookie', which API Gateway does not map. "
        "Ignoring."
    )
    made = imported(document({"/a": {"get": odd}}))
    assert made["warnings"] == [text]
    body = json.dumps(document({"/a": {"get": odd}})).encode()
    before = len(gw.get_rest_apis(limit=500)["items"])
    assert refused(gw.import_rest_api, body=body, failOnWarnings=True) == bad(
        f"Warnings found during import:\n\t{text}"
    )
    assert len(gw.get_rest_apis(limit=500)["items"]) == before


def test_a_refused_put_leaves_the_api_as_it_was(gw, imported):
    made = imported(document())
    before = paths(gw, made["id"])
    broken = operation(**{"x-amazon-apigateway-integration": {"type": "ftp"}})
    body = json.dumps(document({"/new": {"get": operation(), "put": broken}})).encode()
    for mode in ("merge", "overwrite"):
        code, _, message = refused(gw.put_rest_api, restApiId=made["id"], body=body, mode=mode)
        assert code == "BadRequestException"
        assert "Unable to put integration on 'PUT' for resource at path '/new': " in message
        assert paths(gw, made["id"]) == before


# --- Merge and overwrite -----------------------------------------------------------------------


def put(gw, api, document, **more):
    return gw.put_rest_api(restApiId=api, body=json.dumps(document).encode(), **more)


def test_a_merge_replaces_the_methods_of_the_document_and_keeps_the_rest(gw, imported):
    two = {
        "/a": {"get": operation(operationId="old"), "put": operation()},
        "/b": {"get": operation()},
    }
    made = imported(document(two))
    before = paths(gw, made["id"])
    put(gw, made["id"], document({"/a": {"get": operation(operationId="new")}}))
    after = paths(gw, made["id"])
    assert {path: each["id"] for path, each in after.items()} == {
        path: each["id"] for path, each in before.items()
    }
    assert after["/a"]["resourceMethods"]["GET"]["operationName"] == "new"
    assert after["/a"]["resourceMethods"]["PUT"] == before["/a"]["resourceMethods"]["PUT"]
    assert after["/b"] == before["/b"]


def test_an_overwrite_leaves_what_the_document_says_and_the_stages(gw, imported):
    made = imported(
        document({"/a": {"get": operation()}, "/b": {"get": operation()}}),
        parameters={"endpointConfigurationTypes": "REGIONAL"},
    )
    gw.create_deployment(restApiId=made["id"], stageName="live", variables={"x": "1"})
    put(gw, made["id"], document({"/c": {"get": operation()}}), mode="overwrite")
    assert sorted(paths(gw, made["id"])) == ["/", "/c"]
    shown = gw.get_rest_api(restApiId=made["id"])
    assert shown["rootResourceId"] == made["rootResourceId"]
    assert shown["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert gw.get_stage(restApiId=made["id"], stageName="live")["variables"] == {"x": "1"}


def test_an_overwrite_forgets_settings_that_the_document_does_not_have(gw, imported):
    binary = document(**{"x-amazon-apigateway-binary-media-types": ["image/png"]})
    made = imported(binary)
    assert made["binaryMediaTypes"] == ["image/png"]
    assert put(gw, made["id"], document())["binaryMediaTypes"] == ["image/png"]
    assert "binaryMediaTypes" not in put(gw, made["id"], document(), mode="overwrite")


def test_a_merge_keeps_the_ids_of_validators_of_the_same_name(gw, imported):
    validators = {"x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": True}}}
    uses = operation(**{"x-amazon-apigateway-request-validator": "all"})
    made = imported(document({"/a": {"get": uses}}, **validators))
    before = method(gw, made["id"], "/a")["requestValidatorId"]
    put(gw, made["id"], document({"/b": {"get": uses}}, **validators))
    assert method(gw, made["id"], "/a")["requestValidatorId"] == before
    assert method(gw, made["id"], "/b")["requestValidatorId"] == before
    assert len(gw.get_request_validators(restApiId=made["id"])["items"]) == 1


def test_a_put_on_an_api_that_is_not_there_is_refused(gw):
    body = json.dumps(document()).encode()
    found = refused(gw.put_rest_api, restApiId="nothere000", body=body)
    assert found == absent("Invalid API identifier specified 000000000000:nothere000")


# --- Base paths --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mode, path",
    [
        pytest.param(None, "/pets", id="dropped-by-default"),
        pytest.param("ignore", "/pets", id="dropped"),
        pytest.param("prepend", "/v1/shop/pets", id="prepended"),
        pytest.param("split", "/shop/pets", id="without-its-first-segment"),
    ],
)
@pytest.mark.parametrize(
    "base",
    [
        pytest.param({"swagger": "2.0", "basePath": "/v1/shop"}, id="swagger"),
        pytest.param({"openapi": "3.0.0", "servers": [{"url": "https://x/v1/shop"}]}, id="url"),
        pytest.param(
            {
                "openapi": "3.0.0",
                "servers": [
                    {"url": "https://x/{base}", "variables": {"base": {"default": "v1/shop"}}}
                ],
            },
            id="variable",
        ),
        pytest.param(
            {
                "openapi": "3.0.0",
                "servers": [
                    {"url": "https://x", "variables": {"basePath": {"default": "v1/shop"}}},
                    {"url": "https://y/second"},
                ],
            },
            id="variable-that-the-url-does-not-name",
        ),
    ],
)
def test_the_base_path_goes_where_the_caller_says(gw, imported, mode, path, base):
    said = {"info": {"title": "x"}, "paths": {"/pets": {"get": operation()}}, **base}
    made = imported(said, parameters={"basepath": mode} if mode else {})
    assert [
        each for each, found in paths(gw, made["id"]).items() if "resourceMethods" in found
    ] == [path]


def test_an_unknown_base_path_mode_is_refused(gw):
    found = refused(
        gw.import_rest_api, body=json.dumps(document()).encode(), parameters={"basepath": "keep"}
    )
    assert found == bad("parameters.basepath: expected one of ignore, prepend, split; found 'keep'")


def documented(said="about pets", version="1.0"):
    part = {"location": {"type": "API"}, "properties": {"description": said}}
    extension = {"version": version, "documentationParts": [part]}
    return document(**{"x-amazon-apigateway-documentation": extension})


def versions(gw, api):
    found = gw.get_documentation_versions(restApiId=api)["items"]
    return {each["version"]: each["createdDate"] for each in found}


@pytest.mark.parametrize("version, name", [("1.0", "1.0"), (1.1, "1.1"), (2, "2")])
def test_a_version_of_documentation_is_kept_under_its_name(gw, imported, version, name):
    assert list(versions(gw, imported(documented(version=version))["id"])) == [name]


@pytest.mark.parametrize("version", [None, "", True, ["1"]])
def test_what_is_no_name_of_a_version_makes_none(gw, imported, version):
    assert versions(gw, imported(documented(version=version))["id"]) == {}


def test_ignored_documentation_makes_no_version(gw, imported):
    made = imported(documented(), parameters={"ignore": "documentation"})
    assert versions(gw, made["id"]) == {}


def test_a_version_that_is_there_already_stays_as_it_is(gw, imported):
    made = imported(documented())["id"]
    before = versions(gw, made)
    again = gw.put_rest_api(restApiId=made, body=json.dumps(documented()).encode())
    assert "warnings" not in again
    other = json.dumps(documented("about dogs")).encode()
    assert gw.put_rest_api(restApiId=made, body=other)["warnings"] == [
        "Documentation version '1.0' is there already, with other parts. Left as it is."
    ]
    assert versions(gw, made) == before


def test_a_stage_exports_the_version_that_it_names_whatever_was_imported_since(gw, imported):
    made = imported(documented())["id"]
    gw.create_deployment(restApiId=made, stageName="live")
    named = [{"op": "replace", "path": "/documentationVersion", "value": "1.0"}]
    gw.update_stage(restApiId=made, stageName="live", patchOperations=named)
    gw.put_rest_api(restApiId=made, body=json.dumps(documented("later", "2.0")).encode())
    body = gw.get_export(
        restApiId=made,
        stageName="live",
        exportType="oas30",
        parameters={"extensions": "documentation"},
    )["body"].read()
    found = json.loads(body)["x-amazon-apigateway-documentation"]
    assert found["version"] == "1.0"
    said = [each["properties"] for each in found["documentationParts"]]
    assert {"description": "about pets"} in said
    assert {"description": "later"} not in said


def described_everywhere(is_swagger):
    """Return a document that describes each place that a part can be about."""
    response = {"description": "a pet", "headers": {"ETag": {"description": "its tag"}}}
    own = {
        "tags": ["pets"],
        "summary": "one pet",
        "description": "by its id",
        "parameters": [
            {"name": "q", "in": "query", "description": "how much of it"},
            {"name": "x-a", "in": "header", "description": "a header"},
        ],
        "responses": {
            "200": response,
            "201": {"description": "201 response"},
            "default": {"description": "else"},
        },
        "x-amazon-apigateway-integration": MOCK,
    }
    schemes = {"who": {**KEY, "description": "the caller"}}
    if is_swagger:
        own["parameters"].append(
            {"name": "pet", "in": "body", "schema": {"type": "object"}, "description": "new"}
        )
        more = {"securityDefinitions": schemes}
    else:
        content = {"application/json": {"schema": {"type": "object"}}}
        own["requestBody"] = {"description": "new", "content": content}
        more = {"components": {"securitySchemes": schemes}}
    item = {
        "summary": "a pet",
        "parameters": [{"$ref": "#/parameters/id"}],
        "x-amazon-apigateway-any-method": own,
    }
    shared = {"id": {"name": "id", "in": "path", "required": True, "description": "whose"}}
    made = swagger if is_swagger else document
    return made({"/pets/{id}": item}, tags=[{"name": "pets"}], parameters=shared, **more)


KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}


@pytest.mark.parametrize("is_swagger", [False, True], ids=["openapi", "swagger"])
def test_descriptions_become_documentation_parts(gw, imported, is_swagger):
    made = imported(described_everywhere(is_swagger), parameters={"basepath": "prepend"})
    found = gw.get_documentation_parts(restApiId=made["id"], limit=500)["items"]
    place = {"path": "/pets/{id}", "method": "ANY"}
    said = {
        tuple(sorted(each["location"].items())): json.loads(each["properties"]) for each in found
    }
    expected = [
        ({"type": "API"}, {"info": {"description": "all of them"}, "tags": [{"name": "pets"}]}),
        ({"type": "AUTHORIZER", "name": "who"}, {"description": "the caller"}),
        ({"type": "RESOURCE", "path": "/pets/{id}"}, {"summary": "a pet"}),
        (
            {"type": "METHOD", **place},
            {"tags": ["pets"], "summary": "one pet", "description": "by its id"},
        ),
        ({"type": "PATH_PARAMETER", **place, "name": "id"}, {"description": "whose"}),
        ({"type": "QUERY_PARAMETER", **place, "name": "q"}, {"description": "how much of it"}),
        ({"type": "REQUEST_HEADER", **place, "name": "x-a"}, {"description": "a header"}),
        ({"type": "REQUEST_BODY", **place}, {"description": "new"}),
        ({"type": "RESPONSE", **place, "statusCode": "200"}, {"description": "a pet"}),
        (
            {"type": "RESPONSE_HEADER", **place, "statusCode": "200", "name": "ETag"},
            {"description": "its tag"},
        ),
    ]
    assert said == {tuple(sorted(where.items())): words for where, words in expected}


def test_the_extension_goes_before_descriptions(gw, imported):
    said = documented("theirs")
    said["x-amazon-apigateway-documentation"]["documentationParts"][0]["properties"] = {"a": "b"}
    found = gw.get_documentation_parts(restApiId=imported(said)["id"], type="API")["items"]
    assert [each["properties"] for each in found] == ['{"a":"b"}']


def test_words_that_are_no_words_are_no_parts(gw, imported):
    said = document({"/": {"get": {**operation(), "parameters": "x", "responses": [], "tags": []}}})
    said["info"] = {"title": "x"}
    said["components"] = {"securitySchemes": {"": {**KEY, "description": "nobody"}}}
    made = imported(said)
    assert gw.get_documentation_parts(restApiId=made["id"])["items"] == []


def test_ignored_descriptions_become_nothing(gw, imported):
    made = imported(described_everywhere(is_swagger=False), parameters={"ignore": "documentation"})
    assert gw.get_documentation_parts(restApiId=made["id"])["items"] == []


@pytest.mark.parametrize(
    "name, value, found",
    [
        ("api-key-source", "BAD", "Value 'BAD' at 'createRestApiInput.apiKeySource'"),
        ("binary-media-types", "image/png", "binaryMediaTypes: expected list; found 'image/png'"),
    ],
)
def test_a_setting_of_the_api_that_cannot_be_is_told_like_all_else(gw, name, value, found):
    body = json.dumps(document(**{f"x-amazon-apigateway-{name}": value})).encode()
    code, status, message = refused(gw.import_rest_api, body=body)
    assert (code, status) == ("BadRequestException", 400)
    assert message.startswith(
        "Errors found during import:\n\tUnable to set the API's own settings: "
    )
    assert found in message
