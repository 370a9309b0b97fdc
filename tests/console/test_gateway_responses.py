"""Gateway responses in the console, as callers and boto3 have them afterwards."""

import pytest
import requests
from playwright.sync_api import expect
from tests.console.test_stages import mocked


@pytest.fixture
def api(octetgate):
    return mocked(octetgate.gateway, "Worded")[0]


def test_every_type_is_shown_and_one_is_worded_and_reset(page, octetgate, api, axe):
    page.goto(f"/apis/{api}/gateway-responses")
    expect(page.locator("tbody tr")).to_have_count(21)
    axe(page)
    page.get_by_role("link", name="MISSING_AUTHENTICATION_TOKEN").click()
    page.get_by_label("Status").fill("404")
    page.get_by_label("Headers").fill("X-Told: 'yes'")
    page.get_by_label("Content type").first.fill("text/plain")
    page.get_by_role("textbox", name="Template", exact=True).fill("no $context.error.responseType")
    axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    octetgate.gateway.create_deployment(restApiId=api, stageName="prod")
    url = octetgate.invoke_url(api, "prod")
    answer = requests.get(f"{url}nowhere", headers={"Accept": "text/plain"}, timeout=10)
    assert (answer.status_code, answer.headers["X-Told"]) == (404, "yes")
    assert answer.text == "no MISSING_AUTHENTICATION_TOKEN"
    page.get_by_role("button", name="Reset to what is built in").click()
    expect(page.get_by_role("button", name="Reset")).to_have_count(0)
    expect(page.get_by_label("Status")).to_have_value("403")
    found = octetgate.gateway.get_gateway_response(
        restApiId=api, responseType="MISSING_AUTHENTICATION_TOKEN"
    )
    assert found["defaultResponse"] is True


def test_what_a_type_has_from_its_family_is_said_and_a_bad_line_is_refused(
    page, octetgate, api, axe
):
    octetgate.gateway.put_gateway_response(
        restApiId=api,
        responseType="DEFAULT_4XX",
        responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
    )
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"/apis/{api}/gateway-responses")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    row = page.get_by_role("row").filter(has_text="THROTTLED")
    expect(row).to_contain_text("Access-Control-Allow-Origin")
    expect(row).to_contain_text("DEFAULT_4XX")
    page.get_by_role("link", name="THROTTLED").click()
    expect(page.get_by_label("Headers")).to_have_value("Access-Control-Allow-Origin: '*'")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Headers").fill("no header")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "line 1: expected name: value; found 'no header'"
    )
