"""Models and request validators in the console, as boto3 has them afterwards."""

import pytest
from playwright.sync_api import expect

PET = '{"type": "object", "properties": {"name": {"type": "string"}}}'


@pytest.fixture
def place(octetgate):
    """Return the place of a method without an integration."""
    api = octetgate.gateway.create_rest_api(name="Modelled")
    made = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    octetgate.gateway.put_method(**made, authorizationType="NONE")
    return made


def test_a_schema_is_written_refused_with_the_services_reason_and_saved(
    page, octetgate, place, axe
):
    models = octetgate.gateway
    api = place["restApiId"]
    page.goto(f"/apis/{api}/models")
    page.get_by_text("Create model").first.click()
    form = page.get_by_role("form", name="Create model")
    form.get_by_label("Name").fill("Pet")
    form.get_by_role("textbox", name="Schema").fill(PET)
    axe(page)
    form.get_by_role("button", name="Create model").click()
    expect(page.get_by_role("heading", name="Pet")).to_be_visible()
    assert models.get_model(restApiId=api, modelName="Pet")["schema"] == PET
    page.get_by_role("textbox", name="Schema").fill('{"type": "fish"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Invalid model specified: Validation Result")
    page.get_by_role("textbox", name="Schema").fill('{"type": "string"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert models.get_model(restApiId=api, modelName="Pet")["schema"] == '{"type": "string"}'


def test_a_model_names_the_methods_that_keep_it_from_going(page, octetgate, place, axe):
    gateway = octetgate.gateway
    api = place["restApiId"]
    gateway.create_model(restApiId=api, name="Pet", contentType="application/json", schema=PET)
    change = {"op": "add", "path": "/requestModels/application~1json", "value": "Pet"}
    gateway.update_method(**place, patchOperations=[change])
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"/apis/{api}/models/Pet")
    expect(page.get_by_role("link", name="POST /")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Delete").click()
    axe(page)
    deleting = page.get_by_role("dialog").get_by_role("button", name="Delete model")
    deleting.click()
    expect(page.get_by_role("alert")).to_contain_text("is referenced in method request: //POST")
    gateway.update_method(**place, patchOperations=[{"op": "remove", "path": change["path"]}])
    deleting.click()
    expect(page.get_by_role("status")).to_contain_text("Deleted the model Pet.")
    assert "Pet" not in {each["name"] for each in gateway.get_models(restApiId=api)["items"]}


def test_a_validator_is_made_changed_and_kept_while_a_method_names_it(page, octetgate, place, axe):
    gateway = octetgate.gateway
    api = place["restApiId"]
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"/apis/{api}/validators")
    form = page.get_by_role("form", name="Create validator")
    form.get_by_label("Name").fill("all of it")
    form.get_by_label("Body").check()
    form.get_by_role("button", name="Create validator").click()
    expect(page.get_by_role("heading", name="all of it")).to_be_visible()
    made = gateway.get_request_validators(restApiId=api)["items"][0]
    assert (made["validateRequestBody"], made["validateRequestParameters"]) == (True, False)
    page.get_by_role("form", name="all of it").get_by_label("Parameters").check()
    page.get_by_role("button", name="Save all of it").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    named = {"restApiId": api, "requestValidatorId": made["id"]}
    assert gateway.get_request_validator(**named)["validateRequestParameters"] is True
    change = {"op": "replace", "path": "/requestValidatorId", "value": made["id"]}
    gateway.update_method(**place, patchOperations=[change])
    page.get_by_role("button", name="Delete all of it").click()
    expect(page.get_by_role("alert")).to_contain_text("is referenced in method request")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
