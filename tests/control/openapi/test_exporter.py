"""What the documents look like; that they lose nothing is the law of test_round_trip."""

import json

import pytest
from msgspec.structs import replace
from tests.control.openapi.apis import URL, exported, imported

from octetgate.control.openapi.exporter import Extension, Form
from octetgate.core.model.documentation import DocumentationVersion, DocumentationVersionRecord
from octetgate.core.model.schema import Model

PETS = {
    "openapi": "3.0.1",
    "info": {"title": "pets", "version": "1.2", "description": "All of them."},
    "paths": {
        "/pets/{id}": {
            "get": {
                "operationId": "GetPet",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "x",
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                        },
                    }
                },
                "security": [{"keys": []}],
                "x-amazon-apigateway-request-validator": "all",
                "x-amazon-apigateway-integration": {
                    "type": "HTTP",
                    "httpMethod": "GET",
                    "uri": "http://127.0.0.1:9/pets/{id}",
                    "requestParameters": {"integration.request.path.id": "method.request.path.id"},
                    "responses": {
                        "default": {"statusCode": 200},
                        "4\\d{2}": {
                            "statusCode": "400",
                            "contentHandling": "convert_to_binary",
                        },
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "securitySchemes": {"keys": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
    },
    "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": True}},
    "x-amazon-apigateway-binary-media-types": ["image/png"],
    "x-amazon-apigateway-gateway-responses": {"THROTTLED": {"statusCode": 418}},
}


@pytest.fixture(scope="module")
def pets():
    """Return the definition of an API of pets."""
    document = json.loads(json.dumps(PETS))
    answers = document["paths"]["/pets/{id}"]["get"]["responses"]
    answers["400"] = {"description": "x"}
    return imported(document)[0]


def get(document):
    return document["paths"]["/pets/{id}"]["get"]


def test_openapi_says_what_is_asked_and_answered(pets):
    document = exported(pets, extensions=frozenset())
    assert document == {
        "openapi": "3.0.1",
        "info": {"title": "pets", "description": "All of them.", "version": "1.2"},
        "servers": [
            {
                "url": "http://127.0.0.1:8080/_aws/execute-api/api/{basePath}",
                "variables": {"basePath": {"default": "live"}},
            }
        ],
        "paths": {
            "/pets/{id}": {
                "get": {
                    "operationId": "GetPet",
                    "parameters": [
                        {
                            "name": "id",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string"},
                        },
                        {"name": "q", "in": "query", "schema": {"type": "string"}},
                    ],
                    "responses": {
                        "200": {
                            "description": "200 response",
                            "headers": {"ETag": {"schema": {"type": "string"}}},
                            "content": {
                                "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                            },
                        },
                        "400": {"description": "400 response", "content": {}},
                    },
                    "security": [{"api_key": []}],
                }
            }
        },
        "components": {
            "schemas": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}},
            "securitySchemes": {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
        },
    }


def test_swagger_says_it_in_its_own_words(pets):
    document = exported(pets, Form.SWAGGER, extensions=frozenset())
    assert list(document) == [
        "swagger",
        "info",
        "host",
        "basePath",
        "schemes",
        "paths",
        "securityDefinitions",
        "definitions",
    ]
    assert (document["host"], document["basePath"], document["schemes"]) == (
        "127.0.0.1:8080",
        "/_aws/execute-api/api/live",
        ["http"],
    )
    assert get(document)["produces"] == ["application/json"]
    assert get(document)["parameters"][1] == {"name": "q", "in": "query", "type": "string"}
    assert get(document)["responses"]["200"] == {
        "description": "200 response",
        "schema": {"$ref": "#/definitions/Pet"},
        "headers": {"ETag": {"type": "string"}},
    }


def test_the_server_is_where_the_stage_answers(pets):
    [server] = exported(pets)["servers"]
    url = server["url"].format(basePath=server["variables"]["basePath"]["default"])
    assert url == URL


@pytest.mark.parametrize("form", Form)
def test_an_integration_has_all_that_it_was_told(pets, form):
    assert get(exported(pets, form))["x-amazon-apigateway-integration"] == {
        "type": "http",
        "httpMethod": "GET",
        "uri": "http://127.0.0.1:9/pets/{id}",
        "responses": {
            "default": {"statusCode": "200"},
            "4\\d{2}": {"statusCode": "400", "contentHandling": "CONVERT_TO_BINARY"},
        },
        "requestParameters": {"integration.request.path.id": "method.request.path.id"},
        "passthroughBehavior": "when_no_match",
    }


@pytest.mark.parametrize(
    "extension, roots, in_operation",
    [
        (None, set(), set()),
        ("integrations", {"binary-media-types"}, {"integration"}),
        ("validators", {"request-validators"}, {"request-validator"}),
        ("gatewayresponses", {"gateway-responses"}, set()),
        ("authorizers", set(), set()),
        ("postman", set(), set()),
        (
            "apigateway",
            {"binary-media-types", "request-validators", "gateway-responses"},
            {"integration", "request-validator"},
        ),
    ],
)
def test_each_extension_adds_what_is_its_own(pets, extension, roots, in_operation):
    wanted = frozenset({Extension(extension)} if extension else ())
    document = exported(pets, extensions=wanted)

    def ours(members):
        prefix = "x-amazon-apigateway-"
        return {name.removeprefix(prefix) for name in members if name.startswith(prefix)}

    assert ours(document) == roots
    assert ours(get(document)) == in_operation


def test_a_version_that_nobody_gave_is_when_it_was_deployed(pets):
    unversioned = replace(pets, rest_api=replace(pets.rest_api, version=None))
    assert exported(unversioned)["info"]["version"] == "2020-09-13T12:26:40Z"


def test_documentation_is_that_of_the_stages_version(pets):
    parts = imported(
        {
            **PETS,
            "info": {"title": "pets"},
            "paths": {},
            "x-amazon-apigateway-documentation": {
                "documentationParts": [
                    {"location": {"type": "MODEL", "name": "Pet"}, "properties": {"a": "b"}}
                ]
            },
        }
    )[0].documentation_parts
    version = DocumentationVersion(version="7", created_date=0.0)
    record = DocumentationVersionRecord(documentation_version=version, parts=parts)
    found = exported(pets, documented=record)["x-amazon-apigateway-documentation"]
    assert found == {
        "version": "7",
        "createdDate": "1970-01-01T00:00:00Z",
        "documentationParts": [
            {"location": {"type": "MODEL", "name": "Pet"}, "properties": {"a": "b"}}
        ],
    }
    assert "x-amazon-apigateway-documentation" not in exported(pets)


def test_models_refer_to_each_other_inside_the_document(pets):
    url = f"https://apigateway.amazonaws.com/restapis/{pets.rest_api.id}/models"
    models = {
        **pets.models,
        "Pets": model("Pets", {"type": "array", "items": {"$ref": f"{url}/Pet"}}),
        "Tree": model(
            "Tree",
            {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "definitions": {"leaf": {"type": "string"}},
                "properties": {"leaf": {"$ref": "#/definitions/leaf"}, "tree": {"$ref": "#"}},
            },
        ),
    }
    schemas = exported(replace(pets, models=models))["components"]["schemas"]
    assert schemas["Pets"]["items"] == {"$ref": "#/components/schemas/Pet"}
    assert schemas["Tree"]["properties"] == {
        "leaf": {"$ref": "#/components/schemas/Tree/definitions/leaf"},
        "tree": {"$ref": "#/components/schemas/Tree"},
    }
    assert "$schema" not in schemas["Tree"]


def test_the_models_that_every_api_is_born_with_are_shown_when_they_are_used(pets):
    assert set(exported(pets)["components"]["schemas"]) == {"Pet"}
    resource = next(each for each in pets.resources.values() if each.resource_methods)
    method = replace(resource.resource_methods["GET"], request_models={"a/b": "Empty"})
    resource = replace(resource, resource_methods={"GET": method})
    using = replace(pets, resources={**pets.resources, resource.id: resource})
    assert exported(using)["components"]["schemas"]["Empty"] == {
        "title": "Empty Schema",
        "type": "object",
    }


def test_of_integration_responses_of_one_pattern_the_one_that_answers_is_shown(pets):
    resource = next(each for each in pets.resources.values() if each.resource_methods)
    method = resource.resource_methods["GET"]
    integration = method.method_integration
    first = integration.integration_responses["200"]
    answers = {
        "200": first,
        "404": replace(first, status_code="404"),
        "500": replace(first, status_code="500", selection_pattern="default"),
    }
    integration = replace(integration, integration_responses=answers)
    method = replace(method, method_integration=integration)
    resource = replace(resource, resource_methods={"GET": method})
    changed = replace(pets, resources={**pets.resources, resource.id: resource})
    shown = get(exported(changed))["x-amazon-apigateway-integration"]["responses"]
    assert {key: each["statusCode"] for key, each in shown.items()} == {
        "default": "200",
        "(?:default)": "500",
    }


def model(name, schema):
    return Model(id=name, name=name, content_type="application/json", schema=json.dumps(schema))


@pytest.mark.parametrize("form", Form)
def test_postman_is_told_how_to_sign_where_that_is_asked_and_it_was_named(form):
    def operation(**more):
        return {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock"}, **more}

    document = {
        "openapi": "3.0.1",
        "info": {"title": "x"},
        "paths": {
            "/": {
                "get": operation(**{"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}),
                "put": operation(),
            }
        },
    }
    definition = imported(document)[0]
    found = exported(definition, form, frozenset({Extension.POSTMAN}))["paths"]["/"]
    assert found["get"]["x-postman-meta"] == {
        "currentHelper": "awsSigV4",
        "helperAttributes": {
            "id": "awsSigV4",
            "accessKey": "{{aws_access_key_id}}",
            "secretKey": "{{aws_secret_access_key}}",
            "region": "eu-west-1",
            "service": "execute-api",
        },
    }
    assert "x-postman-meta" not in found["put"]
    assert "x-postman-meta" not in exported(definition, form)["paths"]["/"]["get"]
