import json

import pytest
from tests.control.openapi.apis import exported, imported
from tests.control.openapi.test_exporter import PETS

from octetgate.control.openapi.exporter import Extension, Form
from octetgate.core.model.documentation import (
    DocumentationPart,
    DocumentationPartLocation,
    DocumentationPartType,
    DocumentationVersion,
    DocumentationVersionRecord,
)


@pytest.fixture(scope="module")
def pets():
    """Return the definition of an API of pets."""
    document = json.loads(json.dumps(PETS))
    operation = document["paths"]["/pets/{id}"]["get"]
    operation["responses"]["400"] = {"description": "x"}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    operation["requestBody"] = {"content": content}
    return imported(document)[0]


def written(definition, *parts, form=Form.OAS30, extensions=frozenset()):
    """Return the document of a stage whose documentation version says those parts."""
    made = [
        DocumentationPart(
            id=str(number),
            location=DocumentationPartLocation(
                **{**location, "type": DocumentationPartType(location["type"])}
            ),
            properties=json.dumps(properties),
        )
        for number, (location, properties) in enumerate(parts)
    ]
    version = DocumentationVersion(version="1", created_date=0.0)
    record = DocumentationVersionRecord(
        documentation_version=version, parts={part.id: part for part in made}
    )
    return exported(definition, form, extensions, documented=record)


def at(type, **location):
    return {"type": type, **location}


def says(text):
    return {"description": text}


GET = {"path": "/pets/{id}", "method": "GET"}


@pytest.mark.parametrize(
    "location, place",
    [
        (at("RESOURCE", path="/pets/{id}"), ["paths", "/pets/{id}"]),
        (at("METHOD", **GET), ["paths", "/pets/{id}", "get"]),
        (at("REQUEST_BODY", **GET), ["paths", "/pets/{id}", "get", "requestBody"]),
        (at("PATH_PARAMETER", name="id"), ["paths", "/pets/{id}", "get", "parameters", 0]),
        (at("QUERY_PARAMETER", name="q"), ["paths", "/pets/{id}", "get", "parameters", 1]),
        (
            at("RESPONSE", **GET, status_code="200"),
            ["paths", "/pets/{id}", "get", "responses", "200"],
        ),
        (
            at("RESPONSE_HEADER", name="ETag"),
            ["paths", "/pets/{id}", "get", "responses", "200", "headers", "ETag"],
        ),
        (at("MODEL", name="Pet"), ["components", "schemas", "Pet"]),
        (at("AUTHORIZER", name="api_key"), ["components", "securitySchemes", "api_key"]),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_a_part_is_written_where_it_is_about(pets, location, place):
    document = written(pets, (location, says("Ours.")))
    assert json.dumps(document).count("Ours.") == 1
    node = document
    for step in place:
        node = node[step]
    assert node["description"] == "Ours."


def test_the_api_itself_is_described_in_info(pets):
    said = {"info": {"description": "Pets.", "title": "no"}, "tags": [{"name": "a"}]}
    document = written(pets, (at("API"), said))
    assert document["info"] == {"title": "pets", "description": "Pets.", "version": "1.2"}
    assert document["tags"] == [{"name": "a"}]


def test_what_is_said_of_a_general_place_holds_below_until_more_is_said(pets):
    document = written(
        pets,
        (at("RESPONSE", path="/pets/{id}", status_code="400"), says("Of this path.")),
        (at("RESPONSE"), says("Of all.")),
        (at("RESPONSE", path="/other"), says("Of another.")),
    )
    answers = document["paths"]["/pets/{id}"]["get"]["responses"]
    assert {status: each["description"] for status, each in answers.items()} == {
        "200": "Of all.",
        "400": "Of this path.",
    }


def test_a_part_cannot_make_the_document_say_something_else(pets):
    plain = exported(pets, extensions=frozenset())
    said = {"responses": {}, "paths": {}, "operationId": "x", "servers": []}
    assert written(pets, (at("METHOD", **GET), said), (at("API"), said)) == plain


def test_swagger_s_body_is_a_parameter_and_its_paths_have_no_words(pets):
    document = written(
        pets,
        (at("REQUEST_BODY"), says("A pet.")),
        (at("RESOURCE", path="/pets/{id}"), says("No.")),
        form=Form.SWAGGER,
    )
    item = document["paths"]["/pets/{id}"]
    body = next(each for each in item["get"]["parameters"] if each["in"] == "body")
    assert body["description"] == "A pet."
    assert "No." not in json.dumps(document)


def test_with_the_extension_parts_are_told_apart_from_the_document(pets):
    document = written(
        pets,
        (at("METHOD", **GET), says("Ours.")),
        extensions=frozenset({Extension.DOCUMENTATION}),
    )
    assert "description" not in document["paths"]["/pets/{id}"]["get"]


def test_what_is_said_of_a_body_stands_at_its_response_and_its_example_at_its_content(pets):
    both = {"description": "A pet.", "example": {"id": 1}, "summary": "no"}
    get = written(
        pets,
        (at("RESPONSE_BODY", **GET, status_code="200"), both),
        (at("RESPONSE_BODY"), {"description": "General.", "example": "x"}),
        (at("REQUEST_BODY", **GET), both),
    )["paths"]["/pets/{id}"]["get"]
    answer = get["responses"]["200"]
    assert answer["description"] == "A pet."
    assert [each["example"] for each in answer["content"].values()] == [{"id": 1}]
    assert get["responses"]["400"]["description"] == "General."
    body = get["requestBody"]
    assert set(body) == {"description", "content", "required"}
    assert body["content"]["application/json"]["example"] == {"id": 1}


@pytest.mark.parametrize("form", Form)
def test_what_is_said_of_a_response_goes_before_what_is_said_of_its_body(pets, form):
    document = written(
        pets,
        (at("RESPONSE_BODY", **GET, status_code="200"), says("Body.")),
        (at("RESPONSE"), says("Response.")),
        form=form,
    )
    assert document["paths"]["/pets/{id}"]["get"]["responses"]["200"]["description"] == "Response."
