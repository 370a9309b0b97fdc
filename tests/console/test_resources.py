"""The tree of an API's resources, in a browser."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def api(octetgate):
    return octetgate.gateway.create_rest_api(name="Tree")


def test_resources_and_methods_are_made_and_removed_from_the_tree(page, octetgate, api, axe):
    page.goto(f"/apis/{api['id']}")
    for part in ("pets", "{id}"):
        page.get_by_role("button", name="Create resource").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Resource name").fill(part)
        dialog.get_by_role("button", name="Create resource").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(part)
    page.get_by_role("button", name="Create method").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Method type").select_option("GET")
    dialog.get_by_label("Integration type").select_option("http")
    expect(dialog.get_by_label("Lambda function")).to_be_hidden()
    dialog.get_by_label("Endpoint URL").fill("http://127.0.0.1:9/pets/{id}")
    dialog.get_by_label("Proxy integration").check()
    dialog.get_by_role("button", name="Save").click()
    page.wait_for_url("**/GET*")
    items = octetgate.gateway.get_resources(restApiId=api["id"], embed=["methods"])["items"]
    made = next(each for each in items if each["path"] == "/pets/{id}")
    integration = made["resourceMethods"]["GET"]["methodIntegration"]
    assert (integration["type"], integration["httpMethod"]) == ("HTTP_PROXY", "GET")
    pets = next(each for each in items if each["path"] == "/pets")
    page.goto(f"/apis/{api['id']}/resources/{pets['id']}")
    axe(page)
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("/pets/{id}")
    dialog.get_by_role("button", name="Delete resource").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted /pets.")
    left = octetgate.gateway.get_resources(restApiId=api["id"])["items"]
    assert [each["path"] for each in left] == ["/"]


def test_a_resource_that_is_there_already_is_refused_in_the_dialog(page, octetgate, api):
    octetgate.gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="pets"
    )
    page.goto(f"/apis/{api['id']}")
    page.get_by_role("button", name="Create resource").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Resource name").fill("pets")
    dialog.get_by_role("button", name="Create resource").click()
    expect(dialog.get_by_role("alert")).to_contain_text("already has this name: pets")


def test_a_method_whose_integration_is_refused_is_not_left_behind(page, octetgate, api):
    page.goto(f"/apis/{api['id']}")
    page.get_by_role("button", name="Create method").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Lambda function").fill("no-such-function")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no-such-function")
    dialog.get_by_label("Integration type").select_option("aws")
    dialog.get_by_label("Action or path").fill("arn:aws:nothing")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("BadRequestException")
    root = octetgate.gateway.get_resource(restApiId=api["id"], resourceId=api["rootResourceId"])
    assert root.get("resourceMethods", {}) == {}


def test_cors_is_enabled_as_the_command_does_it(page, octetgate, api):
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"]}
    octetgate.gateway.put_method(**place, httpMethod="GET", authorizationType="NONE")
    octetgate.gateway.put_integration(
        **place, httpMethod="GET", type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://a.b/"
    )
    page.goto(f"/apis/{api['id']}")
    page.get_by_role("button", name="Enable CORS").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Access-Control-Allow-Origin").fill("https://pets.example")
    dialog.get_by_role("button", name="Enable CORS").click()
    expect(page.get_by_role("status")).to_contain_text(
        "Enabled CORS on / for GET,OPTIONS. The backends of GET have to send"
    )
    options = octetgate.gateway.get_method(**place, httpMethod="OPTIONS")
    response = options["methodIntegration"]["integrationResponses"]["200"]
    header = "method.response.header.Access-Control-Allow-Origin"
    assert response["responseParameters"][header] == "'https://pets.example'"
