"""Binary support in the console: the list, the table of pairs, and the mistakes."""

import re

import pytest
from playwright.sync_api import expect
from tests.console.test_deploying import proxied


@pytest.fixture(scope="module")
def api(octetgate):
    """Return the id of a deployed API with POST /images, and a preflight by the gateway itself."""
    gateway = octetgate.gateway
    made, place = proxied(gateway, "Binary", "http://127.0.0.1:9")
    preflight = {**place, "httpMethod": "OPTIONS"}
    gateway.put_method(**preflight, authorizationType="NONE")
    gateway.put_integration(
        **preflight, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.create_deployment(restApiId=made["id"], stageName="prod")
    return made["id"]


def listed(octetgate, api):
    return octetgate.gateway.get_rest_api(restApiId=api).get("binaryMediaTypes", [])


def cell(page, content_type, accept, does=""):
    return page.get_by_role("button", name=f"Content-Type {content_type}, Accept {accept}: {does}")


def test_media_types_come_and_go_and_the_table_follows(page, octetgate, api, axe):
    page.goto(f"/apis/{api}/binary")
    damaged = cell(page, "image/png", "image/png", "in read as text")
    expect(damaged).to_contain_text("type-not-listed")
    page.get_by_role("button", name="Add image/png").click()
    expect(page.get_by_role("button", name="Remove image/png")).to_be_visible()
    assert listed(octetgate, api) == ["image/png"]
    kept = "in bytes unchanged out bytes unchanged"
    expect(cell(page, "image/png", "image/png", kept)).to_be_visible()
    expect(page.get_by_role("region", name="Not deployed")).to_be_visible()
    axe(page)

    page.get_by_role("textbox", name="Media type").fill("*/png")
    page.keyboard.press("Enter")
    dead = page.get_by_role("listitem").filter(has_text="never matches: write")
    expect(dead).to_contain_text("*/png")
    page.get_by_role("button", name="Remove */png").click()
    expect(page.get_by_role("button", name="Remove */png")).to_have_count(0)
    assert listed(octetgate, api) == ["image/png"]

    cell(page, "image/png", "*/*").press("Enter")
    steps = page.locator("#binary-answer")
    expect(steps).to_contain_text("response row 10: image/png is in binaryMediaTypes")
    expect(steps).to_contain_text("accept-too-wide")
    expect(page.get_by_label("Accept of the client")).to_have_value("*/*")
    page.get_by_label("Accept of the client").fill("text/html, image/png")
    expect(steps).to_contain_text("only the first element of Accept counts")
    page.get_by_label("Content-Type of the request").fill("")
    expect(steps).to_contain_text("content-type-missing")
    page.get_by_label("As served by").select_option("The stage prod")
    expect(steps).to_contain_text("the stage prod")
    expect(steps).to_contain_text("binaryMediaTypes was edited after the stage's deployment")


def test_everything_binary_is_a_mistake_for_the_preflight_and_leads_to_its_method(
    page, octetgate, api
):
    page.goto(f"/apis/{api}/binary")
    page.get_by_role("button", name="Add */*").click()
    mistake = page.get_by_role("listitem").filter(has_text="preflight-is-binary")
    expect(mistake).to_contain_text("set contentHandling CONVERT_TO_TEXT on the integration")
    link = mistake.get_by_role("link", name="OPTIONS /images")
    expect(link).to_have_attribute("href", re.compile(r"/OPTIONS\?box=integration-request$"))
