"""Importing a definition, in a browser."""

import json

from playwright.sync_api import expect

PETS = {
    "openapi": "3.0.1",
    "info": {"title": "Imported pets", "version": "1"},
    "paths": {
        "/pets/{id}": {
            "get": {
                "responses": {"200": {"description": "a pet"}},
                "x-amazon-apigateway-integration": {
                    "type": "http_proxy",
                    "httpMethod": "GET",
                    "uri": "http://127.0.0.1:9/pets",
                },
            }
        }
    },
}
WARNED = json.loads(json.dumps(PETS))
WARNED["paths"]["/pets/{id}"]["get"]["x-amazon-apigateway-integration"]["payloadFormatVersion"] = (
    "2.0"
)


def drop(page, definition, name="pets.json"):
    """Drop a file on the page, as a hand does."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    transfer = page.evaluate_handle(
        """([text, name]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name));
            return transfer;
        }""",
        [text, name],
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})


def test_a_definition_that_is_dropped_becomes_an_api(page, octetgate, axe):
    page.goto("/apis")
    page.get_by_role("link", name="Import").click()
    axe(page)
    drop(page, PETS)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("status")).to_contain_text("Imported Imported pets.")
    expect(page.get_by_role("navigation", name="Resources")).to_contain_text("/{id}")
    api = page.url.rpartition("/")[2]
    paths = {each["path"] for each in octetgate.gateway.get_resources(restApiId=api)["items"]}
    assert paths == {"/", "/pets", "/pets/{id}"}


def test_a_refused_import_says_why_and_leaves_nothing_behind(page, octetgate):
    page.goto("/apis/import")
    bad = json.loads(json.dumps(PETS))
    bad["info"]["title"] = "Refused pets"
    operation = bad["paths"]["/pets/{id}"]["get"]
    operation["x-amazon-apigateway-integration"]["uri"] = "nowhere"
    drop(page, bad)
    page.get_by_role("button", name="Import").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("Invalid HTTP endpoint specified for URI")
    expect(refusal).to_contain_text("/pets/{id}")
    drop(page, "{not a definition", "broken.json")
    page.get_by_role("button", name="Import").click()
    expect(refusal).to_contain_text("Invalid OpenAPI input")
    names = [api["name"] for api in octetgate.gateway.get_rest_apis(limit=500)["items"]]
    assert "Refused pets" not in names


def test_a_definition_is_merged_into_an_api_and_its_warnings_are_shown(page, octetgate):
    api = octetgate.gateway.create_rest_api(name="Merged")
    octetgate.gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="kept"
    )
    page.goto(f"/apis/import?api={api['id']}")
    page.get_by_text("Or type it in").click()
    page.get_by_role("textbox", name="Definition as text").click()
    page.keyboard.insert_text(json.dumps(WARNED))
    page.get_by_role("button", name="Import").click()
    expect(page.locator("#imported")).to_contain_text("with 1 warning")
    expect(page.locator("#imported")).to_contain_text("is for HTTP APIs only. Ignoring.")
    found = octetgate.gateway.get_resources(restApiId=api["id"])["items"]
    assert {each["path"] for each in found} == {"/", "/kept", "/pets", "/pets/{id}"}
