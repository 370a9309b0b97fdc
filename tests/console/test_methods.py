"""A method's four boxes and their editors, in a browser."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

ARN = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


@pytest.fixture
def post(octetgate):
    """Return the page's address of a POST with a MOCK integration, and its place for boto3."""
    api = octetgate.gateway.create_rest_api(name="Boxes")
    place = {
        "restApiId": api["id"],
        "resourceId": api["rootResourceId"],
        "httpMethod": "POST",
    }
    octetgate.gateway.put_method(**place, authorizationType="NONE")
    octetgate.gateway.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    octetgate.gateway.put_method_response(**place, statusCode="200")
    octetgate.gateway.put_integration_response(**place, statusCode="200")
    url = f"/apis/{api['id']}/resources/{api['rootResourceId']}/POST"
    return SimpleNamespace(url=url, place=place)


@pytest.fixture
def shown(octetgate, post):
    return lambda: octetgate.gateway.get_method(**post.place)


def test_the_boxes_show_what_the_service_has(page, octetgate, post, axe):
    octetgate.gateway.update_integration(
        **post.place,
        patchOperations=[
            {"op": "replace", "path": "/passthroughBehavior", "value": "WHEN_NO_TEMPLATES"},
            {"op": "replace", "path": "/contentHandling", "value": "CONVERT_TO_TEXT"},
        ],
    )
    page.goto(post.url)
    expect(page.get_by_text("When there are no templates defined (recommended)")).to_be_visible()
    expect(page.get_by_text("Convert to text (if needed)")).to_be_visible()
    expect(page.get_by_text("The gateway itself")).to_be_visible()
    for box in ("Method Request", "Integration Request", "Integration Response", "Method Response"):
        page.get_by_role("link", name=box).click()
        expect(page.get_by_role("link", name=box)).to_have_attribute("aria-current", "true")
        expect(page.locator("#editor").get_by_role("heading", name=box)).to_be_visible()
        axe(page)


def test_the_payloads_settings_are_saved_in_the_services_words(page, post, shown):
    page.goto(f"{post.url}?box=integration-request")
    page.get_by_label("Request body passthrough").select_option("Never")
    page.get_by_label("Content handling").select_option("Convert to binary (if needed)")
    page.get_by_role("button", name="Save payload").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    integration = shown()["methodIntegration"]
    assert integration["passthroughBehavior"] == "NEVER"
    assert integration["contentHandling"] == "CONVERT_TO_BINARY"
    page.get_by_label("Content handling").select_option("Passthrough")
    page.get_by_label("Timeout (ms)").fill("10")
    page.get_by_role("button", name="Save payload").evaluate(
        "button => button.form.noValidate = true"
    )
    page.get_by_role("button", name="Save payload").click()
    expect(page.get_by_role("alert")).to_contain_text("BadRequestException")
    page.get_by_label("Timeout (ms)").fill("29000")
    with page.expect_navigation():
        page.get_by_role("button", name="Save payload").click()
    assert "contentHandling" not in shown()["methodIntegration"]


def test_templates_are_written_in_the_editor_and_removed(page, post, shown):
    page.goto(f"{post.url}?box=integration-request")
    page.get_by_text("Add mapping template").click()
    form = page.get_by_role("form", name="Add mapping template")
    form.get_by_label("Content-Type").fill("image/png")
    form.get_by_label("Generate template").select_option("Empty")
    expect(form.get_by_role("textbox", name="Template")).to_contain_text("$inputRoot")
    form.get_by_role("textbox", name="Template").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text('{"image": "$input.body"}')
    form.get_by_role("button", name="Add template").click()
    expect(page.get_by_role("status")).to_contain_text("Saved image/png.")
    templates = shown()["methodIntegration"]["requestTemplates"]
    assert templates["image/png"] == '{"image": "$input.body"}'
    form = page.get_by_role("form", name="Template for image/png")
    form.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("Removed image/png.")
    assert list(shown()["methodIntegration"]["requestTemplates"]) == ["application/json"]


def test_the_method_request_is_edited(page, post, shown):
    page.goto(f"{post.url}?box=method-request")
    page.get_by_label("API key required").check()
    page.get_by_label("Operation name").fill("makeThumbnail")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    form = page.get_by_role("form", name="Add to Request parameters")
    form.get_by_label("Where").select_option("Header")
    form.get_by_label("Name").fill("X-Size")
    form.get_by_label("Required").select_option("Yes")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_contain_text("Saved method.request.header.X-Size.")
    method = shown()
    assert method["apiKeyRequired"] is True
    assert method["operationName"] == "makeThumbnail"
    assert method["requestParameters"] == {"method.request.header.X-Size": True}
    page.get_by_label("API key required").uncheck()
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    assert shown()["apiKeyRequired"] is False


def test_responses_are_added_mapped_and_removed(page, post, shown):
    page.goto(f"{post.url}?box=method-response")
    page.get_by_label("HTTP status").fill("404")
    page.get_by_role("button", name="Add status").click()
    expect(page.get_by_role("status")).to_contain_text("Added 404.")
    panel = page.get_by_label("Response 404")
    form = panel.get_by_role("form", name="Add to Headers")
    form.get_by_label("Name").fill("X-Why")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_contain_text("Saved method.response.header.X-Why.")
    page.goto(f"{post.url}?box=integration-response")
    page.get_by_text("Add integration response").click()
    page.get_by_label("Method response status").select_option("404")
    page.get_by_label("Error regex", exact=True).fill("Not found.*")
    page.get_by_role("button", name="Add", exact=True).last.click()
    expect(page.get_by_role("status")).to_contain_text("Added 404.")
    panel = page.get_by_label("Response 404")
    panel.get_by_label("Content handling").select_option("Convert to binary (if needed)")
    panel.get_by_role("button", name="Save 404").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    form = page.get_by_label("Response 404").get_by_role("form", name="Add to Header mappings")
    form.get_by_label("Name").fill("X-Why")
    form.get_by_label("Mapped from").fill("'gone'")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_contain_text("Saved method.response.header.X-Why.")
    found = shown()["methodIntegration"]["integrationResponses"]["404"]
    assert found == {
        "statusCode": "404",
        "selectionPattern": "Not found.*",
        "contentHandling": "CONVERT_TO_BINARY",
        "responseParameters": {"method.response.header.X-Why": "'gone'"},
    }
    page.get_by_label("Response 404").get_by_role("button", name="Remove 404").click()
    expect(page.get_by_role("status")).to_contain_text("Removed 404.")
    assert list(shown()["methodIntegration"]["integrationResponses"]) == ["200"]


def test_another_endpoint_keeps_templates_and_responses(page, post, shown):
    page.goto(f"{post.url}?box=integration-request")
    page.get_by_label("Integration type").select_option("http")
    page.get_by_label("Endpoint URL").fill("http://127.0.0.1:9/upload")
    page.get_by_role("button", name="Save endpoint").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    integration = shown()["methodIntegration"]
    assert (integration["type"], integration["httpMethod"]) == ("HTTP", "POST")
    assert integration["requestTemplates"] == {"application/json": '{"statusCode": 200}'}
    assert list(integration["integrationResponses"]) == ["200"]


def test_a_template_is_rendered_while_it_is_written_and_nothing_is_called(
    page, octetgate, post, axe
):
    octetgate.gateway.update_rest_api(
        restApiId=post.place["restApiId"],
        patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}],
    )
    octetgate.gateway.put_integration(
        **post.place,
        type="AWS",
        integrationHttpMethod="POST",
        uri=ARN.format("arn:aws:lambda:us-east-1:000000000000:function:nobody"),
        requestTemplates={"image/png": '{"image": "$input.body"}'},
    )
    page.goto(f"{post.url}?box=integration-request")
    shown = page.get_by_label("What the template makes of the sample")
    expect(shown).to_contain_text('{"image": "')
    page.get_by_text("Sample", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}
    )
    expect(shown).to_contain_text('{"image": "iVBORw0KGgo="}')
    expect(shown).to_contain_text("25 B · JSON")
    page.get_by_label("Query string").fill("size=100")
    page.get_by_role("textbox", name="Template for image/png").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("$input.params('size') of $context.httpMethod #if(true)yes#end")
    expect(shown).to_contain_text("100 of POST yes")
    expect(shown).to_contain_text("not JSON")
    axe(page)
    page.keyboard.insert_text(" #if(")
    expect(shown).to_contain_text("Execution failed due to configuration error")


def test_a_responses_template_is_rendered_too(page, octetgate, post):
    octetgate.gateway.put_integration_response(
        **post.place,
        statusCode="200",
        responseTemplates={"application/json": "#set($all = $input.path('$'))$all.name!"},
    )
    page.goto(f"{post.url}?box=integration-response")
    shown = page.get_by_label("What the template makes of the sample")
    page.get_by_text("Sample", exact=True).click()
    page.get_by_role("textbox", name="Body").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text('{"name": "Rex"}')
    expect(shown).to_contain_text("Rex!")
    expect(shown).to_contain_text("Content-Type: application/json")
